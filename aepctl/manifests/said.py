"""What the blocks of one file say, each for itself: neither defaults nor environments are in it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aepctl.model.audience import FIELDS

MUTABLE = tuple(field.name for field in FIELDS if not field.immutable)


class LifecycleSaid(NamedTuple):
    """How an audience's life goes on and ends; None: that is not said here."""

    on_removal: str | None = None
    prevent_destroy: bool | None = None
    on_immutable_change: str | None = None
    ignore_changes: Sequence[str] | None = None


UNSAID = LifecycleSaid()


class DefaultsSaid(NamedTuple):
    """For every audience of the file that does not say it itself."""

    description: str | None = None
    namespace: str | None = None
    origin_name: str | None = None
    lifecycle: LifecycleSaid = UNSAID
    environments: Sequence[str] | None = None


class OverrideSaid(NamedTuple):
    """What of one audience is otherwise in one environment. An empty description: it has none."""

    name: str | None = None
    description: str | None = None
    namespace: str | None = None
    origin_name: str | None = None
    audience_id: str | None = None
    lifecycle: LifecycleSaid = UNSAID


class EntrySaid(NamedTuple):
    """One audience that shall exist."""

    name: str
    description: str | None = None
    namespace: str | None = None
    origin_name: str | None = None
    audience_id: str | None = None
    lifecycle: LifecycleSaid = UNSAID
    environments: Sequence[str] | None = None
    overrides: Mapping[str, OverrideSaid] = {}


class DocumentSaid(NamedTuple):
    """One document. `moved`: from which key to which; `removed`: a key, and whether to delete."""

    audiences: Mapping[str, EntrySaid] = {}
    defaults: DefaultsSaid = DefaultsSaid()
    moved: Sequence[tuple[str, str]] = []
    removed: Sequence[tuple[str, bool]] = []
