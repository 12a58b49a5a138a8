"""Look before creating: what the platform has of what is to be created, as far as is asked."""

from aepctl.apply.gates import Approval, checks_empty_state
from aepctl.apply.ports import Reader
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Observed
from aepctl.plan.policy import Policy
from aepctl.plan.sides import Questions
from aepctl.state.model import State


def look(
    reader: Reader,
    questions: Questions,
    state: State,
    policy: Policy,
    approval: Approval,
    *,
    fresh: bool = False,
) -> tuple[Observed, ...] | None:
    """What was seen; None where nobody looked.

    Where existing audiences are ignored, only what earlier attempts may have made is looked for,
    unless the state is empty. `fresh`: nothing was ever created, so that an empty state is true.
    What is inactive is asked for where it may be ours: an earlier attempt's, or a lost state's.
    Raises PlatformError and ListForbidden.
    """
    if not questions.candidates:
        return None
    if policy.existing != "ignore":
        tried = bool(questions.tried)
        inactive = tried or not (state.audiences or fresh)
        return _everything(reader, policy, inactive=inactive, tried=tried)
    if checks_empty_state(policy, state, len(questions.candidates), approval):
        try:
            return _everything(reader, policy, inactive=not fresh)
        except ListForbidden:  # that is why existing audiences are ignored
            return None
    found = [
        one
        for candidate in questions.tried
        for one in reader.search(candidate.step.audience, candidate.step.audience_id)
    ]
    return tuple(dict.fromkeys(found))


def _everything(
    reader: Reader, policy: Policy, *, inactive: bool, tried: bool = False
) -> tuple[Observed, ...]:
    """The list, and where that matters what it may leave out: an empty state may be a lost one.

    `tried`: something was tried, so that it helps nobody to say that nothing was ever created.
    """
    listed = reader.list_all()
    if not inactive:
        return listed
    try:
        return tuple(dict.fromkeys((*listed, *reader.list_inactive())))
    except ListForbidden:
        raise
    except PlatformError as error:
        again = policy.command("apply", "--fresh")
        otherwise = "" if tried else f"; if nothing of this was ever created: `{again}`"
        raise PlatformError(
            f"{error.message} (inactive audiences are asked for, as one of them may be ours)",
            hint=f"{error.hint}{otherwise}",
        ) from error
