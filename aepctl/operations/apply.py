"""apply: settle, look, plan, check, show, ask, do. Under the lock from first to last."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aepctl import __version__
from aepctl.apply import gates
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.ports import Reader
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.settler import Settler
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.aep.verdicts import Failure
from aepctl.errors import AepctlError, ListForbidden, StateNotWritten
from aepctl.model.audience import Observed, Wanted
from aepctl.operations.context import Context, Platform
from aepctl.operations.plan import policy_of
from aepctl.plan.binding import Binding, bind
from aepctl.plan.plan import Action, Plan
from aepctl.plan.planner import make_plan
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.holder import holder
from aepctl.state.session import StateSession, open_session


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How an apply goes about it.

    `lock_timeout` is in seconds. `yes_create`: up to so many creates are approved. `saved`: a
    reviewed plan and its file; the review was the approval, of just that plan.
    """

    targets: tuple[str, ...] = ()
    parallelism: int = 8
    lock_timeout: float = 0.0
    existing: Literal["adopt", "fail", "ignore"] = "adopt"
    yes_create: int | None = None
    saved: tuple[str, Binding] | None = None


def apply(
    context: Context, environment: Environment, options: ApplyOptions, stop: StopSignal
) -> ApplyReport:
    """Create what is missing and record its IDs.

    Raises InvalidInput, CredentialsError, PlatformError, SafetyRefusal, StateError, StateLocked and
    NoSuchTarget: nothing of the plan was begun then.
    """
    wanted = context.wanted(environment)
    run = context.run("apply")
    with open_session(
        context.open_store(environment),
        environment.target,
        run,
        holder=holder(context.environ, run),
        wait=options.lock_timeout,
        clock=context.clock,
        new_id=context.new_id,
    ) as session:
        return _Apply(context, environment, options, stop, wanted, session).go()


@dataclass(frozen=True, slots=True)
class _Apply:
    """One apply under the lock."""

    context: Context
    environment: Environment
    options: ApplyOptions
    stop: StopSignal
    wanted: Sequence[Wanted]
    session: StateSession

    def go(self) -> ApplyReport:
        self._check_saved()
        if not to_look_up(self.wanted, self.session.state, self.options.targets):
            plan = self._plan(None)
            self.context.console.show(plan)
            return self._report(plan)
        credentials(self.environment, self.context.environ)  # before anything is asked or sent
        with self.context.open_platform(self.context, self.environment) as platform:
            return self._with(platform)

    def _with(self, platform: Platform) -> ApplyReport:
        reader = platform.reader()
        try:
            settled = self._settle(reader, platform)
            plan = self._plan(self._look(reader))
        finally:
            reader.close()
        self.context.console.show(plan)
        gates.check(plan, ...)
        self._approve(plan)
        return self._do(plan, settled, platform)
