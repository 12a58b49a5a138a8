"""Which servers leave a connection open that nobody uses. Only there one is used again.

A create is sent once, so it must not meet a server that closes just then. What a server closes
without a word is what has been idle for some time. One that has waited for RESTED_SECONDS does not
close after IDLE_SECONDS. See docs/decisions.
"""

from dataclasses import dataclass

from aepctl.project.proxies import Proxy

RESTED_SECONDS = 0.5
"""A connection that is still open, and silent, after so long shows that its server waits."""
IDLE_SECONDS = RESTED_SECONDS / 2
"""After its last answer a connection is used within this, or no more."""


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a connection leads, and through which proxy."""

    scheme: str
    host: str
    port: int | None
    proxy: Proxy | None


class Keeping:
    """What a run has seen of the servers. For any number of threads: each call is one look or
    change of a dict, which is atomic.
    """

    def __init__(self) -> None:
        self._waits: dict[Hop, bool] = {}

    def waits(self, hop: Hop) -> bool | None:
        """Whether connections there may be used again; None where that is not known yet."""
        return self._waits.get(hop)

    def rested(self, hop: Hop) -> None:
        """A connection there was left alone for long enough. That a later one is closed counts."""
        self._waits.setdefault(hop, True)

    def closed(self, hop: Hop) -> None:
        """One was closed, or had something to say, without being asked: none is kept any more."""
        self._waits[hop] = False
