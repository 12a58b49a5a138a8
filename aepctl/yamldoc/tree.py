"""From libyaml's events to a tree that has each comment at what it is about. For sound texts.

A comment on its own line is about what comes next, unless it is indented as what came before. The
places of the events say what of the text is a value; what is between two values is read by `gaps`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from aepctl.yamldoc.gaps import (
    BLANKS,
    HEADER,
    SPACE,
    TAG,
    Line,
    comment_beside,
    lines_above,
    past,
    read_gap,
)
from aepctl.yamldoc.nodes import Alias, Collection, Document, Entry, Node, Text, Tree
from aepctl.yamldoc.surrogates import as_written, together, without_pairs
from aepctl.yamldoc.syntax import column_of, end_of, start_of
from aepctl.yamldoc.walker import LOADER

OUTERMOST = -1
"""Left of every column."""


def tree_of(text: str) -> Tree:
    """The tree of a text that `parse` finds nothing wrong with, and whose lines end with `\\n`."""
    builder = _Builder(text)
    for event in yaml.parse(without_pairs(text) or text, Loader=LOADER):
        handler = HANDLERS.get(event.__class__)
        if handler is not None:
            handler(builder, event)
    return builder.tree


@dataclass(slots=True)
class _Open:
    """A collection that is not at its end. `owner`: whose value it is; `is_braced`: in brackets."""

    node: Collection
    owner: Entry | Document
    is_braced: bool


@dataclass(slots=True)
class _Builder:
    """One pass over a text. `at` is how far it is read.

    `ended` are the blocks that ended there, innermost first; `begun` is the entry that began there,
    in a block with the column `left`; `lines` are those read since. `last` takes a comment at the
    end of the line.
    """

    text: str
    tree: Tree = field(default_factory=Tree)
    at: int = 0
    lines: list[Line] = field(default_factory=list)
    ended: list[Collection] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    begun: Entry | None = None
    left: int = OUTERMOST
    last: Entry | Document = field(default_factory=lambda: Document(is_explicit=False))

    def read_to(self, end: int) -> None:
        """Take in the comments and blank lines from here to `end`."""
        gap = self.text[self.at : end]
        if "\n\n" in gap or "#" in gap or gap.count("\n") > 1 or (not self.at and "\n" in gap):
            beside, lines = read_gap(gap, fresh=not self.at)
            if beside is not None:
                self.last.beside.append(beside)
            self.lines += lines
        self.at = max(self.at, end)

    def properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        """Go on behind an anchor and a tag."""
        for one in (event.anchor, event.tag):
            if one is not None:
                self.read_to(past(SPACE, self.text, self.at))
                if event.anchor is not None and self.text[self.at] == "&":
                    self.at += len(f"&{event.anchor}")
                else:
                    self.at = past(TAG, self.text, self.at)

    def scalar(self, event: ScalarEvent) -> None:
        end = end_of(event)
        self.read_to(start_of(event))
        beside: list[str] = []
        if event.anchor is not None or event.tag is not None:
            self.last = Entry(None, beside=beside)  # what comes now is no more about what was last
            self.properties(event)
            self.read_to(min(past(SPACE, self.text, self.at), end))
        source = self.text[self.at : end]
        value = (together if event.style == '"' else as_written)(event.value)
        node = Text(value, source, event.style or None, event.anchor, event.tag is not None)
        self._put(node).beside += beside
        self.at = end
        if node.style is not None and node.style in "|>":
            self._block_text(source, end)

    def _block_text(self, source: str, end: int) -> None:
        """Its first line may have a comment; blank lines behind it are no part of it."""
        found = HEADER.match(source)
        if found is None:
            return
        if found[2]:
            self.last.beside.append(comment_beside(found[1], found[2]))
        kept = source if "+" in found[0] else source.rstrip(BLANKS + "\n")
        self.at = end - len(source) + max(len(kept), found.end())
        if self.text[self.at - 1] == "\n":
            self.at -= 1

    def alias(self, event: AliasEvent) -> None:
        self.read_to(start_of(event))
        self.tree.documents[-1].has_aliases = True
        self._put(Alias(event.anchor or ""))
        self.at = end_of(event)

    def start(self, event: CollectionStartEvent) -> None:
        is_map = event.__class__ is MappingStartEvent
        flow = bool(event.flow_style)
        is_named = event.anchor is not None or event.tag is not None
        if flow or is_named:
            self.read_to(start_of(event))
            self.properties(event)
        braced = flow and self.text[past(SPACE, self.text, self.at)] == ("{" if is_map else "[")
        if braced:
            self.read_to(end_of(event) - 1)
        node = Collection(is_map, flow, 0 if flow else column_of(event, self.text), event.anchor)
        self.open.append(_Open(node, self._put(node), braced))
        if braced or is_named:
            self.last = self.open[-1].owner
        if braced:
            self.at = end_of(event)

    def end(self, event: Event) -> None:
        closed = self.open.pop()
        if closed.is_braced:
            self.read_to(start_of(event))
            self.at = end_of(event)
            closed.node.below += (line.text for line in self.lines)
            self.lines.clear()
            self.last = closed.owner
        elif not closed.node.is_flow:
            self.ended.append(closed.node)

    def document(self, event: DocumentStartEvent) -> None:
        document = Document(bool(event.explicit))
        if event.explicit:
            self.read_to(start_of(event))
            self._lines_between()
            *before, _ = self.text[self.at : end_of(event)].split("\n")
            document.directives = [line.rstrip(BLANKS) for line in before if line.strip(BLANKS)]
            self.at = end_of(event)
        self.last = document
        self.tree.documents.append(document)

    def end_document(self, event: DocumentEndEvent) -> None:
        document = self.tree.documents[-1]
        self.read_to(start_of(event))
        document.below += self._sorted_lines(OUTERMOST)
        self.at = end_of(event)
        self.last = Entry(None)

    def end_stream(self, event: StreamEndEvent) -> None:
        self.read_to(start_of(event))
        self._lines_between()

    def _lines_between(self) -> None:
        """Those that are in no document: before the first, or behind `...`."""
        below = self.tree.documents[-1].below if self.tree.documents else self.tree.above
        if isinstance(self.last, Entry):
            below += (one.strip(BLANKS) for one in self.last.beside)
        below += (line.text for line in self.lines)
        self.lines.clear()

    def _put(self, node: Node) -> Entry | Document:
        """Put it where it belongs, and take the lines before it; whose value it is."""
        waits = isinstance(node, Collection) and not node.is_flow
        top = self.open[-1].node if self.open else None
        if top is None:
            document = self.tree.documents[-1]
            document.value = node
            if not waits:
                document.above += self._sorted_lines(OUTERMOST)
            return document
        entries = top.entries
        if top.is_map and entries and entries[-1].value is None:
            entry = entries[-1]
            entry.value = node
            if not waits:
                entry.above += (line.text for line in self.lines if line.text)
                self.lines.clear()
        else:
            if top.is_map and not isinstance(node, Collection):
                entry = Entry(node)
            else:
                entry = Entry(None, node)
            entries.append(entry)
            self._begin(entry, top, waits=waits)
        if not waits:
            self.last = entry
        return entry

    def _begin(self, entry: Entry, top: Collection, *, waits: bool) -> None:
        if self.begun is None:
            self.begun, self.left = entry, top.column
        if not waits:
            self.begun.above += self._sorted_lines(OUTERMOST if top.is_flow else self.left)

    def _sorted_lines(self, left: int) -> list[str]:
        """The lines that are about what comes next; others go below the blocks that have ended."""
        above = lines_above(self.lines, self.ended, left)
        self.lines.clear()
        self.ended.clear()
        self.begun = None
        return above


HANDLERS: dict[type[Event], Callable[[_Builder, Any], None]] = {
    ScalarEvent: _Builder.scalar,
    AliasEvent: _Builder.alias,
    MappingStartEvent: _Builder.start,
    SequenceStartEvent: _Builder.start,
    MappingEndEvent: _Builder.end,
    SequenceEndEvent: _Builder.end,
    DocumentStartEvent: _Builder.document,
    DocumentEndEvent: _Builder.end_document,
    StreamEndEvent: _Builder.end_stream,
}
