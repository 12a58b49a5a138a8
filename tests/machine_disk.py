"""The disk of the state machine: files in memory, what a power cut leaves of them, and the fuse.

A crash may come at any call to disk or platform; after it, neither does anything any more.
"""

from dataclasses import dataclass
from pathlib import Path

from aepctl.state.stores.disk import Disk


class Crash(BaseException):
    """The process is no more."""


class Fuse:
    """Burns down with each call to the world; then the process is dead until the next run."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.calls = 0

    @property
    def burnt(self) -> bool:
        return self.left is not None and self.left <= 0

    def burn(self) -> bool:
        """Count one call; whether it is the last one, which may be half done."""
        if self.burnt:
            raise Crash
        self.calls += 1
        if self.left is not None:
            self.left -= 1
        return self.burnt


@dataclass
class Inode:
    """A file. `durable` is what a power cut leaves of it."""

    data: bytes = b""
    durable: bytes = b""


class MemoryDisk(Disk):
    """Files in memory, with what would survive a power cut kept apart from what is written.

    Of changed names that were not made durable, a power cut keeps some and undoes others.
    """

    def __init__(self, fuse: Fuse) -> None:
        self.fuse = fuse
        self.names: dict[str, Inode] = {}
        self.durable_names: dict[str, Inode] = {}
        self.pending: list[dict[str, Inode | None]] = []
        self.handles: dict[int, Inode] = {}
        self.writes = 0

    def power_cut(self, kept: int) -> None:
        """Each bit of `kept` tells whether one change of names lasts."""
        for number, change in enumerate(self.pending):
            if kept >> number & 1:
                _rename(self.durable_names, change)
        self.pending = []
        self.names = dict(self.durable_names)
        for inode in self.names.values():
            inode.data = inode.durable

    def put(self, name: str, data: bytes | None) -> None:
        """Somebody puts this there, or takes it away, durably."""
        if data is None:
            self.names.pop(name, None)
        else:
            self.names[name] = Inode(data, data)
        self.durable_names = dict(self.names)
        self.pending = []

    def everything(self) -> dict[str, bytes]:
        return {name: inode.data for name, inode in self.names.items()}

    def _changes(self) -> None:
        """One more change, or the crash before it."""
        self.writes += 1
        if self.fuse.burn():
            raise Crash

    def _renames(self, change: dict[str, Inode | None]) -> None:
        _rename(self.names, change)
        self.pending.append(change)

    def read(self, path: Path) -> bytes | None:
        inode = self.names.get(path.name)
        return None if inode is None else inode.data

    def make_folder(self, path: Path) -> None:
        return

    def open_new(self, path: Path, like: Path) -> int:
        assert path.name not in self.names
        assert path.parent == like.parent
        self._changes()
        return self._open(path.name)

    def is_at(self, handle: int, path: Path) -> bool:
        return self.names.get(path.name) is self.handles[handle]

    def beside(self, path: Path) -> list[Path]:
        start = f".{path.name}."
        return [path.with_name(one) for one in self.names if one.startswith(start)]

    def open_append(self, path: Path) -> int:
        self._changes()
        return self._open(path.name)

    def _open(self, name: str) -> int:
        if name not in self.names:
            self._renames({name: Inode()})
        inode = self.names[name]
        handle = max(self.handles, default=99) + 1
        self.handles[handle] = inode
        return handle

    def write(self, handle: int, data: bytes) -> int:
        """The last byte, a line's end, goes by itself; a crash leaves a torn end."""
        self.writes += 1
        some = data[:-1] or data
        if self.fuse.burn():
            self.handles[handle].data += some[: len(some) // 2]
            raise Crash
        self.handles[handle].data += some
        return len(some)

    def truncate(self, handle: int, size: int) -> None:
        self._changes()
        self.handles[handle].data = self.handles[handle].data[:size]

    def sync(self, handle: int) -> None:
        self._changes()
        self.handles[handle].durable = self.handles[handle].data

    def close(self, handle: int) -> None:
        del self.handles[handle]

    def replace(self, source: Path, target: Path) -> None:
        self._changes()
        self._renames({source.name: None, target.name: self.names[source.name]})

    def remove(self, path: Path) -> None:
        self._changes()
        self._renames({path.name: None})

    def sync_folder(self, folder: Path) -> None:
        self._changes()
        self.durable_names = dict(self.names)
        self.pending = []


def _rename(names: dict[str, Inode], change: dict[str, Inode | None]) -> None:
    for name, inode in change.items():
        if inode is None:
            names.pop(name, None)
        else:
            names[name] = inode
