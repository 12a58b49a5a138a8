"""Transports that share what is dear: certificates, addresses, and what must not be repeated."""

import os
import ssl
import threading
from collections.abc import Mapping

import httpcore
import httpx

from aepctl.clock import Clock, SystemClock
from aepctl.project.certificates import unusable
from aepctl.project.proxies import Proxy
from aepctl.project.redaction import Redaction
from aepctl.transport.bounds import TIMEOUT_SECONDS
from aepctl.transport.exchange import Transport
from aepctl.transport.names import Names, Resolve, system_addresses
from aepctl.transport.wire import Wire


class TransportFactory:
    """Makes transports for one run. `timeout_seconds` bounds a whole exchange.

    `redaction` knows the secrets; no reply of any transport repeats them. `environ` names proxies,
    `resolve` finds the addresses of names.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Clock | None = None,
        redaction: Redaction | None = None,
        environ: Mapping[str, str] | None = None,
        resolve: Resolve = system_addresses,
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.clock = clock or SystemClock()
        self.redaction = redaction or Redaction()
        self.environ = os.environ if environ is None else environ
        self.names = Names(self.clock, resolve)
        self._mutex = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    def transport(self) -> Transport:
        """A transport for one thread: a client shared by many threads collapses under load."""
        return Transport(self)

    def engine(self, wire: Wire, *, secure: bool, proxy: Proxy | None) -> httpx.HTTPTransport:
        """What speaks HTTP over this wire. `secure`: for https. Raises AepctlError."""
        # Without https nobody is trusted, and no certificates need to be loaded.
        tls = self._trusted() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return _Engine(_pool(wire, tls, proxy))

    def _trusted(self) -> ssl.SSLContext:
        with self._mutex:
            if self._tls is None:
                try:
                    self._tls = httpx.create_ssl_context()
                except (OSError, ValueError) as error:
                    raise unusable(self.environ, error) from error
            return self._tls


class _Engine(httpx.HTTPTransport):
    """httpx's own transport over connections that keep to the budget.

    It has no parameter for that, though the pool in it has; so it is given its pool. Should httpx
    ever call it otherwise, the first request fails.
    """

    def __init__(self, pool: httpcore.ConnectionPool) -> None:
        self._pool = pool


def _pool(wire: Wire, tls: ssl.SSLContext, proxy: Proxy | None) -> httpcore.ConnectionPool:
    """One connection at a time, which is closed after its exchange."""
    if proxy is None:
        return httpcore.ConnectionPool(
            ssl_context=tls, max_connections=1, max_keepalive_connections=0, network_backend=wire
        )
    login = None if proxy.user is None else (proxy.user.encode(), proxy.password.encode())
    kind = httpcore.SOCKSProxy if proxy.scheme.startswith("socks") else httpcore.HTTPProxy
    return kind(
        proxy_url=proxy.connects_to,
        proxy_auth=login,
        ssl_context=tls,
        max_connections=1,
        max_keepalive_connections=0,
        network_backend=wire,
    )
