"""The seam to the file system: every call that can fail or be the last one before a crash."""

import contextlib
import os
from pathlib import Path

from aepctl.files import read_regular

MAX_BYTES = 256 * 1024 * 1024
"""More than any state or journal has: some million audiences."""


class Disk:
    """What state needs of a disk. Tests put one in its place that fails at the N-th call."""

    def read(self, path: Path) -> bytes | None:
        """The bytes of the file, or None where there is none; only of a regular one."""
        try:
            return read_regular(path, most=MAX_BYTES)
        except FileNotFoundError:
            return None

    def make_folder(self, path: Path) -> None:
        """Make it with those above it, durably: with its name goes all that was synced in it."""
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
        for folder in missing:
            self.sync_folder(folder.parent)

    def open_new(self, path: Path) -> int:
        """Open for writing, empty."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(path, flags, 0o644)

    def open_append(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(path, flags, 0o644)

    def write(self, handle: int, data: bytes) -> int:
        """Write some of `data`; how many bytes went."""
        return os.write(handle, data)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        """Return only when what was written would survive a power cut."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        os.close(handle)

    def replace(self, source: Path, target: Path) -> None:
        source.replace(target)

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Make names durable: without this a rename may be undone by a power cut."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_all(disk: Disk, handle: int, data: bytes) -> None:
    """Write every byte; a short write is followed by another."""
    view = memoryview(data)
    while view:
        view = view[disk.write(handle, bytes(view)) :]


def replace_file(disk: Disk, path: Path, data: bytes) -> None:
    """Put `data` at `path` so that at any instant either the old or the new content is there.

    Raises OSError; the old content then still stands, unless only the last step failed (the new
    one is in place, but a power cut might bring back the old).
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        handle = disk.open_new(beside)
        try:
            write_all(disk, handle, data)
            disk.sync(handle)
        finally:
            disk.close(handle)
        disk.replace(beside, path)
    except OSError:
        with contextlib.suppress(OSError):  # the first failure is the one to tell
            disk.remove(beside)
        raise
    disk.sync_folder(path.parent)
