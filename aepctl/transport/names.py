"""From a host's name to its addresses, within a time: `getaddrinfo` itself knows none."""

import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address
from queue import Empty, SimpleQueue

from aepctl.clock import Clock

KEPT_SECONDS = 30.0
"""A connection for each request would ask the name server each time. Adobe's names last as long."""

Resolve = Callable[[str, int], list[str]]
"""Host and port to addresses. Raises OSError."""


class Names:
    """Addresses by name, remembered for a short while. For any number of threads."""

    def __init__(self, clock: Clock, resolve: Resolve) -> None:
        self._clock = clock
        self._resolve = resolve
        self._mutex = threading.Lock()
        self._known: dict[tuple[str, int], tuple[float, list[str]]] = {}

    def addresses(self, host: str, port: int, seconds: float) -> list[str]:
        """Addresses to try, in this order. Raises OSError, TimeoutError among them."""
        with self._mutex:
            until, known = self._known.get((host, port), (0.0, []))
        if known and self._clock.monotonic() < until:
            return known
        found = [host] if _is_address(host) else self._within(host, port, seconds)
        with self._mutex:
            self._known[host, port] = (self._clock.monotonic() + KEPT_SECONDS, found)
        return found

    def forget(self, host: str, port: int) -> None:
        """None of them answers: next time the name server is asked again."""
        with self._mutex:
            self._known.pop((host, port), None)

    def _within(self, host: str, port: int, seconds: float) -> list[str]:
        answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except Exception as error:  # noqa: BLE001 - raised in the thread that waits
                answers.put(error)

        try:
            threading.Thread(target=ask, name="resolve", daemon=True).start()
        except RuntimeError:  # no thread to be had: the name server's own limits must do
            ask()
        try:
            answer = answers.get(timeout=seconds)
        except Empty:
            raise TimeoutError(f"no name server has answered about {host} in time") from None
        if isinstance(answer, Exception):
            raise answer
        return answer


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def system_addresses(host: str, port: int) -> list[str]:
    """What the system's resolver says. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))
