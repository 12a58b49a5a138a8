"""Access tokens: a given one, or the OAuth server-to-server flow of Adobe IMS, cached.

Source: Adobe Developer, OAuth Server-to-Server credentials; `POST /ims/token/v3`.
"""

import threading
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from pydantic import BaseModel, Field, SecretStr, ValidationError

from aepctl.aep.wire import decode_error
from aepctl.clock import Clock
from aepctl.errors import CredentialsError
from aepctl.project.credentials import Credentials, Secret
from aepctl.replies import Reply, Response

TOKEN_MARGIN_SECONDS = 60.0
"""So long before its end a token is renewed."""
TOKEN_LIFE_SECONDS = 86399.0
"""How long a token lasts that does not say it. Source: the same page, an example answer."""


class TokenSource(Protocol):
    """Where requests get their token. For any number of threads."""

    def current(self) -> str:
        """A token that should be good. Raises CredentialsError."""
        ...

    def renew(self, refused: str) -> bool:
        """Drop the token that was refused; whether another one can be had at all."""
        ...


class Exchange(Protocol):
    """What a token is asked for with. See transport.Transport."""

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply: ...


class GivenToken:
    """AEP_ACCESS_TOKEN: there is no other."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def current(self) -> str:
        return self._token.reveal()

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - the Protocol's
        return False


class _TokenBody(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: float = TOKEN_LIFE_SECONDS


class ImsToken:
    """Asks IMS for a token when one is needed, and again when it expires or is refused."""

    def __init__(
        self, exchange: Exchange, ims_url: str, credentials: Credentials, clock: Clock
    ) -> None:
        self._exchange = exchange
        self._url = f"{ims_url}/ims/token/v3"
        self._credentials = credentials
        self._clock = clock
        self._mutex = threading.Lock()
        self._token: Secret | None = None
        self._good_until = 0.0

    def current(self) -> str:
        with self._mutex:
            if self._token is None or self._clock.monotonic() >= self._good_until:
                self._token = self._ask()
            return self._token.reveal()

    def renew(self, refused: str) -> bool:
        with self._mutex:
            if self._token is not None and self._token.reveal() == refused:
                self._token = None  # else another thread has renewed it already
        return True

    def _ask(self) -> Secret:
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
            raise CredentialsError(
                f"could not get an access token: {self._url} cannot be reached: {reply.reason}",
                hint="check the network and `ims_url`, then run it again",
            )
        if reply.status != HTTPStatus.OK:
            raise self._refused(reply)
        return self._taken(reply)

    def _refused(self, response: Response) -> CredentialsError:
        error = decode_error(response.status, response.body)
        code = f", {error.code}" if error.code else ""
        return CredentialsError(
            f"could not get an access token: {self._url} answered {response.status}{code}: "
            f"{self._without_secret(error.message)}",
            hint="check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES",
        )

    def _taken(self, response: Response) -> Secret:
        """The token in the answer. What the answer holds instead is not shown: it may be secret."""
        if not response.complete:
            raise CredentialsError(
                f"could not get an access token: the answer of {self._url} {response.flaw}",
                hint="run it again",
            )
        try:
            body = _TokenBody.model_validate_json(response.body)
        except ValidationError:
            raise CredentialsError(
                f"could not get an access token: the answer of {self._url} holds none",
                hint="check `ims_url`",
            ) from None
        token = body.access_token.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise CredentialsError(
                f"could not get an access token: the one from {self._url} contains characters "
                "that are not allowed in an HTTP header",
                hint="check `ims_url`",
            )
        life = max(body.expires_in - TOKEN_MARGIN_SECONDS, 0)
        self._good_until = self._clock.monotonic() + life
        return Secret(token)

    def _without_secret(self, text: str) -> str:
        secret = self._credentials.client_secret
        return text.replace(secret.reveal(), "…") if secret else text
