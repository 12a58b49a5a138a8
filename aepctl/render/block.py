"""An audience as the block of a manifest, to be pasted. Pure."""

import json
import re

from aepctl.model.audience import Audience
from aepctl.render.display import COMMAND, UNSAFE

PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ._/()+-]*[A-Za-z0-9._/()+-])?")
WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""What other readers of YAML take for something else than text."""
NO_YAML = f"{UNSAFE.pattern}|[\ufffe\uffff]"


def manifest_block(key: str, audience: Audience) -> str:
    """The lines that want this audience under this key."""
    fields = (f"    {name}: {scalar(text)}\n" for name, text in audience.fields().items())
    name = key if PLAIN.fullmatch(key) and key.lower() not in WORDS else json.dumps(key)
    return f"audiences:\n  {name}:\n{''.join(fields)}"


def scalar(text: str) -> str:
    """The text on one line of YAML, which every reader takes for just this; safe to look at."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    quoted = COMMAND.sub(r"##\1\\u005b", json.dumps(text, ensure_ascii=False))
    return re.sub(NO_YAML, lambda found: json.dumps(found[0])[1:-1], quoted)
