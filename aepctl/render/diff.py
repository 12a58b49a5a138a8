"""Two texts as a unified diff, which `patch` and `git apply` take."""

import re
from collections.abc import Iterator
from difflib import unified_diff

from aepctl.render.display import Paint, display

LINE = re.compile(r"[^\n]*\n|[^\n]+")
STYLES = {"+": ("green",), "-": ("red",), "@": ("cyan",)}
HEADS = ("--- ", "+++ ")
SPECIAL = re.compile(r'[\x00-\x1f\x7f"\\\udc80-\udcff]')
"""What Git spells out in a name: bytes that are no UTF-8 too, which Python reads as U+DC80 on."""
ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r", '"': r"\"", "\\": r"\\"}


def diff_text(file: str, before: str, after: str, paint: Paint, *, plain: bool = False) -> str:
    """What is to be done to a file. `plain`: what acts on a terminal is spelled out."""
    mine, yours = _name(f"a/{file}"), _name(f"b/{file}")
    lines = unified_diff(LINE.findall(before), LINE.findall(after), mine, yours, lineterm="\n")
    return "".join(_shown(lines, paint, plain=plain))


def _name(path: str) -> str:
    """As Git writes it: quoted where it has to be, and with a tab behind it where it has blanks,
    since `patch` takes what follows a blank for a date.
    """
    quoted = SPECIAL.sub(lambda one: ESCAPES.get(one[0]) or f"\\{ord(one[0]) & 0xFF:03o}", path)
    if quoted != path:
        return f'"{quoted}"'
    return f"{path}\t" if " " in path else path


def _shown(lines: Iterator[str], paint: Paint, *, plain: bool) -> Iterator[str]:
    for number, line in enumerate(lines):
        text, is_head = line.removesuffix("\n"), number < len(HEADS)
        styles = ("bold",) if is_head else STYLES.get(line[:1], ())
        seen = display(text.removesuffix("\t") if is_head else text) if plain else text
        yield f"{paint(seen, *styles)}\n"
        if text == line:
            yield "\\ No newline at end of file\n"
