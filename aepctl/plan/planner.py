"""Wanted, known and observed in, an immutable plan out. Pure; called once a run."""

from collections.abc import Sequence

from aepctl.model.audience import Known, Observed, Wanted
from aepctl.model.steps import Adopt
from aepctl.plan import reasons
from aepctl.plan.compare import field_diffs
from aepctl.plan.matching import ObservedIndex
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.policy import Policy
from aepctl.plan.sides import Candidate, Sides
from aepctl.state.model import Intent, State


def make_plan(
    wanted: Sequence[Wanted],
    state: State,
    observed: Sequence[Observed] | None,
    policy: Policy,
    targets: Sequence[str] = (),
) -> Plan:
    """The changes that lead from known to wanted; with `targets`, only those of matching keys.

    `observed` is what was seen of the platform after settling; None, where nobody looked. Raises
    NoSuchTarget for a target that matches nothing.
    """
    sides = Sides(wanted, state, policy, targets)
    planner = _Planner(sides, policy, observed)
    settle = [planner.settle(key, intent) for key, intent in sides.settling.items()]
    changes: list[Change] = []
    unchanged = 0
    known, in_doubt, scope = sides.known, sides.in_doubt, sides.scope
    for one in wanted:
        key = one.key
        if (scope is not None and key not in scope) or key in in_doubt:
            continue
        now = known.get(key)
        if now is None:
            change = planner.new(one)
            (settle if change.action is Action.SETTLE else changes).append(change)
        elif now.audience == one.audience or now.in_words_of(one.audience) == one.audience:
            unchanged += 1
        else:
            changes.append(planner.update(one, now))
    settle.sort(key=lambda change: change.key)
    removed = [planner.removed(key) for key in sides.removed()]
    return Plan(
        environment=policy.environment,
        target=policy.target,
        changes=(*settle, *changes, *removed),
        unchanged=unchanged,
        targets=tuple(targets),
        max_creates=policy.max_creates,
    )


