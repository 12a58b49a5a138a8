"""How a text should be written so that no platform has reason to keep it otherwise. Pure."""

import unicodedata
from collections.abc import Iterator

from aepctl.model.folding import FORMAT

FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks, as Unicode counts them, that show nothing."""
JOINERS = frozenset("\u200c\u200d")
"""Signs that emoji and some scripts need between two characters; elsewhere they show nothing."""
LATIN = 0x24F
"""Up to here no character joins with another."""


def plain(text: str) -> str:
    """The text with single blanks between words, in NFC, and without what nobody sees."""
    if text.isascii():
        return " ".join(text.split())
    before = None
    while text != before:  # what goes may bring characters together
        before = text
        text = unicodedata.normalize("NFC", text)
        hidden = {position for position, _ in _hidden(text)}
        text = "".join(one for at, one in enumerate(text, 1) if at not in hidden)
        text = " ".join(text.split())
    return text


def plain_lines(text: str) -> str:
    """As `plain`, but lines stay lines."""
    return "\n".join(plain(line) for line in text.splitlines()).strip()


def flaw(text: str) -> str | None:
    """What of the text a platform may not keep as it is; None where it is `plain`."""
    single = "  " not in text and text == text.strip()
    if single and _is_plain(text):
        return None
    return next(_flaws(text), None)


def _is_plain(text: str) -> bool:
    """Whether that can be told at once: nothing unprintable, so no blanks but the usual ones."""
    if text.isascii() or not text.isprintable():
        return text.isprintable()
    return FILLERS.isdisjoint(text) and unicodedata.is_normalized("NFC", text)


def _flaws(text: str) -> Iterator[str]:
    for position, one in _hidden(text):
        yield f"has the invisible character U+{ord(one):04X} at position {position}"
    if text != text.strip():
        yield f"has a blank at its {'beginning' if text[0].isspace() else 'end'}"
    for position, one in enumerate(text, 1):
        if one.isspace() and one != " ":
            yield f"has the unusual blank U+{ord(one):04X} at position {position}"
    if "  " in text:
        yield f"has more than one blank at position {text.index('  ') + 1}"
    if not unicodedata.is_normalized("NFC", text):
        yield "is not in Unicode's usual form, NFC"


def _hidden(text: str) -> Iterator[tuple[int, str]]:
    """What nobody sees, no blanks, with its position."""
    for at, one in enumerate(text):
        if one in FILLERS or unicodedata.category(one) == FORMAT:
            joins = one in JOINERS and _joins(text[at - 1 : at]) and _joins(text[at + 1 : at + 2])
            if not joins:
                yield at + 1, one


def _joins(neighbour: str) -> bool:
    """Whether a joiner may do something beside this character, if there is one."""
    return (
        neighbour > chr(LATIN)
        and neighbour not in FILLERS
        and unicodedata.category(neighbour)[0] not in "CZ"
    )
