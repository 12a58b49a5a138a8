"""apply: settle, look, plan, show, check, ask, do. Under the lock from first to last."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial

from aepctl.apply import gates
from aepctl.apply.executor import execute
from aepctl.apply.guards import check_guarded
from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import StopSignal
from aepctl.errors import ListForbidden
from aepctl.operations.again import Again, begin
from aepctl.operations.context import Context, Platform
from aepctl.operations.idle import idle_report
from aepctl.operations.inquiry import Inquiry
from aepctl.operations.network import check_network
from aepctl.operations.options import ApplyOptions
from aepctl.operations.reading import writer_of
from aepctl.operations.reporting import report_of, save, told
from aepctl.operations.respelling import remember
from aepctl.operations.reviewing import (
    asked_policy,
    ended,
    note_use,
)
from aepctl.plan.plan import Change, Plan
from aepctl.plan.seen import Seen
from aepctl.progress import Progress
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.session import open_session

WITHOUT_LOOKING = (
    "; or use --existing ignore, which creates without looking: what exists already (after a lost "
    "state, say) is then made twice"
)


def apply(
    context: Context, environment: Environment, options: ApplyOptions, stop: StopSignal
) -> ApplyReport:
    """Make it so, and record what came of it.

    Proxies and certificates of the environment variables are checked before the lock is taken.
    Raises AepctlError where they are of no use, InvalidInput, CredentialsError, PlatformError,
    SafetyRefusal, StateError, StateLocked and NoSuchTarget: nothing of the plan was begun then.
    """
    wants = context.wants(environment, or_nothing=options.destroys)
    for warning in check_network(environment, context.environ):
        context.console.warn(warning)
    store = context.open_store(environment)
    idle = idle_report(context, environment, options, wants, store, stop)
    if idle is not None:
        return idle
    run = context.run(options.command)
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
class _Apply(Inquiry):
    """One apply under the lock."""

    def go(self) -> ApplyReport:
        left = ended(self.options, self.wants, self.session.state, self.policy)
        if left is not None:
            return self._nothing_to_do(left)
        if self.policy.destroys:
            check_guarded(self.plan(None), self.policy)
        again = self._again()
        if self.questions():
            with self._platform() as platform:
                settled, seen = self._asked(platform)
                again = replace(again, at=self.context.clock.monotonic())
                return self._carry_out(self.plan(seen), seen, settled, platform, again)
        plan = self.plan(None)
        if any(change.steps for change in plan.changes):
            with self._platform() as platform:
                return self._carry_out(plan, None, (), platform, again)
        return self._nothing_to_do(plan)

    def _asked(self, platform: Platform) -> tuple[tuple[Outcome, ...], Seen | None]:
        """What is settled, and seen. Raises as `ask` does."""
        try:
            return self.ask(platform)
        except ListForbidden as error:
            if error.may_ignore and not self.policy.destroys:
                error.hint = f"{error.hint}{WITHOUT_LOOKING}"
            raise

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

    def _again(self) -> Again:
        is_new = self.session.state.lineage is None and not self.options.fresh
        return begin(self.context, self.environment, is_new=is_new)

    def _once_more(self, plan: Plan, platform: Platform, again: Again) -> Plan:
        """What is to be done after another look: no more than was approved."""
        seen = self.look(platform)
        now = self.plan(seen)
        if not again.check(plan, now):
            return plan
        self.context.console.show(now)
        self.check(now, seen)
        return now

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
        self.check(plan, seen)
        todo = [change for change in plan.changes if change.steps]
        if todo:
            asked = self.context.console.approve(plan)
            if seen is not None and again.is_due(plan, seen.gone, asked=asked):
                plan = self._once_more(plan, platform, again)
                todo = [change for change in plan.changes if change.steps]
        note_use(self.options.saved, plan, self.session)
        self.context.console.begin(plan)
        looks = None if seen is None else partial(self.steps_now, plan, platform)
        sender = self.sender(looks)
        with self.stop.during_work():
            remember(sender, self.session.state, () if seen is None else seen.found)
            done = self._do(todo, sender, platform)
            rescue = save(self.session, self.stop)
        outcomes = (*settled, *gates.undecided(plan), *done)
        not_started = len({change.key for change in todo} - {one.key for one in done})
        return self._report(plan, outcomes, not_started=not_started, rescue=rescue)

    def _do(
        self, todo: Sequence[Change], sender: Sender, platform: Platform
    ) -> tuple[Outcome, ...]:
        """Do the steps, and tell how far they are."""
        clock, log = self.context.clock, self.context.log
        with Progress(clock, log, "applied", len(todo), sender.backoff.left) as progress:
            return execute(
                todo,
                sender,
                partial(writer_of, self.context, platform, self.session),
                parallelism=self.options.parallelism,
                on_outcome=partial(told, self.context.console, progress),
                on_idle=progress.tick,
            )

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
        words = self.options.words
        return report_of(plan, outcomes, self.stop, plan_id, not_started, rescue, words)
