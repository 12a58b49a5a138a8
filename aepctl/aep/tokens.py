"""Access tokens: a given one, or the OAuth server-to-server flow of Adobe IMS, cached.

Source: Adobe Developer, OAuth Server-to-Server credentials; `POST /ims/token/v3`.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from aepctl.aep.wire import decode_error
from aepctl.credentials import Credentials, Secret
from aepctl.errors import CredentialsError

EARLY = 60.0
"""Seconds before its end at which a token is renewed."""


class TokenSource(Protocol):
    """Where requests get their token. For any number of threads."""

    def current(self) -> str:
        """A token that should be good. Raises CredentialsError."""
        ...

    def renew(self, refused: str) -> bool:
        """Drop the token that was refused; whether another one can be had at all."""
        ...


class GivenToken:
    """AEP_ACCESS_TOKEN: there is no other."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def current(self) -> str:
        return self._token.reveal()

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - the Protocol's
        return False


class _TokenAnswer(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: float = 86399


class ImsToken:
    """Asks IMS for a token when one is needed, and again when it expires or is refused."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        credentials: Credentials,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._url = f"{url}/ims/token/v3"
        self._credentials = credentials
        self._clock = clock
        self._mutex = threading.Lock()
        self._token: Secret | None = None
        self._good_until = 0.0

    def current(self) -> str:
        with self._mutex:
            if self._token is None or self._clock() >= self._good_until:
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
        try:
            response = self._client.post(self._url, data=form)
        except httpx.RequestError as error:
            raise CredentialsError(
                f"no token: {self._url} cannot be reached ({type(error).__name__})",
                next="check the network and `ims_url`, then run it again",
            ) from None
        if response.status_code != httpx.codes.OK:
            said = decode_error(response.status_code, response.content)
            code = f", {said.code}" if said.code else ""
            raise CredentialsError(
                f"no token: {self._url} answered {response.status_code}{code}: "
                f"{self._without_secret(said.message)}",
                next="check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES",
            )
        try:
            answer = _TokenAnswer.model_validate_json(response.content)
        except ValidationError:
            raise CredentialsError(f"no token: the answer of {self._url} holds none") from None
        token = answer.access_token.get_secret_value()
        if not (token.isascii() and token.isprintable()):
            raise CredentialsError(f"no token: the one of {self._url} fits into no HTTP header")
        self._good_until = self._clock() + max(answer.expires_in - EARLY, 0)
        return Secret(token)

    def _without_secret(self, text: str) -> str:
        secret = self._credentials.client_secret
        return text.replace(secret.reveal(), "…") if secret else text
