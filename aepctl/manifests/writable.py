"""What of an audience a manifest can say, so that a plan finds nothing to do. Pure."""

import re
from collections.abc import Callable

from aepctl.model.audience import FIELDS, Audience, Field, Known, Observed
from aepctl.model.spelling import flaw, plain
from aepctl.yamldoc.patterns import CONTROLS, CONTROLS_IN_LINES, broken_rule
from aepctl.yamldoc.walker import MAX_TEXT

_LINE, _LINES = re.compile(f"[{CONTROLS}]"), re.compile(f"[{CONTROLS_IN_LINES}]")
SURROGATE = re.compile("[\ud800-\udfff]")


class Unwritable(Exception):
    """No manifest can ask for it as it is: which field, and why."""


def as_written(found: Observed) -> tuple[Audience, str | None]:
    """The audience as a manifest spells it, and what is spelled otherwise than the platform does.

    Only blanks, invisible characters, line ends and the Unicode form may be: a plan passes over
    those. Raises Unwritable.
    """
    given = found.audience.fields()
    written: dict[str, str | None] = {}
    said: list[str] = []
    for field in FIELDS:
        text = given.get(field.name)
        if text is None:
            continue
        spelled = _spelling(field)(text)
        _check(field, spelled)
        written[field.name] = spelled
        if spelled != text:
            why = flaw(text) if not field.multiline else "has unusual line ends"
            said.append(f"its {field.name} {why}")
    audience = Audience.of(written)
    if Known.seen(audience, found.audience, found.ids).in_words_of(audience) != audience:
        raise Unwritable(f"{'; '.join(said)}: written without, it would be another audience")
    return audience, "; ".join(said) or None


def _spelling(field: Field) -> Callable[[str], str]:
    return _usual_lines if field.multiline else plain


def _usual_lines(text: str) -> str:
    """With line feeds between lines, if that is all that is wrong with it."""
    return text if _LINES.search(text) is None else "\n".join(text.splitlines())


def _check(field: Field, text: str) -> None:
    """Raise Unwritable for what the rules of manifests refuse."""
    controls = _LINES if field.multiline else _LINE
    if not text.strip() or controls.search(text):
        raise Unwritable(f"its {field.name} {broken_rule(text)[0]}")
    if len(text) > MAX_TEXT:
        raise Unwritable(
            f"its {field.name} has {len(text):,} characters, more than the {MAX_TEXT:,} that "
            "manifests take"
        )
    if SURROGATE.search(text):
        raise Unwritable(f"its {field.name} has half of a character")
