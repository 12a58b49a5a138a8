"""One known audience and what is wanted of it: whether it differs, and in what. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from aepctl.model.audience import IMMUTABLE, Audience, Ids, Known, Observed, Wanted
from aepctl.model.steps import Delete
from aepctl.plan.compare import field_diffs
from aepctl.plan.plan import FieldDiff
from aepctl.plan.policy import Policy


def aim(one: Wanted, now: Audience) -> Audience:
    """What it shall be: as wanted, but fields that its manifest ignores stay as they are."""
    ignored = one.lifecycle.ignored
    if not ignored:
        return one.audience
    wanted, mine = one.audience.fields(), now.fields()
    names = dict.fromkeys((*wanted, *mine))
    return Audience.of({name: (mine if name in ignored else wanted).get(name) for name in names})


def is_as_wanted(one: Wanted, known: Known, policy: Policy) -> bool:
    """Whether nothing would be changed, on the platform or in state, nor asked."""
    same = known.audience == one.audience or is_same(one, known)
    settled = not known.retained and known.deposed is None
    is_it = policy.client_ids or one.audience_id in {None, known.ids.audience_id}
    return same and settled and is_it and known.at_removal == one.lifecycle.at_removal


def is_same(one: Wanted, known: Known) -> bool:
    """Whether it is what is wanted, in words that mean the same."""
    goal = aim(one, known.audience)
    return known.in_words_of(goal) == goal


def must_be_replaced(one: Wanted, known: Known) -> bool:
    """Whether a field differs that the platform does not let change."""
    wanted, mine = one.audience.fields(), known.in_words_of(one.audience).fields()
    return any(wanted.get(name) != mine.get(name) for name in IMMUTABLE)


def is_edited(known: Known, there: Audience) -> bool:
    """Whether what is there means something else than what is known."""
    known = known.first_seen(there)
    return Known(there, known.ids).in_words_of(known.audience) != known.audience


def undone(known: Known, found: Mapping[str, Observed], *, overwrite: bool) -> tuple[Delete, ...]:
    """What is left to do of an earlier replace. `found`: what was seen, by audienceId.

    What somebody edited since is only deleted where that is to be overwritten: else it is asked for
    as it was, which is refused right before.
    """
    deposed = known.deposed
    if deposed is None:
        return ()
    seen = found.get(deposed.ids.audience_id)
    if seen is None:
        return (Delete(deposed.ids, deposed.audience),)
    kept = is_edited(Known(deposed.audience, deposed.ids), seen.audience) and not overwrite
    there = deposed.audience if kept else seen.audience
    return (Delete(deposed.ids.or_else(seen.ids), there),)


@dataclass(frozen=True, slots=True)
class Sight:
    """One audience on all sides, in words that mean the same only where they are the same.

    `goal` is what it shall be, `state` what it is known as, and `platform` what was seen of it, if
    it was. Fields that its manifest ignores are the same on all sides.
    """

    known: Known
    observed: Observed | None
    goal: Audience
    state: Audience
    platform: Audience | None

    @classmethod
    def of(cls, one: Wanted, known: Known, observed: Observed | None) -> Self:
        """These sides of one audience."""
        known = known if observed is None else known.first_seen(observed.audience)
        goal = aim(one, known.audience if observed is None else observed.audience)
        ignored = one.lifecycle.ignored
        state = _ignoring(known.in_words_of(goal), goal, ignored)
        if observed is None:
            return cls(known, None, goal, state, None)
        seen = Known(observed.audience, known.ids).in_words_of(known.audience)
        return cls(known, observed, goal, state, replace(known, audience=seen).in_words_of(goal))

    @property
    def ids(self) -> Ids:
        """With the platform's own id, where that was seen."""
        return (
            self.known.ids if self.observed is None else self.known.ids.or_else(self.observed.ids)
        )

    @property
    def there(self) -> Audience:
        """What there is, just as it was seen, else as it is known."""
        return self.known.audience if self.observed is None else self.observed.audience

    @property
    def now(self) -> Audience:
        """What there is, in the words of the goal."""
        return self.state if self.platform is None else self.platform

    @property
    def is_there(self) -> bool:
        """Whether the platform has it as it shall be, as far as is known."""
        return self.now == self.goal

    @property
    def differs_from_state(self) -> bool:
        """Whether something else was seen than is known."""
        return self.platform is not None and self.platform != self.state

    @property
    def differs(self) -> bool:
        """Whether something would be changed on the platform."""
        return not self.is_there

    @property
    def must_be_replaced(self) -> bool:
        """Whether it differs in a field that the platform does not let change."""
        now, goal = self.now.fields(), self.goal.fields()
        return any(now.get(name) != goal.get(name) for name in IMMUTABLE)

    @property
    def edited(self) -> bool:
        """Whether a field was seen as what is neither known nor wanted."""
        if self.platform is None:
            return False
        state, goal = self.state.fields(), self.goal.fields()
        seen = self.platform.fields()
        names = dict.fromkeys((*state, *goal, *seen))
        return any(seen.get(one) not in (state.get(one), goal.get(one)) for one in names)

    @property
    def after(self) -> Audience:
        """What there is, with the fields as they shall be that differ in more than words."""
        there, now, goal = self.there.fields(), self.now.fields(), self.goal.fields()
        names = dict.fromkeys((*there, *goal))
        changed = {name for name in names if now.get(name) != goal.get(name)}
        return Audience.of({name: (goal if name in changed else there).get(name) for name in names})

    def diff(self) -> tuple[FieldDiff, ...]:
        """The fields that are not the same on all sides."""
        return field_diffs(self.goal, known=self.state, observed=self.platform)


def _ignoring(one: Audience, goal: Audience, ignored: frozenset[str]) -> Audience:
    if not ignored:
        return one
    mine, theirs = one.fields(), goal.fields()
    names = dict.fromkeys((*mine, *theirs))
    return Audience.of({name: (theirs if name in ignored else mine).get(name) for name in names})
