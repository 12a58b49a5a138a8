"""What becomes of what is known and no longer wanted: deleted, or left on the platform. Pure."""

from collections.abc import Iterator

from aepctl.model.audience import Known, Observed
from aepctl.model.steps import Delete, Forget, Move, Step
from aepctl.plan import reasons, reasons_to_stay
from aepctl.plan.compare import field_diffs
from aepctl.plan.plan import Action, Change, FieldDiff
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.plan.upkeep import is_edited, undone


class Ending:
    """What becomes of one key that is known and not wanted."""

    def __init__(self, sides: Sides, policy: Policy, seen: Seen | None) -> None:
        self._sides = sides
        self._policy = policy
        self._seen = seen or Seen()
        self._found = self._seen.by_id()

    def removed(self, key: str) -> Change | None:
        """The change; None where it is told with the new key that it may have become."""
        known, sides = self._sides.known[key], self._sides
        name = sides.renamed_to(key)
        if name is not None and name in sides.in_doubt:
            return self._told(key, known, Action.DECIDE, (), sides.may_be(key, name))
        if name is not None:
            return None
        new = sides.clashes_with(key)
        if new is not None:
            return self._told(
                key, known, Action.DECIDE, (), reasons.moved_to_known(key, new, self._policy)
            )
        if known.ids.audience_id in self._seen.gone:
            return self._told(
                key, known, Action.FORGET, (*self._undone(known), Forget()), reasons.GONE
            )
        if sides.leaving.deletes(key):
            return self._delete(key, known)
        forget = Forget(retain=key not in sides.leaving.said)
        why = self._not_here(key)
        return self._told(key, known, Action.FORGET, (*self._undone(known), forget), why)

    def left(self) -> Iterator[Change]:
        """What is left as it is, and is not there any more, or moved."""
        for key in self._sides.left():
            known = self._sides.known[key]
            if known.ids.audience_id in self._seen.gone and key not in self._sides.in_doubt:
                yield self._told(key, known, Action.FORGET, (Forget(),), reasons.GONE)
            elif key in self._sides.moves and self._sides.leaving.is_kept(key):
                move = Move(self._sides.moves[key])
                yield self._told(key, known, Action.MOVE, (move,))

    def _not_here(self, key: str) -> str | None:
        """Why it ends, where that is because its block is for other environments."""
        leaving = self._sides.leaving
        if key not in leaving.elsewhere or key in leaving.said:
            return None
        return reasons_to_stay.not_here(self._policy, deletes=leaving.deletes(key))

    def _delete(self, key: str, known: Known) -> Change:
        observed = self._found.get(known.ids.audience_id)
        leaving = self._sides.leaving
        if leaving.guards(key):
            return self._told(key, known, Action.DECIDE, (), reasons_to_stay.GUARDED)
        if leaving.protects(key):
            why = reasons.PROTECTED
            if key in leaving.elsewhere:
                why = reasons_to_stay.protected_elsewhere(self._policy)
            return self._told(key, known, Action.DECIDE, (), why)
        if known.ids.audience_id in self._seen.missing:
            in_state = self._sides.moves.get(key, key)
            reason = reasons.missing(in_state, known, self._policy)
            return self._told(key, known, Action.DECIDE, (), reason)
        there, ids = known.audience, known.ids
        if observed is not None:
            there, ids = observed.audience, ids.or_else(observed.ids)
            if is_edited(known, observed.audience) and not self._policy.overwrite:
                why = reasons_to_stay.edited_removed(key, self._policy)
                if key in leaving.elsewhere:
                    keep = f"write {self._policy.environment} under `environments` of its block"
                    why = reasons_to_stay.edited_removed(key, self._policy, keep)
                return self._told(key, known, Action.DRIFT, (), why)
            if observed.dependents:
                return self._told(
                    key, known, Action.DECIDE, (), reasons_to_stay.dependents(observed)
                )
        old = known.deposed
        whys = [self._not_here(key)]
        whys += [] if old is None else [reasons_to_stay.with_old(old.ids.audience_id)]
        steps = (*self._undone(known), Delete(ids, there))
        told = "; ".join(one for one in whys if one) or None
        return self._told(key, known, Action.DELETE, steps, told)

    def _undone(self, known: Known) -> tuple[Delete, ...]:
        return undone(known, self._found, overwrite=self._policy.overwrite)

    def _told(
        self,
        key: str,
        known: Known,
        action: Action,
        steps: tuple[Step, ...],
        reason: str | None = None,
    ) -> Change:
        observed: Observed | None = self._found.get(known.ids.audience_id)
        moved_from, leaving = self._sides.moves.get(key), self._sides.leaving
        block = leaving.elsewhere.get(key)
        if steps and moved_from is not None and action is not Action.MOVE:
            steps = (Move(moved_from), *steps)
        diff: tuple[FieldDiff, ...] = ()
        if action is Action.DRIFT and observed is not None:
            diff = field_diffs(None, known=known.audience, observed=observed.audience)
        return Change(
            key,
            action,
            known=known,
            observed=observed,
            diff=diff,
            steps=steps,
            reason=reason,
            source=None if block is None else block.origin,
            moved_from=moved_from,
            is_named=leaving.is_removed(key),
        )
