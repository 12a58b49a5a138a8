"""Where words go: results to standard output, everything else to standard error."""

import os
import sys
from typing import TextIO

import click


def say(text: str) -> None:
    """Write a result. A reader that has gone, or a full disk, ends the words, not the work."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """Write a line that is no result."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # From here on this stream leads nowhere; the flush at exit must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is sys.stdout and not isinstance(error, BrokenPipeError):
            _unwritten.append(error)
            note(f"error: results cannot be written to standard output: {error.strerror}")


_unwritten: list[OSError] = []


def all_written() -> bool:
    """Whether every result went where it should; a reader that has gone wanted no more."""
    return not _unwritten


def prepare_streams() -> None:
    """No character may end the program: what a narrow encoding lacks is spelled out."""
    _unwritten.clear()
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
