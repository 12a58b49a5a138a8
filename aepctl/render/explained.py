"""What is to be known of codes, as text, as JSON, and as the page docs/errors.md."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from aepctl.render.catalogue import Explanation
from aepctl.render.display import Paint
from aepctl.render.documents import FORMAT
from aepctl.render.json import document

PLAIN = Paint(on=False)
QUOTED = re.compile("`[^`]+`")
GLUE = "\x00"
"""Stands for a blank at which no line may end."""
HEAD = """# Errors

<!-- Made by `make errors` of aepctl/render/assets/errors.md: change that file, not this one. -->

Every error has a code, in brackets at the end of its first line, and so has every problem in
manifests and settings; it never changes. `aepctl explain CODE` prints what stands here, and
`aepctl explain 4` what an exit code means. In `-o json` it is `error.code`, and a problem's `rule`.

The exit code is 1 where no other is named.
"""


def explanation_text(one: Explanation, width: int, paint: Paint = PLAIN) -> str:
    """All about one code, for a terminal of that width."""
    parts = [
        f"{paint(one.code, 'bold')} (exit code {one.exit_code})\n{_wrapped(one.summary, width)}"
    ]
    parts += [_wrapped(paragraph, width) for paragraph in one.cause]
    if one.example:
        parts.append("\n".join(_example(line, width) for line in one.example.split("\n")))
    cure = (_wrapped(step, width, "- ", "  ") for step in one.cure)
    parts.append("\n".join(("What to do:", *cure)))
    return "\n\n".join(parts) + "\n"


def codes_text(every: Iterable[Explanation], width: int, paint: Paint = PLAIN) -> str:
    """A line for each code, by group."""
    every = tuple(every)
    longest = max(len(one.code) for one in every)
    blocks = []
    for group, members in groupby(every, key=lambda one: one.group):
        lines = [paint(group, "bold")]
        for one in members:
            start = f"  {one.code:<{longest}}  "
            lines.append(_wrapped(one.summary, width, start, " " * len(start)))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def codes_json(every: Iterable[Explanation]) -> str:
    """The same for programs."""
    return document({"format": FORMAT, "codes": [_data(one) for one in every], "error": None})


def page(every: Iterable[Explanation]) -> str:
    """docs/errors.md: a table of contents, and a section for each code."""
    groups = [(name, tuple(members)) for name, members in groupby(every, key=lambda one: one.group)]
    lines = [HEAD]
    for name, members in groups:
        lines.append(f"- **{name}**: {', '.join(f'[{one.code}](#{one.code})' for one in members)}")
    for name, members in groups:
        lines.append(f"\n## {name}")
        for one in members:
            lines += _section(one)
    return "\n".join(lines) + "\n"


def _section(one: Explanation) -> Iterator[str]:
    yield f"\n### {one.code}\n"
    number = (
        "" if one.exit_code == 1 or one.code.startswith("exit-") else f" Exit code {one.exit_code}."
    )
    yield f"**{one.summary}**{number}"
    for paragraph in one.cause:
        yield f"\n{paragraph}"
    if one.example:
        yield f"\n```text\n{one.example}\n```"
    yield "\n" + "\n".join(f"- {step}" for step in one.cure)


def _data(one: Explanation) -> dict[str, object]:
    return {
        "code": one.code,
        "group": one.group,
        "exitCode": one.exit_code,
        "summary": one.summary,
        "cause": list(one.cause),
        "example": one.example or None,
        "cure": list(one.cure),
    }


def _example(line: str, width: int) -> str:
    """A line of output, indented; what is longer than a line goes on below, further in."""
    text = line.lstrip()
    indent = "    " + " " * (len(line) - len(text))
    return _wrapped(text, width, indent, f"{indent}  ")


def _wrapped(text: str, width: int, first: str = "", others: str = "") -> str:
    """The text in lines of that width; what stands in backquotes stays whole, to be pasted."""
    return _filled(QUOTED.sub(_glued, text), width, first, others).replace(GLUE, " ")


def _glued(found: re.Match[str]) -> str:
    return found[0].replace(" ", GLUE)


def _filled(text: str, width: int, first: str, others: str) -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )
