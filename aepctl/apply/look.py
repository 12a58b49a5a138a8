"""Look before creating: what the platform has of what is to be created, as far as is asked."""

from aepctl.apply.gates import Approval, checks_empty_state
from aepctl.apply.ports import Reader
from aepctl.errors import ListForbidden
from aepctl.model.audience import Observed
from aepctl.plan.policy import Policy
from aepctl.plan.sides import Questions
from aepctl.state.model import State


def look(
    reader: Reader, questions: Questions, state: State, policy: Policy, approval: Approval
) -> tuple[Observed, ...] | None:
    """What was seen; None where nobody looked.

    Where existing audiences are ignored, only what earlier attempts may have made is looked for,
    unless the state is empty. Raises PlatformError and ListForbidden.
    """
    if not questions.candidates:
        return None
    if policy.existing != "ignore":
        return reader.list_all()
    if checks_empty_state(policy, state, len(questions.candidates), approval):
        try:
            return reader.list_all()
        except ListForbidden:  # that is why existing audiences are ignored
            return None
    found = [
        one
        for candidate in questions.tried
        for one in reader.search(candidate.step.audience, candidate.step.audience_id)
    ]
    return tuple(dict.fromkeys(found))
