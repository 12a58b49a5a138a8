"""What the document and the journal are both checked for, and how that is told."""

import re
from typing import NoReturn

from aepctl.errors import StateError
from aepctl.texts import CONFLICT_SAID, conflict_line, encoding_trouble

VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})", re.ASCII)


def text_of(raw: bytes, file: str, hint: str) -> str:
    """The bytes as text. Raises StateError with file and line."""
    trouble = encoding_trouble(raw)
    if trouble is not None:
        refuse(file, 1, trouble, hint)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        refuse(file, raw.count(b"\n", 0, error.start) + 1, "not UTF-8", hint)


def check_conflict(text: str, file: str, hint: str) -> None:
    """Raise StateError where Git left its conflict markers."""
    line = conflict_line(text)
    if line is not None:
        refuse(file, line, CONFLICT_SAID, hint)


def minor_version(found: str, newest: str, file: str, line: int) -> int:
    """The minor version of a format that can be read: one of `newest`'s major, or of none newer.

    Raises StateError with file and line.
    """
    (major, minor), (mine, newest_minor) = _version(found), _version(newest)
    if (major, minor) > (mine, newest_minor):
        message = f"format {found} was written by a newer aepctl; this one reads up to {newest}"
        refuse(file, line, message, "update aepctl", "state-of-another-version")
    if major < mine:
        message = f"format {found} is not known; this aepctl reads {mine}.0 up to {newest}"
        refuse(file, line, message, "use the aepctl that wrote it", "state-of-another-version")
    return minor


def _version(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)


def refuse(file: str, line: int, message: str, hint: str, code: str = "state-damaged") -> NoReturn:
    """Raise StateError with file and line."""
    raise StateError(f"{file}:{line}: {message}", hint=hint, code=code)
