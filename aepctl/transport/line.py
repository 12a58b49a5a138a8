"""A way to one server, and the connection there that may carry another request. For one thread."""

import ssl

import httpcore

from aepctl.project.proxies import Proxy
from aepctl.transport.bounds import Budget
from aepctl.transport.keeping import Hop
from aepctl.transport.names import Names
from aepctl.transport.wire import Wire


class Line:
    """What speaks HTTP to one server. One exchange at a time; between them its connection is open
    where `rest` has said so, and not otherwise.
    """

    def __init__(self, hop: Hop, names: Names, tls: ssl.SSLContext) -> None:
        self.hop = hop
        self.idle_since: float | None = None
        self.is_used_again = False
        self._wire = Wire(names)
        self._pool = _pool(self._wire, tls, hop.proxy)
        self._connection: httpcore.ConnectionInterface | None = None

    def ask(self, request: httpcore.Request, budget: Budget) -> httpcore.Response:
        """Send a request; the answer's head. Raises whatever httpcore does, OutOfTime, TooMuch."""
        self.is_used_again = self.idle_since is not None
        self.idle_since = None
        self._wire.begin(budget)
        if self._connection is None:
            self._connection = self._pool.create_connection(request.url.origin)
        return self._connection.handle_request(request)

    def rest(self, now: float) -> bool:
        """Leave the connection open after its answer, where that can be; whether it is.

        It cannot where the answer did not end, or the end or anything else came behind it.
        """
        connection = self._connection
        if connection is None or not connection.is_idle() or _left_over(connection):
            self.close()
            return False
        self._wire.rest()
        self.idle_since, self.is_used_again = now, False
        return True

    def is_silent(self) -> bool:
        """Whether the other side has neither closed nor said anything since its last answer."""
        return self._wire.is_silent()

    def close(self) -> None:
        """Nothing stays open. A further request opens a connection anew."""
        self.idle_since, self.is_used_again = None, False
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        self._wire.end()


def _left_over(connection: object) -> bool:
    """Whether bytes came behind the answer. Only h11 knows them, which httpcore does not show.

    Should httpcore ever name it otherwise, nothing is kept: a test fails then.
    """
    state = getattr(getattr(connection, "_connection", None), "_h11_state", None)
    return state is None or state.trailing_data != (b"", False)


def _pool(wire: Wire, tls: ssl.SSLContext, proxy: Proxy | None) -> httpcore.ConnectionPool:
    """What makes connections, through the proxy if there is one. It is given none to keep: whether
    one is used again is not its to say, and its looks at them cost a tenth of a create.
    """
    if proxy is None:
        return httpcore.ConnectionPool(ssl_context=tls, network_backend=wire)
    login = None if proxy.user is None else (proxy.user.encode(), proxy.password.encode())
    kind = httpcore.SOCKSProxy if proxy.scheme.startswith("socks") else httpcore.HTTPProxy
    return kind(
        proxy_url=proxy.connects_to,
        proxy_auth=login,
        ssl_context=tls,
        network_backend=wire,
    )
