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
    unless the state is empty. What is inactive is asked for as well, because it may be ours: an
    earlier attempt's, or a lost state's. `fresh`: nothing of what is to be created ever was, so
    that only an attempt is a reason to. Raises PlatformError and ListForbidden.
    """
    if not questions.candidates:
        return None
    tried = bool(questions.tried)
    if policy.existing != "ignore":
        return _everything(reader, policy, inactive=tried or not fresh, tried=tried)
    if checks_empty_state(policy, state, len(questions.candidates), approval):
        try:
            return _everything(reader, policy, inactive=not fresh)
        except ListForbidden:  # that is why existing audiences are ignored
            return None
    return _everything(reader, policy, inactive=True, tried=True) if tried else ()


def _everything(
    reader: Reader, policy: Policy, *, inactive: bool, tried: bool = False
) -> tuple[Observed, ...]:
    """The list, and what it may leave out. No search by name: that finds one spelling only.

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
