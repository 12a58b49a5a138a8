"""State under the lock: changed only through the journal, folded into the file at the end."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.state.codec import encode_state
from aepctl.state.disk import replace_file
from aepctl.state.journal import Replay, doubted, superseded
from aepctl.state.lines import (
    encode_adopted,
    encode_header,
    encode_intent,
    encode_outcome,
    in_ascii,
)
from aepctl.state.lock import locked
from aepctl.state.model import Intent, Known, Snapshot, State, with_known
from aepctl.state.notes import Notes
from aepctl.state.store import StateStore, merge

MOST_PLANS = 100
"""How many ids of applied plans state keeps; older plans are stale by their serial anyway."""


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
    folder = store.path.parent
    try:
        store.disk.make_folder(folder)
    except OSError as error:
        raise StateError(
            f"{folder}: the folder of the state cannot be made: {error.strerror}",
            next="apply writes state: make the folder writable",
        ) from error
    with locked(store.path.with_suffix(".lock"), who, wait=wait):
        held = HeldState(store, ids)
        try:
            held.fold()
        except OSError as error:
            raise StateError(
                f"{store.shown}: cannot be written: {error.strerror}",
                next="nothing was sent; make the folder writable, or free some space",
            ) from error
        try:
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
        self._unnoted: set[str] = set()
        self._notes = Notes(store.disk, store.journal, found.size if found else 0)

    @property
    def snapshot(self) -> Snapshot:
        """What is known now, this run's own outcomes included."""
        return Snapshot(with_known(self._state, self._known), tuple(self._intents.values()))

    def begin(self, key: str, audience: Audience, audience_id: str | None, at: str) -> Intent:
        """Note, durably, that the create of `key` is about to be sent."""
        intent = Intent(self._ids(), key, audience, at, audience_id)
        with self._mutex:
            left = superseded(self._intents, key)
            if any(one.key == key for one in left.values()):
                raise ValueError(f"{key} has an open intent: it is settled before anything else")
            self._append(encode_intent(intent))
            self._intents = {**left, intent.id: intent}
        return intent

    def created(self, intent: Intent, known: Known, at: str) -> None:
        """Note the IDs that came of an intent."""
        self._settled(intent, "created", known, at)

    def found(self, intent: Intent, known: Known, at: str) -> None:
        """Note that what an intent created was found on the platform."""
        self._settled(intent, "adopted", known, at)

    def _settled(self, intent: Intent, outcome: str, known: Known, at: str) -> None:
        ids = {"audienceId": known.audience_id, "id": known.platform_id}
        with self._mutex:
            self._known[intent.key] = known
            self._unnoted.add(intent.key)
            del self._intents[intent.id]
            self._append(encode_outcome(intent, outcome, at, **ids))
            self._unnoted.discard(intent.key)

    def adopted(self, key: str, known: Known, at: str) -> None:
        """Note an audience that exists without an intent of ours."""
        with self._mutex:
            self._known[key] = known
            self._unnoted.add(key)
            self._intents = superseded(self._intents, key)
            self._append(encode_adopted(key, known, at))
            self._unnoted.discard(key)

    def refused(self, intent: Intent, reason: str, at: str) -> None:
        """Note that nothing came of an intent, for sure."""
        self._closed(intent, "refused", reason, at)

    def abandoned(self, intent: Intent, at: str) -> None:
        """Note a person's decision to forget an intent."""
        self._closed(intent, "abandoned", None, at)

    def _closed(self, intent: Intent, outcome: str, reason: str | None, at: str) -> None:
        with self._mutex:
            self._append(encode_outcome(intent, outcome, at, reason=reason))
            del self._intents[intent.id]

    def unknown(self, intent: Intent, reason: str, at: str, *, exists: bool = False) -> None:
        """Note why it is not known what came of an intent. It stays open."""
        self._doubted(intent, "unknown", reason, at, exists=exists)

    def absent(self, intent: Intent, reason: str, at: str) -> None:
        """Note that what an intent may have created was looked for long enough in vain."""
        self._doubted(intent, "absent", reason, at)

    def recreate(self, intent: Intent, reason: str, at: str) -> None:
        """Note a person's decision to create again, whatever the platform has."""
        self._doubted(intent, "recreate", reason, at)

    def _doubted(
        self, intent: Intent, outcome: str, reason: str, at: str, *, exists: bool = False
    ) -> None:
        with self._mutex:
            self._intents[intent.id] = doubted(intent, outcome, reason, exists=exists)
            self._append(encode_outcome(intent, outcome, at, reason=reason, exists=exists or None))

    def take_in(self, found: Replay) -> tuple[str, ...]:
        """Take over what another journal of this lineage has; the keys that are new.

        Raises StateError for another lineage. It is on disk after the next fold.
        """
        with self._mutex:
            if self._saved is None and not self._notes.size:
                self._state = replace(self._state, lineage=found.lineage)
            if found.lineage != self._state.lineage or found.target != self._state.target:
                raise StateError(
                    f"these lines belong to another state (lineage {found.lineage}, not "
                    f"{self._state.lineage})",
                    next="use --env with the environment whose apply printed them",
                )
            there = self._state.audiences
            new = {key: one for key, one in found.known.items() if key not in there}
            self._known.update(new)
            settled = {*there, *new}
            together = {**self._intents, **{one.id: one for one in found.intents}}
            self._intents = {n: one for n, one in together.items() if one.key not in settled}
        return tuple(sorted(new))

    def move(self, old: str, new: str) -> None:
        """Know the audience of `old` under the key `new`. Raises KeyError; folds at once."""
        audiences = dict(self._state.audiences)
        audiences[new] = audiences.pop(old)
        self._state = replace(self._state, audiences=audiences, serial=self._state.serial + 1)
        self.fold()

    def use_plan(self, plan: str) -> None:
        """Record that a saved plan is being applied; folds at once. Raises OSError."""
        state = self._state
        plans = (*state.plans, plan)[-MOST_PLANS:]
        self._state = replace(state, plans=plans, serial=state.serial + 1)
        self.fold()

    def rescue(self) -> str:
        """The IDs that only this process knows, as journal lines for `aepctl state recover`.

        Empty where all of them stand on disk.
        """
        with self._mutex:
            only_here = sorted(self._unnoted & self._known.keys())
            if not only_here:
                return ""
            state = self._state
            lines = [encode_header(state.lineage, state.serial, state.target)]
            lines += [encode_adopted(key, self._known[key], "") for key in only_here]
        return "".join(map(in_ascii, lines))

    def fold(self) -> None:
        """Bring all outcomes into the state file; leave of the journal only what is still open."""
        with self._mutex:
            self._notes.close()
            folded = with_known(self._state, self._known)
            anything = folded.serial or self._intents or self._notes.size
            if not anything:
                return  # a run that started nothing leaves nothing
            if folded.serial == 0:
                folded = replace(folded, serial=1)
            if folded != self._saved:
                replace_file(self._store.disk, self._store.path, encode_state(folded).encode())
            elif self._notes.size:
                # A run that was killed may have renamed state without making that durable.
                self._store.disk.sync_folder(self._store.path.parent)
            self._state = self._saved = folded
            self._known = {}
            self._notes.shorten(self._left(folded))

    def _left(self, state: State) -> list[str]:
        """The journal of what is still open."""
        if not self._intents:
            return []
        header = encode_header(state.lineage, state.serial, state.target)
        return [header, *(encode_intent(one) for one in self._intents.values())]

    def close(self) -> None:
        """Give the journal's handle back. What was noted stays noted."""
        self._notes.close()

    def release(self) -> None:
        """Before the lock goes: from here on the journal may be another run's."""
        with self._mutex:
            self._notes.release()

    def _append(self, line: str) -> None:
        state = self._state
        self._notes.append(line, encode_header(state.lineage, state.serial, state.target))
