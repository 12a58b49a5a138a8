"""apply: settle, look, plan, show, check, ask, do. Under the lock from first to last."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from aepctl.aep.reader import AudienceReader
from aepctl.apply import gates
from aepctl.apply.afresh import Afresh, StepsByKey, without_run
from aepctl.apply.executor import execute
from aepctl.apply.look import look
from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.settler import Settler
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.errors import StateNotWritten
from aepctl.model.wants import Wants
from aepctl.operations.again import Again, begin
from aepctl.operations.context import Context, Platform
from aepctl.operations.idle import idle_report
from aepctl.operations.network import check_network
from aepctl.operations.options import ApplyOptions
from aepctl.operations.reading import reading, writer_of
from aepctl.operations.reporting import report_of
from aepctl.operations.respelling import remember
from aepctl.operations.reviewing import (
    asked_policy,
    asks_nothing,
    everything_now,
    note_use,
    plan_now,
    questions,
)
from aepctl.operations.settling import settle
from aepctl.plan.plan import Plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions
from aepctl.plan.seen import Seen
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.model import State
from aepctl.state.session import StateSession, open_session


def apply(
    context: Context, environment: Environment, options: ApplyOptions, stop: StopSignal
) -> ApplyReport:
    """Create what is missing and record its IDs.

    Proxies and certificates of the environment variables are checked before the lock is taken.
    Raises AepctlError where they are of no use, InvalidInput, CredentialsError, PlatformError,
    SafetyRefusal, StateError, StateLocked and NoSuchTarget: nothing of the plan was begun then.
    """
    wants = context.wants(environment)
    for warning in check_network(environment, context.environ):
        context.console.warn(warning)
    store = context.open_store(environment)
    idle = idle_report(context, environment, options, wants, store, stop)
    if idle is not None:
        return idle
    run = context.run("apply")
    with open_session(
        store,
        environment.target,
        run,
        wait=options.lock_timeout,
        clock=context.clock,
        ids=context.new_id,
        interrupted=lambda: stop.interrupted_at,
    ) as session:
        policy = asked_policy(environment, options, run.id)
        return _Apply(context, environment, options, stop, wants, session, policy).go()


@dataclass(frozen=True, slots=True)
class _Apply:
    """One apply under the lock."""

    context: Context
    environment: Environment
    options: ApplyOptions
    stop: StopSignal
    wants: Wants
    session: StateSession
    policy: Policy

    def go(self) -> ApplyReport:
        if self.options.saved is not None:
            left = self._plan(None)  # refused before anybody is asked anything
            if asks_nothing(left):
                return self._nothing_to_do(left)
        again = self._again()
        if self._questions():
            with self._platform() as platform:
                settled, seen = self._ask(platform)
                again = replace(again, at=self.context.clock.monotonic())
                return self._carry_out(self._plan(seen), seen, settled, platform, again)
        plan = self._plan(None)
        if any(change.steps for change in plan.changes):
            with self._platform() as platform:
                return self._carry_out(plan, None, (), platform, again)
        return self._nothing_to_do(plan)

    def _nothing_to_do(self, plan: Plan) -> ApplyReport:
        self.context.console.show(plan)
        if self.options.saved is not None:
            note_use(self.options.saved, plan, self.session)
            self.session.checkpoint()
        return self._report(plan, gates.undecided(plan))

    def _platform(self) -> AbstractContextManager[Platform]:
        """The platform; missing credentials are told before anything is asked or sent."""
        credentials(self.environment, self.context.environ)
        return self.context.open_platform(self.context, self.environment)

    def _questions(self, state: State | None = None) -> Questions:
        known = state or self.session.state
        return questions(self.options, self.wants, known, self.policy)

    @property
    def _approval(self) -> gates.Approval:
        options = self.options
        return gates.Approval(options.saved is not None, options.yes_create, options.yes_delete)

    def _plan(self, seen: Seen | None) -> Plan:
        state = self.session.state
        return plan_now(self.options, self.wants, state, seen, self.policy)

    def _ask(self, platform: Platform) -> tuple[tuple[Outcome, ...], Seen | None]:
        """What the platform says: of what is in doubt, and then of what is to be created."""
        with self._reader(platform) as reader:
            return self._settle(reader), self._look(reader)

    def _reader(self, platform: Platform) -> AbstractContextManager[AudienceReader]:
        return reading(self.context, platform, self.wants.audiences, self.session.state)

    def _settle(self, reader: AudienceReader) -> tuple[Outcome, ...]:
        """All that is in doubt, whatever the targets. Raises PlatformError, StateNotWritten."""
        state = self.session.state
        in_doubt = [one for one in state.intents.values() if one.in_doubt(self.session.run.id)]
        intents = tuple({one.id: one for one in (*in_doubt, *self._questions().in_doubt)}.values())
        if not intents:
            return ()
        settler = Settler(
            sender=self._sender(),
            reader=reader,
            window_seconds=self.environment.settle_seconds,
            program=self.environment.program,
        )
        return settle(settler, intents, state, self.environment, self.options.existing)

    def _sender(self, steps: Callable[[], StepsByKey] | None = None) -> Sender:
        """`steps`: what would be done for each key, after another look."""
        clock = self.context.clock
        backoff = Backoff(clock, self.stop, self.context.patience)
        afresh = None if steps is None else Afresh(steps, backoff, self.stop)
        return Sender(self.session, clock, self.stop, backoff, afresh=afresh)

    def _look(self, reader: AudienceReader, state: State | None = None) -> Seen | None:
        questions, known = self._questions(state), state or self.session.state
        fresh = self.options.fresh
        return look(reader, questions, known, self.policy, self._approval, fresh=fresh)

    def _again(self) -> Again:
        is_new = self.session.state.lineage is None and not self.options.fresh
        return begin(self.context, self.environment, is_new=is_new)

    def _once_more(self, plan: Plan, platform: Platform, again: Again) -> Plan:
        """What is to be done after another look: no more than was approved."""
        with self._reader(platform) as reader:
            seen = self._look(reader)
        now = self._plan(seen)
        if not again.check(plan, now):
            return plan
        self.context.console.show(now)
        self._check(now, seen)
        return now

    def _steps_now(self, plan: Plan, platform: Platform) -> StepsByKey:
        """What would be done for each key by now. What a person decided is not asked again."""
        state = without_run(self.session.state, self.session.run.id)
        with self._reader(platform) as reader:
            seen = self._look(reader, state)
        now = everything_now(self.options, self.wants, state, seen, self.policy)
        decided = [one for one in plan.changes if one.is_decided]
        return {change.key: change.steps for change in (*now.changes, *decided)}

    def _check(self, plan: Plan, seen: Seen | None) -> None:
        protected = self.environment.protected
        found = None if seen is None else seen.found
        state, approval = self.session.state, self._approval
        gates.check(plan, self.policy, state, found, protected=protected, approval=approval)

    def _carry_out(
        self,
        plan: Plan,
        seen: Seen | None,
        settled: tuple[Outcome, ...],
        platform: Platform,
        again: Again,
    ) -> ApplyReport:
        """Show the plan, check it, ask, and do its steps."""
        self.context.console.show(plan)
        self._check(plan, seen)
        todo = [change for change in plan.changes if change.steps]
        if todo:
            asked = self.context.console.approve(plan)
            if seen is not None and again.is_due(plan, seen.gone, asked=asked):
                plan = self._once_more(plan, platform, again)
                todo = [change for change in plan.changes if change.steps]
        note_use(self.options.saved, plan, self.session)
        self.context.console.begin(plan)
        looks = None if seen is None else partial(self._steps_now, plan, platform)
        sender = self._sender(looks)
        with self.stop.during_work():
            remember(sender, self.session.state, () if seen is None else seen.found)
            done = execute(
                todo,
                sender,
                partial(writer_of, self.context, platform, self.session),
                parallelism=self.options.parallelism,
                on_outcome=self.context.console.tell,
            )
            rescue = self._save()
        outcomes = (*settled, *gates.undecided(plan), *done)
        not_started = len({change.key for change in todo} - {one.key for one in done})
        return self._report(plan, outcomes, not_started=not_started, rescue=rescue)

    def _save(self) -> str | None:
        """Write the state; where that fails, what no store has."""
        try:
            self.session.checkpoint()
        except StateNotWritten as error:
            self.stop.request(error.message)
            return self.session.rescue()
        return None

    def _report(
        self,
        plan: Plan,
        outcomes: Sequence[Outcome],
        *,
        not_started: int = 0,
        rescue: str | None = None,
    ) -> ApplyReport:
        saved = self.options.saved
        plan_id = saved.binding.id if saved is not None else None
        return report_of(plan, outcomes, self.stop, plan_id, not_started, rescue)
