"""What is asked of every request, in the order in which the platform asks it.

First the gateway (token, API key, organisation, sandbox), then the service (content type, body).
Sources: the troubleshooting guide, "Request header errors"; "Create audience endpoint" for the
headers and the query parameter that creating metadata needs.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from aepctl.emulator.answers import (
    Answer,
    Call,
    RefusedError,
    as_json,
    gateway_error,
    json_answer,
    token_invalid,
    unusable_json,
    validation_error,
)
from aepctl.emulator.tokens import Tokens
from aepctl.project.urls import is_loopback

CREATE_ACCEPT = "application/vnd.adobe.external.audiences+json; version=2"
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


HOST = re.compile(r"(?:\[([^\]]*)\]|([^:\[\]]*?)\.?)(?::\d{1,5})?")


def names_this_machine(host: str) -> bool:
    """Whether a `Host` header is a name of this machine alone, with any port."""
    found = HOST.fullmatch(host.strip().lower())
    return found is not None and is_loopback(found[1] or found[2] or "")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and where: audiences are isolated by organisation and sandbox."""

    org: str
    sandbox: str
    api_key: str


def check_gateway(call: Call, tokens: Tokens, *, strict: bool) -> Caller:
    """Who calls, after what Adobe's gateway checks of every call. Raises RefusedError."""
    api_key = call.header("x-api-key")
    org = call.header("x-gw-ims-org-id")
    sandbox = call.header("x-sandbox-name")
    _check_token(call, tokens, strict=strict)
    _demand(api_key, gateway_error(403, "403000", "Api Key is required"))
    owner = tokens.owner(_bearer(call))
    _demand(owner in (None, api_key), gateway_error(403, "403003", "Api Key is invalid"))
    _demand(org, gateway_error(400, "400003", "Missing header"))
    # No credential is entitled to an organisation that cannot exist.
    _demand(org.endswith("@AdobeOrg"), gateway_error(403, "403025", "Profile is not valid"))
    _demand(sandbox, gateway_error(400, "400003", "Missing header"))
    if call.method in WITH_BODY:
        _check_content_type(call)
    return Caller(org, sandbox, api_key)


def check_create(call: Call) -> None:
    """Raise RefusedError without the header or the parameter that a create must have.

    Both are marked "must" in "Create audience endpoint"; no document shows their errors.
    """
    if call.header("accept") != CREATE_ACCEPT:
        raise RefusedError(validation_error(call, f"The Accept header must be {CREATE_ACCEPT}"))
    if call.parameter("createAudienceMetaOnly") != "true":
        problem = "The query parameter createAudienceMetaOnly=true is required"
        raise RefusedError(validation_error(call, problem))


def json_body(call: Call) -> Any:
    """The parsed body. Raises RefusedError where it could not be answered with again."""
    try:
        body = json.loads(call.body)
        as_json(body)
    except (ValueError, RecursionError):
        raise RefusedError(unusable_json(call)) from None
    return body


def json_object(call: Call) -> dict[str, Any]:
    """The parsed body, an object. Raises RefusedError for anything else."""
    body = json_body(call)
    if not isinstance(body, dict):
        raise RefusedError(unusable_json(call))
    return body


def _bearer(call: Call) -> str:
    scheme, _, token = call.header("authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _check_token(call: Call, tokens: Tokens, *, strict: bool) -> None:
    if not call.header("authorization"):
        raise RefusedError(gateway_error(401, "403010", "Oauth token is missing."))
    if not tokens.accepts(_bearer(call), strict=strict):
        raise RefusedError(token_invalid())


def _check_content_type(call: Call) -> None:
    media_type = call.header("content-type").partition(";")[0].strip().lower()
    problem = {
        "type": "/placeholder/type/uri",
        "status": 400,
        "title": "BadRequestError",
        "detail": "A valid content-type must be specified",
    }
    _demand(media_type == "application/json", json_answer(problem, 400))


def _demand(met: object, otherwise: Answer) -> None:
    if not met:
        raise RefusedError(otherwise)
