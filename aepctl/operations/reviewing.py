"""What an apply does with a saved plan: less than without it, never more."""

from aepctl.apply.gates import check_saved
from aepctl.model.wants import Wants
from aepctl.operations.options import ApplyOptions, SavedPlan
from aepctl.operations.plan import policy_of
from aepctl.plan.plan import Action, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions, to_look_up
from aepctl.plan.reviewed import has_ended, left_of
from aepctl.plan.seen import Seen
from aepctl.project.environment import Environment
from aepctl.state.model import State
from aepctl.state.session import StateSession


def asked_policy(environment: Environment, options: ApplyOptions, run: str | None = None) -> Policy:
    """How this apply plans; a saved plan is made anew as it was made."""
    saved = options.saved.binding if options.saved is not None else None
    return policy_of(
        environment,
        existing=options.existing,
        run=run,
        refresh=options.refresh if saved is None else saved.refreshed,
        overwrite=options.overwrite if saved is None else saved.overwrites,
        destroys=options.destroys,
    )


def questions(options: ApplyOptions, wants: Wants, state: State, policy: Policy) -> Questions:
    """What the platform is asked; of a saved plan, only about what it has. Raises NoSuchTarget."""
    saved = options.saved
    if saved is None:
        return to_look_up(wants, state, policy, options.targets)
    every, keys = to_look_up(wants, state, policy), saved.binding.effects
    return Questions(
        every.in_doubt,
        tuple(one for one in every.candidates if one.key in keys),
        {key: one for key, one in every.known.items() if key in keys},
    )


def everything_now(
    options: ApplyOptions,
    wants: Wants,
    state: State,
    seen: Seen | None,
    policy: Policy,
) -> Plan:
    """What would be done by now, whatever was reviewed. Raises NoSuchTarget."""
    targets = options.targets if options.saved is None else ()
    return make_plan(wants, state, seen, policy, targets)


def plan_now(
    options: ApplyOptions,
    wants: Wants,
    state: State,
    seen: Seen | None,
    policy: Policy,
) -> Plan:
    """What is to be done; of a saved plan, what is left. Raises SafetyRefusal, NoSuchTarget."""
    now, saved = everything_now(options, wants, state, seen, policy), options.saved
    return now if saved is None else check_saved(saved.file, saved.binding, now, state, policy)


def ended(options: ApplyOptions, wants: Wants, state: State, policy: Policy) -> Plan | None:
    """What is left of a saved plan for which nothing is to be asked; None where there may be more.

    One that was made with a look at the platform needs another, unless it has ended. Raises
    SafetyRefusal for one of which it is plain by now that it does not hold.
    """
    saved = options.saved
    if saved is None or (saved.binding.refreshed and not has_ended(saved.binding, state)):
        return None
    left, waits = plan_now(options, wants, state, None, policy), {Action.SETTLE, Action.DECIDE}
    works = any(change.steps or change.action in waits for change in left.changes)
    return None if works else left


def note_use(saved: SavedPlan | None, plan: Plan, session: StateSession) -> None:
    """Note what is left of the saved plan, before any of it is done. Raises StateNotWritten."""
    if saved is None or not saved.binding.effects:
        return
    plan_id, left = saved.binding.id, left_of(saved.binding, plan)
    used = session.state.plans.get(plan_id)
    does = any(change.steps for change in plan.changes)
    if does or used is None or used.left != {*left}:
        session.use_plan(plan_id, left)
