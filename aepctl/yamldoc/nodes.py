"""A YAML text as a tree of what people wrote: values, and between them comments and blank lines.

`above` and `below` hold lines: a comment from its `#` on, or nothing for a blank line. `beside`
holds comments at the end of a line, each with the blanks before it.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Text:
    """A text as it reads, and as it is written: `source`, without its anchor.

    `style` is what it begins with: `|`, `>` or a quotation mark; None for a plain one. `is_tagged`:
    it does not read so without its tag.
    """

    value: str
    source: str
    style: str | None = None
    anchor: str | None = None
    is_tagged: bool = False


@dataclass(slots=True)
class Alias:
    """`*name`."""

    name: str


@dataclass(slots=True)
class Collection:
    """A mapping or a list. `column`: that of its entries, from 0, where it is no flow."""

    is_map: bool
    is_flow: bool
    column: int
    anchor: str | None = None
    entries: list["Entry"] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


Node: TypeAlias = Text | Alias | Collection


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list."""

    key: Text | Alias | None
    value: Node | None = None
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """One document. `directives` are lines before its `---`, comments there included.

    What is beside it stands behind `---`; `above`, before a value that has no entries.
    """

    is_explicit: bool
    directives: list[str] = field(default_factory=list)
    value: Node | None = None
    above: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    has_aliases: bool = False


@dataclass(slots=True)
class Tree:
    """All documents of a text; `above`: the lines before what is not in any of them."""

    above: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
