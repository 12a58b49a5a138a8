"""The server's lock, held only for the moment of one write.

It is what makes reading, comparing and writing one act. What keeps the promise is not that a lock
lasts, but that the server takes no write under an ID that is not the lock's: so a lock may be
broken at any time, and the write of who held it fails. `prepare` sees that the server does so.
"""

import secrets
from dataclasses import dataclass

from aepctl.state.stores.http_answers import Holder, Refused, Unanswered
from aepctl.state.stores.http_calls import Calls
from aepctl.wording import command

PREFIX = "aepctl-"
"""How our IDs begin. A lock of somebody else's is a person's, and is never broken by itself."""
TRIES_UNLOCKING = 2


@dataclass(frozen=True, slots=True)
class Bounds:
    """In seconds. `put` is all of a write; `wait` what of it may go by before the lock is taken.

    `watched`: so long one lock, which is for one write, must have been seen before it is broken:
    whoever holds it is gone, or too slow, and then its write fails.
    """

    put: float = 30.0
    wait: float = 18.0
    watched: float = 15.0
    lock_call: float = 6.0
    unlock_call: float = 3.0
    pause: float = 0.1


class Lock:
    """The lock of one document, as one store sees it."""

    def __init__(self, calls: Calls, bounds: Bounds) -> None:
        self._calls = calls
        self._bounds = bounds
        self._left: set[str] = set()
        self._seen = ("", 0.0)

    def take(self, info: str) -> str:
        """The ID under which it is ours now. Raises Refused: not within the bound, or at all."""
        lock_id = PREFIX + secrets.token_hex(16)
        until = self._calls.clock.monotonic() + self._bounds.wait
        pause, why = self._bounds.pause, Refused("the lock could not be taken in time")
        while True:
            left = until - self._calls.clock.monotonic()
            if left <= 0:
                self._forget(lock_id)
                raise why
            try:
                holder = self._calls.lock(lock_id, info, min(self._bounds.lock_call, left))
            except Unanswered as error:
                # It may be ours by now: asking again under the same ID tells.
                self._left.add(lock_id)
                why = Refused(f"the lock could not be taken: {error.why}")
            except Refused:
                self._forget(lock_id)
                raise
            else:
                if holder is None:
                    self._left.discard(lock_id)
                    return lock_id
                if self._is_dead(holder) and self.give_back(holder.id):
                    continue
                why = _held(holder)
            self._calls.clock.sleep(min(pause * (0.5 + secrets.randbelow(1000) / 1000), left))
            pause = min(pause * 1.5, 10 * self._bounds.pause)

    def give_back(self, lock_id: str) -> bool:
        """Whether the server has no lock of this ID any more. If not, our next write breaks it."""
        for _ in range(TRIES_UNLOCKING):
            try:
                gone = self._calls.unlock(lock_id, self._bounds.unlock_call)
            except Unanswered:
                continue
            if gone:
                self._left.discard(lock_id)
            return gone
        if lock_id.startswith(PREFIX):
            self._left.add(lock_id)
        return False

    def _forget(self, lock_id: str) -> None:
        """Give back what we may have got without hearing of it."""
        if lock_id in self._left:
            self.give_back(lock_id)

    def _is_dead(self, holder: Holder) -> bool:
        """Whether nobody waits for this lock any more: we left it, or its holder is gone."""
        now = self._calls.clock.monotonic()
        if holder.id in self._left:
            return True
        if holder.id != self._seen[0]:
            self._seen = (holder.id, now)
        return holder.id.startswith(PREFIX) and now - self._seen[1] >= self._bounds.watched


def _held(holder: Holder) -> Refused:
    hint = "if nobody works with it any more, the lock can be broken by hand, on the server"
    if holder.id:
        hint = (
            f"if nobody works with it any more: `{command('aepctl', 'state', 'unlock', holder.id)}`"
        )
    return Refused(f"somebody else holds the server's lock: {holder.told}", hint)
