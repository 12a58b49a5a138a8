"""The secrets, from the environment only: read last, when something is to be sent."""

import re
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
    """How to come by a token: a given one, or a client that may ask for one.

    `hides_client`: a client is given as well, which the given token keeps from being asked.
    """

    api_key: str
    access_token: Secret | None = None
    client_secret: Secret | None = None
    client_id: str = ""
    scopes: str = SCOPES
    hides_client: bool = False


NAMES = (
    "AEP_ACCESS_TOKEN", "AEP_CLIENT_ID", "AEP_CLIENT_SECRET", "AEP_API_KEY", "AEP_SCOPES"
)  # fmt: skip
LABEL = r"(?i)(?:authorization\s*:\s*)?bearer(?:\s+|$)"
"""What stands before a token where it was copied with its header."""
QUOTES = frozenset({'""', "''", "``", "\u201c\u201d", "\u2018\u2019"})
PLACEHOLDER = r"\$\{|\$\(|\{\{|<[A-Za-z_ -]+>|\$[A-Z_]+$"
"""What stands where a variable or a sample was not replaced."""


def credentials(environment: Environment, environ: Mapping[str, str]) -> Credentials:
    """The secrets from the environment, without what was pasted around them.

    Raises CredentialsError that names what is missing, or what cannot be used.
    """
    if environment.target.endpoint == EMULATOR:
        return Credentials(api_key="emulator", access_token=Secret("emulator"))
    given = {name: _pasted(environ.get(name, ""), name) for name in NAMES}
    api_key = given["AEP_API_KEY"] or given["AEP_CLIENT_ID"]
    secret = Secret(given["AEP_CLIENT_SECRET"]) if given["AEP_CLIENT_SECRET"] else None
    if given["AEP_ACCESS_TOKEN"]:
        if not api_key:
            raise CredentialsError(
                "no API key: AEP_API_KEY (or AEP_CLIENT_ID) is not set",
                hint="set it to the client ID that Adobe's Developer Console shows",
                code="credentials-missing",
            )
        hides_client = bool(given["AEP_CLIENT_ID"] and secret)
        token = Secret(given["AEP_ACCESS_TOKEN"])
        return Credentials(api_key=api_key, access_token=token, hides_client=hides_client)
    missing = [name for name in ("AEP_CLIENT_ID", "AEP_CLIENT_SECRET") if not given[name]]
    if missing:
        raise CredentialsError(
            f"no credentials for `{environment.name}`: {' and '.join(missing)} not set",
            hint="set AEP_CLIENT_ID and AEP_CLIENT_SECRET, or AEP_ACCESS_TOKEN and AEP_API_KEY",
            code="credentials-missing",
        )
    return Credentials(
        api_key=api_key,
        client_id=given["AEP_CLIENT_ID"],
        client_secret=secret,
        scopes=given["AEP_SCOPES"] or SCOPES,
    )


def check_header(value: str, name: str) -> None:
    """Refuse what no HTTP header can carry; never show it. Raises CredentialsError."""
    if not (value.isascii() and value.isprintable()):
        raise CredentialsError(
            f"{name} contains characters that are not allowed in an HTTP header",
            code="credentials-malformed",
        )


def _pasted(text: str, name: str) -> str:
    """The value itself; `Bearer`, quotes and blanks around it are no part of any of these.

    Raises CredentialsError for what is broken within. Never shows any of it.
    """
    value = _unquoted(text.strip())
    if name == "AEP_ACCESS_TOKEN":
        value = _unquoted(re.sub(LABEL, "", value, count=1).strip())
    if any(one in value for one in "\r\n"):
        raise CredentialsError(
            f"{name} has a line break in the middle",
            hint="it was pasted in several lines, or with something after it: set it in one line",
            code="credentials-malformed",
        )
    check_header(value, name)
    if re.search(PLACEHOLDER, value):
        raise CredentialsError(
            f"{name} holds the name of a variable that nobody replaced",
            hint="check how the pipeline or the shell sets it",
            code="credentials-malformed",
        )
    if name != "AEP_SCOPES" and (" " in value or "{" in value or '"' in value):
        raise CredentialsError(
            f"{name} contains blanks, quotes or braces, which it never has",
            hint=f"set {name} to the value alone, without what stood around it",
            code="credentials-malformed",
        )
    return value


def _unquoted(value: str) -> str:
    return value[1:-1].strip() if value[:1] + value[1:][-1:] in QUOTES else value
