"""Settle intents without an outcome: look at the platform first, and never send a create again.

A create is looked for. A patch and a delete, which come to the same however often they arrive, are
sent again where a look shows that they were not done.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never

from aepctl.aep.verdicts import GONE
from aepctl.apply.looking import Look
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.ports import Reader, Writer
from aepctl.apply.sender import Sender, done_kind
from aepctl.apply.sightings import (
    doubt_about,
    doubt_about_absence,
    doubt_about_owner,
    doubt_about_second,
    is_now,
    may_be_of,
)
from aepctl.backoff import backoff_seconds
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.failure import Failure, no_platform_id
from aepctl.model.steps import Create, Delete, Patch
from aepctl.plan.plan import Action
from aepctl.state.events import Ending
from aepctl.state.model import Intent, Phase, State
from aepctl.wording import command

FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Settler:
    """How intents are settled: where it is looked, for how long, and how steps are sent again.

    `window_seconds`: how long a lookup that finds nothing is repeated (the list may lag behind),
    counted from now, whenever the intent began. `program` is how a command begins that can be
    pasted: `aepctl --env prod`.
    """

    sender: Sender
    reader: Reader
    connect: Callable[[], Writer]
    window_seconds: float
    program: str = "aepctl"

    def settle(self, intents: Iterable[Intent], state: State) -> tuple[Outcome, ...]:
        """Settle what can be settled; one outcome for each intent. `state`: what is known of keys.

        Raises PlatformError and ListForbidden from the reader, and StateNotWritten.
        """
        clock, journal = self.sender.clock, self.sender.journal
        now = clock.now()
        waiting = dict.fromkeys(
            (_without_future(one, now) for one in intents), clock.monotonic() + self.window_seconds
        )
        known = {key: one.ids for key, one in state.audiences.items()}
        outcomes: list[Outcome] = []
        attempt = 0
        while waiting:
            began = clock.monotonic()  # what a list shows may be as old as its first page
            look = Look(self.reader, waiting, journal.owner, state.audiences)
            creates = [one for one in waiting if isinstance(one.step, Create)]
            with journal.together():
                outcomes += self._each(creates, waiting, known, look, began)
            # What is sent again is noted at once: that tells whether the state is still ours.
            others = [one for one in waiting if not isinstance(one.step, Create)]
            outcomes += self._each(others, waiting, known, look, began)
            if waiting:
                pause = _pause(attempt)
                why = f"{len(waiting)} not found on the platform yet, whose list may lag"
                self.sender.backoff.patience.announce(pause, why)
                clock.sleep(pause)
                attempt += 1
        return tuple(outcomes)

    def _each(
        self,
        intents: Iterable[Intent],
        waiting: dict[Intent, float],
        known: dict[str, Ids],
        look: Look,
        began: float,
    ) -> Iterator[Outcome]:
        """The outcomes of those that can be settled now; these wait no longer."""
        for intent in intents:
            last = began >= waiting[intent]
            outcome = self._settle(intent, known.get(intent.key), look, last=last)
            if outcome is None:
                continue
            del waiting[intent]
            if outcome.kind is OutcomeKind.ADOPTED and outcome.ids is not None:
                known[intent.key] = outcome.ids
            yield outcome

    def _settle(
        self, intent: Intent, known: Ids | None, look: Look, *, last: bool
    ) -> Outcome | None:
        """The outcome, or None where it is to be looked again: not where this look is the last."""
        match intent.step:
            case Create() as step:
                return self._create(intent, step, known, look, last=last)
            case Patch() as step:
                return self._patch(intent, step)
            case Delete() as step:
                return self._delete(intent, step)
            case _:
                assert_never(intent.step)

    def _create(
        self, intent: Intent, step: Create, known: Ids | None, look: Look, *, last: bool
    ) -> Outcome | None:
        """One match is adopted. None is no proof: after the window the next run may create it.

        Several stay open until a person decides, and so does one that differs from what is given
        or known, one that is spelled otherwise, and all that the platform says is there already.
        """
        candidates = may_be_of(intent, step, look.found)
        if not candidates:
            if intent.phase is Phase.OPEN and not last:
                return None
            candidates = may_be_of(intent, step, look.everything)
        doubt = doubt_about(intent.key, step, candidates, known, self.program)
        if doubt is None and not candidates:
            doubt = self._doubt_about_absence(intent, step, known, look)
        if doubt is not None:
            return _undecided(intent, doubt)
        if candidates:
            return self._adopt(intent, candidates[0])
        return self._forget(intent) if intent.phase is Phase.ABSENT else self._absent(intent)

    def _doubt_about_absence(
        self, intent: Intent, step: Create, known: Ids | None, look: Look
    ) -> str | None:
        """Why a person has to decide although nothing is found that may be its doing."""
        contested = look.contested(intent, step)
        if contested is not None:
            return doubt_about_owner(intent.key, *contested, self.program)
        alike = look.alike(intent, step) or look.changed(intent, step)
        if intent.exists and known is None and not alike:
            taken = look.taken(intent, step)
            if taken is not None:
                return doubt_about_second(intent, *taken, self.program)
        return doubt_about_absence(intent, step, alike, known, self.program)

    def _adopt(self, intent: Intent, found: Observed) -> Outcome:
        self.sender.journal.end(intent, Ending.DONE, ids=found.ids, observed=found.audience)
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.ADOPTED, found.ids)

    def _forget(self, intent: Intent) -> Outcome:
        """Looked for in vain for a whole window by an earlier run, and now once more."""
        reason = "not found on the platform by two runs, and no longer wanted"
        self.sender.journal.end(intent, Ending.ABANDONED, reason=reason)
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.FORGOTTEN, failure=Failure(reason))

    def _absent(self, intent: Intent) -> Outcome:
        by = self.sender.clock.now().isoformat(timespec="seconds")
        reason = f"not found on the platform by {by}"
        self.sender.journal.end(intent, Ending.ABSENT, reason=reason)
        failure = Failure(f"{reason}; the next apply checks again, then creates it")
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.UNKNOWN, failure=failure)

    def _patch(self, intent: Intent, step: Patch) -> Outcome:
        """Equal to wanted is done, equal to before is sent again, else a person decides.

        Only the fields that it changes count: others may have been changed by others. Both as the
        platform may spell them.
        """
        if step.ids.platform_id is None:
            return self._never_sent(intent, step.ids)
        observed = self.reader.get(step.ids)
        if observed is None:
            failure = Failure(f"the platform has no audience {step.ids.audience_id} any more", GONE)
            return self._refused(intent, Ending.REFUSED, failure)
        if is_now(observed.audience, step.after, step.before, step.changes):
            return self._done(intent, step, observed.audience)
        if is_now(observed.audience, step.before, step.after, step.changes):
            return self._resend(intent)
        abandon = command(self.program, "state", "resolve", intent.key, "--abandon")
        return _undecided(
            intent,
            f"somebody else changed it meanwhile ({', '.join(step.changes)}): after "
            f"`{abandon}` a plan shows what differs now",
        )

    def _delete(self, intent: Intent, step: Delete) -> Outcome:
        """Done where the platform says that it is not there, else sent again."""
        if step.ids.platform_id is None:
            return self._never_sent(intent, step.ids)
        if self.reader.get(step.ids) is None:
            return self._done(intent, step, None)
        return self._resend(intent)

    def _done(self, intent: Intent, step: Patch | Delete, observed: Audience | None) -> Outcome:
        self.sender.journal.end(intent, Ending.DONE, ids=step.ids, observed=observed)
        return Outcome(intent.key, Action.SETTLE, done_kind(step), step.ids)

    def _never_sent(self, intent: Intent, ids: Ids) -> Outcome:
        """Without the platform's own id no writer sends a patch or a delete."""
        return self._refused(intent, Ending.NOT_SENT, no_platform_id(ids))

    def _refused(self, intent: Intent, ending: Ending, failure: Failure) -> Outcome:
        self.sender.journal.end(intent, ending, reason=failure.message)
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.REFUSED, failure=failure)

    def _resend(self, intent: Intent) -> Outcome:
        writer = self.connect()
        try:
            outcome = self.sender.resend(writer, Action.SETTLE, intent)
        finally:
            writer.close()
        if outcome is not None:
            return outcome
        failure = Failure("the run stopped before it was sent again")
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.UNKNOWN, failure=failure)


def _without_future(intent: Intent, now: datetime) -> Intent:
    """The intent, or one of long ago where its time cannot be true: then nothing is too old for it.

    Its time is another machine's, or this one's before its clock was set.
    """
    if datetime.fromisoformat(intent.at) <= now:
        return intent
    return replace(intent, at=datetime.min.replace(year=1970, tzinfo=UTC).isoformat())


def _pause(attempt: int) -> float:
    return backoff_seconds(
        attempt, first=FIRST_PAUSE_SECONDS, limit=MAX_PAUSE_SECONDS, jitter=lambda: 1.0
    )


def _undecided(intent: Intent, why: str) -> Outcome:
    return Outcome(intent.key, Action.SETTLE, OutcomeKind.UNDECIDED, failure=Failure(why))
