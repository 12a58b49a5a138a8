"""One audience, from intent to outcome: each attempt under an intent of its own."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from aepctl.apply.outcomes import Created, Failure, Outcome, Refused, Result, Retry, Unknown, judge
from aepctl.apply.ports import Clock, Creator, Journal
from aepctl.apply.stopping import Pace, Stop
from aepctl.errors import CredentialsError
from aepctl.plan import Change
from aepctl.state.model import Intent, Known

ATTEMPTS = {Retry.RATE_LIMITED: 10, Retry.NOT_SENT: 4, Retry.NEW_TOKEN: 2}
LONGEST_WAIT = 300.0
LONGEST_BACK_OFF = 30.0


@dataclass(frozen=True, slots=True)
class Attempts:
    """How creates are sent: what is noted before and after, and when it is tried again."""

    journal: Journal
    clock: Clock
    stop: Stop
    pace: Pace
    jitter: Callable[[], float] = random.random

    def create(self, creator: Creator, change: Change) -> Outcome | None:
        """Create one audience; None where the run stops before anything was sent for it."""
        counts = dict.fromkeys(Retry, 0)
        outcome = None
        while self.pace.wait():
            intent = self._begin(change)
            if intent is None:
                break
            try:
                verdict = judge(creator.create(intent.audience, intent.id, intent.audience_id))
            except CredentialsError as error:
                self.stop.request(error.what)
                verdict = Refused(Failure(error.what))
            outcome = self._note(intent, verdict)
            if not isinstance(verdict, Refused) or verdict.retry is None:
                break
            counts[verdict.retry] += 1
            if not self._again(creator, verdict, counts[verdict.retry]):
                break
        return outcome

    def _begin(self, change: Change) -> Intent | None:
        assert change.after is not None  # noqa: S101 - every create has it
        try:
            return self.journal.begin(change.key, change.after, change.audience_id, self._now())
        except OSError as error:
            self.stop.request(
                f"the journal cannot be written ({error.strerror}): nothing more is sent"
            )
            return None

    def _note(self, intent: Intent, verdict: Created | Refused | Unknown) -> Outcome:
        try:
            return self._noted(intent, verdict)
        except OSError as error:
            self.stop.request(f"an outcome could not be recorded ({error.strerror})")
            return _outcome(intent, verdict)

    def _noted(self, intent: Intent, verdict: Created | Refused | Unknown) -> Outcome:
        match verdict:
            case Created(ids):
                known = Known(intent.audience, ids.audience_id, ids.platform_id)
                self.journal.created(intent, known, self._now())
            case Refused(failure):
                self.journal.refused(intent, failure.message, self._now())
            case Unknown(failure, exists):
                self.journal.unknown(intent, failure.message, self._now(), exists=exists)
        return _outcome(intent, verdict)

    def _again(self, creator: Creator, refused: Refused, count: int) -> bool:
        """Whether another attempt follows; arranges what it needs."""
        retry = refused.retry
        assert retry is not None  # noqa: S101 - the caller's condition
        if count >= ATTEMPTS[retry]:
            if retry is Retry.NOT_SENT:
                self.stop.request(f"the platform cannot be reached: {refused.failure.message}")
            return False
        if retry is Retry.NEW_TOKEN:
            return creator.renew_token()
        seconds = refused.after
        if seconds is None:
            seconds = min(0.5 * 2**count, LONGEST_BACK_OFF) * (0.5 + self.jitter() / 2)
        if seconds > LONGEST_WAIT:
            return False
        self.pace.hold_off(seconds)
        return True

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds")


def _outcome(intent: Intent, verdict: Created | Refused | Unknown) -> Outcome:
    match verdict:
        case Created(ids):
            return Outcome(intent.key, "create", Result.CREATED, ids.audience_id, ids.platform_id)
        case Refused(failure):
            return Outcome(intent.key, "create", Result.REFUSED, failure=failure)
        case Unknown(failure):
            return Outcome(intent.key, "create", Result.UNKNOWN, failure=failure)
