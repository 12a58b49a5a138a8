"""What becomes of what is wanted and not known: created, adopted, or a person decides. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from aepctl.model.audience import IMMUTABLE, Ids, Known, Observed, Wanted
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval
from aepctl.model.steps import Adopt, Create, Remember
from aepctl.plan import reasons, reasons_to_stay
from aepctl.plan.candidates import Candidate
from aepctl.plan.compare import field_diffs
from aepctl.plan.matching import ObservedIndex
from aepctl.plan.plan import Action, Change, FieldDiff
from aepctl.plan.policy import Policy
from aepctl.plan.seen import Seen
from aepctl.plan.sides import Sides
from aepctl.plan.upkeep import aim
from aepctl.state.model import Intent


class Newcomers:
    """What becomes of one key that is not known, or that is known as what is to be replaced."""

    def __init__(self, sides: Sides, policy: Policy, seen: Seen | None) -> None:
        self._sides = sides
        self._policy = policy
        self._adopted: dict[str, str] = {}
        self._seen = None if seen is None else ObservedIndex(seen.found, sides.owner)
        self._denied = frozenset() if seen is None else seen.denied

    def new(self, one: Wanted) -> Change:
        """Wanted, and not known."""
        old = self._sides.renamed_from(one)
        if old is not None:
            waits = self._decide(self._sides.candidate(one), self._sides.may_be(old, one.key))
            return replace(waits, may_be=None if old in self._sides.leaving.elsewhere else old)
        other = self._sides.holds_back(one)
        if other is not None:
            return self._settle_first(one, other)
        candidate = self._sides.candidate(one)
        before = self._sides.given_away_by(candidate)
        if before is not None:
            return self._decide(candidate, reasons.given_away(before, one.key, self._policy))
        ended = self._sides.ended_by(candidate)
        if ended is not None:
            return self._decide(candidate, reasons_to_stay.ends_first(ended))
        given = candidate.adopts or candidate.step.audience_id
        owner = self._sides.owner(given)
        if given is not None and owner not in {None, one.key}:
            return self._decide(candidate, reasons.id_of_key(given, str(owner)))
        return self._look_up(candidate)

    def anew(self, one: Wanted) -> Change:
        """Wanted, and known as what is not there any more."""
        candidate = self._sides.candidate(one)
        return self._look_up(candidate._replace(step=replace(candidate.step, replaces=None)))

    def _look_up(self, candidate: Candidate) -> Change:
        if candidate.adopts is not None and not candidate.is_decided:
            return self._by_manifest(candidate, candidate.adopts)
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
        matches = self._deposed(candidate, seen) or self._matches(candidate, seen)
        if not matches:
            return self._create_unless_alike(candidate, seen)
        if len(matches) == 1:
            return self._adopt(candidate, matches[0])
        ids = (one.ids.audience_id for one in matches)
        reason = reasons.several(candidate.key, ids, self._policy.program)
        return self._decide(candidate, reason, matches)

    def _deposed(self, candidate: Candidate, seen: ObservedIndex) -> tuple[Observed, ...]:
        """What is still to be deleted of its key, where it is just what is wanted again by now."""
        known = self._sides.known.get(candidate.key)
        deposed = None if known is None else known.deposed
        wanted = candidate.wanted.audience.folded_identity
        if deposed is None or deposed.audience.folded_identity != wanted:
            return ()
        return seen.with_id(deposed.ids.audience_id)[:1]

    def _matches(self, candidate: Candidate, seen: ObservedIndex) -> tuple[Observed, ...]:
        """What is it just as it is wanted, else as an attempt asked for it."""
        matches = seen.free(candidate.wanted.audience, candidate.key)
        tried = candidate.tried
        return matches or (() if tried is None else seen.free(tried, candidate.key))

    def _create_unless_alike(self, candidate: Candidate, seen: ObservedIndex) -> Change:
        """What is only spelled otherwise may be it, and so may what the platform says it has."""
        alike = seen.alike(candidate.wanted.audience, candidate.key)
        owned = seen.owned(candidate.wanted.audience)  # by other keys: its own would be alike
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
        if key in self._sides.leaving.elsewhere:
            return self._decide(candidate, self._sides.may_be(key, candidate.key), (found,))
        why = reasons.owned_there if key in wanted else reasons.renamed_there
        return self._decide(candidate, why(key, candidate.key, found, self._policy), (found,))

    def _by_given_id(self, candidate: Candidate, given: str, there: tuple[Observed, ...]) -> Change:
        identity = candidate.wanted.audience.folded_identity
        same = [one for one in there if one.audience.folded_identity == identity]
        if same:
            return self._adopt(candidate, same[0])
        reason = reasons.id_of_another(given, there[0].audience.name)
        return self._decide(candidate, reason, there)

    def _by_manifest(self, candidate: Candidate, audience_id: str) -> Change:
        """Its manifest says which one it is."""
        wanted = candidate.wanted.audience
        if self._seen is None:
            known = Known(wanted, Ids(audience_id), at_removal=_at_removal(candidate))
            return self._adopting(candidate, known)
        found = next(iter(self._seen.with_id(audience_id)), None)
        if found is None:
            return self._decide(candidate, reasons.no_such_id(audience_id))
        if any(wanted.fields()[name] != found.audience.fields()[name] for name in IMMUTABLE):
            return self._decide(candidate, reasons.other_than_adopted(wanted, found), (found,))
        return self._adopt(candidate, found)

    def _adopt(self, candidate: Candidate, found: Observed) -> Change:
        audience_id = found.ids.audience_id
        other = self._adopted.setdefault(audience_id, candidate.key)
        if other != candidate.key:
            return self._decide(candidate, reasons.shown_as(audience_id, other), (found,))
        doubt = None
        if audience_id in self._denied:
            doubt = reasons.denied(candidate.key, audience_id, self._policy.program)
        elif found.is_asleep:
            doubt = reasons.asleep(candidate.key, found, self._policy.program)
        if doubt is not None:
            return self._decide(candidate, doubt, (found,))
        known = Known.seen(candidate.asked(found), candidate.kept(found), found.ids)
        known = replace(known, at_removal=_at_removal(candidate))
        return self._adopting(candidate, known, found)

    def _adopting(
        self, candidate: Candidate, known: Known, found: Observed | None = None
    ) -> Change:
        wanted = candidate.wanted.audience
        there = known.in_words_of(wanted)
        diff = field_diffs(aim(candidate.wanted, there), observed=there)
        return Change(
            candidate.key,
            Action.ADOPT,
            observed=found,
            wanted=wanted,
            diff=diff,
            steps=(Adopt(known),),
            reason=_kept_for_now(diff) if diff else None,
            source=candidate.wanted.origin,
            intent=candidate.intent,
            is_named=candidate.adopts is not None,
        )

    def _settle_first(self, one: Wanted, other: Intent) -> Change:
        """The same audience may have been created under another key, or what moved to this one."""
        same = isinstance(other.step, Create) and other.step.audience.folded_identity == (
            one.audience.folded_identity
        )
        return Change(
            one.key,
            Action.SETTLE,
            wanted=one.audience,
            reason=reasons.held_back(one.key, other.key, same=same),
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


def _at_removal(candidate: Candidate) -> AtRemoval:
    return candidate.wanted.lifecycle.at_removal


def _create(candidate: Candidate) -> Change:
    at_removal = _at_removal(candidate)
    then = (Remember(at_removal),) if at_removal != NOTHING_SAID else ()
    return Change(
        candidate.key,
        Action.CREATE,
        wanted=candidate.wanted.audience,
        steps=(candidate.step, *then),
        source=candidate.wanted.origin,
        intent=candidate.intent,
    )


def _kept_for_now(differing: Iterable[FieldDiff]) -> str:
    """It is adopted, and that sends nothing."""
    fields = " and ".join(one.field for one in differing)
    return f"the platform has another {fields}, until the next plan changes that"
