"""What a file is that should be UTF-8 text or JSON, and is not: for all that comes from outside."""

import json
import re
from typing import Any

MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|\Z)", re.MULTILINE)
CONFLICT_SAID = "Git left a merge conflict here"
SIGNS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
BOM = b"\xef\xbb\xbf"
LOOKED_AT = 256


def json_of(raw: str | bytes) -> Any:
    """What JSON from outside says. Raises ValueError, and nothing else, where it is of no use."""
    try:
        return json.loads(raw)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def conflict_line(text: str) -> int | None:
    """The line of the first conflict marker that Git left, if any."""
    if not any(marker in text for marker in MARKERS):  # far faster, and so nearly always
        return None
    found = CONFLICT.search(text)
    return None if found is None else text[: found.start()].count("\n") + 1


def wide_encoding(raw: bytes) -> str | None:
    """UTF-16 or UTF-32, with or without its mark, such as PowerShell's `>` writes it."""
    for sign, name in SIGNS:
        if raw.startswith(sign):
            return name
    start = raw[:LOOKED_AT]
    if b"\x00" not in start:
        return None
    for step in (4, 2):
        pads = [not any(start[place::step]) for place in range(step)]
        if len(start) >= step and sum(pads) == step - 1:
            return f"UTF-{8 * step}"
    return None


def encoding_trouble(raw: bytes) -> str | None:
    """Why bytes are not read as text, where the reason is known by its name."""
    if raw.startswith(BOM):
        return "it starts with a byte order mark; save it as UTF-8 without BOM"
    wide = wide_encoding(raw)
    return None if wide is None else f"it is in {wide}; save it as UTF-8"
