"""Settling within an apply, also where its credentials may not list."""

from collections.abc import Sequence

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.settler import Settler
from aepctl.errors import ListForbidden
from aepctl.model.failure import Failure
from aepctl.plan.plan import Action
from aepctl.plan.policy import Existing
from aepctl.project.environment import Environment
from aepctl.state.model import Intent, State


def settle(
    settler: Settler,
    intents: Sequence[Intent],
    state: State,
    environment: Environment,
    existing: Existing,
) -> tuple[Outcome, ...]:
    """One outcome for each intent. Raises PlatformError, StateNotWritten.

    Where existing audiences are ignored because they may not be listed, a person decides about
    each; else that is raised as ListForbidden.
    """
    try:
        return settler.settle(intents, state)
    except ListForbidden as error:
        if existing != "ignore":
            raise
        decide = environment.command("state", "resolve")
        failure = Failure(f"{error.message}; decide with `{decide} KEY`")
        return tuple(
            Outcome(one.key, Action.SETTLE, OutcomeKind.UNDECIDED, failure=failure)
            for one in intents
        )
