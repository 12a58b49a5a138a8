"""A tree as the text of a manifest: one spelling of everything, with all that people said. Pure.

New definitions are spelled by the same `scalars`, so that a file stays as `fmt` has it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from aepctl.manifests.order import Shape
from aepctl.manifests.ordered import head_of, key_of, may_be_ordered, ordered
from aepctl.manifests.scalars import folded_lines, lines_of, scalar
from aepctl.yamldoc.nodes import Alias, Collection, Document, Entry, Node, Text, Tree

WIDTH = 120
"""What is in brackets and fits into this stays on its line."""
STEP = 2
SIGNS = frozenset({"-", "?", ":"})
"""Texts that are something else outside of brackets."""
WORDS = frozenset({"true", "false"})
BLANK = None
Lines = list[str | None]
"""Lines of a text; None is a blank one between entries, of which one is enough."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How a text is written. `shape`: of each document. `keeps`: the quotation marks, where a text
    is on one line, and so whether other readers take it for a number.
    """

    shape: Shape
    keeps: bool = False

    def text(self, tree: Tree) -> str:
        """All of it, without blank lines at its ends, and with one at most elsewhere."""
        lines: Lines = _about(tree.above, 0)
        for number, document in enumerate(tree.documents):
            if document.directives:
                lines += ["..."] * bool(number) + document.directives
            lines += self._document(document, first=not number)
        return "".join(f"{line}\n" for line in _single_blanks(lines))

    def _document(self, document: Document, *, first: bool) -> Lines:
        value, beside = document.value, [one.lstrip(" ") for one in document.beside]
        lines: Lines = []
        anchor = value.anchor if isinstance(value, Text | Collection) else None
        if document.is_explicit or document.directives or not first or anchor is not None:
            start = "---" if anchor is None else f"--- &{anchor}"
            lines.append(start + "".join(document.beside[-1:]))
            beside = beside[:-1]
        lines += _about([*beside, *document.above], 0)
        if isinstance(value, Collection) and value.entries:
            page = _Page(self, sorts=may_be_ordered(document, self.shape))
            lines += page.document(value)
        elif isinstance(value, Collection):
            lines += ["{}" if value.is_map else "[]", *_about(value.below, 0)]
        elif isinstance(value, Text):  # nothing, in one of its spellings
            lines += [value.source] * bool(value.source)
        return lines + _about(document.below, 0)

    def is_kept(self, text: Text) -> bool:
        """Whether its quotation marks stay, or that it has none."""
        one_line = text.style not in {"|", ">"} and "\n" not in text.source
        return self.keeps and one_line and not text.is_tagged and text.source not in SIGNS


@dataclass(frozen=True, slots=True)
class _Page:
    """One document as it is written. `sorts`: its entries stand in their order."""

    writer: Writer
    sorts: bool

    def document(self, root: Collection) -> Lines:
        """What is about all of it stays at its top, whatever comes first."""
        first, *others = root.entries
        count = head_of(first.above)
        entries = [replace(first, above=first.above[count:]), *others]
        body = self._block(replace(root, entries=entries), 0, self.writer.shape)
        return [*_about(first.above[:count], 0), *body]

    def _block(self, collection: Collection, indent: int, shape: Shape) -> Lines:
        lines: Lines = []
        entries = ordered(collection, shape) if self.sorts else collection.entries
        for entry in entries:
            key = key_of(entry)
            is_word = key in shape.words
            lines += _about([*entry.above, *(one.lstrip(" ") for one in entry.beside[:-1])], indent)
            lines += self._entry(entry, indent, shape.of(key), is_word=is_word)
        return lines + _about(collection.below, indent)

    def _entry(self, entry: Entry, indent: int, shape: Shape, *, is_word: bool) -> Lines:
        pad, beside = " " * indent, "".join(entry.beside[-1:])
        key = None if entry.key is None else self._inline(entry.key)
        sign = "- " if key is None else f"{key}{' ' * isinstance(entry.key, Alias)}: "
        value = entry.value
        if not isinstance(value, Collection):
            first, rest = self._value(value, indent, len(sign), is_word=is_word)
            inner = pad + " " * STEP
            return [f"{pad}{sign}{first}{beside}", *(inner + one if one else "" for one in rest)]
        start = sign if value.anchor is None else f"{sign}&{value.anchor} "
        if not value.entries:
            return [*_about(value.below, indent), f"{pad}{start}{_brackets(value, '')}{beside}"]
        flow = None if shape.is_block else self._flow(value, shape)
        if flow is not None and len(pad + start + flow) <= WIDTH:
            return [f"{pad}{start}{flow}{beside}"]
        block = self._block(value, indent + STEP, shape)
        if key is not None or value.anchor is not None:
            return [f"{pad}{start.rstrip(' ')}{beside}", *block]
        return _behind_a_dash([*_about(filter(None, [beside.lstrip(" ")]), indent), *block], pad)

    def _value(
        self, value: Text | Alias | None, indent: int, before: int, *, is_word: bool
    ) -> tuple[str, Sequence[str]]:
        """The rest of the first line of a text, and the lines below it."""
        if not isinstance(value, Text):
            return "" if value is None else f"*{value.name}", ()
        anchor = "" if value.anchor is None else f"&{value.anchor} "
        if self.writer.is_kept(value) or (is_word and value.value in WORDS):
            return anchor + self._plain(value, is_word=is_word), ()
        block = lines_of(value.value, ragged=value.style == "|")
        one_line = scalar(value.value)
        written = _written_lines(value)
        long = indent + before + len(anchor) + len(one_line) > WIDTH
        if len(written) > 1 and (value.style == ">" or (block is None and long)):
            sign = folded_lines(value.value, written)
            block = block if sign is None else (sign, tuple(written))
        return (anchor + one_line, ()) if block is None else (anchor + block[0], block[1])

    def _plain(self, text: Text, *, is_word: bool) -> str:
        return text.value if is_word and text.value in WORDS else text.source

    def _inline(self, node: Text | Alias, *, in_flow: bool = False, is_word: bool = False) -> str:
        """A text or an alias on one line."""
        if isinstance(node, Alias):
            return f"*{node.name}"
        anchor = "" if node.anchor is None else f"&{node.anchor} "
        if self.writer.is_kept(node) or (is_word and node.value in WORDS):
            return anchor + self._plain(node, is_word=is_word)
        return anchor + scalar(node.value, in_flow=in_flow)

    def _flow(self, node: Node | None, shape: Shape, *, is_word: bool = False) -> str | None:
        """What was in brackets, in brackets; None where something is said between them."""
        if node is None or isinstance(node, Text | Alias):
            return "" if node is None else self._inline(node, in_flow=True, is_word=is_word)
        if not node.is_flow or any(node.below):
            return None
        parts = []
        for entry in ordered(node, shape) if self.sorts else node.entries:
            key = key_of(entry)
            value = entry.value
            part = self._flow(value, shape.of(key), is_word=key in shape.words)
            if part is None or any(entry.above) or entry.beside:
                return None
            if isinstance(value, Collection) and value.anchor is not None:
                part = f"&{value.anchor} {part}"
            if entry.key is not None:
                shown = self._inline(entry.key, in_flow=True)
                part = f"{shown}{' ' * isinstance(entry.key, Alias)}: {part}"
            parts.append(part)
        return _brackets(node, ", ".join(parts))


def _written_lines(text: Text) -> list[str]:
    """The lines of a text as somebody broke it, without signs, quotation marks and indentation."""
    first, *rest = text.source.split("\n")
    if text.style in {"|", ">"}:
        while rest and not rest[-1].strip(" "):
            del rest[-1]
        indent = min((len(one) - len(one.lstrip(" ")) for one in rest if one.strip(" ")), default=0)
        return [one[indent:] for one in rest]
    lines = [one.strip(" \t") for one in (first, *rest)]
    if text.style is not None:
        lines[0], lines[-1] = lines[0][1:], lines[-1][:-1]
    return lines


def _brackets(collection: Collection, inner: str) -> str:
    return f"{{{inner}}}" if collection.is_map else f"[{inner}]"


def _about(lines: Iterable[str], indent: int) -> Lines:
    return [" " * indent + line if line else BLANK for line in lines]


def _behind_a_dash(block: Lines, pad: str) -> Lines:
    """The block as an item; what is said above its first entry stands above the dash."""
    inner = pad + " " * STEP
    count = next(n for n, line in enumerate(block) if line and not line.lstrip(" ").startswith("#"))
    above = [pad + line.lstrip(" ") if line else BLANK for line in block[:count]]
    return [*above, f"{pad}- {(block[count] or '')[len(inner) :]}", *block[count + 1 :]]


def _single_blanks(lines: Lines) -> Iterable[str]:
    blank = False
    begun = False
    for line in lines:
        if line is BLANK:
            blank = begun
            continue
        if blank:
            yield ""
        yield line
        begun, blank = True, False
