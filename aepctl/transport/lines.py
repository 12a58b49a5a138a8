"""The lines of one transport: which of them may carry the next request. For one thread."""

from collections.abc import Callable

from aepctl.clock import Clock
from aepctl.transport.keeping import IDLE_SECONDS, RESTED_SECONDS, Hop, Keeping
from aepctl.transport.line import Line


class Lines:
    """At first each request has a connection of its own, and one connection to each server is left
    alone: it shows whether the server waits. Then they are kept, or never.
    """

    def __init__(self, keeping: Keeping, clock: Clock, make: Callable[[Hop], Line]) -> None:
        self._keeping = keeping
        self._clock = clock
        self._make = make
        self._lines: dict[Hop, Line] = {}
        self._resting: dict[Hop, Line] = {}
        self._asked: set[Hop] = set()

    def to(self, hop: Hop, *, again: bool) -> Line:
        """A line there. If its connection is open, it may carry a request now: only with `again`.

        Raises AepctlError where none can be made.
        """
        self._look_at_resting(hop)
        line = self._lines.get(hop)
        if line is None:
            line = self._lines[hop] = self._make(hop)
        elif line.idle_since is not None and not (again and self._is_usable(line, line.idle_since)):
            line.close()
        return line

    def may_stay(self, line: Line) -> bool:
        """Whether its connection may be left open after the next answer.

        Not after the first one: who asks only once has no use for it.
        """
        if line.hop not in self._asked:
            self._asked.add(line.hop)
            return False
        waits = self._keeping.waits(line.hop)
        return line.hop not in self._resting if waits is None else waits

    def answered(self, line: Line, *, stays: bool) -> None:
        """The exchange is over. `stays`: `may_stay` has said so, and the answer allows it."""
        if not stays:
            line.close()
        elif not line.rest(self._clock.monotonic()):
            self._keeping.closed(line.hop)
        elif self._keeping.waits(line.hop) is None:
            self._resting[line.hop] = self._lines.pop(line.hop)

    def failed(self) -> None:
        """The exchange has broken off. All is closed: an engine may count a connection as taken."""
        for line in self._lines.values():
            if line.is_used_again:
                self._keeping.closed(line.hop)
        self.close()

    def close(self) -> None:
        """Nothing stays open."""
        for lines in (self._lines, self._resting):
            while lines:
                lines.popitem()[1].close()

    def _look_at_resting(self, hop: Hop) -> None:
        line = self._resting.get(hop)
        if line is None or line.idle_since is None:
            return
        rested = self._clock.monotonic() - line.idle_since >= RESTED_SECONDS
        if not line.is_silent():
            self._keeping.closed(hop)
        elif rested:
            self._keeping.rested(hop)
        else:
            return
        self._resting.pop(hop).close()

    def _is_usable(self, line: Line, idle_since: float) -> bool:
        if not line.is_silent():
            self._keeping.closed(line.hop)
        idle = self._clock.monotonic() - idle_since
        return idle < IDLE_SECONDS and bool(self._keeping.waits(line.hop))
