"""The address of a state behind HTTP, in the two dialects of the Terraform state protocol.

Source: OpenTofu's HTTP backend, and GitLab's API of Terraform states.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from aepctl.errors import AepctlError
from aepctl.project.redaction import Redaction
from aepctl.project.urls import safe_url

USERNAME, PASSWORD = "AEPCTL_HTTP_USERNAME", "AEPCTL_HTTP_PASSWORD"
FORM = f"write https://HOST/PATH; credentials come from {USERNAME} and {PASSWORD}"
GITLAB = re.compile(r".*/api/v4/projects/[^/]+/terraform/state/[^/]+")
LIKE_GITLAB = re.compile(r".*/api/v4/projects/.*/terraform/state(/.*)?")
GITLAB_FORM = (
    "write https://HOST/api/v4/projects/ID/terraform/state/NAME: the project by its number, or "
    "as group%2Fproject, and nothing behind the name"
)


@dataclass(frozen=True, slots=True)
class HttpAddress:
    """Where the document is, and which request takes and gives back the lock."""

    where: str
    gitlab: bool

    def locked_by(self, lock_id: str) -> str:
        """Where the holder of the lock writes."""
        return f"{self.where}?ID={lock_id}"

    @property
    def lock(self) -> tuple[str, str]:
        """Method and URL."""
        return ("POST", f"{self.where}/lock") if self.gitlab else ("LOCK", self.where)

    def unlock(self, lock_id: str) -> tuple[str, str]:
        """Method and URL. Never without an ID: to GitLab that is the order to break any lock."""
        if not lock_id:
            raise ValueError("an unlock needs the ID of the lock")
        if self.gitlab:
            return "DELETE", f"{self.where}/lock?ID={lock_id}"
        return "UNLOCK", self.locked_by(lock_id)


def parse_http(address: str) -> HttpAddress:
    """What the address says. Raises AepctlError that does not repeat it."""
    try:
        url = safe_url(address)
    except ValueError as error:
        raise _wrong(str(error), FORM) from None
    path = urlsplit(url).path
    gitlab = GITLAB.fullmatch(path) is not None
    if not gitlab and LIKE_GITLAB.fullmatch(path):
        raise _wrong("it is no address of one state in GitLab", GITLAB_FORM)
    return HttpAddress(url, gitlab)


def authorization(environ: Mapping[str, str], redaction: Redaction) -> dict[str, str]:
    """The header with the credentials, where there are any. Raises AepctlError."""
    user, password = environ.get(USERNAME, ""), environ.get(PASSWORD, "")
    if not user and not password:
        return {}
    if not user or not password:
        missing, there = (USERNAME, PASSWORD) if password else (PASSWORD, USERNAME)
        raise AepctlError(
            f"{there} is set, and {missing} is not",
            hint=f"set {missing} as well",
            code="store-access",
        )
    for name, value in ((USERNAME, user), (PASSWORD, password)):
        if not value.isprintable() or value != value.strip() or (name == USERNAME and ":" in value):
            raise AepctlError(
                f"{name} holds what cannot belong to it: a blank or a line break, or `:` in a user",
                hint="set it again, without what was pasted along",
                code="store-access",
            )
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    redaction.add(password)
    redaction.add(pair)
    return {"Authorization": f"Basic {pair}"}


def _wrong(why: str, hint: str) -> AepctlError:
    return AepctlError(
        f"the address of the state cannot be used: {why}", hint=hint, code="state-address"
    )
