"""One step, from intent to outcome: each attempt under an intent of its own."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import assert_never

from aepctl.aep.verdicts import Done, NotSent, Refused, RetryReason, Unknown, Verdict
from aepctl.apply.afresh import Afresh
from aepctl.apply.before import SEND, Found, Ways, judge
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.ports import Journal, Writer
from aepctl.apply.refusals import Refusals
from aepctl.apply.results import outcome_of
from aepctl.apply.stopping import Backoff, StopSignal
from aepctl.backoff import Jitter, backoff_seconds
from aepctl.clock import Clock
from aepctl.errors import CredentialsError, PlatformError, StateNotWritten
from aepctl.model.audience import Ids
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, Delete, LocalStep, Patch, RemoteStep
from aepctl.plan.plan import Action
from aepctl.state.events import Ending
from aepctl.state.model import Intent

UNSENT = "not-sent"
TROUBLE_LIMITS: Mapping[str, int] = {
    RetryReason.RATE_LIMITED: 10,
    RetryReason.NEW_TOKEN: 2,
    UNSENT: 4,
}
"""How often one step may meet with each trouble before it is given up."""
FIRST_BACKOFF_SECONDS = 1.0
MAX_BACKOFF_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Sender:
    """How steps are done. For any number of threads, each with a writer of its own."""

    journal: Journal
    clock: Clock
    stop: StopSignal
    backoff: Backoff
    jitter: Jitter = random.random
    refusals: Refusals = field(default_factory=Refusals)
    afresh: Afresh | None = None
    ways: Ways = field(default_factory=Ways)
    _given: dict[str, str] = field(default_factory=dict)

    def send(self, writer: Writer, key: str, action: Action, step: RemoteStep) -> Outcome | None:
        """Do one step on the platform; None where the run stops before anything was begun for it.

        `action` is the change's, for the outcome.
        """
        troubles: Counter[str] = Counter()
        outcome = None
        while self._is_to_do(key, step):
            if not isinstance(step, Create):
                found = self._look(writer, key, step)
                if found is None:
                    break
                if found is not SEND:
                    return self._without_sending(key, action, step, found)
            intent = self._begin(key, step)
            if intent is None:
                break
            verdict = self._ask(writer, intent)
            self._end(intent, verdict)
            outcome = outcome_of(intent, action, verdict)
            trouble = _trouble(verdict)
            if trouble is not None:
                troubles[trouble] += 1
                if self._again(writer, verdict, trouble, troubles[trouble]):
                    continue
            self._heed(writer, step, verdict)
            break
        return outcome

    def note(self, key: str, step: LocalStep, *, more: bool = False) -> None:
        """Do one step that touches state only; `more` of the same change follow."""
        with self._stopping():
            self.journal.note(key, step, more=more)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Within, what is noted is made durable at the end, all at once."""
        with self._stopping(), self.journal.together():
            yield

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Where a note cannot be made durable, the run stops: this process alone knows of it."""
        try:
            yield
        except StateNotWritten as error:
            self.stop.request(f"the state cannot be written ({error.reason})")

    def _look(self, writer: Writer, key: str, step: Patch | Delete) -> Found | None:
        """What is there just before it is changed; None where that cannot be told: the run stops.

        The platform has no way to change a thing only if nobody else did meanwhile.
        """
        try:
            addressed = step.ids.platform_id is not None
            return judge(key, step, writer.read(step.ids) if addressed else None, self.ways)
        except (PlatformError, CredentialsError) as error:
            self.stop.request("; ".join(filter(None, (error.message, error.hint))))
            return None

    def _without_sending(
        self, key: str, action: Action, step: Patch | Delete, found: Found
    ) -> Outcome | None:
        """It is so already, or a person has to decide first."""
        if found.why is not None:
            kind = OutcomeKind.REFUSED if found.refused else OutcomeKind.UNDECIDED
            return Outcome(key, action, kind, step.ids, Failure(found.why))
        intent = self._begin(key, step)
        if intent is None:
            return None
        verdict = Done(step.ids, found.observed)
        self._end(intent, verdict)
        return outcome_of(intent, action, verdict)

    def _is_to_do(self, key: str, step: RemoteStep) -> bool:
        """Whether it still is, when requests are welcome."""
        return self.backoff.wait() and (self.afresh is None or self.afresh.is_to_do(key, step))

    def _heed(self, writer: Writer, step: RemoteStep, verdict: Verdict) -> None:
        """What the last word about a step means for the others."""
        if isinstance(verdict, Unknown):
            writer.reconnect()  # whatever else comes on this connection may not be ours either
        reason = self.refusals.heed(step, verdict, writer.advice)
        if reason is not None:
            self.stop.request(reason)
        if isinstance(verdict, Unknown) and verdict.retry_after:
            self.backoff.hold_back(verdict.retry_after, 0.0, verdict.failure.message)

    def _begin(self, key: str, step: RemoteStep) -> Intent | None:
        try:
            return self.journal.begin(key, step)
        except StateNotWritten as error:
            self._send_nothing(error)
            return None

    def _send_nothing(self, error: StateNotWritten) -> None:
        self.stop.request(f"the state cannot be written ({error.reason}): nothing more is sent")

    def _ask(self, writer: Writer, intent: Intent) -> Verdict:
        try:
            verdict = writer.send(intent.step, intent.id)
        except StateNotWritten as error:
            self._send_nothing(error)
            return NotSent(Failure(error.reason))
        except CredentialsError as error:
            self.stop.request("; ".join(filter(None, (error.message, error.hint))))
            return Refused(Failure(error.message))
        if isinstance(verdict, Done) and verdict.ids is not None:
            return self._ours(intent, verdict, verdict.ids)
        return verdict

    def _ours(self, intent: Intent, verdict: Done, ids: Ids) -> Verdict:
        """An answer with an ID that is somebody else's cannot be the answer to this create.

        `setdefault` decides between two workers that are given the same ID at the same time.
        """
        audience_id, step = ids.audience_id, intent.step
        old = step.replaces if isinstance(step, Create) else None
        if old is not None and old.audience_id == audience_id:  # that is to be deleted next
            return Unknown(Failure(_said(audience_id, "is that of what it replaces")))
        former = self.journal.had(audience_id)
        owner = self.journal.owner(audience_id) or self._given.setdefault(audience_id, intent.key)
        if former is None and owner == intent.key:
            return verdict
        whose = f"{owner} has" if former is None else f"{former} had, and which is gone"
        return Unknown(Failure(_said(audience_id, whose)), exists=True)

    def _end(self, intent: Intent, verdict: Verdict) -> None:
        end = self.journal.end
        try:
            match verdict:
                case Done(ids, observed):
                    if isinstance(intent.step, Patch) and observed is not None:
                        observed = intent.step.as_kept(observed)
                    end(intent, Ending.DONE, ids=ids, observed=observed)
                case Refused(failure):
                    end(intent, Ending.REFUSED, reason=failure.message)
                case NotSent(failure):
                    end(intent, Ending.NOT_SENT, reason=failure.message)
                case Unknown(failure, exists):
                    end(intent, Ending.UNKNOWN, reason=failure.message, exists=exists)
                case _:
                    assert_never(verdict)
        except StateNotWritten as error:
            self.stop.request(f"an outcome could not be recorded ({error.reason})")

    def _again(self, writer: Writer, verdict: Verdict, trouble: str, count: int) -> bool:
        """Whether another attempt follows; arranges what it needs."""
        if count >= TROUBLE_LIMITS[trouble]:
            if isinstance(verdict, NotSent):
                self.stop.request(f"the platform cannot be reached: {verdict.failure.message}")
            return False
        if trouble == RetryReason.NEW_TOKEN:
            return writer.renew_token()
        asked = verdict.retry_after if isinstance(verdict, Refused) else None
        own = backoff_seconds(
            count - 1, first=FIRST_BACKOFF_SECONDS, limit=MAX_BACKOFF_SECONDS, jitter=self.jitter
        )
        return self.backoff.hold_back(asked, own, _why(verdict))


def _said(audience_id: str, whose: str) -> str:
    return f"the platform answered with the audienceId {audience_id}, which {whose}"


def _why(verdict: Verdict) -> str:
    """Why we wait, as the platform says it."""
    return "" if isinstance(verdict, Done) else verdict.failure.message


def _trouble(verdict: Verdict) -> str | None:
    """What another attempt may help against."""
    match verdict:
        case NotSent():
            return UNSENT
        case Refused():
            return verdict.retry
        case Done() | Unknown():
            return None
        case _:
            assert_never(verdict)
