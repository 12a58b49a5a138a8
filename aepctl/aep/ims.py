"""Asking Adobe IMS for an access token: again, where that may help.

Source: Adobe Developer, OAuth Server-to-Server credentials; `POST /ims/token/v3`.
"""

import math
import random
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

from pydantic import BaseModel, Field, SecretStr, ValidationError

from aepctl.aep.advice import PROXY, RUN_AGAIN, unreached
from aepctl.aep.explanations import ErrorBody, decode_error
from aepctl.aep.repeating import MAX_ATTEMPTS, may_pass, pause
from aepctl.backoff import Jitter
from aepctl.clock import Clock
from aepctl.errors import CredentialsError
from aepctl.patience import Patience
from aepctl.project.credentials import Credentials, Secret
from aepctl.replies import Reply, Response

TOKEN_LIFE_SECONDS = 86399.0
"""How long a token lasts that does not say it. Source: the same page, an example answer."""
HAS_TOKEN = re.compile(rb"(access|refresh|id)_?token", re.IGNORECASE)
"""What an answer is not shown with: nobody knows yet what would have to be taken out of it."""
CHECK_CLIENT = "check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES"
CHECK_ADDRESS = "check `ims_url`"


class Exchange(Protocol):
    """What a token is asked for with. See transport.Transport."""

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply: ...


@dataclass(frozen=True, slots=True)
class Granted:
    """A token, and for how many seconds from now it is good."""

    token: Secret
    seconds: float


class _TokenBody(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: Any = None


class _Trouble(NamedTuple):
    what: str
    hint: str
    again: bool = False
    asked: float | None = None
    code: str = "token-not-granted"


class Ims:
    """The token service, as one client asks it."""

    def __init__(
        self,
        exchange: Exchange,
        url: str,
        credentials: Credentials,
        clock: Clock,
        patience: Patience | None = None,
        jitter: Jitter = random.random,
        attempts: int = MAX_ATTEMPTS,
    ) -> None:
        self._attempts = attempts
        self._exchange = exchange
        self._url = url
        self._credentials = credentials
        self._clock = clock
        self._patience = patience or Patience()
        self._jitter = jitter

    def ask(self) -> Granted:
        """A new token. A fault that may pass is waited for. Raises CredentialsError."""
        attempt = 0
        while True:
            found = self._once()
            if isinstance(found, Granted):
                return found
            what = f"could not get an access token: {found.what}"
            too_long = self._patience.too_long(found.asked or 0.0, self._clock.now())
            if too_long is not None:
                raise CredentialsError(what, hint=too_long, code=found.code)
            attempt += 1
            if not found.again or attempt == self._attempts:
                raise CredentialsError(what, hint=found.hint, code=found.code)
            pause(
                attempt - 1,
                what,
                found.asked,
                clock=self._clock,
                patience=self._patience,
                jitter=self._jitter,
            )

    def _once(self) -> Granted | _Trouble:
        given = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": given.client_id,
            "client_secret": given.client_secret.reveal() if given.client_secret else "",
            "scope": given.scopes,
        }
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        reply = self._exchange.send("POST", self._url, headers, urlencode(form).encode())
        if not isinstance(reply, Response):
            what = f"{self._url} cannot be reached: {reply.reason}"
            hint = unreached(reply.reason, "ims_url")
            return _Trouble(what, hint, again=True, code="token-service-unreachable")
        return self._taken(reply) if reply.status == HTTPStatus.OK else self._refused(reply)

    def _refused(self, response: Response) -> _Trouble:
        status = response.status
        error = decode_error(status, response.body)
        if HAS_TOKEN.search(response.body):
            error = ErrorBody("it may hold a token, and is not shown")
        code = f", {error.code}" if error.code else ""
        return _Trouble(
            f"{self._url} answered {status}{code}: {error.message}",
            _hint(status),
            again=may_pass(status),
            asked=response.retry_after,
        )

    def _taken(self, response: Response) -> Granted | _Trouble:
        """The token in the answer. What the answer holds instead is not shown: it may be secret."""
        if not response.complete:
            what = f"the answer of {self._url} {response.flaw or 'is cut short'}"
            return _Trouble(what, RUN_AGAIN, again=True)
        try:
            body = _TokenBody.model_validate_json(response.body)
        except ValidationError:
            return _Trouble(f"the answer of {self._url} holds none", CHECK_ADDRESS)
        token = body.access_token.get_secret_value().strip(" ")  # which no header ends with
        if not token:
            return _Trouble(f"the answer of {self._url} holds none", CHECK_ADDRESS)
        if not (token.isascii() and token.isprintable()):
            return _Trouble(
                f"the one from {self._url} contains characters that are not allowed in an HTTP "
                "header",
                CHECK_ADDRESS,
            )
        return Granted(Secret(token), _life(body.expires_in))


def _life(said: object) -> float:
    """Seconds; the usual ones where it does not say a number."""
    try:
        seconds = float(said) if isinstance(said, str | int | float) else math.nan
    except (ValueError, OverflowError):
        seconds = math.nan
    return seconds if math.isfinite(seconds) else TOKEN_LIFE_SECONDS


def _hint(status: int) -> str:
    """What to do about a refusal: only these two can be the client's own doing."""
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED}:
        return CHECK_CLIENT
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return PROXY
    if may_pass(status):
        return RUN_AGAIN
    return f"{CHECK_ADDRESS}, and what stands between this machine and it"
