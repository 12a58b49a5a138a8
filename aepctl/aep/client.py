"""The platform's calls. One Platform a run, one Connection a worker thread.

A client shared by many threads collapses under load; one each does not. Redirects are not
followed, certificates are always checked, and a create is sent once: no retries down here.
"""

import email.utils
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import httpx

from aepctl import __version__
from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.aep.tokens import GivenToken, ImsToken, TokenSource
from aepctl.aep.wire import encode_audience
from aepctl.audience import Audience
from aepctl.credentials import Credentials
from aepctl.settings import Settings, is_loopback

ACCEPT = "application/vnd.adobe.external.audiences+json; version=2"
MOST_BODY = 16 * 1024 * 1024
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Platform:
    """Where one environment's audiences live, and how to ask it. Close it after use."""

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        *,
        timeout: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.credentials = credentials
        self.timeout = timeout
        self.now = now
        urls = (settings.ais_url, settings.ups_url, settings.ims_url)
        # Loading the certificates takes a while, so it is done once, and not for this machine;
        # the bare context trusts nobody.
        secure = any(url.startswith("https:") for url in urls)
        bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._tls = httpx.create_ssl_context() if secure else bare
        self._token_client = self.http_client(settings.ims_url)
        self.tokens: TokenSource = (
            GivenToken(credentials.access_token)
            if credentials.access_token
            else ImsToken(self._token_client, settings.ims_url, credentials)
        )

    def http_client(self, url: str) -> httpx.Client:
        """A client of its own for `url`. On this machine no proxy stands in between."""
        return httpx.Client(
            verify=self._tls,
            trust_env=not is_loopback(urlsplit(url).hostname or ""),
            follow_redirects=False,
            timeout=self.timeout,
            # A connection that idled may be closed by the other side just as a create is sent.
            limits=httpx.Limits(max_connections=1, keepalive_expiry=2.0),
            headers={"User-Agent": f"aepctl/{__version__}"},
        )

    def connect(self) -> "Connection":
        """A connection for one thread."""
        return Connection(self)

    def close(self) -> None:
        self._token_client.close()


class Connection:
    """Sends requests, one at a time."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._client = platform.http_client(platform.settings.ais_url)
        self._used_token = ""
        self._create_url = f"{platform.settings.ais_url}/audiences?createAudienceMetaOnly=true"

    def create(self, audience: Audience, request_id: str, audience_id: str | None = None) -> Reply:
        """Send one create, once. Source: Create audience endpoint.

        Raises CredentialsError where no token can be had; nothing was sent then.
        """
        headers = self._headers(request_id)
        headers |= {"Accept": ACCEPT, "Content-Type": "application/json"}
        body = encode_audience(audience, audience_id)
        return self._send("POST", self._create_url, headers, body)

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        """Read from the Segmentation Service. Raises CredentialsError."""
        headers = {**self._headers(str(uuid4())), "Accept": "application/json"}
        url = f"{self._platform.settings.ups_url}{path}?{urlencode(query)}"
        return self._send("GET", url, headers, None)

    def renew_token(self) -> bool:
        """After a 401: whether another token can be had for the next attempt."""
        return self._platform.tokens.renew(self._used_token)

    def close(self) -> None:
        self._client.close()

    def _headers(self, request_id: str) -> dict[str, str]:
        settings, self._used_token = self._platform.settings, self._platform.tokens.current()
        return {
            "Authorization": f"Bearer {self._used_token}",
            "x-api-key": self._platform.credentials.api_key,
            "x-gw-ims-org-id": settings.target.org,
            "x-sandbox-name": settings.target.sandbox,
            "x-request-id": request_id,
        }

    def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Reply:
        deadline = time.monotonic() + self._platform.timeout
        self._client.cookies.clear()  # what is sent is what is documented
        try:
            with self._client.stream(method, url, headers=headers, content=body) as response:
                return self._receive(response, deadline)
        except NOT_SENT as error:
            return NotSent(_reason(error))
        except httpx.HTTPError as error:
            return Broken(_reason(error))

    def _receive(self, response: httpx.Response, deadline: float) -> Answer:
        """Read the body, at most MOST_BODY of it, until the deadline of the whole request."""
        body = bytearray()
        complete = True
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MOST_BODY or time.monotonic() > deadline:
                    complete = False
                    break
        except httpx.HTTPError:  # the status is known; that the body is cut is part of the answer
            complete = False
        return Answer(
            status=response.status_code,
            body=bytes(body),
            complete=complete,
            retry_after=_retry_after(response.headers.get("Retry-After"), self._platform.now()),
            request_id=response.headers.get("x-request-id"),
        )


def _reason(error: httpx.HTTPError) -> str:
    """What happened, without URLs or headers: those may hold what must not be shown."""
    words: dict[type[httpx.HTTPError], str] = {
        httpx.ConnectTimeout: "connecting took too long",
        httpx.ConnectError: "no connection",
        httpx.PoolTimeout: "no free connection",
        httpx.ProxyError: "the proxy refused",
        httpx.ReadTimeout: "no answer in time",
        httpx.WriteTimeout: "sending took too long",
        httpx.RemoteProtocolError: "the connection was closed without an answer",
        httpx.ReadError: "the connection broke before an answer",
        httpx.WriteError: "the connection broke while sending",
    }
    detail = f" ({error})" if isinstance(error, httpx.ConnectError) and str(error) else ""
    return words.get(type(error), type(error).__name__) + detail


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait; the header gives seconds or a date. Source: RFC 9110, section 10.2.3."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max((email.utils.parsedate_to_datetime(value) - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):  # not a date either: as if it had not been sent
        return None
