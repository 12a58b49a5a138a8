"""Plans made with a look at the platform, for plan --refresh and show. No lock, and no writing."""

from dataclasses import replace

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.operations.context import Context
from aepctl.operations.onlooker import Onlooker, look_on
from aepctl.operations.plan import Planned, policy_of
from aepctl.plan.plan import Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import to_look_up
from aepctl.plan.seen import Seen
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
    policy = policy_of(environment, refresh=True, overwrite=overwrite, may_miss=may_miss)
    plan, _ = looked(onlooker, policy, targets)
    return Planned(replace(plan, no_state=onlooker.no_state), onlooker.state)


def looked(
    onlooker: Onlooker, policy: Policy, targets: tuple[str, ...]
) -> tuple[Plan, Seen | None]:
    """The plan, and what was seen for it. Raises as `refreshed_plan` does."""
    wants, state = onlooker.wants, onlooker.state
    questions = to_look_up(wants, state, policy, targets)
    with onlooker.reader() as reader:
        seen = look(reader, questions, state, policy, Approval())
    return make_plan(wants, state, seen, policy, targets), seen
