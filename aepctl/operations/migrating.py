"""state migrate: the same state, kept elsewhere; nobody goes on with the old one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from aepctl.errors import SafetyRefusal, StateError
from aepctl.operations.context import Context
from aepctl.operations.state import Decided
from aepctl.operations.stores import losses
from aepctl.project.environment import Environment
from aepctl.state.codec import Written, decode_written
from aepctl.state.encoder import StateEncoder, encode_state
from aepctl.state.loading import load, read_state
from aepctl.state.model import State
from aepctl.state.reducer import same_content
from aepctl.state.run import holder
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore
from aepctl.state.stores.probe import is_probe, probe


def migrate(
    context: Context, environment: Environment, source: str, target: str, *, wait: float = 0.0
) -> Decided:
    """Move the state of an environment from one address to another, lineage and serial kept.

    It is read back and compared before the old one is marked as moved; after an interrupt the same
    command goes on. Raises StateLocked, StateError; SafetyRefusal where the new place is taken.
    """
    old = context.open_store(replace(environment, state=source))
    new = context.open_store(replace(environment, state=target, lineage=None))
    if old.where == new.where:
        raise SafetyRefusal(f"{new.where} is where the state is already")
    with _held(context, environment, old, target, wait) as state:
        if state.lineage is None:
            raise StateError(f"{old.where}: there is no state")
        there = _there(new)
        if there is None:
            _write(context, environment, new, state)
        elif there.lineage != state.lineage or str(losses(state, there)):
            raise SafetyRefusal(
                f"{new.where} has another state already (lineage {there.lineage}, serial "
                f"{there.serial})",
                hint="choose a place that is empty",
            )
        back = read_state(new, environment.target)
        if (back.lineage, back.serial) != (state.lineage, state.serial) or not same_content(
            back, state
        ):
            raise StateError(
                f"{new.where}: what was written is not what is read there",
                hint=f"{old.where} is as it was: look what stands in the new place",
            )
    return Decided(
        f"the state of `{environment.name}` is at {new.where} now (serial {state.serial}); "
        f"{old.where} is marked as moved",
        f"write `state: {target}` for `{environment.name}` in aepctl.yaml",
    )


@contextmanager
def _held(
    context: Context,
    environment: Environment,
    store: StateStore | SharedStore,
    target: str,
    wait: float,
) -> Iterator[State]:
    """The state under its lock. Where all goes well it is marked as moved to `target` then."""
    run = context.run("state migrate")
    if isinstance(store, SharedStore):
        document = SharedDocument(store, environment.target, context.clock, context.new_id)
        document.lock(holder(run), wait=wait)
        try:
            yield document.state
            document.write(Written(document.state, moved=target), f"state migrate: to {target}\n")
        except BaseException:
            document.give_back()
            raise
        return
    with store.hold(holder(run), wait=wait) as held:
        loaded = load(held.read(), store, environment.target)
        if loaded.state is not loaded.document:
            held.checkpoint(encode_state(loaded.state).encode())
        yield loaded.state
        held.checkpoint(StateEncoder().encode(Written(loaded.state, moved=target)).encode())


def _there(store: StateStore | SharedStore) -> State | None:
    """What the new place has. Raises StateError where that is no state."""
    if isinstance(store, SharedStore):
        store.documents.prepare()
        document = store.documents.get()
        empty = document is None or is_probe(document.data)
        raw = None if document is None or empty else document.data
    else:
        raw = store.read().document
    return None if raw is None else decode_written(raw, store.where).state


def _write(
    context: Context, environment: Environment, store: StateStore | SharedStore, state: State
) -> None:
    if isinstance(store, SharedStore):
        probed = probe(store.documents, environment.program)
        document = SharedDocument(store, environment.target, context.clock, context.new_id)
        document.replace(probed, Written(state), "state migrate: here\n")
        return
    with store.hold(holder(context.run("state migrate")), wait=0) as held:
        held.checkpoint(encode_state(state).encode())
