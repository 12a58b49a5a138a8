"""The form in which two spellings of one name are the same to a person. Pure."""

import re
import unicodedata

FORMAT = "Cf"
"""The Unicode category of what is there and not seen: U+200B, U+FEFF, U+00AD, marks of direction.
"""

SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Marks that choose how the character before them is drawn; many a system drops them."""
DOTLESS = "\u0131"
_DOTTED = re.compile("i\u0307+")


def folded(text: str) -> str:
    """The text without what only machines tell apart: Unicode form, case, blanks, format signs."""
    if text.isascii():
        return " ".join(text.casefold().split())
    visible = text
    if not text.isprintable():  # else nothing in it is a format sign
        visible = "".join(one for one in text if unicodedata.category(one) != FORMAT)
    if not SELECTORS.isdisjoint(visible):
        visible = "".join(one for one in visible if one not in SELECTORS)
    small = unicodedata.normalize("NFKC", visible).casefold()
    # Capitals of `i` and small letters of `I` are others in Turkish: all of them are one letter.
    small = _DOTTED.sub("i", small.replace(DOTLESS, "i"))
    once = unicodedata.normalize("NFKC", small)
    return " ".join(once.split())
