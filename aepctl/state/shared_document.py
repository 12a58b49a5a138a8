"""The document of a shared state, as one runner knows and replaces it.

A write whose answer is lost is recognised as ours by its `write_id`; one that meets another
document than the last one seen is not written. Not for two threads at once.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from aepctl.backoff import backoff_seconds
from aepctl.clock import Clock
from aepctl.errors import StateError, StateLocked, StateNotWritten
from aepctl.model.target import Target
from aepctl.patience import Reminder
from aepctl.state.encoder import StateEncoder
from aepctl.state.lease import Lease, Watch, in_words
from aepctl.state.model import State
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document, Overtaken, held_back
from aepctl.state.written import Written
from aepctl.texts import json_of

TRIES = 6
FIRST_PAUSE_SECONDS = 0.25
MAX_PAUSE_SECONDS = 4.0
TRY_SECONDS = 60.0
"""After so long a write is not tried again: where each call hangs, few of them are enough."""
MAX_POLL_SECONDS = 5.0
"""How often a waiter looks at a lock, at least."""


class SharedDocument:
    """What was last seen of the document, and the writing of the next one."""

    def __init__(
        self, store: SharedStore, target: Target, clock: Clock, ids: Callable[[], str]
    ) -> None:
        self._store = store
        self._target = target
        self._clock = clock
        self._ids = ids
        self._encoder = StateEncoder()
        self._version: str | None = None
        self._tried: set[str] = set()
        self._state: State | None = None
        self._lease: Lease | None = None

    @property
    def state(self) -> State:
        """What was read or written last."""
        if self._state is None:
            raise RuntimeError("nothing was read yet")
        return self._state

    @property
    def lease(self) -> Lease | None:
        """The lock, once it was tried to take it."""
        return self._lease

    def read(self) -> Written:
        """What is there now. Raises StateError."""
        document = self._store.get()
        written = self._store.decoded(document, self._target)
        self._version = None if document is None else document.version
        self._state = written.state
        return written

    def replace(self, document: Document, written: Written, note: str) -> float:
        """Write upon a document that holds no state, such as that of a probe. See write."""
        self._version = document.version
        return self.write(written, note)

    def write(self, written: Written, note: str) -> float:
        """Replace what was last seen. The running time from which on that is confirmed.

        Raises Overtaken where somebody else has written since; StateNotWritten where nothing was
        written, or where it could not be found out whether it was.
        """
        written = replace(written, write_id=self._ids())
        data = self._encoder.encode(written).encode()
        began = self._clock.running()
        self._tried.add(str(written.write_id))
        self._version = self._put(data, str(written.write_id), note)
        self._tried.clear()
        self._state = written.state
        log, serial, seconds = self._store.log, written.state.serial, self._clock.running() - began
        told = f"{self._store.where}: written, serial {serial}, in {seconds:.2f} s"
        log.detail("state-written", told, state=self._store.where, serial=serial)
        return began

    def _put(self, data: bytes, write_id: str, note: str) -> str:
        """Write it, in a few tries, each after a look whether an earlier one has arrived."""
        documents, attempt = self._store.documents, 0
        ends = self._clock.running() + TRY_SECONDS
        while True:
            try:
                return documents.put(data, self._version, note)
            except StateNotWritten as error:
                trouble = error
            while True:
                try:
                    found = documents.get()
                    break
                except StateError:
                    attempt = self._pause(attempt, trouble, ends)
            version = self._ours(found, write_id)
            if version is not None:
                return version
            if isinstance(trouble, Overtaken):  # and what is there is what was there before
                trouble = held_back(self._store.where)
            attempt = self._pause(attempt, trouble, ends)

    def _pause(self, attempt: int, trouble: StateNotWritten, ends: float) -> int:
        """Wait before the next try; raises the trouble where there were enough of them."""
        if attempt == TRIES or self._clock.running() >= ends:
            raise trouble
        self._clock.sleep(_pause(attempt))
        return attempt + 1

    def _ours(self, found: Document | None, write_id: str) -> str | None:
        """The version, where the document is the one that we wrote; None: it is to be written.

        Raises Overtaken where it is somebody else's.
        """
        written = None if found is None else _write_id(found)
        if found is not None and written == write_id:
            return found.version
        if found is not None and written in self._tried:  # of an earlier write that was given up
            self._version = found.version
        if (None if found is None else found.version) == self._version:
            return None
        who = _holder(found)
        reason = f"somebody else has written it meanwhile{f': {who}' if who else ''}"
        raise Overtaken(f"{self._store.where}: cannot be written: {reason}", reason)

    def lock(self, holder: dict[str, str], *, wait: float) -> float:
        """Take the lock; from when on that is confirmed.

        Waits up to `wait` seconds for it to be given back, and takes over a lock that was watched
        unrenewed for its whole lease; a store that is away meanwhile is waited for as well. Raises
        StateLocked, StateError.
        """
        with Reminder(self._clock, self._store.log) as reminder:
            return self._locked_within(wait, holder, reminder)

    def _locked_within(self, wait: float, holder: dict[str, str], reminder: Reminder) -> float:
        watch = Watch()
        ends = self._clock.running() + wait
        written = self.read()
        while True:
            held, now = written.lock, self._clock.running()
            if held is None or watch.unrenewed(held, written.write_id, now) >= held.seconds:
                try:
                    return self._take(written, holder, held)
                except Overtaken:  # somebody was faster: what is there now is another thing
                    written = self.read()
                    continue
            if now >= ends:
                raise self._locked(held, watch.unrenewed(held, written.write_id, now), wait)
            reminder.told(f"for the lock of {self._store.where}, held by {held.who}", ends - now)
            written = self._later(min(held.seconds / 10, MAX_POLL_SECONDS), ends)

    def _later(self, seconds: float, ends: float) -> Written:
        """What is there after a while. Raises StateError where it cannot be read until `ends`."""
        while True:
            self._clock.sleep(max(min(ends - self._clock.running(), seconds), 0.0))
            try:
                return self.read()
            except StateError:
                if self._clock.running() >= ends:
                    raise

    def _take(self, written: Written, holder: dict[str, str], before: Lease | None) -> float:
        self._lease = Lease(self._ids(), self._store.lease_seconds, holder)
        over = "" if before is None else f"\n\ntaken over from {before.who}"
        if before is not None:
            told = f"taken over from {before.who}: no sign of life for {before.seconds:.0f} s"
            self._store.log.caution("lock-taken-over", f"{self._store.where}: {told}")
        command = holder["command"].removeprefix("aepctl ")
        return self.write(replace(written, lock=self._lease), f"{command}: begun{over}\n")

    def give_back(self) -> None:
        """What the lock was taken for is not done: it is ours perhaps, and nobody needs it."""
        if self._lease is None:
            return
        with suppress(StateError):  # its lease ends by itself
            written = self.read()
            if written.lock is not None and written.lock.id == self._lease.id:
                self.write(replace(written, lock=None), "nothing was changed\n")

    def _locked(self, held: Lease, unrenewed: float, wait: float) -> StateLocked:
        seen = f" (seen without a sign of life for {unrenewed:.0f} s)" if wait > 0 else ""
        lasts = f"{held.seconds:.0f}"
        return StateLocked(
            f"{self._store.where} is locked by {held.who}{seen}",
            hint=f"wait for it with `--lock-timeout 10m`: if its runner is gone, the lock is taken "
            f"over after {lasts} s without a sign of life. If you know that it is gone: "
            f"`{self._store.program} state unlock {held.id}`",
        )


def _write_id(document: Document) -> str | None:
    found = _loaded(document).get("write_id")
    return found if isinstance(found, str) else None


def _holder(document: Document | None) -> str | None:
    """Who holds what stands there now, as far as it says."""
    lock = _loaded(document).get("lock") if document is not None else None
    if not isinstance(lock, dict) or not isinstance(lock.get("holder"), dict):
        return None
    return in_words({str(name): str(one) for name, one in lock["holder"].items()})


def _loaded(document: Document) -> dict[str, object]:
    try:
        data = json_of(document.data)
    except ValueError:  # whatever it is, we did not write it
        return {}
    return data if isinstance(data, dict) else {}


def _pause(attempt: int) -> float:
    return backoff_seconds(
        attempt, first=FIRST_PAUSE_SECONDS, limit=MAX_PAUSE_SECONDS, jitter=lambda: 1.0
    )