class _Planner:
    """What becomes of one key."""

    def __init__(self, sides: Sides, policy: Policy, observed: Sequence[Observed] | None) -> None:
        self._sides = sides
        self._policy = policy
        self._adopted: dict[str, str] = {}
        self._seen = None if observed is None else ObservedIndex(observed, sides.owner)

    def settle(self, key: str, intent: Intent) -> Change:
        """Nothing is done for a key in doubt, whatever else holds for it."""
        wanted = self._sides.wanted.get(key)
        return Change(
            key,
            Action.SETTLE,
            known=self._sides.known.get(key),
            wanted=wanted.audience if wanted else None,
            source=wanted.origin if wanted else None,
            intent=intent,
        )

    def update(self, one: Wanted, known: Known) -> Change:
        """Known, but wanted otherwise. This version shows it only."""
        observed = self._observed(known)
        diff = field_diffs(
            one.audience,
            known=known.in_words_of(one.audience),
            observed=observed.audience if observed else None,
        )
        return Change(
            one.key,
            Action.UPDATE,
            known=known,
            observed=observed,
            wanted=one.audience,
            diff=diff,
            source=one.origin,
        )

    def removed(self, key: str) -> Change:
        """Known, and no longer wanted."""
        known = self._sides.known[key]
        return Change(key, Action.REMOVED, known=known, observed=self._observed(known))

    def new(self, one: Wanted) -> Change:
        """Wanted, and not known."""
        old = self._sides.renamed_from(one)
        if old is not None:
            reason = reasons.renamed(old, one.key, self._policy)
            return self._decide(self._sides.candidate(one), reason)
        other = self._sides.holds_back(one)
        if other is not None:
            return self._wait(one, other)
        candidate = self._sides.candidate(one)
        before = self._sides.given_away_by(candidate)
        if before is not None:
            return self._decide(candidate, reasons.given_away(before, one.key, self._policy))
        given = candidate.step.audience_id
        owner = self._sides.owner(given)
        if given is not None and owner is not None:
            return self._decide(candidate, reasons.id_of_key(given, owner))
        return self._look(candidate)

    def _look(self, candidate: Candidate) -> Change:
        """To be created, unless what was seen says otherwise."""
        seen, given = self._seen, candidate.step.audience_id
        ignored = self._policy.existing == "ignore" and not candidate.was_tried
        if seen is None and candidate.is_said_to_exist:
            return self._decide(
                candidate, reasons.said_to_exist(candidate.key, (), self._policy.program)
            )
        if seen is None or candidate.is_decided or ignored:
            return _create(candidate)
        there = seen.with_id(given) if given is not None else ()
        if given is not None and there:
            return self._by_given_id(candidate, given, there)
        matches = self._matches(candidate, seen)
        if not matches:
            return self._create_unless_alike(candidate, seen)
        if len(matches) == 1:
            return self._adopt(candidate, matches[0])
        ids = (one.ids.audience_id for one in matches)
        reason = reasons.several(candidate.key, ids, self._policy.program)
        return self._decide(candidate, reason, matches)

    def _matches(self, candidate: Candidate, seen: ObservedIndex) -> tuple[Observed, ...]:
        """What is it just as it is wanted, else as an attempt asked for it."""
        matches = seen.free(candidate.wanted.audience, candidate.key)
        tried = candidate.tried
        return matches or (() if tried is None else seen.free(tried, candidate.key))

    def _create_unless_alike(self, candidate: Candidate, seen: ObservedIndex) -> Change:
        """What is only spelled otherwise may be it, and so may what the platform says it has."""
        alike = seen.alike(candidate.wanted.audience, candidate.key)
        owned = seen.owned(candidate.wanted.audience)
        if candidate.is_said_to_exist and (alike or not owned):
            reason = reasons.said_to_exist(candidate.key, alike, self._policy.program)
            return self._decide(candidate, reason, alike)
        if alike:
            audience = candidate.wanted.audience
            reason = reasons.spelled_otherwise(candidate.key, audience, alike, self._policy.program)
            return self._decide(candidate, reason, alike)
        return self._decide_owner(candidate, owned) if owned else _create(candidate)

    def _decide_owner(
        self, candidate: Candidate, owned: tuple[tuple[str, Observed], ...]
    ) -> Change:
        """Its audience is what state has under another key, perhaps by another name by now."""
        wanted = self._sides.wanted
        key, found = next((one for one in owned if one[0] not in wanted), owned[0])
        why = reasons.owned_there if key in wanted else reasons.renamed_there
        return self._decide(candidate, why(key, candidate.key, found, self._policy), (found,))

    def _by_given_id(self, candidate: Candidate, given: str, there: tuple[Observed, ...]) -> Change:
        identity = candidate.wanted.audience.folded_identity
        same = [one for one in there if one.audience.folded_identity == identity]
        if same:
            return self._adopt(candidate, same[0])
        reason = reasons.id_of_another(given, there[0].audience.name)
        return self._decide(candidate, reason, there)

    def _adopt(self, candidate: Candidate, found: Observed) -> Change:
        audience_id = found.ids.audience_id
        other = self._adopted.setdefault(audience_id, candidate.key)
        if other != candidate.key:
            return self._decide(candidate, reasons.shown_as(audience_id, other), (found,))
        if found.is_asleep:
            return self._decide(
                candidate, reasons.asleep(candidate.key, found, self._policy.program), (found,)
            )
        wanted = candidate.wanted.audience
        known = Known.seen(candidate.asked(found), found.audience, found.ids)
        return Change(
            candidate.key,
            Action.ADOPT,
            observed=found,
            wanted=wanted,
            diff=field_diffs(wanted, observed=known.in_words_of(wanted)),
            steps=(Adopt(known),),
            source=candidate.wanted.origin,
            intent=candidate.intent,
        )

    def _wait(self, one: Wanted, other: Intent) -> Change:
        """The same audience may have been created under another key."""
        return Change(
            one.key,
            Action.SETTLE,
            wanted=one.audience,
            reason=reasons.held_back(one.key, other.key),
            source=one.origin,
            intent=other,
        )

    def _decide(
        self, candidate: Candidate, reason: str, matches: tuple[Observed, ...] = ()
    ) -> Change:
        return Change(
            candidate.key,
            Action.DECIDE,
            wanted=candidate.wanted.audience,
            reason=reason,
            source=candidate.wanted.origin,
            intent=candidate.intent,
            matches=matches,
        )

    def _observed(self, known: Known) -> Observed | None:
        seen = self._seen
        return next(iter(seen.with_id(known.ids.audience_id)), None) if seen else None


def _create(candidate: Candidate) -> Change:
    return Change(
        candidate.key,
        Action.CREATE,
        wanted=candidate.wanted.audience,
        steps=(candidate.step,),
        source=candidate.wanted.origin,
        intent=candidate.intent,
    )
