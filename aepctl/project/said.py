"""What aepctl.yaml says, before an environment is chosen, and what goes without saying."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from aepctl.model.rule import Rule

AIS_URL = "https://platform.adobe.io/core/ais"
UPS_URL = "https://platform.adobe.io/data/core/ups"
IMS_URL = "https://ims-na1.adobelogin.com"


class EnvironmentSaid(NamedTuple):
    """One environment. `given` names the fields that are written; see model for all of them."""

    endpoint: str | None = None
    org: str | None = None
    sandbox: str | None = None
    state: str | None = None
    lineage: str | None = None
    lock_lease_seconds: float = 90.0
    ais_url: str = AIS_URL
    ups_url: str = UPS_URL
    ims_url: str = IMS_URL
    settle_seconds: float = 30.0
    max_creates: int = 500
    max_deletes: int = 10
    on_removal: Literal["retain", "delete"] = "retain"
    protected: bool = False
    audience_ids: Literal["server", "client"] = "server"
    given: frozenset[str] = frozenset()

    @classmethod
    def written(cls) -> tuple[str, ...]:
        """The fields that may be written."""
        return cls._fields[:-1]


class ConfigSaid(NamedTuple):
    """The whole file."""

    manifests: str = "audiences"
    default_environment: str | None = None
    rules: "tuple[Rule, ...]" = ()
    environments: Mapping[str, EnvironmentSaid] = {}
