"""What a run has to ask the platform before a plan can be made that is carried out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aepctl.model.audience import Known
from aepctl.model.wants import Wants
from aepctl.plan.candidates import Candidate
from aepctl.plan.policy import Policy
from aepctl.plan.sides import Sides
from aepctl.state.model import Intent, State


@dataclass(frozen=True, slots=True)
class Questions:
    """What a run needs the platform for. False: nothing, and it need not be contacted at all.

    `in_doubt` are the intents to settle first, `candidates` what is to be looked for after that,
    and `known` what is known, by key, and has to be read before it is changed.
    """

    in_doubt: tuple[Intent, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.in_doubt or self.candidates or self.known)

    @property
    def tried(self) -> tuple[Candidate, ...]:
        """Those to look for even where the policy is to ignore what exists."""
        return tuple(one for one in self.candidates if one.was_tried)


def to_look_up(
    wants: Wants, state: State, policy: Policy, targets: Sequence[str] = ()
) -> Questions:
    """What the platform has to be asked before a plan can be made that is carried out.

    Raises NoSuchTarget.
    """
    sides = Sides(wants, state, policy, targets)
    intents, candidates = dict(sides.settling), []
    for one in (*sides.new(), *sides.replaced()):
        if sides.renamed_from(one) is not None:
            continue
        other, candidate = sides.holds_back(one), sides.candidate(one)
        free = sides.given_away_by(candidate) is None and sides.ended_by(candidate) is None
        if other is None and not free:
            continue
        if other is not None:
            intents[other.key] = other
        elif sides.owner(candidate.step.audience_id) is None:
            candidates.append(candidate)
    known = {key: sides.known[key] for key in sides.changed()}
    in_doubt = tuple(intent for _, intent in sorted(intents.items()))
    return Questions(in_doubt, tuple(candidates), known)
