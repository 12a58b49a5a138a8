"""Where words go: results to standard output, everything else to standard error."""

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

import click

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


def print_result(text: str) -> None:
    """Write a result. A reader that has gone (`| head`) ends the words, not the work."""
    _write(sys.stdout, text)


def print_status(text: str) -> None:
    """Write a line that is no result."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            _unwritten.append(error.strerror or type(error).__name__)
        # From here on this stream leads nowhere; the flush at exit must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


_unwritten: list[str] = []


def unwritten() -> str | None:
    """Why results were lost (a full disk behind standard output, say). The work itself went on."""
    return _unwritten[0] if _unwritten else None


def prepare_streams() -> None:
    """No stream may be missing, and no character may end the program.

    A stream that was closed before we began leads nowhere: its number must not go to the next file
    that is opened, for that may be the journal. What a narrow encoding lacks is spelled out.
    """
    _unwritten.clear()
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)  # the lowest free number: the missing one
            setattr(sys, name, os.fdopen(handle, mode))
    sys.stdout, sys.stderr = _patient(sys.stdout), _patient(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


_replaced: list[TextIO] = []


def _patient(stream: TextIO) -> TextIO:
    """The stream over a PatientFile, where it is one of the process's own; else as it is."""
    buffer = getattr(stream, "buffer", None)
    raw = getattr(buffer, "raw", buffer)  # PYTHONUNBUFFERED leaves the buffer out
    if type(stream) is not io.TextIOWrapper or type(raw) is not io.FileIO:
        return stream
    stream.flush()
    _replaced.append(stream)  # to let go of it would close the file that both write to
    return io.TextIOWrapper(
        io.BufferedWriter(PatientFile(raw.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def machine_format() -> None:
    """A machine format is UTF-8 wherever it goes."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")


def colour(*, error: bool = False) -> bool:
    """Whether to colour: on a terminal only, and neither with --no-color nor NO_COLOR."""
    root = click.get_current_context().find_root()
    if root.params.get("no_color") or os.environ.get("NO_COLOR"):
        return False
    return (sys.stderr if error else sys.stdout).isatty()
