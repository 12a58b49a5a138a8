"""Names in plain letters, for keys that people can read. Pure; the same on every machine."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

import re
import unicodedata


def _table(words: str) -> dict[str, str]:
    """From words that begin with a letter, and go on with its spelling."""
    return {word[0]: word[1:] for word in words.split()}


_TABLE = _table(
    "ßss æae œoe øo đd ðd þth łl \u0131i ħh ŋn ŧt ƒf "
    "аa бb вv гg дd еe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ ыy ь "
    "эe юyu яya ёe іi їi єie ґg ўu јj љlj њnj ћc ђdj џdz "
    "αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υy φf χch ψps ωo "
    "ー ' \u2019 \u02bc"
)
_SYLLABLE = re.compile(r"(?:HIRAGANA LETTER|KATAKANA LETTER|HANGUL SYLLABLE)(?: SMALL)? (\w+)")
"""How Unicode names the signs whose names are their sounds."""


def latin(text: str) -> tuple[str, bool]:
    """The text in lower case and ASCII, and whether each letter and digit of it is there.

    What is neither letter nor digit may become a blank.
    """
    small = unicodedata.normalize("NFKC", text).lower()
    if small.isascii():
        return small.replace("'", ""), True
    parts = [_spelled(one) for one in unicodedata.normalize("NFKC", small)]
    return "".join(part or "" for part in parts), None not in parts


def _spelled(one: str) -> str | None:
    """One character in ASCII; None for a letter that has no such spelling."""
    if one in _TABLE:
        return _TABLE[one]
    if one.isascii():
        return one
    syllable = _SYLLABLE.fullmatch(unicodedata.name(one, ""))
    if syllable is not None:
        return syllable[1].lower()
    bare = [part for part in unicodedata.normalize("NFKD", one) if not unicodedata.combining(part)]
    if bare != [one]:
        spelled = [_spelled(part) for part in bare]
        return None if None in spelled else "".join(part or "" for part in spelled)
    return None if one.isalnum() else " "
