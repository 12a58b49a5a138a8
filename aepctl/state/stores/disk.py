"""The seam to the file system: every call that can fail or be the last one before a crash."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from aepctl.files import read_regular

MAX_BYTES = 256 * 1024 * 1024
"""More than any state or journal has: some million audiences."""
NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""What CIFS, WSL's drives and some FUSE file systems answer to a folder's fsync."""


def tell_on_stderr(text: str) -> None:
    """Tell it at once. Where standard error leads nowhere, the work goes on all the same."""
    with contextlib.suppress(OSError):
        os.write(2, f"warning: {text}\n".encode(errors="backslashreplace"))


class Disk:
    """What state needs of a disk. Tests put one in its place that fails at the N-th call.

    `tell` is told, once, what this file system cannot do.
    """

    def __init__(self, tell: Callable[[str], None] = tell_on_stderr) -> None:
        self._tell = tell
        self._told = False

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

    def open_new(self, path: Path, like: Path) -> int:
        """Open a file for writing that was not there, with mode, owner and group of `like`.

        It is private until it has them; where `like` is not there, it is as any new file is. Owner
        and group are kept as far as this user may give them.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            there = like.stat()
        except FileNotFoundError:
            return os.open(path, flags, 0o644)
        handle = os.open(path, flags, 0o600)
        try:
            _take_after(handle, there)
        except OSError:
            os.close(handle)
            raise
        return handle

    def open_append(self, path: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        return os.open(path, flags, 0o644)

    def is_at(self, handle: int, path: Path) -> bool:
        """Whether the open file is what stands at this path: not deleted, nor replaced."""
        return is_at(handle, path)

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

    def beside(self, path: Path) -> list[Path]:
        """The files beside `path` that runs which died in `replace_file` have left."""
        start = f".{path.name}."
        with os.scandir(path.parent) as scanned:
            names = [one.name for one in scanned if one.is_file(follow_symlinks=False)]
        ours = (one for one in names if one.startswith(start) and one.endswith(".tmp"))
        return [path.with_name(one) for one in ours]

    def sync_folder(self, folder: Path) -> None:
        """Make names durable: without this a rename may be undone by a power cut."""
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in NO_FOLDER_SYNC:
                raise
            if not self._told:
                self._told = True
                self._tell(
                    f"{folder}: this file system cannot make names durable ({error.strerror}): a "
                    "power cut may bring back an older state"
                )
        finally:
            os.close(handle)


def is_at(handle: int, path: Path) -> bool:
    """Whether the open file is what stands at this path."""
    try:
        return os.path.samestat(os.fstat(handle), os.lstat(path))
    except OSError:
        return False


def _take_after(handle: int, other: os.stat_result) -> None:
    """Give the open file the other's owner, group and mode; nobody may read it who could not."""
    mode = stat.S_IMODE(other.st_mode) & 0o777
    mine = os.fstat(handle)
    try:
        if (mine.st_uid, mine.st_gid) != (other.st_uid, other.st_gid):
            os.fchown(handle, other.st_uid, other.st_gid)
    except PermissionError:  # only root gives files away
        try:
            os.fchown(handle, -1, other.st_gid)
        except PermissionError:  # nor to a group that one is not in: it may do what all others may
            mode = mode & 0o707 | (mode & 0o007) << 3
    os.fchmod(handle, mode)


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
    beside = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        handle = disk.open_new(beside, path)
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


def remove_left_over(disk: Disk, path: Path) -> None:
    """Remove what runs that died while they replaced `path` have left beside it."""
    with contextlib.suppress(OSError):  # it is in nobody's way
        for one in disk.beside(path):
            disk.remove(one)
