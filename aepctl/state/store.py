"""Where state lives: read it at any time, change it only under the lock, through the journal."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import decode_state, encode_state
from aepctl.state.disk import Disk, replace_file
from aepctl.state.journal import (
    JournalFile,
    Replay,
    encode_header,
    encode_intent,
    encode_outcome,
    replay,
)
from aepctl.state.lock import locked
from aepctl.state.model import Intent, Known, Snapshot, State, with_known


def new_id() -> str:
    return str(uuid4())


class StateStore:
    """The state of one target: `NAME.json`, and beside it `NAME.journal` and `NAME.lock`."""

    def __init__(
        self,
        path: str,
        target: Target,
        *,
        disk: Disk | None = None,
        ids: Callable[[], str] = new_id,
    ) -> None:
        self.shown = path
        self.target = target
        self.path = Path(path).resolve()
        self.journal = self.path.with_suffix(".journal")
        self.disk = disk or Disk()
        self.ids = ids

    def read(self) -> Snapshot:
        """State with all that its journal adds. Raises StateError; changes nothing."""
        state, found = self.load()
        return _merged(state, found)

    @contextmanager
    def hold(self, who: Mapping[str, str], *, wait: float = 0.0) -> Iterator["HeldState"]:
        """Take the lock and bring the file up to date with what an earlier run left behind.

        Raises StateLocked or StateError.
        """
        with locked(self.path.with_suffix(".lock"), who, wait=wait):
            held = HeldState(self)
            try:
                held.fold()
                yield held
            finally:
                held.close()

    def load(self) -> tuple[State | None, Replay | None]:
        """The state file and the journal, each as it stands. Raises StateError."""
        # The journal first: a run that ends in between moves its outcomes from there to state.
        shown_journal = str(Path(self.shown).with_suffix(".journal"))
        raw_journal = self._bytes(self.journal, shown_journal)
        found = replay(raw_journal, shown_journal) if raw_journal else None
        raw = self._bytes(self.path, self.shown)
        state = decode_state(self._text(raw), self.shown) if raw is not None else None
        for file, one in ((self.shown, state), (shown_journal, found)):
            if one is not None and one.target != self.target:
                self._refuse_target(file, one.target)
        if state is not None and found is not None and state.lineage != found.lineage:
            raise StateError(
                f"{shown_journal} belongs to another state than {self.shown} "
                f"(lineage {found.lineage}, not {state.lineage})",
                next="bring back the state file it was written beside, or move the journal away "
                "if you are sure that what is open in it does not matter",
            )
        return state, found

    def _bytes(self, path: Path, shown: str) -> bytes | None:
        try:
            return self.disk.read(path)
        except OSError as error:
            raise StateError(f"{shown}: cannot be read: {error.strerror}") from error

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise StateError(
                f"{self.shown}:{line}: not UTF-8",
                next="nothing was changed; take the file's last good version from Git",
            ) from error

    def _refuse_target(self, file: str, theirs: Target) -> None:
        differences = [
            f"{name} {other}, not {mine}"
            for name in ("org", "sandbox", "endpoint")
            if (other := getattr(theirs, name)) != (mine := getattr(self.target, name))
        ]
        raise StateError(
            f"{file} is the state of another target: {', '.join(differences)}",
            next="use the environment it belongs to, or give this one a `state:` file of its own",
        )


def _merged(state: State | None, found: Replay | None) -> Snapshot:
    if found is None:
        return Snapshot(state)
    merged = with_known(state or State(found.lineage, found.serial, found.target), found.known)
    # A key that is known was settled, even where the journal could not be told of it any more.
    return Snapshot(merged, tuple(one for one in found.intents if one.key not in merged.audiences))


class HeldState:
    """State under the lock. Its methods may be called by several threads.

    Each raises OSError where the note could not be made durable: then what it notes must not
    happen, or is known to this process alone.
    """

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._mutex = threading.Lock()
        self._saved, found = store.load()
        merged = _merged(self._saved, found)
        self._state = merged.state or State(store.ids(), 0, store.target)
        self._intents = {intent.id: intent for intent in merged.intents}
        self._known: dict[str, Known] = {}
        self._size = found.size if found else 0
        self._file: JournalFile | None = None

    @property
    def snapshot(self) -> Snapshot:
        """What is known now, this run's own outcomes included."""
        return Snapshot(with_known(self._state, self._known), tuple(self._intents.values()))

    def begin(self, key: str, audience: Audience, at: str) -> Intent:
        """Note, durably, that the create of `key` is about to be sent."""
        intent = Intent(self._store.ids(), key, audience, at)
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
        if self._file is not None:
            self._size = self._file.size
            self._file.close()
            self._file = None

    def _append(self, line: str) -> None:
        if self._file is None:
            file = JournalFile(self._store.disk, self._store.journal, size=self._size)
            self._file = file
        if self._file.size == 0:
            state = self._state
            self._file.append(encode_header(state.lineage, state.serial, state.target))
        self._file.append(line)
