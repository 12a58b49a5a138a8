"""What of the platform goes into state, and touches nothing there. Pure."""

from collections.abc import Iterator

from aepctl.model.audience import Audience, Known, Observed
from aepctl.model.steps import Forget, Record
from aepctl.model.wants import Wants
from aepctl.plan import reasons
from aepctl.plan.drifting import drifted_fields
from aepctl.plan.plan import MANIFEST, STATE, Action, Change, FieldDiff, Plan
from aepctl.plan.planner import not_listed
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.state.model import State

NEW_ID = "the platform's own `id` of it was not known"
AFTER = "still wanted, so the next apply makes it anew"


def plan_refresh(
    wants: Wants, state: State, seen: Seen, policy: Policy, targets: tuple[str, ...] = ()
) -> Plan:
    """What state is to take in of what was `seen`: texts, the platform's own ids, what is gone.

    What is in doubt is left alone and told. Raises NoSuchTarget.
    """
    sides = Sides(wants, state, policy, targets)
    keys = [key for key in sorted(sides.known) if sides.in_scope(key) and key not in sides.in_doubt]
    taking = _Taking(sides, seen, policy)
    changes = [change for key in keys for change in taking.of(key)]
    settle = tuple(
        Change(key, Action.SETTLE, known=sides.known.get(key), intent=intent)
        for key, intent in sides.settling.items()
    )
    return Plan(
        environment=policy.environment,
        target=policy.target,
        changes=(*settle, *changes),
        unchanged=len(keys) - len(changes),
        targets=targets,
        refreshed=True,
        not_listed=not_listed(sides, seen),
        program=policy.program,
    )


class _Taking:
    """What becomes of one key in state. Manifests that move keys have not happened yet there."""

    def __init__(self, sides: Sides, seen: Seen, policy: Policy) -> None:
        self._sides, self._seen, self._by_id = sides, seen, seen.by_id()
        self._policy = policy

    def of(self, key: str) -> Iterator[Change]:
        known = self._sides.known[key]
        observed = self._by_id.get(known.ids.audience_id)
        if known.ids.audience_id in self._seen.gone:
            yield self._gone(key, known)
        elif observed is not None:
            yield from self._taken(key, known, observed)

    def _gone(self, key: str, known: Known) -> Change:
        if known.deposed is not None:
            both = self._policy.command("apply", "--refresh", "--target", key)
            reason = f"{reasons.GONE}. {reasons.OLD_HALF}: `{both}` does both"
            return self._told(key, Action.DECIDE, known, reason=reason)
        wanted = key in self._sides.wanted
        reason = f"{reasons.GONE}; {AFTER}" if wanted else reasons.GONE
        return self._told(key, Action.FORGET, known, Forget(), reason=reason)

    def _taken(self, key: str, known: Known, observed: Observed) -> Iterator[Change]:
        fields = () if known.retained else drifted_fields(known, None, observed)
        ids = known.ids.or_else(observed.ids)
        if fields or ids != known.ids:
            as_seen = known.first_seen(observed.audience)
            there = observed.audience if fields else as_seen.audience
            step = Record(there, ids.platform_id)
            reason = None if fields else NEW_ID
            yield self._told(key, Action.RECORD, known, step, fields, there, reason)

    def _told(
        self,
        key: str,
        action: Action,
        known: Known,
        step: Record | Forget | None = None,
        fields: tuple[FieldDiff, ...] = (),
        there: Audience | None = None,
        reason: str | None = None,
    ) -> Change:
        wanted = self._sides.wanted.get(key)
        return Change(
            self._sides.moves.get(key, key),
            action,
            known=known,
            wanted=there,
            diff=tuple(map(_from_state, fields)),
            steps=() if step is None else (step,),
            reason=reason,
            source=None if wanted is None else wanted.origin,
        )


def _from_state(one: FieldDiff) -> FieldDiff:
    """What state has now, and what it shall have: as the platform has it."""
    return FieldDiff(one.field, one.known, None, one.observed, frozenset({STATE, MANIFEST}))
