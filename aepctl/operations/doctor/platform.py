"""The platform itself: token, organisation, sandbox, rights and addresses. Only asked, never told.

Sources: Sandbox API, "Available sandboxes" (open to everybody who may use one); Access Control API,
"Effective policies" (a POST that only reads); Segmentation Service API, List audiences.
"""

import json
from difflib import get_close_matches
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

from aepctl.aep.advice import (
    NO_RIGHT,
    NO_VIEW_RIGHT,
    RUN_AGAIN,
    TOKEN_CODES,
    VIEW_RIGHT,
    Advice,
    unreached,
)
from aepctl.aep.explanations import ErrorBody, decode_error
from aepctl.errors import AepctlError
from aepctl.model.checkup import Status
from aepctl.operations.doctor.answers import decoded, sandboxes_in, total_of, writes_in
from aepctl.operations.doctor.patient import Found, Patient
from aepctl.replies import Reply, Response
from aepctl.wording import listed

DATA = "/data/core/ups"
SANDBOXES = "/data/foundation/sandbox-management/"
RIGHTS = "/data/foundation/access-control/acl/effective-policies"
ASKED_RIGHTS = ("/permissions/manage-segments", "/resource-types/segments")
PREFIXES = ("/core/ais", "/data/core/ais")
"""Both are documented for creates: the older revision, and the newer ones."""
FORBIDDEN = HTTPStatus.FORBIDDEN
MANY = 200
MAX_PAGES = 10
TELLING = frozenset({"400003", "403000", "403003", "403025", "UPAPI-113740-403"})
"""What is said of the API key and of the organisation, whatever is asked for."""


def organisation(patient: Patient) -> Found:
    """The platform takes these credentials for this organisation.

    Where the list of sandboxes is refused, the audiences tell: it is another API, which an API key
    may do without.
    """
    patient.sandboxes = _get(patient, f"{_root(patient)}{SANDBOXES}?limit={MANY}&offset=0")
    if not _is_ok(patient.sandboxes):
        patient.audiences = _audiences(patient)
        _check_taken(patient, patient.audiences)
        lacks = isinstance(patient.audiences, Response) and patient.audiences.status == FORBIDDEN
        if not lacks and not _is_ok(patient.audiences):  # a missing right is told where it counts
            raise _refused(patient, patient.audiences)
    return Found(f"{patient.where.target.org} takes these credentials")


def sandbox(patient: Patient) -> Found:
    """The sandbox is there, is active, and these credentials may use it."""
    name = patient.where.target.sandbox
    reply = patient.sandboxes
    if not _is_ok(reply):
        said = f"the list of sandboxes is not to be had ({_told(reply)})"
        if _is_ok(patient.audiences):
            told = f"{said}, but audiences of `{name}` can be listed"
            return Found(told, Status.WARNING, "no command but this check needs that list")
        return Found(f"not checked: {said}", Status.SKIPPED)
    known = _all_sandboxes(patient, reply)
    found = known.get(name)
    if found is None:
        near = get_close_matches(name, known, n=1)
        raise AepctlError(
            f"`{name}` is not among the sandboxes that these credentials may use: "
            f"{listed(known) or 'there are none'}",
            hint=f"did you mean {near[0]}?"
            if near
            else "check `sandbox` in aepctl.yaml (or AEP_SANDBOX), or have these credentials added "
            "to it",
            code="platform-refused",
        )
    state, kind = found
    if state not in {"", "active"}:
        raise AepctlError(
            f"`{name}` is {state}", hint="wait until it is active, or take another one",
            code="platform-refused",
        )  # fmt: skip
    return Found(f"`{name}` is active{f' ({kind})' if kind else ''}")


def reading(patient: Patient) -> Found:
    """Audiences can be listed there."""
    if patient.audiences is None:
        patient.audiences = _audiences(patient)
    reply = patient.audiences
    if not _is_ok(reply):
        raise _refused(patient, reply)
    total = total_of(reply)
    count = "" if total is None else f": {total:,} there"
    return Found(f"audiences can be listed{count}")


def writing(patient: Patient) -> Found:
    """What the access control says of creating; trying it would be creating."""
    connection = patient.linked
    body = json.dumps(ASKED_RIGHTS).encode()
    url = f"{_root(patient)}{RIGHTS}"
    reply = connection.send("POST", url, request_id=str(uuid4()), body=body)
    rights = writes_in(reply, ASKED_RIGHTS) if isinstance(reply, Response) else None
    if rights is None:
        said = f"not checked: the access control does not say ({_told(reply)})"
        return Found(said, Status.SKIPPED, "the first create tells; it is refused without harm")
    if rights:
        return Found(f"the access control allows it: {', '.join(rights)}")
    return Found(
        "the access control names no right to manage segments",
        Status.WARNING,
        "have `Manage Segments` given to these credentials; creates are refused without it",
    )


