"""Access tokens, as Adobe IMS issues them to servers.

Source: "Implement OAuth server-to-server authentication" (Adobe developer documentation). Tokens
are remembered as long as the emulator runs, so that an expired one stays invalid.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from urllib.parse import parse_qsl

from aepctl.emulator.answers import Answer, Call, json_answer

FORM = "application/x-www-form-urlencoded"


class Tokens:
    """The tokens issued here: to whom, and until when."""

    def __init__(self) -> None:
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, client_id: str, ttl: int) -> str:
        token = secrets.token_urlsafe(32)
        self._issued[token] = (client_id, time.monotonic() + ttl)
        return token

    def owner(self, token: str) -> str | None:
        """The client to whom a token was issued here: its id is the only valid API key."""
        return self._issued.get(token, (None,))[0]

    def accepts(self, token: str, *, strict: bool) -> bool:
        if token in self._issued:
            return time.monotonic() < self._issued[token][1]
        return bool(token) and not strict


def token_answer(call: Call, tokens: Tokens, *, ttl: int, client_secret: str | None) -> Answer:
    """Grant or refuse a token. With no `client_secret` to compare, any will do."""
    if call.header("content-type").partition(";")[0].strip().lower() != FORM:
        return _oauth_error(400, "invalid_request", f"the body must be {FORM}")
    form = _form(call.body)
    if form.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials")
    missing = [name for name in ("client_id", "client_secret") if not form.get(name)]
    if missing:
        return _oauth_error(400, "invalid_request", f"missing {missing[0]}")
    given = form["client_secret"].encode()
    if client_secret is not None and not hmac.compare_digest(given, client_secret.encode()):
        return _oauth_error(401, "invalid_client", "invalid client_secret parameter")
    token = tokens.issue(form["client_id"], ttl)
    return json_answer({"access_token": token, "token_type": "bearer", "expires_in": ttl})


def _form(body: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def _oauth_error(status: int, error: str, description: str) -> Answer:
    return json_answer({"error": error, "error_description": description}, status)
