"""plan: compare wanted with known. No network, no credentials, no lock; nothing else is written."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aepctl import __version__
from aepctl.operations.context import Context
from aepctl.plan.plan import NoState, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Existing, Policy
from aepctl.project.environment import Environment
from aepctl.state.loading import look
from aepctl.state.model import State

if TYPE_CHECKING:
    from aepctl.plan.binding import Binding


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and the state it was made from; `saved`: the one that it was checked against."""

    plan: Plan
    state: State
    saved: "Binding | None" = None

    def binding(self) -> "Binding":
        """What the plan is bound to where it is saved or named; computed when asked for."""
        from aepctl.plan.binding import bind  # noqa: PLC0415 - a plan on a terminal needs none

        return self.saved or bind(self.plan, self.state, __version__)


def policy_of(
    environment: Environment,
    *,
    existing: Existing = "adopt",
    run: str | None = None,
    refresh: bool = False,
    overwrite: bool = False,
    destroys: bool = False,
    may_miss: bool = False,
) -> Policy:
    """How plans are made in an environment."""
    return Policy(
        environment=environment.name,
        target=environment.target,
        client_ids=environment.client_ids,
        existing=existing,
        run=run,
        program=environment.program,
        max_creates=environment.max_creates,
        max_deletes=environment.max_deletes,
        on_removal=environment.on_removal,
        refresh=refresh,
        overwrite=overwrite,
        destroys=destroys,
        may_miss=may_miss,
    )


def plan(
    context: Context,
    environment: Environment,
    targets: tuple[str, ...] = (),
    *,
    overwrite: bool = False,
    may_miss: bool = False,
) -> Planned:
    """Compare wanted with known. Raises InvalidInput, StateError, NoSuchTarget.

    `may_miss`: a target that matches nothing may be about another environment.
    """
    wants = context.wants(environment)
    state, no_state = known_in(context, environment)
    policy = policy_of(environment, overwrite=overwrite, may_miss=may_miss)
    made = make_plan(wants, state, None, policy, targets)
    return Planned(replace(made, no_state=no_state), state)


def known_in(context: Context, environment: Environment) -> tuple[State, NoState | None]:
    """What is known in an environment, or that there is no state. Raises StateError."""
    loaded = look(context.open_store(environment), environment.target)
    if loaded.state.lineage is not None:
        return loaded.state, None
    return loaded.state, NoState(environment.state, loaded.locked)


def check(context: Context, environment: Environment, file: str, saved: "Binding") -> Planned:
    """What is left of a saved plan. Raises SafetyRefusal where a change of it no longer holds.

    One that was made with a look at the platform says nothing without another.
    """
    from aepctl.apply.gates import check_saved  # noqa: PLC0415 - a plan needs no gate
    from aepctl.plan.reviewed import has_ended  # noqa: PLC0415 - likewise

    planned = plan(context, environment, overwrite=saved.overwrites)
    if saved.refreshed and not has_ended(saved, planned.state):
        from aepctl.operations.refreshed import refreshed_plan  # noqa: PLC0415 - it needs HTTP

        planned = refreshed_plan(context, environment, overwrite=saved.overwrites)
    policy = policy_of(environment, refresh=saved.refreshed, overwrite=saved.overwrites)
    left = check_saved(file, saved, planned.plan, planned.state, policy)
    return Planned(left, planned.state, saved)
