"""aepctl.yaml and the environment variables, as one frozen Settings.

No secrets: those come from the environment only, and are read when they are needed (credentials).
"""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, NoReturn
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema

from aepctl.audience import Origin
from aepctl.errors import AepctlError, CredentialsError
from aepctl.yamldoc import Fault, InvalidInput, Problem, check, parse
from aepctl.yamldoc.texts import CONTROLS, KEY, KEY_HINT, EditorsSay, Key, Line, Written

FILE = "aepctl.yaml"
AIS_URL = "https://platform.adobe.io/core/ais"
UPS_URL = "https://platform.adobe.io/data/core/ups"
IMS_URL = "https://ims-na1.adobelogin.com"
EMULATOR = "emulator"
URL = re.compile(r"(?i:https?)://([\w-]+(\.[\w-]+)*|\[[\da-f:.]+\])(:\d{1,5})?(/[!-~]*)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """Whose audiences these are. State is pinned to it."""

    org: str
    sandbox: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What one command runs with: an environment, its files and its addresses.

    `settle_seconds`: how long a lookup that finds nothing is repeated. `max_creates`: how many
    creates need no further word. `audience_ids`: who makes up `audienceId` (revision 3 only).
    `ais_url`, `ups_url` and `ims_url` do not count where `target.endpoint` is the emulator.
    """

    environment: str
    manifests: str
    state: str
    target: Target
    ais_url: str
    ups_url: str
    ims_url: str
    settle_seconds: float = 30.0
    max_creates: int = 500
    audience_ids: Literal["server", "client"] = "server"


def _safe_url(url: str) -> str:
    """An https URL, or http to this machine; without userinfo, query or fragment."""
    if re.search("[@?#]", url):
        raise ValueError("a plain URL was expected: no user, no `?…`, no `#…`")
    if not URL.fullmatch(url):
        raise ValueError("a URL such as https://platform.adobe.io/core/ais was expected")
    parts = urlsplit(url)
    if parts.port == 0:  # asking for it refuses what is too large
        raise ValueError("a port from 1 to 65535 was expected")
    if parts.scheme == "http" and not is_loopback(str(parts.hostname)):
        raise ValueError("plain http is for this machine (127.0.0.1) only; use https")
    return url.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine for sure, without asking any name server."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _state_path(path: str) -> str:
    if not path.endswith(".json"):
        raise ValueError("a path that ends in .json was expected")
    return path


Url = Annotated[
    Line,
    AfterValidator(_safe_url),
    WithJsonSchema({"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s@?#]+$"}),
    EditorsSay("A plain https URL was expected: no user, no `?…`, no `#…`."),
]
StatePath = Annotated[
    Line,
    AfterValidator(_state_path),
    WithJsonSchema({"type": "string", "pattern": rf"^[^{CONTROLS}]*\.json$"}),
    EditorsSay("A path that ends in .json was expected."),
]


class EnvironmentModel(Written):
    """One environment: an organisation's sandbox, and the state that belongs to it."""

    endpoint: Literal["emulator"] | None = Field(
        default=None,
        description="`emulator`: the embedded emulator, which needs no account. Left out: Adobe.",
    )
    org: Line | None = Field(
        default=None,
        description="The organisation, `…@AdobeOrg`. AEP_ORG_ID overrides it.",
        examples=["1BD6382559DF0C130A49422D@AdobeOrg"],
    )
    sandbox: Line | None = Field(
        default=None, description="The sandbox's name. AEP_SANDBOX overrides it."
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


class ConfigModel(Written):
    """The settings of a project: the file aepctl.yaml."""

    manifests: Line = Field(
        default="audiences", description="The folder of manifests, read recursively."
    )
    default_environment: Key | None = Field(
        default=None,
        description="The environment to use without `--env` and AEPCTL_ENV. Default: the only one.",
    )
    environments: dict[Key, EnvironmentModel] = Field(
        default_factory=dict, description="The environments by name."
    )


def load_settings(environ: Mapping[str, str], environment: str | None = None) -> Settings:
    """Settings for `environment`, else for AEPCTL_ENV, else for the default environment.

    Reads aepctl.yaml in the current folder, where there is one. Raises InvalidInput for problems
    in it, AepctlError where it and the variables leave something open.
    """
    config = _read_config()
    name = environment or environ.get("AEPCTL_ENV") or _default_environment(config)
    model = config.environments.get(name)
    if model is None and config.environments:
        close = get_close_matches(name, config.environments, n=1)
        known = f"did you mean {close[0]}?" if close else f"known: {', '.join(config.environments)}"
        raise AepctlError(f"there is no environment `{name}` in {FILE}", next=known)
    if not re.fullmatch(KEY, name):  # it becomes part of file names
        raise AepctlError(f"`{name}` cannot be the name of an environment", next=KEY_HINT)
    model = model or EnvironmentModel()
    emulated = model.endpoint == EMULATOR
    given = {name: environ.get(name, "").strip() for name in ("AEP_ORG_ID", "AEP_SANDBOX")}
    org = given["AEP_ORG_ID"] or model.org or ("emulator@AdobeOrg" if emulated else "")
    sandbox = given["AEP_SANDBOX"] or model.sandbox or ""
    for value, field, variable in (
        (org, "org", "AEP_ORG_ID"),
        (sandbox, "sandbox", "AEP_SANDBOX"),
    ):
        if not value:
            what = f"the environment `{name}` has no {field}"
            raise AepctlError(what, next=f"set `{field}:` in {FILE}, or {variable}")
        check_header(value, variable if given[variable] else f"`{field}` of `{name}`")
    parts = urlsplit(model.ais_url)
    endpoint = EMULATOR if emulated else f"{parts.scheme}://{parts.netloc}"
    return Settings(
        environment=name,
        manifests=config.manifests,
        state=model.state or f"state/{name}.json",
        target=Target(org.strip(), sandbox.strip(), endpoint),
        ais_url=model.ais_url,
        ups_url=model.ups_url,
        ims_url=model.ims_url,
        settle_seconds=_settle_seconds(environ, model),
        max_creates=model.max_creates,
        audience_ids=model.audience_ids,
    )


def _settle_seconds(environ: Mapping[str, str], model: EnvironmentModel) -> float:
    given = environ.get("AEPCTL_SETTLE_SECONDS")
    if not given:
        return model.settle_seconds
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", given):
        raise AepctlError("AEPCTL_SETTLE_SECONDS is no number of seconds, such as 30")
    return float(given)


def _read_config() -> ConfigModel:
    try:
        raw = Path(FILE).read_bytes()
    except FileNotFoundError:
        return ConfigModel()
    except OSError as error:
        problem = Problem(Origin(FILE, 0, 0), "unreadable", f"cannot be read: {error.strerror}")
        _refuse([problem])
    yaml_file = parse(FILE, raw)
    if yaml_file.problems:
        _refuse(yaml_file.problems)
    documents = [n for n, value in enumerate(yaml_file.documents) if value is not None]
    if not documents:
        return ConfigModel()
    if documents[1:]:
        spot = yaml_file.places()[1][(documents[1],)]
        fault = Fault(spot, "documents", "a second document", "settings are one document")
        _refuse(yaml_file.problems_at([fault]))
    config = check(ConfigModel, yaml_file, documents[0])
    if not isinstance(config, ConfigModel):
        _refuse(config)
    return config


def _refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise them without their lines: one may hold a secret that does not belong there."""
    raise InvalidInput(replace(problem, source=None) for problem in problems)


def _default_environment(config: ConfigModel) -> str:
    if config.default_environment:
        return config.default_environment
    if len(config.environments) > 1:
        known = ", ".join(config.environments)
        raise AepctlError(
            f"which environment? {FILE} has {known}",
            next="use --env NAME or AEPCTL_ENV, or set `default_environment:`",
        )
    return next(iter(config.environments), "default")


def check_header(value: str, variable: str) -> None:
    """Refuse what no HTTP header can carry; never show it."""
    if not (value.isascii() and value.isprintable()):
        raise CredentialsError(f"{variable} holds characters that no HTTP header can carry")
