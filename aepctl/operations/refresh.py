"""refresh: what was seen goes into state, under the lock. Nothing is sent to the platform."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from aepctl.apply import gates
from aepctl.apply.executor import execute
from aepctl.apply.look import look
from aepctl.apply.outcomes import Outcome
from aepctl.apply.ports import Writer
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.errors import InternalError
from aepctl.model.wants import Wants
from aepctl.operations.again import begin
from aepctl.operations.context import Context
from aepctl.operations.network import check_network
from aepctl.operations.onlooker import Onlooker
from aepctl.operations.plan import policy_of
from aepctl.operations.reporting import report_of, save, told
from aepctl.plan.plan import Plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions, to_look_up
from aepctl.plan.refreshing import plan_refresh
from aepctl.plan.seen import Seen
from aepctl.progress import Progress
from aepctl.project.environment import Environment
from aepctl.state.model import State
from aepctl.state.rescue_file import left_behind
from aepctl.state.session import StateSession, open_session
from aepctl.state.shared_store import SharedStore


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
    store, run = context.open_store(environment), context.run("refresh")
    policy = policy_of(environment, run=run.id, refresh=True)
    work = _Refresh(context, environment, stop, wants, policy, targets)
    if isinstance(store, SharedStore) and not left_behind(store.rescue, store.name):
        plan = work.plan(store.read(environment.target).state)
        if not any(change.steps for change in plan.changes):
            return work.idle(plan)  # writes nothing that others share, not even a lock
    with open_session(
        store,
        environment.target,
        run,
        wait=wait,
        clock=context.clock,
        ids=context.new_id,
    ) as session:
        return work.take_in(session)


@dataclass(frozen=True, slots=True)
class _Refresh:
    """One refresh."""

    context: Context
    environment: Environment
    stop: StopSignal
    wants: Wants
    policy: Policy
    targets: tuple[str, ...]

    def plan(self, state: State) -> Plan:
        """What is to be taken in, as it is seen now."""
        return plan_refresh(self.wants, state, self._look(state), self.policy, self.targets)

    def idle(self, plan: Plan) -> ApplyReport:
        """There is nothing to take in."""
        self.context.console.show(plan)
        return self._report(plan, gates.undecided(plan))

    def take_in(self, session: StateSession) -> ApplyReport:
        """Look, show what there is, ask, and record it."""
        again = begin(self.context, self.environment, is_new=False)
        plan, console = self.plan(session.state), self.context.console
        if not any(change.steps for change in plan.changes):
            session.checkpoint()  # gives the lock back
            return self.idle(plan)
        console.show(plan)
        asked = console.approve(plan)
        # A refresh forgets only what the platform said is gone, so it need not be told apart here.
        read = {one.known.ids.audience_id for one in plan.changes if one.known is not None}
        if again.is_due(plan, read, asked=asked):
            now = self.plan(session.state)
            if again.check(plan, now):
                console.show(plan := now)
        return self._record(plan, session)

    def _record(self, plan: Plan, session: StateSession) -> ApplyReport:
        console = self.context.console
        todo = [change for change in plan.changes if change.steps]
        console.begin(plan)
        clock = self.context.clock
        backoff = Backoff(clock, self.stop, self.context.patience)
        progress = Progress(clock, self.context.log, "recorded", len(todo))
        with self.stop.during_work(), progress:
            done = execute(
                todo,
                Sender(session, clock, self.stop, backoff),
                _no_writer,
                parallelism=1,
                on_outcome=partial(told, console, progress),
            )
            rescue = save(session, self.stop)
        return self._report(plan, (*gates.undecided(plan), *done), rescue)

    def _look(self, state: State) -> Seen:
        known = to_look_up(self.wants, state, self.policy, self.targets).known
        if not known:
            return Seen()
        onlooker = Onlooker(self.context, self.environment, self.wants, state)
        with onlooker.reader() as reader:
            questions = Questions(known=known)
            return look(reader, questions, state, self.policy, gates.Approval()) or Seen()

    def _report(
        self, plan: Plan, outcomes: Sequence[Outcome], rescue: str | None = None
    ) -> ApplyReport:
        return report_of(plan, outcomes, self.stop, rescue=rescue, words=("refresh",))


def _no_writer() -> Writer:
    raise InternalError("a refresh sends nothing")
