"""JSON writes a character beyond U+FFFF as two escapes, which libyaml refuses; YAML takes JSON.

Each half of such a pair is written as another escape of the same length, so that every place in the
text stays as it is; what was read is put together again. Only double quotes know escapes: elsewhere
the text is given back as it was written.
"""

import re

PAIR = r"(?<!\\)((?:\\\\)*)\\u([Dd])([89ABab])([0-9A-Fa-f]{2})\\u([Dd])([C-Fc-f])([0-9A-Fa-f]{2})"
WRITTEN = r"\\u([Ee])([0-5])([0-9A-Fa-f]{2})\\u([Ee])([6-9a-d])([0-9A-Fa-f]{2})"
READ = "([\ue000-\ue5ff])([\ue600-\uedff])"
HIGH, LOW = "89aAbB", "cCdDeEfF"
"""The second digit of each half, in the order of what stands in for it: 0 to 5, and 6 to d."""


def without_pairs(text: str) -> str | None:
    """The text with stand-ins for all pairs; None where it has none, or has such stand-ins."""
    if "\\u" not in text or re.search(PAIR, text) is None:
        return None
    if re.search(READ, text) or re.search(WRITTEN, text):
        return None
    return re.sub(PAIR, _stand_ins, text)


def _stand_ins(found: re.Match[str]) -> str:
    before, lead, high, end, second_lead, low, second_end = found.groups()
    first = f"{_as(lead, 'Ee')}{HIGH.index(high):x}{end}"
    second = f"{_as(second_lead, 'Ee')}{LOW.index(low) + len(HIGH):x}{second_end}"
    return f"{before}\\u{first}\\u{second}"


def _as(letter: str, both: str) -> str:
    return both[0] if letter.isupper() else both[1]


def as_written(value: str) -> str:
    """A text outside of double quotes, as it was before `without_pairs`."""
    return re.sub(WRITTEN, _written, value)


def _written(found: re.Match[str]) -> str:
    lead, high, end, second_lead, low, second_end = found.groups()
    first = f"{_as(lead, 'Dd')}{HIGH[int(high, 16)]}{end}"
    return f"\\u{first}\\u{_as(second_lead, 'Dd')}{LOW[int(low, 16) - len(HIGH)]}{second_end}"


def together(value: str) -> str:
    """A text in double quotes, with the characters that the stand-ins stand for."""
    return re.sub(READ, _character, value)


def _character(found: re.Match[str]) -> str:
    high, low = ord(found[1]), ord(found[2])
    first = int(f"D{HIGH[high >> 8 & 15]}{high & 255:02x}", 16)
    second = int(f"D{LOW[(low >> 8 & 15) - len(HIGH)]}{low & 255:02x}", 16)
    return chr(0x10000 + (first - 0xD800 << 10) + (second - 0xDC00))
