"""refresh: what was seen goes into state, under the lock. Nothing is sent to the platform."""

from collections.abc import Sequence
from dataclasses import dataclass

from aepctl.apply import gates
from aepctl.apply.executor import execute
from aepctl.apply.look import look
from aepctl.apply.outcomes import Outcome
from aepctl.apply.ports import Writer
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.errors import InternalError, StateNotWritten
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.network import check_network
from aepctl.operations.onlooker import Onlooker
from aepctl.operations.plan import policy_of
from aepctl.operations.reporting import report_of
from aepctl.plan.plan import Plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions, to_look_up
from aepctl.plan.refreshing import plan_refresh
from aepctl.plan.seen import Seen
from aepctl.project.environment import Environment
from aepctl.state.session import StateSession, open_session
from aepctl.wording import listed


def refresh(
    context: Context,
    environment: Environment,
    stop: StopSignal,
    targets: tuple[str, ...] = (),
    *,
    wait: float = 0.0,
) -> ApplyReport:
    """Take in what the platform has, after it was shown and approved. `wait`: for the lock.

    Raises InvalidInput, CredentialsError, PlatformError, ListForbidden, SafetyRefusal, StateError,
    StateLocked and NoSuchTarget: nothing was recorded then.
    """
    wants = context.wants(environment)
    for warning in check_network(environment, context.environ):
        context.console.warn(warning)
    run = context.run("refresh")
    with open_session(
        context.open_store(environment),
        environment.target,
        run,
        wait=wait,
        clock=context.clock,
        ids=context.new_id,
    ) as session:
        policy = policy_of(environment, run=run.id, refresh=True)
        return _Refresh(context, environment, stop, wants, session, policy, targets).go()


@dataclass(frozen=True, slots=True)
class _Refresh:
    """One refresh under the lock."""

    context: Context
    environment: Environment
    stop: StopSignal
    wants: Wants
    session: StateSession
    policy: Policy
    targets: tuple[str, ...]

    def go(self) -> ApplyReport:
        state, console = self.session.state, self.context.console
        seen = self._look()
        plan = plan_refresh(self.wants, state, seen, self.policy, self.targets)
        console.show(plan)
        missing = [key for key, one in state.audiences.items() if {*one.all_ids} & seen.missing]
        if missing:
            console.warn(
                f"not in the platform's list, which proves nothing, and so left as they are: "
                f"{listed(missing)}"
            )
        todo = [change for change in plan.changes if change.steps]
        if not todo:
            return self._report(plan, gates.undecided(plan))
        console.approve(plan)
        console.begin(plan)
        backoff = Backoff(self.context.clock, self.stop, self.context.patience)
        with self.stop.during_work():
            done = execute(
                todo,
                Sender(self.session, self.context.clock, self.stop, backoff),
                _no_writer,
                parallelism=1,
                on_outcome=console.tell,
            )
            rescue = self._save()
        return self._report(plan, (*gates.undecided(plan), *done), rescue)

    def _look(self) -> Seen:
        state = self.session.state
        known = to_look_up(self.wants, state, self.policy, self.targets).known
        if not known:
            return Seen()
        onlooker = Onlooker(self.context, self.environment, self.wants, state)
        with onlooker.reader() as reader:
            questions = Questions(known=known)
            return look(reader, questions, state, self.policy, gates.Approval()) or Seen()

    def _save(self) -> str | None:
        """Write the state; where that fails, what no store has."""
        try:
            self.session.checkpoint()
        except StateNotWritten as error:
            self.stop.request(error.message)
            return self.session.rescue()
        return None

    def _report(
        self, plan: Plan, outcomes: Sequence[Outcome], rescue: str | None = None
    ) -> ApplyReport:
        return report_of(plan, outcomes, self.stop, rescue=rescue, command="refresh")


def _no_writer() -> Writer:
    raise InternalError("a refresh sends nothing")
