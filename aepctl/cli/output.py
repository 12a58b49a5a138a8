"""Where words go: results to standard output, everything else to standard error."""

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

import click

STDERR = 2

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class PatientFile(io.FileIO):
    """A stream that waits for its reader even where somebody made it non-blocking.

    Whoever shares a pipe or a terminal with us may do so at any time; `write` then takes a part.
    """

    def write(self, data: "ReadableBuffer", /) -> int:
        while True:
            written = super().write(data)
            if written is not None:
                return written
            poll = select.poll()
            poll.register(self.fileno(), select.POLLOUT)
            poll.poll()


def write_whole(handle: int, data: bytes) -> None:
    """Write every byte to an open file, however slowly it is read. Raises OSError."""
    view = memoryview(data)
    with PatientFile(handle, "w", closefd=False) as file:
        while view:
            view = view[file.write(view) :]


class StandardStream(PatientFile):
    """Standard output or standard error. The work goes on, whatever becomes of where it leads.

    A reader that has gone (`| head`) has seen enough; `lost` says why words were lost otherwise: a
    full disk, or, where `missing`, a stream that was closed before we began.
    """

    def __init__(self, number: int, *, missing: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self.missing = missing
        self.lost: str | None = None
        self._end = "it is closed" if missing else None

    def write(self, data: "ReadableBuffer", /) -> int:
        if self._end is None:
            try:
                return super().write(data)
            except BrokenPipeError:
                self._end = ""
            except OSError as error:
                self._end = error.strerror or type(error).__name__
        self.lost = self._end or None
        return memoryview(data).nbytes


def print_result(text: str, *, kept: bool = False) -> None:
    """Write a result. `kept`: what standard output cannot take goes to standard error."""
    put(sys.stdout, text)
    if kept and unwritten():
        put(sys.stderr, text)


def print_status(text: str) -> None:
    """Write lines that are no result, as they are. What is for people goes through `status`."""
    put(sys.stderr, f"{text}\n")


def put(stream: TextIO, text: str) -> None:
    """Write it, and see that it gets there."""
    stream.write(text)
    stream.flush()


def unwritten() -> str | None:
    """Why results were lost (a full disk behind standard output, say). The work itself went on."""
    raw = _raw(sys.stdout)
    return raw.lost if isinstance(raw, StandardStream) else None


def was_closed(number: int) -> bool:
    """Whether standard output (1) or standard error (2) was closed before we began."""
    raw = _raw(sys.stderr if number == STDERR else sys.stdout)
    return isinstance(raw, StandardStream) and raw.fileno() == number and raw.missing


def prepare_streams() -> None:
    """No stream may be missing, and no character may end the program.

    A stream that was closed before we began leads nowhere: its number must not go to the next file
    that is opened, for that may be the journal. What a narrow encoding lacks is spelled out.
    """
    missing = set()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest free number: the missing one
            setattr(sys, name, os.fdopen(handle, mode))
            missing.add(name)
    sys.stdout = _standard(sys.stdout, missing="stdout" in missing)
    sys.stderr = _standard(sys.stderr, missing="stderr" in missing)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


_replaced: list[TextIO] = []


def _standard(stream: TextIO, *, missing: bool) -> TextIO:
    """The stream over a StandardStream, where it is one of the process's own; else as it is."""
    raw = _raw(stream)
    if type(stream) is not io.TextIOWrapper or type(raw) is not io.FileIO:
        return stream
    stream.flush()
    _replaced.append(stream)  # to let go of it would close the file that both write to
    return io.TextIOWrapper(
        io.BufferedWriter(StandardStream(raw.fileno(), missing=missing)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _raw(stream: TextIO) -> object:
    buffer = getattr(stream, "buffer", None)
    return getattr(buffer, "raw", buffer)  # PYTHONUNBUFFERED leaves the buffer out


def machine_format() -> None:
    """A machine format is UTF-8 wherever it goes."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")


def colour(*, error: bool = False) -> bool:
    """Whether to colour what goes to standard output, or to standard error."""
    from aepctl.cli.paper import wants_colour
    from aepctl.cli.status import is_json

    if error and is_json():
        return False
    context = click.get_current_context(silent=True)
    off = context is not None and context.find_root().params.get("no_color")
    terminal = (sys.stderr if error else sys.stdout).isatty()
    return not off and wants_colour(os.environ, terminal=terminal)
