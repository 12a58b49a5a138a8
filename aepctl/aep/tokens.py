"""Access tokens: a given one, or the OAuth server-to-server flow of Adobe IMS, cached.

Source: Adobe Developer, OAuth Server-to-Server credentials; `POST /ims/token/v3`.
"""

import threading
from typing import Protocol

from aepctl.aep.ims import Exchange, Ims
from aepctl.clock import Clock
from aepctl.log import SILENT
from aepctl.patience import Patience, duration
from aepctl.project.credentials import Credentials, Secret

TOKEN_MARGIN_SECONDS = 60.0
"""So long before its end a token is renewed."""


class TokenSource(Protocol):
    """Where requests get their token. For any number of threads."""

    def current(self) -> str:
        """A token that should be good. Raises CredentialsError."""
        ...

    def renew(self, refused: str) -> bool:
        """Drop the token that was refused; whether another one can be had at all."""
        ...

    @property
    def advice(self) -> str:
        """What a person can do where the token is refused."""
        ...


class GivenToken:
    """AEP_ACCESS_TOKEN: there is no other."""

    def __init__(self, token: Secret, *, hides_client: bool = False) -> None:
        self._token = token
        self._hides_client = hides_client

    @property
    def advice(self) -> str:
        """A token that was given lives a day; a stale one hides credentials that are good."""
        said = "the token in AEP_ACCESS_TOKEN is expired, or of no use here: set a new one"
        if self._hides_client:
            return f"{said}, or unset it: AEP_CLIENT_ID and AEP_CLIENT_SECRET are set as well"
        return said

    def current(self) -> str:
        return self._token.reveal()

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - the Protocol's
        return False


class ImsToken:
    """Asks IMS for a token when one is needed, and again when it expires or is refused."""

    advice = (
        "IMS gives a token for AEP_CLIENT_ID, and the platform refuses it: check the product "
        "profiles of these credentials, AEP_SCOPES and `org`"
    )

    def __init__(
        self,
        exchange: Exchange,
        ims_url: str,
        credentials: Credentials,
        clock: Clock,
        patience: Patience | None = None,
    ) -> None:
        self._ims = Ims(exchange, f"{ims_url}/ims/token/v3", credentials, clock, patience)
        self._clock = clock
        self._log = SILENT if patience is None else patience.log
        self._mutex = threading.Lock()
        self._token: Secret | None = None
        self._good_until = 0.0

    def current(self) -> str:
        with self._mutex:
            if self._token is None or self._clock.monotonic() >= self._good_until:
                granted = self._ims.ask()
                self._token = granted.token
                life = max(granted.seconds - TOKEN_MARGIN_SECONDS, 0)
                self._good_until = self._clock.monotonic() + life
                told = f"got an access token, good for {duration(granted.seconds)}"
                self._log.detail("token", told, seconds=granted.seconds)
            return self._token.reveal()

    def renew(self, refused: str) -> bool:
        with self._mutex:
            if self._token is not None and self._token.reveal() == refused:
                self._token = None  # else another thread has renewed it already
        return True
