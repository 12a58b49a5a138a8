"""Settle intents without an outcome: look at the platform first, and never send a create again.

A create is looked for. A patch and a delete, which come to the same however often they arrive, are
read: what was not done is closed, and planned anew if it is still wanted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from aepctl.apply.looking import Look
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.ports import Reader
from aepctl.apply.results import done_kind
from aepctl.apply.sender import Sender
from aepctl.apply.sightings import (
    doubt_about,
    doubt_about_absence,
    doubt_about_owner,
    doubt_about_second,
    is_now,
    may_be_of,
)
from aepctl.backoff import backoff_seconds
from aepctl.model.audience import Ids, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, Delete, Patch
from aepctl.plan import reasons
from aepctl.plan.plan import Action
from aepctl.state.events import Ending
from aepctl.state.model import Intent, Phase, State

FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 5.0
CREATES_IT = "the next apply checks again, then creates it"


@dataclass(frozen=True, slots=True)
class Settler:
    """How intents are settled: where it is looked, and for how long.

    `window_seconds`: how long a lookup that finds nothing is repeated (the list may lag behind),
    counted from now, whenever the intent began. `program` is how a command begins that can be
    pasted: `aepctl --env prod`. `then`: what the next run does about what was looked for in vain.
    """

    sender: Sender
    reader: Reader
    window_seconds: float
    program: str = "aepctl"
    then: str = CREATES_IT

    def settle(self, intents: Iterable[Intent], state: State) -> tuple[Outcome, ...]:
        """Settle what can be settled. `state`: what is known of keys.

        An outcome for each intent, but for what was not done and is planned anew.

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
            with journal.together():
                outcomes += self._each(waiting, known, look, began)
            if waiting:
                pause = _pause(attempt)
                why = f"{len(waiting)} not found on the platform yet, whose list may lag"
                self.sender.backoff.patience.wait(clock, pause, why)
                attempt += 1
        return tuple(outcomes)

    def _each(
        self,
        waiting: dict[Intent, float],
        known: dict[str, Ids],
        look: Look,
        began: float,
    ) -> Iterator[Outcome]:
        """The outcomes of those that can be settled now; these wait no longer."""
        for intent in tuple(waiting):
            last = began >= waiting[intent]
            if isinstance(intent.step, Create):
                mine = None if intent.step.replaces is not None else known.get(intent.key)
                outcome = self._create(intent, intent.step, mine, look, last=last)
                if outcome is None:
                    continue
            else:
                outcome = self._read(intent, intent.step)
            del waiting[intent]
            if outcome is None:
                continue
            if outcome.kind is OutcomeKind.ADOPTED and outcome.ids is not None:
                known[intent.key] = outcome.ids
            yield outcome

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
            return self._adopt(intent, step, candidates[0])
        return self._forget(intent) if intent.phase is Phase.ABSENT else self._absent(intent)

    def _doubt_about_absence(
        self, intent: Intent, step: Create, known: Ids | None, look: Look
    ) -> str | None:
        """Why a person has to decide although nothing is found that may be its doing."""
        gone = () if known is not None else look.gone(intent, step)
        if gone:
            return reasons.denied(intent.key, gone[0].ids.audience_id, self.program)
        contested = look.contested(intent, step)
        if contested is not None:
            return doubt_about_owner(intent.key, *contested, self.program)
        alike = look.alike(intent, step) or look.changed(intent, step)
        if intent.exists and known is None and not alike:
            taken = look.taken(intent, step)
            if taken is not None:
                return doubt_about_second(intent, *taken, self.program)
        return doubt_about_absence(intent, step, alike, known, self.program)

    def _adopt(self, intent: Intent, step: Create, found: Observed) -> Outcome:
        """Known from now on: what was sent, or, where it was there before, what is there."""
        kept = found.audience if intent.exists else step.audience.as_kept(found.audience)
        self.sender.journal.end(intent, Ending.DONE, ids=found.ids, observed=kept)
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
        failure = Failure(f"{reason}; {self.then}")
        return Outcome(intent.key, Action.SETTLE, OutcomeKind.UNKNOWN, failure=failure)

    def _read(self, intent: Intent, step: Patch | Delete) -> Outcome | None:
        """Done where the platform has it as it should be after the step; else None: it is closed.

        Only the fields that a patch changes count: others may have been changed by others. Both as
        the platform may spell them. Without the platform's own id nothing was sent.
        """
        observed = None if step.ids.platform_id is None else self.reader.get(step.ids)
        if step.ids.platform_id is not None and _is_done(step, observed):
            seen = None
            if isinstance(step, Patch) and observed is not None:
                seen = step.as_kept(observed.audience)
            self.sender.journal.end(intent, Ending.DONE, ids=step.ids, observed=seen)
            return Outcome(intent.key, Action.SETTLE, done_kind(step), step.ids)
        reason = "not done, as far as the platform shows: planned anew if it is still wanted"
        self.sender.journal.end(intent, Ending.NOT_SENT, reason=reason)
        return None


def _is_done(step: Patch | Delete, observed: Observed | None) -> bool:
    if isinstance(step, Delete) or observed is None:
        return isinstance(step, Delete) and observed is None
    return is_now(observed.audience, step.after, step.before, step.changes)


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
