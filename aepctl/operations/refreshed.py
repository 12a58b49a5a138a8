"""plan --refresh: compare wanted and known with the platform. Takes no lock, and writes nothing."""

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.operations.context import Context
from aepctl.operations.plan import Planned, policy_of
from aepctl.operations.reading import reading
from aepctl.plan.planner import make_plan
from aepctl.plan.questions import to_look_up
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state


def refreshed_plan(
    context: Context,
    environment: Environment,
    targets: tuple[str, ...] = (),
    *,
    overwrite: bool = False,
) -> Planned:
    """Compare all three sides. What is in doubt is not settled: that is for an apply.

    Raises InvalidInput, StateError, NoSuchTarget, CredentialsError, PlatformError, ListForbidden.
    """
    wants = context.wants(environment)
    state = read_state(context.open_store(environment), environment.target)
    policy = policy_of(environment, refresh=True, overwrite=overwrite)
    questions = to_look_up(wants, state, policy, targets)
    credentials(environment, context.environ)  # what is missing is told before anything is asked
    with (
        context.open_platform(context, environment) as platform,
        reading(context, platform, wants.audiences, state) as reader,
    ):
        seen = look(reader, questions, state, policy, Approval())
    return Planned(make_plan(wants, state, seen, policy, targets), state)
