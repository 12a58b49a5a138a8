"""A wanted audience that is to be created, unless the platform turns out to have it."""

from collections.abc import Iterable
from typing import NamedTuple

from aepctl.model.audience import Audience, Identity, Observed, Wanted
from aepctl.model.steps import Create
from aepctl.state.model import Intent, Phase


class Candidate(NamedTuple):
    """A wanted audience that nobody knows: created, unless the platform turns out to have it.

    `intent` is an earlier attempt that came to nothing, or one that a person decided to repeat.
    `adopts`: the audienceId of the one that exists already, as its manifest says.
    """

    wanted: Wanted
    step: Create
    intent: Intent | None = None
    adopts: str | None = None

    @property
    def key(self) -> str:
        return self.wanted.key

    @property
    def is_decided(self) -> bool:
        """A person decided: create it, whatever the platform has."""
        return self.intent is not None and self.intent.phase is Phase.RECREATE

    @property
    def was_tried(self) -> bool:
        """An earlier attempt may still turn out to have made it."""
        return self.intent is not None and not self.is_decided

    @property
    def tried(self) -> Audience | None:
        """What an earlier attempt may have made, where that is this audience in any spelling."""
        step = self.intent.step if self.intent is not None and self.was_tried else None
        if not isinstance(step, Create) or not _same(step.audience, self.wanted.audience):
            return None
        return step.audience

    def asked(self, found: Observed) -> Audience:
        """What was asked for of what was found: a name that was edited since is another."""
        tried = self.tried
        as_tried = tried is not None and tried.identity == found.audience.identity
        return tried if tried is not None and as_tried else self.wanted.audience

    def kept(self, found: Observed) -> Audience:
        """What an attempt made is known as it was sent: what differs, somebody wrote there since.

        What was there before is known as it was found.
        """
        tried, seen = self.tried, found.audience
        made = tried is not None and tried.identity == seen.identity and not self.is_said_to_exist
        return tried.as_kept(seen) if tried is not None and made else seen

    @property
    def is_said_to_exist(self) -> bool:
        """The platform answered an attempt to create it with "already there"."""
        return self.tried is not None and self.intent is not None and self.intent.exists


def _same(one: Audience, other: Audience) -> bool:
    return one.folded_identity == other.folded_identity


def creates(intent: Intent, audience: Audience) -> bool:
    """Whether it is an intent to create just this."""
    step = intent.step
    return isinstance(step, Create) and step.audience.identity == audience.identity


def absent_creates(intents: Iterable[Intent]) -> dict[Identity, Intent]:
    """The creates that a run looked for in vain, by what they may have made."""
    found = (
        (absent_identity(one), one) for one in sorted(intents, key=lambda one: (one.at, one.id))
    )
    return {identity: intent for identity, intent in found if identity is not None}


def absent_identity(intent: Intent) -> Identity | None:
    """What a create that a run looked for in vain may have made."""
    if isinstance(intent.step, Create) and intent.phase is Phase.ABSENT:
        return intent.step.audience.folded_identity
    return None
