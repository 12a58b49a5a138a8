"""Where words go: results to standard output, everything else to standard error."""

import os
import sys
from typing import TextIO

import click


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
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


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
