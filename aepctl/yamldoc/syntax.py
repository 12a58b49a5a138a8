"""What libyaml says, in our words: where an event is, and what is wrong with a text."""

from yaml import MarkedYAMLError
from yaml.events import CollectionStartEvent, Event, SequenceStartEvent

from aepctl.yamldoc.places import Finding, Position, source_lines

NESTED = "exceeded maximum nesting depth"
TABS = "indent with spaces; YAML allows no tabs there"
HINTS = {
    "mapping values are not allowed": "put a text that holds `: ` into quotes",
    "invalid Unicode character escape code": "a character beyond U+FFFF is one escape, such as "
    "`\\U0001f600`, or JSON's two: `\\ud83d\\ude00`",
    "cannot start any token": "put a text that starts with this character into quotes",
}


def syntax_finding(error: MarkedYAMLError, text: str) -> Finding:
    """The error, at its place."""
    mark, context = error.problem_mark or error.context_mark, error.context
    position: Position = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    if context and error.context_mark is not None and error.context_mark.line + 1 < position[0]:
        context += f" (begun in line {error.context_mark.line + 1})"
    said = " ".join(part for part in (context, error.problem) if part)
    return Finding(position, "syntax", f"not valid YAML: {said}", _hint(said, text, position))


def before_too_deep(error: MarkedYAMLError, text: str) -> str | None:
    """The text before what libyaml refuses as nested too deeply (from PyYAML 6.0.4 on), or None."""
    mark = error.problem_mark
    return text[: mark.index] if mark is not None and error.problem == NESTED else None


def _hint(said: str, text: str, position: Position) -> str | None:
    line, column = position
    before = source_lines(text)[line - 1][:column]
    if "\t" in before and not before.strip(" \t-"):
        return TABS
    return next((hint for words, hint in HINTS.items() if words in said), None)


def position_of(event: Event) -> Position:
    """Where an event of libyaml begins."""
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - every event of a parse has one
    return (mark.line + 1, mark.column + 1)


def start_of(event: Event) -> int:
    """How many characters of the text are before an event."""
    return event.start_mark.index  # type: ignore[union-attr]


def end_of(event: Event) -> int:
    """How many characters of the text are before its end."""
    return event.end_mark.index  # type: ignore[union-attr]


def column_of(event: CollectionStartEvent, text: str) -> int:
    """The column of a block's entries, from 0.

    Its start may be that of an anchor, so its end counts; a list may end behind its first `-`.
    """
    mark = event.end_mark
    assert mark is not None  # noqa: S101 - every event of a parse has one
    is_behind = isinstance(event, SequenceStartEvent) and text[mark.index : mark.index + 1] != "-"
    return mark.column - is_behind
