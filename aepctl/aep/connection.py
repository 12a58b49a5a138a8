"""One environment's platform. One Platform a run, one Connection a thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

from aepctl.aep.tokens import GivenToken, ImsToken, TokenSource
from aepctl.model.target import EMULATOR
from aepctl.patience import Patience
from aepctl.project.credentials import Credentials
from aepctl.project.environment import Environment
from aepctl.replies import Reply, Response
from aepctl.transport import TransportFactory

JSON = "application/json"


class Platform:
    """Where one environment's audiences live, and how to ask it. Close it after use."""

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        transports: TransportFactory | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.environment = environment
        self.credentials = credentials
        self.transports = transports or TransportFactory()
        for secret in (credentials.access_token, credentials.client_secret):
            if secret is not None and environment.target.endpoint != EMULATOR:
                self.transports.redaction.add(secret.reveal())
        self._token_transport = self.transports.transport()
        self.tokens: TokenSource = (
            GivenToken(credentials.access_token, hides_client=credentials.hides_client)
            if credentials.access_token
            else ImsToken(
                self._token_transport,
                environment.ims_url,
                credentials,
                self.transports.clock,
                patience,
            )
        )

    def connect(self) -> "Connection":
        """A connection for one thread."""
        return Connection(self)

    def close(self) -> None:
        self._token_transport.close()


class Connection:
    """Sends requests with the headers that every call needs, one at a time, each one once."""

    def __init__(self, platform: Platform) -> None:
        self.environment = platform.environment
        self._api_key = platform.credentials.api_key
        self._tokens = platform.tokens
        self._transport = platform.transports.transport()
        self._redaction = platform.transports.redaction
        self._used_token = ""

    def send(
        self,
        method: str,
        url: str,
        *,
        request_id: str,
        accept: str = JSON,
        body: bytes | None = None,
        ready: Callable[[], None] | None = None,
    ) -> Reply:
        """Send one request; `body` is JSON. `ready` is asked last, when there is a token.

        Raises CredentialsError where no token can be had, and whatever `ready` raises; nothing was
        sent then.
        """
        headers = {**self._headers(request_id), "Accept": accept}
        if body is not None:
            headers["Content-Type"] = JSON
        if ready is not None:
            ready()
        reply = self._transport.send(method, url, headers, body)
        if isinstance(reply, Response) and reply.complete and self._redaction.holds(reply.body):
            return replace(reply, body=b"", complete=False, flaw="repeats a secret that was sent")
        return reply

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        """Read from the Segmentation Service. Raises CredentialsError."""
        url = f"{self.environment.ups_url}{path}"
        return self.send(
            "GET", f"{url}?{urlencode(query)}" if query else url, request_id=str(uuid4())
        )

    def look_up(self, path: str, body: bytes) -> Reply:
        """Read from the Segmentation Service by a POST. Raises CredentialsError."""
        url = f"{self.environment.ups_url}{path}"
        return self.send("POST", url, request_id=str(uuid4()), body=body)

    @property
    def token_advice(self) -> str:
        """What a person can do where the token is refused."""
        return self._tokens.advice

    def renew_token(self) -> bool:
        """After a 401: whether another token can be had for the next attempt."""
        return self._tokens.renew(self._used_token)

    def reconnect(self) -> None:
        """Use another connection from now on: what comes on this one may be somebody else's."""
        self._transport.close()

    def close(self) -> None:
        self._transport.close()

    def _headers(self, request_id: str) -> dict[str, str]:
        self._used_token = self._tokens.current()
        if self.environment.target.endpoint != EMULATOR:  # its token is no secret
            self._redaction.add(self._used_token)
        target = self.environment.target
        return {
            "Authorization": f"Bearer {self._used_token}",
            "x-api-key": self._api_key,
            "x-gw-ims-org-id": target.org,
            "x-sandbox-name": target.sandbox,
            "x-request-id": request_id,
        }
