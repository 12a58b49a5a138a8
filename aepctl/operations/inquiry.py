"""What one apply asks and plans under the lock, as often as it needs to."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from aepctl.aep.reader import AudienceReader
from aepctl.apply import gates
from aepctl.apply.afresh import Afresh, StepsByKey, without_run
from aepctl.apply.before import Ways
from aepctl.apply.look import look
from aepctl.apply.outcomes import Outcome
from aepctl.apply.sender import Sender
from aepctl.apply.settler import CREATES_IT, Settler
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.model.wants import Wants
from aepctl.operations.context import Context, Platform
from aepctl.operations.elsewhere import check_deletes
from aepctl.operations.options import ApplyOptions
from aepctl.operations.reading import reading
from aepctl.operations.reviewing import everything_now, plan_now, questions
from aepctl.operations.settling import settle
from aepctl.plan.plan import Plan
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions
from aepctl.plan.seen import Seen
from aepctl.project.environment import Environment
from aepctl.state.model import State
from aepctl.state.session import StateSession

LOOKS_AGAIN = "run this once more: it looks again, and deletes what it finds"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """All that an apply is about: what is asked of the platform, and what is to be done then."""

    context: Context
    environment: Environment
    options: ApplyOptions
    stop: StopSignal
    wants: Wants
    session: StateSession
    policy: Policy

    def questions(self, state: State | None = None) -> Questions:
        """What the platform is to be asked. `state`: another than that of the session."""
        known = state or self.session.state
        return questions(self.options, self.wants, known, self.policy)

    def plan(self, seen: Seen | None) -> Plan:
        """What is to be done. Raises SafetyRefusal and NoSuchTarget."""
        state = self.session.state
        return plan_now(self.options, self.wants, state, seen, self.policy)

    def ask(self, platform: Platform) -> tuple[tuple[Outcome, ...], Seen | None]:
        """What the platform says: of what is in doubt, and then of what is to be created."""
        with self._reader(platform) as reader:
            return self._settle(reader), self._look(reader)

    def look(self, platform: Platform) -> Seen | None:
        """What the platform shows by now."""
        with self._reader(platform) as reader:
            return self._look(reader)

    def steps_now(self, plan: Plan, platform: Platform) -> StepsByKey:
        """What would be done for each key by now. What a person decided is not asked again."""
        state = without_run(self.session.state, self.session.run.id)
        with self._reader(platform) as reader:
            seen = self._look(reader, state)
        now = everything_now(self.options, self.wants, state, seen, self.policy)
        decided = [one for one in plan.changes if one.is_decided]
        return {change.key: change.steps for change in (*now.changes, *decided)}

    def sender(self, steps: Callable[[], StepsByKey] | None = None) -> Sender:
        """`steps`: what would be done for each key, after another look."""
        clock = self.context.clock
        backoff = Backoff(clock, self.stop, self.context.patience)
        afresh = None if steps is None else Afresh(steps, backoff, self.stop)
        command = self.environment.command
        ways = Ways(command("plan", "--refresh"), command(self.options.command, "--overwrite"))
        return Sender(self.session, clock, self.stop, backoff, afresh=afresh, ways=ways)

    def check(self, plan: Plan, seen: Seen | None) -> None:
        """Raise SafetyRefusal unless the plan may be carried out."""
        protected = self.environment.protected
        found = None if seen is None else seen.found
        state, approval = self.session.state, self._approval
        gates.check(plan, self.policy, state, found, protected=protected, approval=approval)
        check_deletes(self.context, self.environment, plan, state)

    @property
    def _approval(self) -> gates.Approval:
        options = self.options
        return gates.Approval(options.saved is not None, options.yes_create, options.yes_delete)

    def _reader(self, platform: Platform) -> AbstractContextManager[AudienceReader]:
        return reading(self.context, platform, self.wants.audiences, self.session.state)

    def _settle(self, reader: AudienceReader) -> tuple[Outcome, ...]:
        """All that is in doubt, whatever the targets. Raises PlatformError, StateNotWritten."""
        state = self.session.state
        in_doubt = [one for one in state.intents.values() if one.in_doubt(self.session.run.id)]
        intents = tuple({one.id: one for one in (*in_doubt, *self.questions().in_doubt)}.values())
        if not intents:
            return ()
        settler = Settler(
            sender=self.sender(),
            reader=reader,
            window_seconds=self.environment.settle_seconds,
            program=self.environment.program,
            then=LOOKS_AGAIN if self.policy.destroys else CREATES_IT,
        )
        return settle(settler, intents, state, self.environment, self.options.existing)

    def _look(self, reader: AudienceReader, state: State | None = None) -> Seen | None:
        questions, known = self.questions(state), state or self.session.state
        fresh = self.options.fresh
        return look(reader, questions, known, self.policy, self._approval, fresh=fresh)
