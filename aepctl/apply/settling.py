"""Settle intents without an outcome: look for what they may have created, and never resend."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aepctl.aep.replies import Found
from aepctl.apply.existing import Existing, several
from aepctl.apply.outcomes import Failure, Outcome, Result
from aepctl.apply.ports import Clock, Finder, Journal
from aepctl.state.model import Intent, Known

SKEW = timedelta(minutes=5)
"""How far the platform's clock may be behind ours."""
FEW = 10
"""Up to so many intents are looked up one by one; for more, the whole list is read."""
LONGEST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Settling:
    """How intents are settled: where outcomes are noted, where it is looked, and for how long.

    `window` is how long a lookup that finds nothing is repeated (the list may lag behind), counted
    from now, but not beyond `timeout` + `window` after the intent.
    """

    journal: Journal
    finder: Finder
    clock: Clock
    window: float
    timeout: float
    pause: Callable[[float], object]

    def settle(self, intents: Iterable[Intent], known: Mapping[str, Known]) -> tuple[Outcome, ...]:
        """Settle what can be settled. Raises PlatformError, and OSError from the journal.

        One match is adopted. None is no proof: after the window the key is left, and the next run
        may create it. Several stay open until a person decides.
        """
        waiting = list(intents)
        outcomes: list[Outcome] = []
        begun = self.clock.now()
        pause = 0.25
        while waiting:
            existing = self._look(waiting, known)
            left = []
            for intent in waiting:
                outcome = self._try(intent, existing, begun)
                if outcome is None:
                    left.append(intent)
                else:
                    outcomes.append(outcome)
            waiting = left
            if waiting:
                self.pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        return tuple(outcomes)

    def _look(self, intents: Iterable[Intent], known: Mapping[str, Known]) -> Existing:
        intents = tuple(intents)
        if len(intents) > FEW:
            return Existing(self.finder.everything(), known)
        found = [one for i in intents for one in self.finder.find(i.audience, i.audience_id)]
        return Existing(dict.fromkeys(found), known)

    def _try(self, intent: Intent, existing: Existing, begun: datetime) -> Outcome | None:
        """The outcome, or None where it is to be looked again."""
        matches = tuple(
            one for one in existing.free(intent.audience, intent.key) if _may_be(intent, one)
        )
        if len(matches) > 1:
            failure = Failure(several(intent.key, matches))
            return Outcome(intent.key, "settle", Result.UNKNOWN, failure=failure, decision=True)
        if matches:
            return self._adopt(intent, matches[0])
        at = datetime.fromisoformat(intent.at)
        enough = min(begun, at + timedelta(seconds=self.timeout)) + timedelta(seconds=self.window)
        now = self.clock.now()
        if now < enough:
            return None
        reason = f"looked for until {now.isoformat(timespec='seconds')} and not found"
        self.journal.absent(intent, reason, self._now())
        failure = Failure(f"{reason}; the next apply looks once more and then creates it")
        return Outcome(intent.key, "settle", Result.UNKNOWN, failure=failure)

    def _adopt(self, intent: Intent, found: Found) -> Outcome:
        known = Known(intent.audience, found.audience_id, found.platform_id)
        self.journal.found(intent, known, self._now())
        return Outcome(intent.key, "settle", Result.ADOPTED, found.audience_id, found.platform_id)

    def _now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds")


def _may_be(intent: Intent, found: Found) -> bool:
    """Whether the intent can have created it: it has its ID, or it is not older."""
    if intent.exists or found.created is None or found.audience_id == intent.audience_id:
        return True
    earliest = datetime.fromisoformat(intent.at) - SKEW
    return found.created >= earliest.timestamp()
