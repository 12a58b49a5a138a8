"""The patterns of what people write, and the words for breaking them.

They are plain enough for JSON Schema, Rust (inside pydantic) and Python to agree on them.
"""

import re

CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
CONTROLS_IN_LINES = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029"
ID_HINT = "letters, digits, '.', '_', ':' and '-', at most 128"
KEY_HINT = "letters, digits, '.', '_' and '-', at most 128, the first a letter or digit"
KEY = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
AUDIENCE_ID = r"^[A-Za-z0-9._:-]{1,128}$"


def broken_rule(value: str, pattern: str = "") -> tuple[str, str]:
    """Why a text does not match the pattern of one of these types: what is wrong, and a hint."""
    if not value.strip():
        return ("is blank", "it must contain a visible character")
    found = re.search(f"[{CONTROLS_IN_LINES}]", value) or re.search(f"[{CONTROLS}]", value)
    if found is None:
        return ("is not allowed", ID_HINT if pattern == AUDIENCE_ID else KEY_HINT)
    at = f"at position {found.start() + 1}"
    if found[0] == "\n":
        return (f"has a line break {at}", "write it as one line")
    return (f"has the control character U+{ord(found[0]):04X} {at}", "remove it")
