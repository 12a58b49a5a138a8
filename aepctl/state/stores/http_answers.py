"""What an HTTP state server's answers mean. Pure.

Source: RFC 9110; OpenTofu's HTTP backend; GitLab's API of Terraform states.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aepctl.replies import Response
from aepctl.state.stores.documents import STORE_ACCESS
from aepctl.state.stores.http_address import PASSWORD, USERNAME
from aepctl.texts import json_of

TAKEN = (HTTPStatus.CONFLICT, HTTPStatus.LOCKED)
UNWELCOME = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
DONE = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
GITLAB_NO_STATE = "404 Not found"
"""To the letter: it knows the project and not the state. A project that is not there, or may not be
seen, is `404 Project Not Found`, a path that it does not serve `404 Not Found`."""
PLAIN_NO_STATE = ("", "not found", "404 not found", "404 page not found", "state not found")
SERIAL_TAKEN = re.compile(r"unique|duplicate|already been taken", re.IGNORECASE)
IN_PIPELINES = f"; in a pipeline {USERNAME}=gitlab-ci-token and {PASSWORD}=$CI_JOB_TOKEN"
MAX_TEXT = 200


class Refused(Exception):
    """Certainly not done; what is said of it to people. `passing`: not for long, perhaps."""

    def __init__(
        self,
        why: str,
        hint: str | None = None,
        *,
        passing: bool = False,
        code: str | None = None,
    ) -> None:
        super().__init__(why)
        self.why, self.hint, self.passing, self.code = why, hint, passing, code


class Unanswered(Exception):
    """Sent, and no answer that says what came of it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class SerialTaken(Exception):
    """GitLab has a version of this serial already: somebody else has written it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the lock, in the server's words. `id` is "" where it did not say."""

    id: str
    told: str


def is_success(status: int) -> bool:
    """Done, and acknowledged."""
    return status in DONE


def is_unsure(status: int) -> bool:
    """It may have been done before this was said."""
    is_client_error = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return not is_success(status) and (not is_client_error or status == HTTPStatus.REQUEST_TIMEOUT)


def is_redirect(status: int) -> bool:
    """Somebody else is to be asked, which we do not do."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST


def is_no_state(reply: Response, *, gitlab: bool) -> bool:
    """Whether a 404 says that nothing was ever written here, and nothing else."""
    if gitlab:
        return field(reply.body, "message") == GITLAB_NO_STATE
    told = field(reply.body, "message") or field(reply.body, "error")
    text = told or reply.body.decode(errors="replace")
    return text.strip(" \t\r\n.").lower() in PLAIN_NO_STATE


def refused(reply: Response, *, gitlab: bool) -> Refused:
    """What to say of an answer that is no success."""
    status = reply.status
    if is_redirect(status):
        to = f" to {reply.location}" if reply.location else ""
        return Refused(f"the server redirects{to}", "give the address that it ends at")
    hint = _hints(gitlab=gitlab).get(status)
    passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    code = STORE_ACCESS if status in UNWELCOME else None
    said = f"the server answers {status}{_told(reply.body)}"
    return Refused(said, hint, passing=passing, code=code)


def _hints(*, gitlab: bool) -> dict[int, str]:
    more = IN_PIPELINES if gitlab else ""
    of_both: dict[int, str] = {
        HTTPStatus.UNAUTHORIZED: f"check {USERNAME} and {PASSWORD}{more}",
        HTTPStatus.FORBIDDEN: f"this user may not do that; ask who runs the server, or {USERNAME}",
        HTTPStatus.NOT_FOUND: "check the address",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "raise the server's limit for the size of a state",
        HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "check HTTPS_PROXY",
    }
    if not gitlab:
        return of_both
    rights = f"the role Maintainer may write, Developer may read{more}"
    of_gitlab: dict[int, str] = {
        HTTPStatus.FORBIDDEN: rights,
        HTTPStatus.NOT_FOUND: f"check the project in the address; {rights}",
    }
    return {**of_both, **of_gitlab}


def holder(body: bytes) -> Holder:
    """Who has the lock, from what the server says with "it is taken"."""
    lock_id, who, since = (field(body, name) for name in ("ID", "Who", "Created"))
    parts = (who, f"since {since}" if since else "", f"(ID {lock_id})" if lock_id else "")
    told = " ".join(part for part in parts if part)
    return Holder(lock_id, told or "by whom, the server does not say")


def field(body: bytes, name: str) -> str:
    """A text in a JSON object, as far as it may be shown; "" where there is none."""
    try:
        value: Any = json_of(body)
    except ValueError:
        return ""
    found = value.get(name) if isinstance(value, dict) else None
    return _visible(found) if isinstance(found, str) else ""


def _told(body: bytes) -> str:
    """What an error's body says, behind a colon; nothing of a web page."""
    text = field(body, "message") or field(body, "error")
    text = text or _visible(body[: 4 * MAX_TEXT].decode(errors="replace"))
    if text.startswith("<"):
        return ", with a web page"
    return f": {text}" if text else ""


def _visible(text: str) -> str:
    shown = re.sub(r"\s+", " ", text[: 2 * MAX_TEXT]).strip()
    return "".join(one for one in shown if one.isprintable())[:MAX_TEXT]
