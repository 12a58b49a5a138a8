"""What aepctl.yaml may hold. The JSON Schema for editors comes from here too."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from aepctl.project.paths import plain_path, state_address
from aepctl.project.rules import Rules, rules_of
from aepctl.project.said import ConfigSaid, EnvironmentSaid
from aepctl.project.urls import safe_url
from aepctl.yamldoc import YamlFile
from aepctl.yamldoc.patterns import CONTROLS
from aepctl.yamldoc.types import Flag, Key, PatternMessage, SingleLine, StrictModel

USUAL, USUAL_CONFIG = EnvironmentSaid(), ConfigSaid()


Url = Annotated[
    SingleLine,
    AfterValidator(safe_url),
    WithJsonSchema({"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s@?#]+$"}),
    PatternMessage("A plain https URL was expected: no user, no `?…`, no `#…`."),
]
StatePath = Annotated[
    SingleLine,
    AfterValidator(state_address),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^([^{CONTROLS}]*\.json|(git|s3|gs|az|postgresql|https?):[^{CONTROLS}]+)$",
        }
    ),
    PatternMessage("A path that ends in .json, or the address of a store, was expected."),
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
        default=None,
        description="Where the state of this environment is kept: a file, or a store that a team "
        "shares. Default: `state/NAME.json`.",
        examples=["state/prod.json", "git:origin", "s3://bucket/prod.json"],
    )
    lineage: SingleLine | None = Field(
        default=None,
        description="The lineage of the state: no other is taken. `aepctl state init` prints it.",
    )
    lock_lease_seconds: Annotated[float, Field(strict=False, ge=5, le=3600)] = Field(
        default=USUAL.lock_lease_seconds,
        description="How long the lock of a shared store lasts without a sign of life. A request "
        "to the platform gets a third of it at most.",
    )
    ais_url: Url = Field(default=USUAL.ais_url, description="Where audiences are created.")
    ups_url: Url = Field(default=USUAL.ups_url, description="Where audiences are looked up.")
    ims_url: Url = Field(default=USUAL.ims_url, description="Where tokens come from.")
    settle_seconds: Annotated[float, Field(strict=False, ge=0, le=3600)] = Field(
        default=USUAL.settle_seconds,
        description="How long a lookup of something unknown is repeated before it is left for "
        "the next run. AEPCTL_SETTLE_SECONDS overrides it.",
    )
    max_creates: Annotated[int, Field(strict=False, ge=0)] = Field(
        default=USUAL.max_creates, description="More creates than this need `--yes-create N`."
    )
    max_deletes: Annotated[int, Field(strict=False, ge=0)] = Field(
        default=USUAL.max_deletes, description="More deletes than this need `--yes-delete N`."
    )
    on_removal: Literal["retain", "delete"] = Field(
        default=USUAL.on_removal,
        description="What becomes of an audience on the platform when its block is gone from the "
        "manifests, where they did not say: `retain` leaves it there, `delete` deletes it.",
    )
    protected: Flag = Field(
        default=False, description="`true`: apply only with a saved plan, which was reviewed."
    )
    audience_ids: Literal["server", "client"] = Field(
        default=USUAL.audience_ids,
        description="Who makes up `audienceId`. `client`: aepctl does (revision 3 of the API), "
        "which makes a lookup exact.",
    )

    def said(self) -> EnvironmentSaid:
        """What it says, without pydantic."""
        values = {name: getattr(self, name) for name in EnvironmentSaid.written()}
        return EnvironmentSaid(**values, given=frozenset(self.model_fields_set))


class ConfigModel(StrictModel):
    """The settings of a project: the file aepctl.yaml."""

    manifests: Annotated[SingleLine, AfterValidator(plain_path)] = Field(
        default=USUAL_CONFIG.manifests, description="The folder of manifests, read recursively."
    )
    default_environment: Key | None = Field(
        default=None,
        description="The environment to use without `--env` and AEPCTL_ENV. Default: the only one.",
    )
    rules: Rules = Field(
        default=Rules.model_construct(), description="What a team asks of every audience, by field."
    )
    environments: dict[Key, EnvironmentModel] = Field(
        default_factory=dict, description="The environments by name."
    )

    def said(self, yaml_file: YamlFile, number: int) -> ConfigSaid:
        """What it says, which is document `number` of the file."""
        return ConfigSaid(
            self.manifests,
            self.default_environment,
            rules_of(self.rules, yaml_file, number),
            {name: one.said() for name, one in self.environments.items()},
        )
