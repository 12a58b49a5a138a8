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


def may_have_become(sent: str, shown: str) -> bool:
    """Whether a platform that folds names, or keeps ASCII letters only, may show `sent` like this.

    Such a one leaves other letters out, writes `?` for them, or their letter without its accent.
    """
    if folded(sent) == folded(shown):
        return True
    if sent.isascii() or not shown.isascii():
        return False
    return _bare(folded(shown)) in {_bare(folded(sent)), _bare(_without_accents(folded(sent)))}


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def _bare(text: str) -> str:
    kept = "".join(one for one in text if one.isascii() and one != "?")
    return " ".join(kept.split())
