"""The files that `--write` and `--out` name: opened before the work, written after it."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import click

from aepctl.cli.output import was_closed, write_whole
from aepctl.errors import AepctlError

STREAM = re.compile(r"/dev/(stdin|stdout|stderr|fd/(\d+))|/proc/(self|thread-self|\d+)/fd/(\d+)")
STREAMS = {"stdin": 0, "stdout": 1, "stderr": 2}
NOT_REPLACED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV}
"""A folder in which nothing can be made may hold a file that can be written, mounted alone."""
MAX_LINKS = 40


class OutFile:
    """One of them. A regular file is replaced as a whole; all others are written in place.

    `option` is how it was given: `--out`, or `--write json:`.
    """

    def __init__(self, option: str, path: str) -> None:
        self.option = option
        self.path = path
        self._handle: int | None = None
        self._in_place = False

    def __str__(self) -> str:
        between = "" if self.option.endswith(":") else " "
        return f"{self.option}{between}{self.path}"

    @property
    def real(self) -> str:
        """What two names of one file have in common."""
        number = _stream(self.path)
        return os.path.realpath(self.path) if number is None else f"/dev/fd/{number}"

    def open(self) -> None:
        """Find out whether it can be written. Raises OSError. A FIFO is awaited by its reader."""
        number = _stream(self.path)
        if number is not None:
            if was_closed(number):
                raise OSError(errno.EBADF, "it is closed")
            self._handle = os.dup(number)
            return
        mode = _mode(self.path)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if mode is None or stat.S_ISREG(mode):
            self._try_folder(there=mode is not None)
        else:
            self._handle = os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)

    def write(self, text: str) -> None:
        """Write all of it. Raises OSError."""
        data = text.encode()
        if self._handle is not None:
            write_whole(self._handle, data)
        elif self._in_place:
            self._overwrite(data)
        else:
            self._replace(data)

    def _replace(self, data: bytes) -> None:
        from aepctl.state.stores.disk import Disk, replace_file

        try:
            replace_file(Disk(), Path(os.path.realpath(self.path)), data)
        except OSError as error:
            if error.errno not in NOT_REPLACED or _mode(self.path) is None:
                raise
            self._overwrite(data)

    def _overwrite(self, data: bytes) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_TRUNC | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            write_whole(handle, data)
        finally:
            os.close(handle)

    def save(self, text: str) -> None:
        """As `write`. Raises AepctlError."""
        try:
            self.write(text)
        except OSError as error:
            raise AepctlError(
                f"{self} cannot be written: {error.strerror}",
                hint="choose another file",
                code="file-unwritable",
            ) from error

    def remove(self) -> None:
        """Leave nothing there of an earlier command, whatever becomes of this. Raises OSError."""
        if self._in_place:
            self._overwrite(b"")
        elif self._handle is None:
            with contextlib.suppress(FileNotFoundError):
                Path(self.path).unlink()

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _try_folder(self, *, there: bool) -> None:
        beside = Path(os.path.realpath(self.path)).with_name(f".aepctl-{os.getpid()}.tmp")
        try:
            os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            beside.unlink()
        except OSError as error:
            if not there or error.errno not in NOT_REPLACED:
                raise
            os.close(os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC))
            self._in_place = True


@dataclass(frozen=True, slots=True)
class OutFiles:
    """All that one command writes: `out` is the saved plan's, `writes` are those of formats.

    `plans` are those of environments, in `folder`, which is made where it is not there.
    """

    out: OutFile | None = None
    writes: tuple[tuple[str, OutFile], ...] = ()
    reads: tuple[str, ...] = ()
    plans: tuple[tuple[str, OutFile], ...] = ()
    folder: str | None = None
    broken: list[OutFile] = field(default_factory=list)

    @property
    def every(self) -> list[OutFile]:
        named = (*self.plans, *self.writes)
        return [*([self.out] if self.out else ()), *(file for _, file in named)]

    def check_words(self) -> None:
        """Raise UsageError for what no shell has seen, of all files that are named."""
        for path in (*(file.path for file in self.every), *self.reads):
            check_expanded(path)

    def check(self, why_not: Callable[[str], str | None]) -> None:
        """Raise UsageError for what may not be written. `why_not` knows what the project reads."""
        if any(not file.path for file in self.every):
            raise click.UsageError("--out: a file was expected.")
        taken: dict[str, OutFile] = {}
        for file in self.every:
            first = taken.setdefault(file.real, file)
            if first is not file:
                raise click.UsageError(f"{first} and {file} name one file: give each its own.")
            what = why_not(file.path)
            if what is not None:
                raise click.UsageError(f"{file}: it is {what}. Choose another file.")

    def open(self) -> None:
        """Open all of them. Raises AepctlError for the first that cannot be; others stay open."""
        told = self._make_folder()
        for file in self.every:
            try:
                file.open()
            except OSError as error:
                self.broken.append(file)
                told = told or _cannot(str(file), error)
        if told is not None:
            raise told
        for _, file in self.plans:
            try:
                file.remove()
            except OSError as error:
                raise _cannot(str(file), error) from error

    def _make_folder(self) -> AepctlError | None:
        try:
            if self.folder is not None:
                Path(self.folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return _cannot(f"--out {self.folder}", error)
        return None

    def writable(self) -> list[tuple[str, OutFile]]:
        """The files of formats, each with its format, but for those that could not be opened."""
        return [(name, file) for name, file in self.writes if file not in self.broken]

    def close(self) -> None:
        for file in self.every:
            file.close()


def _cannot(what: str, error: OSError) -> AepctlError:
    return AepctlError(
        f"{what} cannot be written: {error.strerror}",
        hint="nothing was begun; choose another file, or see that its folder is there and writable",
        code="file-unwritable",
    )


def check_expanded(path: str) -> None:
    """Raise UsageError where the shell was to put something in place of a part of the path."""
    from aepctl.project.paths import not_expanded

    trouble = not_expanded(path)
    if trouble is not None:
        raise click.UsageError(f"{path}: {trouble}.")


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return None


def _stream(path: str) -> int | None:
    """The number of an open stream of this process that the path leads to, if it does."""
    here = os.path.abspath(path)  # noqa: PTH100 - links are followed one by one
    for _ in range(MAX_LINKS):
        found = STREAM.fullmatch(here)
        if found is not None:
            mine = found[3] in {None, "self", "thread-self", str(os.getpid())}
            return STREAMS.get(found[1] or "", int(found[2] or found[4] or 0)) if mine else None
        if not os.path.islink(here):  # noqa: PTH114
            return None
        here = os.path.normpath(os.path.join(os.path.dirname(here), os.readlink(here)))  # noqa: PTH115, PTH118, PTH120
    return None
