"""Two texts as a unified diff, which `patch` and `git apply` take."""

import re
from collections.abc import Iterator
from difflib import unified_diff

from aepctl.render.display import Paint, display

LINE = re.compile(r"[^\n]*\n|[^\n]+")
STYLES = {"+": ("green",), "-": ("red",), "@": ("cyan",)}
HEADS = ("--- ", "+++ ")


def diff_text(file: str, before: str, after: str, paint: Paint, *, plain: bool = False) -> str:
    """What is to be done to a file. `plain`: what acts on a terminal is spelled out."""
    lines = unified_diff(
        LINE.findall(before), LINE.findall(after), f"a/{file}", f"b/{file}", lineterm="\n"
    )
    return "".join(_shown(lines, paint, plain=plain))


def _shown(lines: Iterator[str], paint: Paint, *, plain: bool) -> Iterator[str]:
    for number, line in enumerate(lines):
        text = line.removesuffix("\n")
        styles = ("bold",) if number < len(HEADS) else STYLES.get(line[:1], ())
        yield f"{paint(display(text) if plain else text, *styles)}\n"
        if text == line:
            yield "\\ No newline at end of file\n"
