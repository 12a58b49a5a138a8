"""An apply that has nothing to do writes nothing to a store that others share, not even a lock."""

from aepctl.apply import gates
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.options import ApplyOptions
from aepctl.operations.reporting import report_of
from aepctl.operations.reviewing import asked_policy, plan_now, questions
from aepctl.plan.reviewed import has_ended
from aepctl.project.environment import Environment
from aepctl.state.model import Phase
from aepctl.state.rescue_file import left_behind
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore


def idle_report(
    context: Context,
    environment: Environment,
    options: ApplyOptions,
    wants: Wants,
    store: StateStore | SharedStore,
    stop: StopSignal,
) -> ApplyReport | None:
    """What an apply would report that neither asks, writes nor sends; None where there is work.

    Raises StateError; SafetyRefusal for a saved plan that has ended, but elsewhere.
    """
    if not isinstance(store, SharedStore):
        return None
    state, saved = store.read(environment.target).state, options.saved
    if saved is not None and not has_ended(saved.binding, state):
        return None
    policy = asked_policy(environment, options)
    plan = plan_now(options, wants, state, None, policy)
    works = saved is None and (
        questions(options, wants, state, policy)
        or any(one.phase is Phase.OPEN for one in state.intents.values())
        or any(change.steps for change in plan.changes)
    )
    if works or left_behind(store.rescue, store.name):
        return None
    context.console.show(plan)
    plan_id = None if saved is None else saved.binding.id
    return report_of(plan, gates.undecided(plan), stop, plan_id, words=options.words)
