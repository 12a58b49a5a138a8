"""What a manifest says of how audiences go on and end. Pure."""

from collections.abc import Iterator

from aepctl.manifests.model import LifecycleBlock, ManifestDocument
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import YamlFile


def lifecycle_of(own: LifecycleBlock, defaults: LifecycleBlock) -> Lifecycle:
    """Field by field: the audience's own word, else the file's."""
    on_removal = own.on_removal or defaults.on_removal
    prevents = own.prevent_destroy
    if prevents is None:
        prevents = defaults.prevent_destroy or False
    ignored = own.ignore_changes
    if ignored is None:
        ignored = defaults.ignore_changes or []
    return Lifecycle(
        AtRemoval(None if on_removal is None else OnRemoval(on_removal), prevents),
        (own.on_immutable_change or defaults.on_immutable_change) == "replace",
        frozenset(ignored),
    )


def moved_in(yaml_file: YamlFile, number: int, document: ManifestDocument) -> Iterator[Moved]:
    """What document `number` says has another key, each with its place."""
    for one, origin in zip(document.moved, _places(yaml_file, number, "moved"), strict=False):
        yield Moved(one.from_key, one.to_key, origin)


def removed_in(yaml_file: YamlFile, number: int, document: ManifestDocument) -> Iterator[Removed]:
    """What document `number` says is no longer wanted, each with its place."""
    for one, origin in zip(document.removed, _places(yaml_file, number, "removed"), strict=False):
        yield Removed(one.key, one.delete, origin)


def _places(yaml_file: YamlFile, number: int, name: str) -> Iterator[Origin]:
    for line, column in yaml_file.item_positions[number].get(name, ()):
        yield Origin(yaml_file.file, line, column)
