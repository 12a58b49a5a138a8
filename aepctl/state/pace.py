"""When to write a shared document: as seldom as those allow who wait, and the lease. Pure."""

from dataclasses import dataclass

from aepctl.state.lease import may_send, renewal_due

FLUSH_SECONDS = 2.0
"""How long an outcome may be on this machine alone."""
FREE_WRITES = 2
"""So many writes of a run need no pause between them: the lock, and the first intents."""


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
    urgent: bool = False
    waiting_since: float | None = None

    def waiting(self, now: float, *, urgent: bool = False) -> None:
        """There is something new; `urgent`: somebody waits until it is written."""
        self.urgent = self.urgent or urgent
        if self.waiting_since is None:
            self.waiting_since = now

    def may_send(self, now: float) -> bool:
        """Whether nobody can have taken the lock over yet."""
        return may_send(self.confirmed, now, self.lease_seconds)

    def due(self, now: float) -> float:
        """In how many seconds to write."""
        due = renewal_due(self.confirmed, now, self.lease_seconds)
        if self.waiting_since is not None:
            due = min(due, self.waiting_since + FLUSH_SECONDS - now)
        if self.urgent:
            due = 0.0
        return due if self.writes < FREE_WRITES else max(due, self.last_write + self.pause - now)

    def begin(self) -> None:
        """All that waits now goes with the write that begins."""
        self.urgent, self.waiting_since = False, None

    def written(self, confirmed: float, now: float) -> None:
        """A write that began at `confirmed` has arrived."""
        self.write_seconds = now - confirmed
        self.confirmed, self.last_write = confirmed, now
        self.writes += 1
