"""What becomes of what is wanted and known: left, changed, replaced, or a person decides. Pure.

Three sides count, where the platform was looked at: what is there and is neither known nor wanted
so, somebody else has put there.
"""

from dataclasses import replace

from aepctl.model.audience import Deposed, Known, Wanted
from aepctl.model.lifecycle import NOTHING_SAID
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    LocalStep,
    Move,
    Patch,
    Record,
    Remember,
    RemoteStep,
    Step,
)
from aepctl.plan import reasons, reasons_to_stay
from aepctl.plan.newcomers import Newcomers
from aepctl.plan.plan import Action, Change
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.plan.upkeep import Sight, must_be_replaced, undone


class Changing:
    """What becomes of one key that is wanted and known."""

    def __init__(
        self, sides: Sides, policy: Policy, seen: Seen | None, newcomers: Newcomers
    ) -> None:
        self._sides = sides
        self._policy = policy
        self._seen = seen or Seen()
        self._newcomers = newcomers
        self._found = self._seen.by_id()

    def change(self, one: Wanted, known: Known) -> Change | None:
        """The change; None where nothing is to be done."""
        audience_id = known.ids.audience_id
        if audience_id in self._seen.gone:
            return self._gone(one, known)
        sight = Sight.of(one, known, self._found.get(audience_id))
        why = self._why_it_waits(one, sight)
        if why is not None:
            return self._decide(one, sight, why)
        if sight.edited and not self._policy.overwrite:
            why = reasons.edited(one.key, self._policy)
            return replace(self._decide(one, sight, why), action=Action.DRIFT)
        if must_be_replaced(one, known) and sight.must_be_replaced:
            return self._replace(one, sight)
        return self._update(one, sight)

    def _why_it_waits(self, one: Wanted, sight: Sight) -> str | None:
        """Why a person decides, whatever its fields are."""
        known, policy = sight.known, self._policy
        key = self._sides.moves.get(one.key, one.key)  # the one that commands find in state
        audience_id = known.ids.audience_id
        other = one.audience_id if not policy.client_ids else None
        if other not in {None, audience_id}:
            return reasons.other_id(key, audience_id, str(other), policy)
        works = sight.differs or known.deposed is not None
        if works and audience_id in self._seen.missing:
            return reasons.missing(key, known, policy)
        new = self._sides.given_away_to(one.key)
        return None if new is None else reasons.given_away(key, new, policy)

    def _gone(self, one: Wanted, known: Known) -> Change:
        """Made anew only where the whole platform was looked at for that."""
        if not self._policy.refresh:
            return self._decide(one, Sight.of(one, known, None), reasons.gone(self._policy))
        change = self._newcomers.anew(one)
        before: tuple[Step, ...] = (*self._moved(one), *self._undone(known, change), Forget())
        steps = (*before, *change.steps) if change.steps else ()
        return replace(change, known=known, steps=steps, reason=change.reason or reasons.GONE)

    def _replace(self, one: Wanted, sight: Sight) -> Change:
        known = sight.known
        if not one.lifecycle.replaces:
            return self._decide(one, sight, reasons.IMMUTABLE)
        if known.at_removal.prevent_destroy or one.lifecycle.at_removal.prevent_destroy:
            return self._decide(one, sight, reasons.PROTECTED_REPLACE)
        if sight.observed is not None and sight.observed.dependents:
            return self._decide(one, sight, reasons_to_stay.dependents(sight.observed))
        change = self._newcomers.new(one)
        if not change.steps:
            return replace(change, known=known, observed=sight.observed)
        old = Delete(sight.ids, sight.there)
        steps: list[Step] = [*self._moved(one), *self._undone(known, change)]
        for step in change.steps:
            if isinstance(step, Adopt):
                deposed = Deposed(known.ids, known.audience)
                steps.append(Adopt(replace(step.known, deposed=deposed)))
            elif isinstance(step, Create):
                steps.append(replace(step, replaces=sight.ids))
                if NOTHING_SAID == one.lifecycle.at_removal != known.at_removal:
                    steps.append(Remember(NOTHING_SAID))  # what the old one had goes on else
            else:
                steps.append(step)
        told = self._told(one, sight, Action.REPLACE, (*steps, old))
        return replace(told, intent=change.intent)

    def _update(self, one: Wanted, sight: Sight) -> Change | None:
        known = sight.known
        local: list[LocalStep] = [*self._moved(one)]
        if known.retained:
            local.append(Adopt(replace(known, retained=False)))
        if sight.is_there and sight.differs_from_state:
            local.append(Record(sight.there, sight.ids.platform_id))
        if known.at_removal != one.lifecycle.at_removal:
            local.append(Remember(one.lifecycle.at_removal))
        remote: list[RemoteStep] = [*self._undone(known)]
        if not sight.is_there:
            remote.append(Patch(sight.ids, sight.there, sight.after))
        steps = (*local, *remote)
        if not steps:
            return None
        if not sight.is_there:
            return self._told(one, sight, Action.UPDATE, steps)
        if remote:
            return self._told(one, sight, Action.REPLACE, steps, reasons.OLD_HALF)
        first = local[0]
        if isinstance(first, Move):
            return self._told(one, sight, Action.MOVE, steps)
        if isinstance(first, Adopt):
            return self._told(one, sight, Action.ADOPT, steps, reasons.RETAINED)
        why = reasons.remembered(known, one) if isinstance(first, Remember) else reasons.HAS_IT
        return self._told(one, sight, Action.RECORD, steps, why)

    def _moved(self, one: Wanted) -> tuple[Move, ...]:
        old = self._sides.moves.get(one.key)
        return () if old is None else (Move(old),)

    def _decide(self, one: Wanted, sight: Sight, reason: str) -> Change:
        return self._told(one, sight, Action.DECIDE, (), reason)

    def _told(
        self,
        one: Wanted,
        sight: Sight,
        action: Action,
        steps: tuple[Step, ...],
        reason: str | None = None,
    ) -> Change:
        diff = sight.diff()
        return Change(
            one.key,
            action,
            known=sight.known,
            observed=sight.observed,
            wanted=one.audience,
            diff=diff,
            steps=steps,
            reason=reason,
            source=one.place([each.field for each in diff]),
            moved_from=self._sides.moves.get(one.key),
        )

    def _undone(self, known: Known, change: Change | None = None) -> tuple[Delete, ...]:
        """What is left of an earlier replace, unless that is what is wanted again by now."""
        left = undone(known, self._found, overwrite=self._policy.overwrite)
        adopted = None if change is None else change.adopted_id
        return tuple(one for one in left if one.ids.audience_id != adopted)
