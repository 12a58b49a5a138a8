"""What can be an ID of the platform."""

from typing import TypeGuard

MAX_ID_CHARS = 256
"""No ID is longer, whoever gives it."""


def usable_id(text: object) -> TypeGuard[str]:
    """Whether this can be an ID: visible characters, not too many, and no blanks around them."""
    return (
        isinstance(text, str)
        and 0 < len(text) <= MAX_ID_CHARS
        and text.isprintable()
        and text == text.strip()
    )
