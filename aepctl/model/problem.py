"""Places in files that people write, and what is wrong there."""

from dataclasses import dataclass

LONGEST = 128
"""So many characters are shown of a name or a text."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place in a file. Lines and columns count from 1; columns count characters."""

    file: str
    line: int
    column: int


NOWHERE = Origin("", 0, 0)
"""Where a place is not known, or does not count."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what was expected.

    `rule` names the kind of problem for machines; `line` or `column` 0 means the file as a whole.
    `source` is the text of the line, for showing the place.
    """

    origin: Origin
    rule: str
    message: str
    hint: str | None = None
    source: str | None = None

    @property
    def hides_others(self) -> bool:
        """Whether what follows it in its file could not be read."""
        return self.rule in {"syntax", "merge-conflict"}


def quoted(name: object) -> str:
    """What people wrote, as a message shows it: between backticks, and not all of 5 MB."""
    text = str(name)
    if not text:
        return "(empty)"
    return f"`{text}`" if len(text) <= LONGEST else f"`{text[:LONGEST]}…`"
