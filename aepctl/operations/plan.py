"""plan: compare wanted with known. No network, no credentials, no lock; nothing else is written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepctl import __version__
from aepctl.model.audience import Wanted
from aepctl.operations.context import Context
from aepctl.plan.plan import Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.policy import Existing, Policy
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State

if TYPE_CHECKING:
    from aepctl.plan.binding import Binding


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what it was made from."""

    plan: Plan
    wanted: tuple[Wanted, ...]
    state: State

    def binding(self) -> "Binding":
        """What the plan is bound to where it is saved or named; computed when asked for."""
        from aepctl.plan.binding import bind  # noqa: PLC0415 - a plan on a terminal needs none

        return bind(self.plan, self.wanted, self.state, __version__)


def policy_of(
    environment: Environment, *, existing: Existing = "adopt", run: str | None = None
) -> Policy:
    """How plans are made in an environment."""
    return Policy(
        environment=environment.name,
        target=environment.target,
        client_ids=environment.client_ids,
        existing=existing,
        run=run,
        program=environment.program,
    )


def plan(context: Context, environment: Environment, targets: tuple[str, ...] = ()) -> Planned:
    """Compare wanted with known. Raises InvalidInput, StateError, NoSuchTarget."""
    wanted = context.wanted(environment)
    state = read_state(context.open_store(environment), environment.target)
    made = make_plan(wanted, state, None, policy_of(environment), targets)
    return Planned(made, wanted, state)


def check(context: Context, environment: Environment, file: str, saved: "Binding") -> Planned:
    """The plan as it is now, which is the saved one. Raises SafetyRefusal where it is not."""
    from aepctl.apply.gates import check_saved  # noqa: PLC0415 - a plan needs no gate

    planned = plan(context, environment, saved.targets)
    check_saved(file, saved, planned.binding(), planned.state, policy_of(environment))
    return planned
