"""state migrate: the same state, kept elsewhere; nobody goes on with the old one."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from aepctl.differences import differing_places
from aepctl.errors import SafetyRefusal, StateError, StateLocked
from aepctl.operations.context import Context
from aepctl.operations.state import Decided
from aepctl.operations.stores import is_empty, locked, losses, write_first
from aepctl.project.environment import Environment
from aepctl.project.stores import scheme_of
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder, encode_state
from aepctl.state.loading import load, read_state
from aepctl.state.model import State
from aepctl.state.reducer import same_content
from aepctl.state.rescue_file import left_behind
from aepctl.state.run import holder
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore
from aepctl.state.stores.documents import Document
from aepctl.state.written import Written
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class _Found:
    """What a place has: a document, and what it says."""

    written: Written
    document: Document | None = None

    @property
    def state(self) -> State:
        return self.written.state


def migrate(
    context: Context, environment: Environment, source: str, target: str, *, wait: float = 0.0
) -> Decided:
    """Move the state of an environment from one address to another, lineage and serial kept.

    It is read back and compared before the old one is marked as moved; after an interrupt the same
    command goes on. Raises StateLocked, StateError; SafetyRefusal where the new place is taken.
    """
    old = context.open_store(replace(environment, state=source))
    new = context.open_store(replace(environment, state=target, lineage=None))
    if _place(old, source) == _place(new, target):
        raise _here_already(new.where)
    went = _went(old)
    if went is not None and went.moved == target:
        return _moved(environment, old, new, target, went.state)
    _check_left_behind(environment, old)
    with _held(context, environment, old, target, wait) as (state, lock):
        if state.lineage is None:
            raise _nothing_there(old.where)
        there = _prepared(new)
        _check_free(new, there, state, lock)
        if there is None or there.written.moved is not None or not _same(there.state, state):
            _write(context, environment, new, there, state)
        back = read_state(new, environment.target)
        if not _same(back, state):
            raise StateError(
                f"{new.where}: what was written is not what is read there ({_where(state, back)})",
                hint=f"{old.where} is as it was: look what stands in the new place",
                code="state-not-kept",
            )
    return _moved(environment, old, new, target, state)


def _moved(
    environment: Environment,
    old: StateStore | SharedStore,
    new: StateStore | SharedStore,
    target: str,
    state: State,
) -> Decided:
    return Decided(
        f"the state of `{environment.name}` is at {new.where} now (serial {state.serial}); "
        f"{old.where} is marked as moved",
        f"write `state: {target}` for `{environment.name}` in aepctl.yaml",
    )


def _nothing_there(where: str) -> StateError:
    return StateError(
        f"{where}: there is no state",
        hint="name the place where it is now first, and the new one after it",
        code="state-missing",
    )


def _place(store: StateStore | SharedStore, address: str) -> str:
    """One name for one place, as far as its address tells."""
    return os.path.realpath(address) if scheme_of(address) is None else store.where


def _check_left_behind(environment: Environment, store: StateStore | SharedStore) -> None:
    """Raise SafetyRefusal for what only this machine knows of the state: apply takes it in."""
    files = left_behind(store.rescue, store.name) if isinstance(store, SharedStore) else []
    if files:
        raise SafetyRefusal(
            f"{files[0]}: an earlier run on this machine left it, and the state does not have it",
            hint=f"`{environment.command('apply')}` takes it in; then run this again",
            code="leftover-journal",
        )


@contextmanager
def _held(
    context: Context,
    environment: Environment,
    store: StateStore | SharedStore,
    target: str,
    wait: float,
) -> Iterator[tuple[State, str | None]]:
    """The state under its lock, and that lock's ID where it stands in the document.

    Where all goes well the state is marked as moved to `target` then.
    """
    run = context.run("state migrate")
    if isinstance(store, SharedStore):
        with locked(context, environment, store, run, wait) as document:
            yield document.state, document.lease.id if document.lease else None
            document.write(Written(document.state, moved=target), f"state migrate: to {target}\n")
        return
    with store.hold(holder(run), wait=wait) as held:
        loaded = load(held.read(), store, environment.target)
        if loaded.state is not loaded.document:
            held.checkpoint(encode_state(loaded.state).encode())
        yield loaded.state, None
        held.checkpoint(StateEncoder().encode(Written(loaded.state, moved=target)).encode())


def _went(store: StateStore | SharedStore) -> Written | None:
    """The document of a state that was moved away; None where it was not. Raises StateError."""
    raw: bytes | None
    if isinstance(store, SharedStore):
        found = store.get()
        if found is None or is_empty(found):
            raise _nothing_there(store.where)
        raw = found.data
    else:
        raw = store.read().document
    written = None if raw is None else decode_written(raw, store.where)
    return None if written is None or written.moved is None else written


def _prepared(store: StateStore | SharedStore) -> _Found | None:
    """What the new place has. Raises StateError where that is no state."""
    if isinstance(store, SharedStore):
        store.documents.prepare()
    return _found(store)


def _found(store: StateStore | SharedStore) -> _Found | None:
    if isinstance(store, SharedStore):
        document = store.get()
        if document is None or is_empty(document):
            return None
        return _Found(decode_written(document.data, store.where), document)
    stored = store.read()
    if stored.log:
        raise StateError(
            f"{store.log_name}: a run that was killed left it in the new place",
            hint="look which state it belongs to, and move it away",
            code="journal-of-another-state",
        )
    return None if stored.document is None else _Found(decode_written(stored.document, store.where))


def _here_already(where: str) -> SafetyRefusal:
    return SafetyRefusal(
        f"{where} is where the state is already",
        hint="nothing was done: FROM and TO are one place",
        code="place-taken",
    )


def _check_free(
    store: StateStore | SharedStore, there: _Found | None, state: State, lock: str | None
) -> None:
    """Raise SafetyRefusal unless the new place has nothing that the state does not have as well.

    An earlier try, and the state's own past (it comes back to where it was), may be written over.
    """
    if there is None:
        return
    found = there.written.lock
    if found is not None and found.id == lock:
        raise _here_already(store.where)
    lost = str(losses(there.state, state))
    if there.state.lineage != state.lineage or there.state.serial > state.serial or lost:
        raise SafetyRefusal(
            f"{store.where} has another state already (lineage {there.state.lineage}, serial "
            f"{there.state.serial})",
            hint="choose a place that is empty",
            code="place-taken",
        )
    if found is not None:
        raise StateLocked(f"{store.where} is locked by {found.who}", hint="wait for it to end")


def _same(one: State, other: State) -> bool:
    return (one.lineage, one.serial) == (other.lineage, other.serial) and same_content(one, other)


def _where(one: State, other: State) -> str:
    """The places at which two states differ."""
    documents = [json.loads(encode_state(state)) for state in (one, other)]
    return listed(differing_places(*documents))


def _write(
    context: Context,
    environment: Environment,
    store: StateStore | SharedStore,
    there: _Found | None,
    state: State,
) -> None:
    note = "state migrate: here\n"
    if not isinstance(store, SharedStore):
        with store.hold(holder(context.run("state migrate")), wait=0) as held:
            held.checkpoint(encode_state(state).encode())
    elif there is None or there.document is None:
        write_first(context, environment, store, state, note)
    else:
        document = SharedDocument(store, environment.target, context.clock, context.new_id)
        document.replace(there.document, Written(state), note)
