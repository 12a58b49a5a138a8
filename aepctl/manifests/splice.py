"""New entries in the text of a manifest that people wrote: nothing else of it changes. Pure.

Where they go is found by the places of the keys; that they mean what they should, and all else what
it did, is proven by reading the result. Where it cannot be proven, there is no result.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aepctl.manifests.document import read_manifest
from aepctl.manifests.entries import SHARED, Definition, Layout, entries
from aepctl.model.audience import Wanted
from aepctl.model.problem import NOWHERE
from aepctl.yamldoc import YamlFile, parse
from aepctl.yamldoc.places import Path, Position

AUDIENCES = "audiences"
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
NEXT_DOCUMENT = re.compile(r"(?:---|\.\.\.)(?=\s|\Z)")


@dataclass(frozen=True, slots=True)
class _Section:
    """The lines of `audiences` in a document, from its key to what comes next, counted from 0."""

    begin: int
    end: int
    layout: Layout


def spliced(
    file: str, raw: bytes, definitions: Sequence[Definition]
) -> tuple[bytes, tuple[Definition, ...]] | None:
    """The file with these definitions, and those that its defaults do not fit; None: it cannot be.

    That is so where it has no `audiences` as a block, or is not sound itself.
    """
    yaml_file = parse(file, raw, positions_under=AUDIENCES)
    if yaml_file.problems:
        return None
    defaults = _defaults(yaml_file)
    if defaults is None:
        return None
    described = "description" in defaults  # nothing can say that one has none
    left = tuple(one for one in definitions if described and one.audience.description is None)
    later = {one.key for one in left}
    fitting = [one for one in definitions if one.key not in later]
    lines = LINE.findall(yaml_file.text)
    section = _section(yaml_file, lines)
    if not fitting or section is None:
        return None
    block = entries(fitting, defaults, section.layout)
    for place in _places(lines, section):
        text = _inserted(lines, place, block, section.layout.line_end)
        if is_proven(file, raw, text.encode(), fitting):
            return text.encode(), left
    return None


def is_proven(file: str, old: bytes | None, new: bytes, added: Sequence[Definition]) -> bool:
    """Whether the new file is sound, and asks for what the old one did and for `added`, exactly."""
    before = read_manifest(file, old).wanted if old is not None else ()
    manifest = read_manifest(file, new)
    asked = {one.key: replace(one, origin=NOWHERE) for one in (*before, *manifest.wanted)}
    expected = {one.key: replace(one, origin=NOWHERE) for one in before}
    expected |= {one.key: Wanted(one.key, one.audience, NOWHERE) for one in added}
    complete = len(manifest.wanted) == len(before) + len(added)
    if manifest.problems or not complete or asked != expected:
        return False
    return old is None or _without(file, new, {one.key for one in added}) == _without(file, old)


def _without(file: str, raw: bytes, keys: Collection[str] = ()) -> list[Any]:
    """The documents of a file without these audiences."""
    documents = []
    for one in parse(file, raw).documents:
        there = one.get(AUDIENCES) if isinstance(one, dict) else None
        if isinstance(there, dict):
            kept = {key: value for key, value in there.items() if key not in keys}
            documents.append({**one, AUDIENCES: kept})
        else:
            documents.append(one)
    return documents


def _defaults(yaml_file: YamlFile) -> dict[str, str] | None:
    """What the file gives to each audience; None where that is more than an audience's fields."""
    together: dict[str, str] = {}
    for document in yaml_file.documents:
        together |= document.get("defaults", {}) if isinstance(document, dict) else {}
    return together if together.keys() <= set(SHARED) else None


def _section(yaml_file: YamlFile, lines: Sequence[str]) -> _Section | None:
    """The last `audiences` of the file that is written as a block."""
    keys = yaml_file.places()[0]
    for number in reversed(range(len(yaml_file.documents))):
        places = [
            _indent(lines, place)
            for path, place in keys.items()
            if path[:2] == (number, AUDIENCES) and len(path) == len((number, AUDIENCES, "key"))
        ]
        indent = places[0] if len(set(places)) == 1 else None
        if not indent:
            continue
        begin = keys[number, AUDIENCES][0] - 1
        tops = [
            line - 1
            for path, (line, _) in keys.items()
            if path[0] == number and len(path) == len((number, "key")) and line - 1 > begin
        ]
        layout = Layout(indent, _field_indent(keys, number, lines, indent), _line_end(lines[begin]))
        return _Section(begin, _end(lines, begin, min(tops, default=len(lines))), layout)
    return None


def _indent(lines: Sequence[str], place: Position) -> int | None:
    """How many blanks are before a key; None where there is anything else."""
    line, column = place
    return None if lines[line - 1][: column - 1].strip(" ") else column - 1


def _field_indent(
    keys: Mapping[Path, Position], number: int, lines: Sequence[str], indent: int
) -> int:
    """How far the fields of the first audience are indented whose fields stand on their lines."""
    fields = (
        _indent(lines, place)
        for path, place in keys.items()
        if path[:2] == (number, AUDIENCES) and len(path) == len((number, AUDIENCES, "key", "field"))
    )
    return next((one for one in fields if one is not None and one > indent), indent + 2)


def _line_end(line: str) -> str:
    return "\r\n" if line.endswith("\r\n") else "\n"


def _end(lines: Sequence[str], begin: int, end: int) -> int:
    """The line that comes after the section; `end` is that of the next key of its document."""
    return next((n for n in range(begin, end) if NEXT_DOCUMENT.match(lines[n])), end)


def _places(lines: Sequence[str], section: _Section) -> Iterator[int]:
    """Before which line the entries may go: best before the blank lines at the end.

    And before the comments there that are not indented: those are about what comes next.
    """
    at = section.end
    is_last = at == len(lines)
    while at > section.begin + 1 and _is_between(lines[at - 1], comments=not is_last):
        at -= 1
    yield at
    if at != section.end:
        yield section.end


def _is_between(line: str, *, comments: bool) -> bool:
    return not line.strip() or (comments and line.startswith("#"))


def _inserted(lines: Sequence[str], at: int, block: str, line_end: str) -> str:
    before = "".join(lines[:at])
    if before and before[-1] not in "\r\n":
        before += line_end
    return before + block + "".join(lines[at:])
