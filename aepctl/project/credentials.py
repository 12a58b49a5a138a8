"""The secrets, from the environment only: read last, when something is to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from aepctl.errors import CredentialsError
from aepctl.model.target import EMULATOR
from aepctl.project.environment import Environment

SCOPES = "openid,AdobeID,read_organizations,additional_info.projectedProductContext,session"


class Secret:
    """A text that no repr, log or traceback shows."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to come by a token: a given one, or a client that may ask for one."""

    api_key: str
    access_token: Secret | None = None
    client_secret: Secret | None = None
    client_id: str = ""
    scopes: str = SCOPES


def credentials(environment: Environment, environ: Mapping[str, str]) -> Credentials:
    """The secrets from the environment. Raises CredentialsError that names what is missing."""
    if environment.target.endpoint == EMULATOR:
        return Credentials(api_key="emulator", access_token=Secret("emulator"))
    given = {name: environ.get(name, "").strip() for name in (
        "AEP_ACCESS_TOKEN", "AEP_CLIENT_ID", "AEP_CLIENT_SECRET", "AEP_API_KEY", "AEP_SCOPES"
    )}  # fmt: skip
    for name, value in given.items():
        check_header(value, name)
    api_key = given["AEP_API_KEY"] or given["AEP_CLIENT_ID"]
    if given["AEP_ACCESS_TOKEN"]:
        if not api_key:
            raise CredentialsError("no API key: AEP_API_KEY (or AEP_CLIENT_ID) is not set")
        return Credentials(api_key=api_key, access_token=Secret(given["AEP_ACCESS_TOKEN"]))
    missing = [name for name in ("AEP_CLIENT_ID", "AEP_CLIENT_SECRET") if not given[name]]
    if missing:
        raise CredentialsError(
            f"no credentials for `{environment.name}`: {' and '.join(missing)} not set",
            hint="set AEP_CLIENT_ID and AEP_CLIENT_SECRET, or AEP_ACCESS_TOKEN and AEP_API_KEY",
        )
    return Credentials(
        api_key=api_key,
        client_id=given["AEP_CLIENT_ID"],
        client_secret=Secret(given["AEP_CLIENT_SECRET"]),
        scopes=given["AEP_SCOPES"] or SCOPES,
    )


def check_header(value: str, name: str) -> None:
    """Refuse what no HTTP header can carry; never show it. Raises CredentialsError."""
    if not (value.isascii() and value.isprintable()):
        raise CredentialsError(f"{name} contains characters that are not allowed in an HTTP header")
