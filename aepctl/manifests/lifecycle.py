"""What a manifest says of how audiences go on and end. Pure."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from aepctl.manifests.said import DocumentSaid, LifecycleSaid
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import YamlFile

T = TypeVar("T")


def lifecycle_of(*blocks: LifecycleSaid) -> Lifecycle:
    """Field by field, what the first block says that says anything: the audience's, the file's."""
    on_removal = _first(one.on_removal for one in blocks)
    return Lifecycle(
        AtRemoval(
            None if on_removal is None else OnRemoval(on_removal),
            _first(one.prevent_destroy for one in blocks) or False,
        ),
        _first(one.on_immutable_change for one in blocks) == "replace",
        frozenset(_first(one.ignore_changes for one in blocks) or ()),
    )


def _first(said: Iterable[T | None]) -> T | None:
    return next((one for one in said if one is not None), None)


def moved_in(yaml_file: YamlFile, number: int, document: DocumentSaid) -> Iterator[Moved]:
    """What document `number` says has another key, each with its place."""
    for (old, new), origin in zip(
        document.moved, _places(yaml_file, number, "moved"), strict=False
    ):
        yield Moved(old, new, origin)


def removed_in(yaml_file: YamlFile, number: int, document: DocumentSaid) -> Iterator[Removed]:
    """What document `number` says is no longer wanted, each with its place."""
    for (key, delete), origin in zip(
        document.removed, _places(yaml_file, number, "removed"), strict=False
    ):
        yield Removed(key, delete, origin)


def _places(yaml_file: YamlFile, number: int, name: str) -> Iterator[Origin]:
    for line, column in yaml_file.item_positions[number].get(name, ()):
        yield Origin(yaml_file.file, line, column)
