"""The part of a source line that a caret points into. Pure."""

from aepctl.render.display import cells, display

MAX_SOURCE = 100
"""So many cells of a source line are shown, and fewer on a narrow terminal."""
LEAST = 30
AROUND = 10
"""What is in front of the line, and the marks where it is cut."""
AFTER = 20
"""So much is shown from the place on, at least."""


def excerpt(source: str, column: int, width: int | None = None) -> tuple[str, int]:
    """What is shown of the line, and how many cells of that precede the place."""
    most = MAX_SOURCE if width is None else max(min(MAX_SOURCE, width - AROUND), LEAST)
    place = min(column - 1, len(source))
    start = _from(source, place, most - AFTER)
    if start:
        shown = source[place : _until(source, place, most // 2)]
        start = _from(source, place, most - cells(display(shown)))
    end = _until(source, start, most)
    lead, tail = "…" * (start > 0), "…" * (end < len(source))
    before = len(lead) + cells(display(source[start:place]))
    return f"{lead}{display(source[start:end])}{tail}", before


def _from(source: str, place: int, most: int) -> int:
    """Where that begins of which `most` cells precede the place. No letter loses its accents."""
    start, used = place, 0
    while start and used + _cells(source[start - 1]) <= most:
        start -= 1
        used += _cells(source[start])
    while start < place and not _cells(source[start]):
        start += 1
    return start


def _until(source: str, start: int, most: int) -> int:
    end, used = start, 0
    while end < len(source) and used + _cells(source[end]) <= most:
        used += _cells(source[end])
        end += 1
    return end


def _cells(character: str) -> int:
    return cells(display(character))
