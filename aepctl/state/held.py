"""State under the lock: changed only through the journal, folded into the file at the end."""

import errno
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from aepctl.audience import Audience
from aepctl.state.codec import encode_state
from aepctl.state.disk import replace_file
from aepctl.state.journal import JournalFile, encode_header, encode_intent, encode_outcome
from aepctl.state.lock import locked
from aepctl.state.model import Intent, Known, Snapshot, State, with_known
from aepctl.state.store import StateStore, merge


def new_id() -> str:
    return str(uuid4())


@contextmanager
def hold(
    store: StateStore,
    who: Mapping[str, str],
    *,
    wait: float = 0.0,
    ids: Callable[[], str] = new_id,
) -> Iterator["HeldState"]:
    """Take the lock and bring the file up to date with what an earlier run left behind.

    Raises StateLocked or StateError.
    """
    with locked(store.path.with_suffix(".lock"), who, wait=wait):
        held = HeldState(store, ids)
        try:
            held.fold()
            yield held
        finally:
            held.release()


class HeldState:
    """State under the lock. Its methods may be called by several threads.

    Each raises OSError where the note could not be made durable: then what it notes must not
    happen, or is known to this process alone.
    """

    def __init__(self, store: StateStore, ids: Callable[[], str] = new_id) -> None:
        self._store = store
        self._ids = ids
        self._mutex = threading.Lock()
        self._saved, found = store.load()
        merged = merge(self._saved, found)
        self._state = merged.state or State(ids(), 0, store.target)
        self._intents = {intent.id: intent for intent in merged.intents}
        self._known: dict[str, Known] = {}
        self._size = found.size if found else 0
        self._file: JournalFile | None = None
        self._released = False

    @property
    def snapshot(self) -> Snapshot:
        """What is known now, this run's own outcomes included."""
        return Snapshot(with_known(self._state, self._known), tuple(self._intents.values()))

    def begin(self, key: str, audience: Audience, at: str) -> Intent:
        """Note, durably, that the create of `key` is about to be sent."""
        intent = Intent(self._ids(), key, audience, at)
        with self._mutex:
            self._append(encode_intent(intent))
            self._intents[intent.id] = intent
        return intent

    def created(self, intent: Intent, known: Known, at: str) -> None:
        """Note the IDs that came of an intent."""
        ids = {"audienceId": known.audience_id, "id": known.platform_id}
        with self._mutex:
            self._known[intent.key] = known
            del self._intents[intent.id]
            self._append(encode_outcome(intent, "created", at, **ids))

    def refused(self, intent: Intent, reason: str, at: str) -> None:
        """Note that nothing came of an intent, for sure."""
        with self._mutex:
            self._append(encode_outcome(intent, "refused", at, reason=reason))
            del self._intents[intent.id]

    def unknown(self, intent: Intent, reason: str, at: str) -> None:
        """Note why it is not known what came of an intent. It stays open."""
        with self._mutex:
            self._intents[intent.id] = replace(intent, doubt=reason)
            self._append(encode_outcome(intent, "unknown", at, reason=reason))

    def fold(self) -> None:
        """Bring all outcomes into the state file; leave of the journal only what is still open."""
        with self._mutex:
            self.close()
            folded = with_known(self._state, self._known)
            anything = folded.audiences or self._intents or self._size or self._saved
            if not anything:
                return  # a run that started nothing leaves nothing
            if folded.serial == 0:
                folded = replace(folded, serial=1)
            if folded != self._saved:
                replace_file(self._store.disk, self._store.path, encode_state(folded).encode())
            self._state = self._saved = folded
            self._known = {}
            self._shorten_journal(folded)

    def _shorten_journal(self, state: State) -> None:
        disk, path = self._store.disk, self._store.journal
        if self._intents:
            lines = [encode_header(state.lineage, state.serial, state.target)]
            lines += [encode_intent(one, one.doubt) for one in self._intents.values()]
            data = "".join(lines).encode()
            replace_file(disk, path, data)
            self._size = len(data)
        else:
            disk.remove(path)
            disk.sync_folder(path.parent)
            self._size = 0

    def close(self) -> None:
        """Give the journal's handle back. What was noted stays noted."""
        file, self._file = self._file, None
        if file is not None:
            self._size = file.size
            file.close()

    def release(self) -> None:
        """Before the lock goes: from here on the journal may be another run's."""
        with self._mutex:
            self._released = True
            self.close()

    def _append(self, line: str) -> None:
        if self._released:
            raise OSError(errno.EBADF, "the state is no longer held")
        if self._file is None:
            file = JournalFile(self._store.disk, self._store.journal, size=self._size)
            self._file = file
        if self._file.size == 0:
            state = self._state
            self._file.append(encode_header(state.lineage, state.serial, state.target))
        self._file.append(line)
