"""What a document of a manifest says: plainly where it is as most are, else as its model does."""

from collections.abc import Iterator, Mapping
from typing import Any

from aepctl import plain
from aepctl.manifests.said import (
    MUTABLE,
    DefaultsSaid,
    DocumentSaid,
    EntrySaid,
    LifecycleSaid,
    OverrideSaid,
)
from aepctl.model.problem import Problem
from aepctl.yamldoc import YamlFile
from aepctl.yamldoc.patterns import AUDIENCE_ID, KEY


def _moved(to: str, **more: str) -> tuple[str, str]:
    return more["from"], to  # a word of Python's, which no parameter can have


def _removed(key: str, *, delete: bool) -> tuple[str, bool]:
    return key, delete


key = plain.matching(KEY)
lifecycle = plain.record(
    LifecycleSaid,
    {
        "on_removal": plain.one_of("retain", "delete"),
        "prevent_destroy": plain.flag,
        "on_immutable_change": plain.one_of("refuse", "replace"),
        "ignore_changes": plain.list_of(plain.one_of(*MUTABLE)),
    },
)
shared = {"namespace": plain.line, "originName": plain.line, "lifecycle": lifecycle}
own = {**shared, "name": plain.line, "audienceId": plain.matching(AUDIENCE_ID)}
"""What a block and an override for an environment have alike."""
everyone = {**shared, "description": plain.lines, "environments": plain.list_of(key)}
plain_defaults = plain.record(DefaultsSaid, everyone)
override = plain.record(OverrideSaid, {**own, "description": plain.lines})
plain_entry = plain.record(
    EntrySaid, {**own, **everyone, "overrides": plain.mapping(key, override)}, needed=("name",)
)
plain_document = plain.record(
    DocumentSaid,
    {
        "audiences": plain.mapping(key, plain_entry),
        "defaults": plain_defaults,
        "moved": plain.list_of(plain.record(_moved, {"from": key, "to": key}, ("from", "to"))),
        "removed": plain.list_of(
            plain.record(_removed, {"key": key, "delete": plain.flag}, ("key", "delete"))
        ),
    },
)


def document_said(yaml_file: YamlFile, number: int) -> DocumentSaid | tuple[Problem, ...]:
    """What document `number` says, or everything that is wrong with it."""
    try:
        return plain_document(yaml_file.documents[number])
    except plain.NotPlain:
        from aepctl.manifests.model import ManifestDocument  # noqa: PLC0415 - few need it
        from aepctl.yamldoc import check  # noqa: PLC0415 - likewise

        model = check(ManifestDocument, yaml_file, number)
        return model.said() if isinstance(model, ManifestDocument) else model


def defaults_said(together: Mapping[str, Any]) -> DefaultsSaid | None:
    """What the defaults of all documents say together; None: they are faulty."""
    try:
        return plain_defaults(together)
    except plain.NotPlain:
        from aepctl.manifests.model import Defaults  # noqa: PLC0415 - few need it

        model = Defaults.sound(together)
        return None if model is None else model.said()


def sound_entries(document: Any) -> Iterator[tuple[str, EntrySaid]]:
    """The entries of a faulty document that have no finding of their own."""
    from aepctl.manifests.model import Entry  # noqa: PLC0415 - few need it

    entries = document.get("audiences") if isinstance(document, dict) else None
    for name, value in entries.items() if isinstance(entries, dict) else ():
        model = Entry.sound(value)
        if model is not None:
            yield name, model.said()
