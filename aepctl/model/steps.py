"""What is done for a key, one thing at a time. The executor obeys steps; people read the diff."""

from dataclasses import dataclass
from typing import TypeAlias

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.lifecycle import AtRemoval


@dataclass(frozen=True, slots=True)
class Create:
    """Create the audience. Not idempotent: sent at most once under one intent.

    `audience_id` is the ID that the client gives (revision 3 of the create call). `replaces`: what
    its key has until then, and what is deleted after it.
    """

    audience: Audience
    audience_id: str | None = None
    replaces: Ids | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """Change fields of an audience that exists, from `before` to `after`."""

    ids: Ids
    before: Audience
    after: Audience

    @property
    def changes(self) -> dict[str, str | None]:
        """The new value of each field that changes; None where it is to be removed."""
        old, new = self.before.fields(), self.after.fields()
        return {name: new.get(name) for name in {**new, **old} if old.get(name) != new.get(name)}

    def as_kept(self, seen: Audience) -> Audience:
        """What it comes to, as the platform keeps it, which shows `seen`.

        In a field that it does not change, that is what somebody else may have written meanwhile.
        """
        shown = seen.fields()
        return Audience.of(self.after.fields() | {name: shown.get(name) for name in self.changes})


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete an audience that exists. `audience` is what it was, for whoever settles it."""

    ids: Ids
    audience: Audience


@dataclass(frozen=True, slots=True)
class Adopt:
    """Record an audience that exists on the platform already."""

    known: Known


@dataclass(frozen=True, slots=True)
class Move:
    """Record what `from_key` had under another key; the platform knows no keys."""

    from_key: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Record nothing of it any more; it stays on the platform.

    `retain`: but remember whose it was, so that nobody takes it for new.
    """

    retain: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """Record other fields for an audience that is known, as they were seen.

    `platform_id`: the platform's own id of it, where that was not known.
    """

    audience: Audience
    platform_id: str | None = None


@dataclass(frozen=True, slots=True)
class Remember:
    """Remember what its manifest says of its end."""

    at_removal: AtRemoval


RemoteStep: TypeAlias = Create | Patch | Delete
"""Touches the platform: sent under a durable intent. Only Create is not idempotent."""

LocalStep: TypeAlias = Adopt | Move | Forget | Record | Remember
"""Touches state only: recorded as a fact."""

Step: TypeAlias = RemoteStep | LocalStep