def addresses(patient: Patient) -> Found:
    """Which of the two documented addresses knows the create call, asked by GET: none is made."""
    mine = patient.where.ais_url
    prefix = next((one for one in reversed(PREFIXES) if mine.endswith(one)), None)
    status = _knows(patient, mine)
    if status is None:
        return Found(f"not checked: {mine} does not answer", Status.SKIPPED)
    if status != HTTPStatus.NOT_FOUND:
        return Found(f"{mine} answers")
    if prefix is None:
        hint = f"check `ais_url`: as documented it ends in {' or '.join(PREFIXES)}"
        return Found(f"{mine} answers 404", Status.WARNING, hint)
    stem = mine.removesuffix(prefix)
    other = f"{stem}{PREFIXES[1 - PREFIXES.index(prefix)]}"
    if _knows(patient, other) in {None, HTTPStatus.NOT_FOUND}:
        return Found(
            f"not checked: neither {mine} nor {other} says that it is there", Status.SKIPPED
        )
    said = f"{mine} is not there, and {other} is"
    return Found(said, Status.WARNING, f"write `ais_url: {other}` for its environment")


def _knows(patient: Patient, url: str) -> int | None:
    reply = _get(patient, f"{url}/audiences")
    return reply.status if isinstance(reply, Response) else None


def _all_sandboxes(patient: Patient, first: Reply | None) -> dict[str, tuple[str, str]]:
    """By name, with state and type; further pages are asked for until the name is found."""
    name, found = patient.where.target.sandbox, sandboxes_in(first)
    for page in range(1, MAX_PAGES):
        if name in found or len(found) < page * MANY:
            break
        more = sandboxes_in(
            _get(patient, f"{_root(patient)}{SANDBOXES}?limit={MANY}&offset={page * MANY}")
        )
        if more.keys() <= found.keys():
            break
        found |= more
    return found


def _root(patient: Patient) -> str:
    """What stands before all paths, where audiences are read."""
    url = patient.where.ups_url
    if url.endswith(DATA):
        return url.removesuffix(DATA)
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _audiences(patient: Patient) -> Reply:
    return _get(patient, f"{patient.where.ups_url}/audiences?start=0&limit=1")


def _get(patient: Patient, url: str) -> Reply:
    return patient.linked.send("GET", url, request_id=str(uuid4()))


def _is_ok(reply: Reply | None) -> bool:
    return decoded(reply) is not None


def _told(reply: Reply | None) -> str:
    if not isinstance(reply, Response):
        return "no answer" if reply is None else reply.reason
    if reply.status == HTTPStatus.OK:
        return f"an answer that {reply.flaw or 'cannot be read'}"
    return _said(reply.status, decode_error(reply.status, reply.body))


def _said(status: int, error: ErrorBody) -> str:
    return f"{status}{f' {error.code}' if error.code else ''}: {error.message}"


def _check_taken(patient: Patient, reply: Reply) -> None:
    """Raise AepctlError where the gateway refuses token, API key or organisation."""
    if not isinstance(reply, Response):
        return
    error = decode_error(reply.status, reply.body)
    refused = reply.status == HTTPStatus.UNAUTHORIZED or error.code in TOKEN_CODES | TELLING
    if refused or reply.status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        raise _refused(patient, reply)


def _refused(patient: Patient, reply: Reply) -> AepctlError:
    """What was said, and what to do about it."""
    if not isinstance(reply, Response):
        return AepctlError(
            _told(reply), hint=unreached(_told(reply), "ups_url"), code="platform-unreachable"
        )
    error = decode_error(reply.status, reply.body)
    return AepctlError(
        _said(reply.status, error),
        hint=_advice(patient, reply.status, error),
        code="platform-refused",
    )


def _advice(patient: Patient, status: int, error: ErrorBody) -> str:
    if error.code == NO_VIEW_RIGHT:
        return VIEW_RIGHT
    advice = Advice(patient.linked.token_advice, "ups_url").about(status, error)
    return advice or (NO_RIGHT if status == FORBIDDEN else RUN_AGAIN)
