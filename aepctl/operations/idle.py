"""An apply that has nothing to do writes nothing to a store that others share, not even a lock."""

from collections.abc import Sequence

from aepctl.apply import gates
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.model.audience import Wanted
from aepctl.operations.context import Context
from aepctl.operations.options import ApplyOptions
from aepctl.operations.plan import policy_of
from aepctl.operations.reporting import report_of
from aepctl.plan.planner import make_plan
from aepctl.plan.sides import to_look_up
from aepctl.project.environment import Environment
from aepctl.state.model import Phase
from aepctl.state.rescue_file import left_behind
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore


def idle_report(
    context: Context,
    environment: Environment,
    options: ApplyOptions,
    wanted: Sequence[Wanted],
    store: StateStore | SharedStore,
    stop: StopSignal,
) -> ApplyReport | None:
    """What an apply would report that neither asks, writes nor sends; None where there is work.

    Raises StateError.
    """
    if not isinstance(store, SharedStore) or options.saved is not None:
        return None
    state = store.read(environment.target).state
    policy = policy_of(environment, existing=options.existing)
    plan = make_plan(wanted, state, None, policy, options.targets)
    if (
        to_look_up(wanted, state, policy, options.targets)
        or any(one.phase is Phase.OPEN for one in state.intents.values())
        or any(change.steps for change in plan.changes)
        or left_behind(store.rescue, store.name)
    ):
        return None
    context.console.show(plan)
    return report_of(plan, gates.undecided(plan), stop)
