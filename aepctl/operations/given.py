"""A file that somebody gives to a command, or standard input in its place."""

from aepctl.errors import AepctlError
from aepctl.files import NOT_A_FILE, read_regular, read_stream
from aepctl.texts import wide_encoding

STREAM = "-"
STDIN = "standard input"
MAX_GIVEN = 1024 * 1024 * 1024
"""Bytes of a job's log."""


def name_of(file: str) -> str:
    """What it is called in words."""
    return STDIN if file == STREAM else file


def given_bytes(file: str, what: str, *, most: int = MAX_GIVEN) -> bytes:
    """What is in it; `-`: standard input. `what` it should be, for who named another one.

    Raises AepctlError.
    """
    name = name_of(file)
    try:
        raw = read_stream(0, most=most) if file == STREAM else read_regular(file, most=most)
    except OSError as error:
        pipe = "; `-` reads standard input" if error.strerror == NOT_A_FILE else ""
        hint = f"name {what}{pipe}"
        raise AepctlError(
            f"{name}: cannot be read: {error.strerror}", hint=hint, code="file-unreadable"
        ) from error
    wide = wide_encoding(raw)
    if wide is not None:
        raise AepctlError(
            f"{name}: it is in {wide}; save it as UTF-8",
            hint="then run this again",
            code="not-utf-8",
        )
    return raw
