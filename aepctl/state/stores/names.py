"""A name that one process of this machine holds, and that nobody can delete.

An abstract Unix socket: it has no file, and the kernel frees it when its process ends. It is held
beside the lock file, which others can delete under its holder. It is known within one network
namespace only, so the lock file is what excludes a container with the same volume.
"""

import errno
import os
import struct
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import socket


class NameTaken(Exception):
    """Another process has it; `process` is its number, as far as the kernel tells."""

    def __init__(self, process: int | None) -> None:
        self.process = process


class Name:
    """The name of what is kept at a path: a context in which it is held.

    It is made of the folder above the path's own folder, which may be deleted, moved away or made
    anew while the name is held.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: socket.socket | None = None

    def __enter__(self) -> Self:
        """Take it. Raises NameTaken. Where this system has no such names, nothing is held."""
        if sys.platform != "linux":
            return self
        if (name := self._name()) is None or (held := _socket()) is None:
            return self
        try:
            held.bind(name)
            held.listen()  # from here on others are told which process it is
        except OSError as error:
            held.close()
            if error.errno == errno.EADDRINUSE:
                raise NameTaken(self.process()) from error
            return self  # a sandbox that forbids it, a system that only looks like Linux
        self._held = held
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._held is not None:
            self._held.close()

    def process(self) -> int | None:
        """The process that holds it; None where none does, or the kernel does not tell."""
        if sys.platform != "linux":
            return None
        if (name := self._name()) is None or (asking := _socket()) is None:
            return None
        import socket  # noqa: PLC0415 - as below

        with asking:
            asking.setblocking(False)
            try:
                asking.connect(name)
                size = struct.calcsize("3i")
                told = asking.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
            except OSError:
                return None
        process: int = struct.unpack("3i", told)[0]
        return process or None  # 0 for one of another PID namespace

    def _name(self) -> str | None:
        """None where the folder above cannot be looked at."""
        from hashlib import sha256  # noqa: PLC0415 - as below

        folder = self._path.parent
        try:
            above = folder.parent.stat()
        except OSError:
            return None
        kept = f"{above.st_dev}:{above.st_ino}:{folder.name}/{self._path.name}"
        return f"\0aepctl-{sha256(os.fsencode(kept)).hexdigest()}"


def _socket() -> "socket.socket | None":
    """None where a sandbox forbids sockets."""
    import socket  # noqa: PLC0415 - who only reads holds no lock

    try:
        return socket.socket(socket.AF_UNIX)
    except OSError:
        return None
