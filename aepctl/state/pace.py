"""When to write a shared document: as seldom as those allow who wait, and the lease. Pure."""

from dataclasses import dataclass

from aepctl.state.lease import may_send, renewal_due

FLUSH_SECONDS = 2.0
"""How long an outcome may be on this machine alone."""
FREE_WRITES = 2
"""So many writes of a run need no pause between them: the lock, and the first intents."""
MOST_SLOW = 4
"""So many writes in a row may each take longer than sending is allowed after it."""


@dataclass(slots=True)
class Pace:
    """Times are of this machine's running clock. `confirmed`: when the lease was renewed last.

    `pause`: how long the engine wants to be left alone between two writes.
    """

    lease_seconds: float
    pause: float
    confirmed: float
    last_write: float
    write_seconds: float = 0.0
    writes: int = 1
    slow: int = 0
    urgent: bool = False
    waiting_since: float | None = None

    def waiting(self, now: float, *, urgent: bool = False) -> bool:
        """There is something new; `urgent`: somebody waits until it is written.

        Whether a write may be due sooner for it than it was.
        """
        sooner = self.waiting_since is None or (urgent and not self.urgent)
        self.urgent = self.urgent or urgent
        if self.waiting_since is None:
            self.waiting_since = now
        return sooner

    def may_send(self, now: float) -> bool:
        """Whether nobody can have taken the lock over yet."""
        return may_send(self.confirmed, now, self.lease_seconds)

    @property
    def too_slow(self) -> bool:
        """Whether this store is of no use with this lease: whatever is written, it was too late."""
        return self.slow >= MOST_SLOW

    def due(self, now: float) -> float:
        """In how many seconds to write. The lease is renewed in time, whatever the engine wants."""
        renewal = renewal_due(self.confirmed, now, self.lease_seconds)
        if self.urgent:
            due = 0.0
        elif self.waiting_since is not None:
            due = self.waiting_since + FLUSH_SECONDS - now
        else:
            return renewal
        if self.writes >= FREE_WRITES:
            due = max(due, self.last_write + self.pause - now)
        return min(due, renewal)

    def begin(self) -> None:
        """All that waits now goes with the write that begins."""
        self.urgent, self.waiting_since = False, None

    def written(self, confirmed: float, now: float) -> None:
        """A write that began at `confirmed` has arrived."""
        self.write_seconds = now - confirmed
        self.confirmed, self.last_write = confirmed, now
        self.writes += 1
        self.slow = 0 if self.may_send(now) else self.slow + 1
