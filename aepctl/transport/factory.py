"""Transports that share what is dear: certificates, addresses, and what must not be repeated."""

import os
import ssl
import threading
from collections.abc import Mapping

import httpx

from aepctl.clock import Clock, SystemClock
from aepctl.project.certificates import unusable
from aepctl.project.redaction import Redaction
from aepctl.transport.bounds import TIMEOUT_SECONDS
from aepctl.transport.exchange import Transport
from aepctl.transport.keeping import Hop, Keeping
from aepctl.transport.line import Line
from aepctl.transport.names import Names, Resolve, system_addresses
from aepctl.transport.trace import Trace


class TransportFactory:
    """Makes transports for one run. `timeout_seconds` bounds a whole exchange.

    `redaction` knows the secrets; no reply of any transport repeats them. `environ` names proxies,
    `resolve` finds the addresses of names. `trace` is told of each exchange.
    """

    def __init__(
        self,
        *,
        timeout_seconds: float = TIMEOUT_SECONDS,
        clock: Clock | None = None,
        redaction: Redaction | None = None,
        environ: Mapping[str, str] | None = None,
        resolve: Resolve = system_addresses,
        trace: Trace | None = None,
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self.clock = clock or SystemClock()
        self.redaction = redaction or Redaction()
        self.environ = os.environ if environ is None else environ
        self.names = Names(self.clock, resolve)
        self.keeping = Keeping()
        self.trace = trace
        self._mutex = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    def transport(self) -> Transport:
        """A transport for one thread: a client shared by many threads collapses under load."""
        return Transport(self)

    def line(self, hop: Hop) -> Line:
        """A way there. Raises AepctlError."""
        # Without https nobody is trusted, and no certificates need to be loaded.
        secure = hop.scheme == "https"
        tls = self._trusted() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return Line(hop, self.names, tls)

    def _trusted(self) -> ssl.SSLContext:
        with self._mutex:
            if self._tls is None:
                try:
                    self._tls = httpx.create_ssl_context()
                except (OSError, ValueError) as error:
                    raise unusable(self.environ, error) from error
            return self._tls
