"""plan --refresh: compare wanted and known with the platform. Takes no lock, and writes nothing."""

from dataclasses import replace

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.operations.context import Context
from aepctl.operations.onlooker import look_on
from aepctl.operations.plan import Planned, policy_of
from aepctl.plan.planner import make_plan
from aepctl.plan.questions import to_look_up
from aepctl.project.environment import Environment


def refreshed_plan(
    context: Context,
    environment: Environment,
    targets: tuple[str, ...] = (),
    *,
    overwrite: bool = False,
    may_miss: bool = False,
) -> Planned:
    """Compare all three sides. What is in doubt is not settled: that is for an apply.

    `may_miss`: a target that matches nothing may be about another environment.

    Raises InvalidInput, StateError, NoSuchTarget, CredentialsError, PlatformError, ListForbidden.
    """
    onlooker = look_on(context, environment)
    wants, state = onlooker.wants, onlooker.state
    policy = policy_of(environment, refresh=True, overwrite=overwrite, may_miss=may_miss)
    questions = to_look_up(wants, state, policy, targets)
    with onlooker.reader() as reader:
        seen = look(reader, questions, state, policy, Approval())
    made = make_plan(wants, state, seen, policy, targets)
    return Planned(replace(made, no_state=onlooker.no_state), state)
