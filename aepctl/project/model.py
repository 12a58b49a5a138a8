"""What aepctl.yaml may hold. The JSON Schema for editors comes from here too."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from aepctl.project.paths import not_plain
from aepctl.project.urls import safe_url
from aepctl.yamldoc.types import CONTROLS, Key, PatternMessage, SingleLine, StrictModel

AIS_URL = "https://platform.adobe.io/core/ais"
UPS_URL = "https://platform.adobe.io/data/core/ups"
IMS_URL = "https://ims-na1.adobelogin.com"


def _plain_path(path: str) -> str:
    trouble = not_plain(path)
    if trouble is not None:
        raise ValueError(trouble)
    return path


def _state_path(path: str) -> str:
    if not path.endswith(".json"):
        raise ValueError("a path that ends in .json was expected")
    return path


Url = Annotated[
    SingleLine,
    AfterValidator(safe_url),
    WithJsonSchema({"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s@?#]+$"}),
    PatternMessage("A plain https URL was expected: no user, no `?…`, no `#…`."),
]
StatePath = Annotated[
    SingleLine,
    AfterValidator(_plain_path),
    AfterValidator(_state_path),
    WithJsonSchema({"type": "string", "pattern": rf"^[^{CONTROLS}]*\.json$"}),
    PatternMessage("A path that ends in .json was expected."),
]


class EnvironmentModel(StrictModel):
    """One environment: an organisation's sandbox, and the state that belongs to it."""

    endpoint: Literal["emulator"] | None = Field(
        default=None,
        description="`emulator`: the embedded emulator, which needs no account. Left out: Adobe.",
    )
    org: SingleLine | None = Field(
        default=None,
        description="The organisation, `…@AdobeOrg`. Left out: AEP_ORG_ID chooses it.",
        examples=["1BD6382559DF0C130A49422D@AdobeOrg"],
    )
    sandbox: SingleLine | None = Field(
        default=None, description="The sandbox's name. Left out: AEP_SANDBOX chooses it."
    )
    state: StatePath | None = Field(
        default=None, description="The state file of this environment. Default: `state/NAME.json`."
    )
    ais_url: Url = Field(default=AIS_URL, description="Where audiences are created.")
    ups_url: Url = Field(default=UPS_URL, description="Where audiences are looked up.")
    ims_url: Url = Field(default=IMS_URL, description="Where tokens come from.")
    settle_seconds: Annotated[float, Field(strict=False, ge=0, le=3600)] = Field(
        default=30.0,
        description="How long a lookup of something unknown is repeated before it is left for "
        "the next run. AEPCTL_SETTLE_SECONDS overrides it.",
    )
    max_creates: Annotated[int, Field(strict=False, ge=0)] = Field(
        default=500, description="More creates than this need `--yes-create N`."
    )
    audience_ids: Literal["server", "client"] = Field(
        default="server",
        description="Who makes up `audienceId`. `client`: aepctl does (revision 3 of the API), "
        "which makes a lookup exact.",
    )


class ConfigModel(StrictModel):
    """The settings of a project: the file aepctl.yaml."""

    manifests: Annotated[SingleLine, AfterValidator(_plain_path)] = Field(
        default="audiences", description="The folder of manifests, read recursively."
    )
    default_environment: Key | None = Field(
        default=None,
        description="The environment to use without `--env` and AEPCTL_ENV. Default: the only one.",
    )
    environments: dict[Key, EnvironmentModel] = Field(
        default_factory=dict, description="The environments by name."
    )
