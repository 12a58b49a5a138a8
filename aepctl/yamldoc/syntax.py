"""What libyaml says, in our words: where an event is, and what is wrong with a text."""

from yaml import MarkedYAMLError
from yaml.events import CollectionStartEvent, Event, SequenceStartEvent

from aepctl.yamldoc.mistakes import hint_for
from aepctl.yamldoc.places import Finding, Position

NESTED = "exceeded maximum nesting depth"
OPENED = ("while scanning a quoted scalar", "while parsing a flow")
"""What is begun by a quote or a bracket."""


def syntax_finding(error: MarkedYAMLError, text: str) -> Finding:
    """The error, at its place; where a quote or a bracket is not closed, that is its place."""
    mark, begun = error.problem_mark or error.context_mark, error.context_mark
    position: Position = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    context, until, opened = error.context, "", False
    if context and begun is not None and begun.line + 1 < position[0]:
        opened = context.startswith(OPENED)
        if opened:
            until = f" up to line {position[0]}"
            position = (begun.line + 1, begun.column + 1)
        else:
            context += f" (begun in line {begun.line + 1})"
    said = " ".join(part for part in (context, error.problem) if part) + until
    hint = hint_for(said, text, position, opened=opened)
    return Finding(position, "syntax", f"not valid YAML: {said}", hint)


def before_too_deep(error: MarkedYAMLError, text: str) -> str | None:
    """The text before what libyaml refuses as nested too deeply (from PyYAML 6.0.4 on), or None."""
    mark = error.problem_mark
    return text[: mark.index] if mark is not None and error.problem == NESTED else None


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
