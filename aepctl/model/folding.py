"""The form in which two spellings of one name are the same to a person. Pure."""

import unicodedata

FORMAT = "Cf"
"""The Unicode category of what is there and not seen: U+200B, U+FEFF, U+00AD, marks of direction.
"""


def folded(text: str) -> str:
    """The text without what only machines tell apart: Unicode form, case, blanks, format signs."""
    if text.isascii():
        return " ".join(text.casefold().split())
    visible = text
    if not text.isprintable():  # else nothing in it is a format sign
        visible = "".join(one for one in text if unicodedata.category(one) != FORMAT)
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).casefold())
    return " ".join(once.split())
