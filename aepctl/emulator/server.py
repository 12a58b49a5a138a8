"""Starting and stopping the emulator. Starlette and uvicorn are imported only when it starts."""

import ipaddress
import socket
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Self

from aepctl.emulator.documents import Document
from aepctl.emulator.faults import Behaviour, FaultInjector
from aepctl.emulator.service import LoggedRequest, Service
from aepctl.emulator.store import Store
from aepctl.errors import EmulatorError

if TYPE_CHECKING:
    from aepctl.emulator.quick_server import QuickServer

BACKLOG = 2048


class Emulator:
    """A running server; made by `serve`. Leaving its context stops it."""

    def __init__(
        self, url: str, service: Service, server: "QuickServer", thread: threading.Thread
    ) -> None:
        self.url = url
        self._service = service
        self._server = server
        self._thread = thread

    @property
    def behaviour(self) -> Behaviour:
        return self._service.behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        """From the next request on; faults count and roll their dice from the start again."""
        self._service.faults = FaultInjector(behaviour)

    @property
    def audiences(self) -> list[Document]:
        """All audiences of all sandboxes, in the order of their creation within each."""
        return self._service.store.everything()

    @property
    def requests(self) -> list[LoggedRequest]:
        """The audience API's last requests, oldest first."""
        return self._service.logged()

    def stop(self) -> None:
        self._server.stop()
        self._thread.join()
        self._service.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(
    *,
    db: Path | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    behaviour: Behaviour = Behaviour(),  # noqa: B008 - frozen
) -> Emulator:
    """Start the emulator in a thread of its own; it accepts connections when this returns.

    Raises EmulatorError where it cannot run, for another machine's `host`, for a port that is in
    use, and for a database that cannot be opened.
    """
    address = _loopback(host)
    _check_installed()
    with ExitStack() as opened:
        listener = _listen(address, port)
        opened.callback(listener.close)
        service = Service(Store.open(db), behaviour)
        opened.callback(service.store.close)
        emulator = _started(listener, service)
        opened.pop_all()  # from here on they are closed when it stops
        return emulator


def _check_installed() -> None:
    try:
        from aepctl.emulator import app, quick_server  # noqa: F401, PLC0415
    except ImportError as error:
        raise EmulatorError(
            f"the emulator needs Starlette and uvicorn: {error}",
            hint="run: pip install 'aepctl[emulator]'",
            code="not-installed",
        ) from error


def _started(listener: socket.socket, service: Service) -> Emulator:
    from aepctl.emulator.app import make_app  # noqa: PLC0415
    from aepctl.emulator.quick_server import QuickServer  # noqa: PLC0415

    server = QuickServer(make_app(service))
    thread = threading.Thread(
        target=server.run, args=([listener],), name="aepctl-emulator", daemon=True
    )
    try:
        thread.start()
    except RuntimeError as error:
        raise EmulatorError(
            f"the emulator's server did not start ({error})",
            hint="allow this user more processes and threads (`ulimit -u`)",
            code="emulator-not-started",
        ) from error
    server.ready.wait()
    if not server.started:
        server.stop()
        thread.join()
        raise EmulatorError("the emulator's server did not start", code="emulator-not-started")
    return Emulator(_url(listener), service, server, thread)


def _loopback(host: str) -> str:
    """The emulator takes any credentials, so it must not be within reach of other machines."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise EmulatorError(
            f"the emulator serves this machine only, not {host}",
            hint="leave --host out, or give a loopback address",
            code="emulator-address",
        )
    return host


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        raise EmulatorError(
            f"cannot listen on {host} port {port}: {error}",
            hint="end the program that uses the port, or choose another one (0: any free one)",
            code="emulator-address",
        ) from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
