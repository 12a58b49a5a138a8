"""A manifest as `fmt` has it: proven to mean what it did, with all that people said. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

from aepctl.errors import InternalError
from aepctl.manifests.document import Manifest, read_manifest
from aepctl.manifests.order import MANIFEST, SETTINGS
from aepctl.manifests.written import Writer
from aepctl.model.audience import Wanted
from aepctl.model.problem import NOWHERE, Problem
from aepctl.model.wants import Moved, Removed
from aepctl.texts import BOM
from aepctl.yamldoc import parse
from aepctl.yamldoc.nodes import Collection, Entry, Node, Tree
from aepctl.yamldoc.places import LINE_END
from aepctl.yamldoc.tree import tree_of


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file as it is, and as it should be; with problems it is left as it is."""

    file: str
    before: bytes
    after: bytes
    problems: tuple[Problem, ...] = ()

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def formatted(file: str, raw: bytes, *, settings: bool = False) -> Formatted:
    """The file as it should be; `settings`: it is aepctl.yaml, else a manifest.

    A byte order mark and the line ends of other systems are no fault here: they go. Raises
    InternalError where it cannot be proven that the result means the same.
    """
    text = LINE_END.sub("\n", raw.removeprefix(BOM).decode("utf-8", "surrogateescape"))
    plain = text.encode("utf-8", "surrogateescape")
    manifest = _read(file, plain, settings=settings)
    if manifest.problems:
        return Formatted(file, raw, raw, manifest.problems)
    writer = Writer(SETTINGS, keeps=True) if settings else Writer(MANIFEST)
    tree = tree_of(text)
    new = writer.text(tree)
    after = new.encode()
    if new != text:
        meant = _Meaning.of(file, plain, manifest)
        if meant != _Meaning.of(file, after, _read(file, after, settings=settings)):
            raise _bug(file, "does not mean the same")
        _prove(file, writer, tree, new)
    return Formatted(file, raw, after)


def _read(file: str, raw: bytes, *, settings: bool) -> Manifest:
    """What a plan takes from a manifest; of settings, only what is wrong with the YAML."""
    if settings:
        return Manifest(problems=parse(file, raw).problems)
    return read_manifest(file, raw)


def _prove(file: str, writer: Writer, tree: Tree, new: str) -> None:
    """Raise InternalError unless the new text, which can be read, has all comments and stays so."""
    again = tree_of(new)
    if Counter(_said(again)) != Counter(_said(tree)):
        raise _bug(file, "does not hold the same comments")
    if writer.text(again) != new:
        raise _bug(file, "would be formatted otherwise when it is formatted again")


def _bug(file: str, what: str) -> InternalError:
    return InternalError(
        f"{file}: what would be written {what}; the file is left as it is",
        hint="this is a bug in aepctl, not in the file: please report it with the file",
        code="fmt-not-proven",
    )


@dataclass(frozen=True, slots=True)
class _Meaning:
    """All that is read of a file, without places: its values, and what a plan takes from them."""

    documents: tuple[Any, ...]
    keys: tuple[str, ...]
    problems: tuple[Problem, ...]
    wanted: tuple[Wanted, ...]
    moved: tuple[Moved, ...]
    removed: tuple[Removed, ...]

    @classmethod
    def of(cls, file: str, raw: bytes, manifest: Manifest) -> Self:
        return cls(
            parse(file, raw).documents,
            tuple(key for key, _ in manifest.keys),
            manifest.problems,
            tuple(replace(one, origin=NOWHERE) for one in manifest.wanted),
            tuple(replace(one, origin=NOWHERE) for one in manifest.moved),
            tuple(replace(one, origin=NOWHERE) for one in manifest.removed),
        )


def _said(tree: Tree) -> Iterator[str]:
    """Every comment."""
    yield from filter(None, tree.above)
    for one in tree.documents:
        yield from (line for line in one.directives if line.startswith("#"))
        yield from filter(None, (*one.above, *one.below))
        yield from (line.lstrip(" ") for line in one.beside)
        yield from _said_in(one.value)


def _said_in(node: Node | None) -> Iterator[str]:
    if isinstance(node, Collection):
        for entry in node.entries:
            yield from _said_at(entry)
        yield from filter(None, node.below)


def _said_at(entry: Entry) -> Iterator[str]:
    yield from filter(None, entry.above)
    yield from (line.lstrip(" ") for line in entry.beside)
    yield from _said_in(entry.value)
