"""Where state is kept: make it, show and replace its document."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial

from aepctl.errors import SafetyRefusal, StateError
from aepctl.operations.context import Context
from aepctl.operations.given import given_bytes, name_of
from aepctl.operations.state import Decided
from aepctl.project.environment import Environment
from aepctl.state.codec import decode_written
from aepctl.state.encoder import encode_state
from aepctl.state.hurry import Hurry
from aepctl.state.loading import check_lineage, check_target, read_state
from aepctl.state.model import Intent, Run, State
from aepctl.state.reducer import with_run
from aepctl.state.run import holder
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_opening import give_back
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore
from aepctl.state.stores.disk import MAX_BYTES
from aepctl.state.stores.documents import Document
from aepctl.state.stores.probe import is_probe, probe
from aepctl.state.written import Written
from aepctl.wording import listed


def init(context: Context, environment: Environment) -> Decided:
    """Make the state of an environment, where there is none, and say which line pins it.

    A shared store is asked first whether it honours conditions. Raises StateError.
    """
    store = context.open_store(environment)
    if isinstance(store, SharedStore):
        store.documents.prepare()
    found = _existing(store, environment)
    if found is not None:
        said = f"{store.where} has a state already (serial {found.serial})"
        return Decided(said, None if environment.lineage else _pin(found))
    check_lineage(store.where, None, environment.lineage)
    run = context.run("state init")
    made = with_run(State(context.new_id(), 0, environment.target), run)
    if isinstance(store, SharedStore):
        note = f"state init: {environment.name}\n\nrun {run.id}\n"
        write_first(context, environment, store, made, note)
    else:
        with store.hold(holder(run), wait=0) as held:
            if held.read().document is not None:
                raise StateError(
                    f"{store.where}: somebody else has made it at this moment",
                    hint=f"`{environment.command('state', 'verify')}` looks through it",
                    code="state-written-meanwhile",
                )
            held.checkpoint(encode_state(made).encode())
    return Decided(f"the state of `{environment.name}` is made: {store.where}", _pin(made))


def _existing(store: StateStore | SharedStore, environment: Environment) -> State | None:
    """Raises StateError for one that may not be gone on with, such as another target's."""
    if isinstance(store, SharedStore):
        document = store.get()
        if is_empty(document):
            return None
        return store.decoded(document, environment.target).state
    found = read_state(store, environment.target)
    return None if found.lineage is None else found


def is_empty(document: Document | None) -> bool:
    """Whether there is nothing that counts."""
    return document is None or is_probe(document.data)


def write_first(
    context: Context, environment: Environment, store: SharedStore, state: State, note: str
) -> None:
    """Write a state where there is none, once the store is seen to honour conditions."""
    probed = probe(store.documents, environment.program)
    document = SharedDocument(store, environment.target, context.clock, context.new_id)
    document.replace(probed, Written(state), note)


def _pin(state: State) -> str:
    return f"write `lineage: {state.lineage}` for this environment in aepctl.yaml"


def pull(context: Context, environment: Environment) -> str:
    """The state's document, with what a run that was killed has left beside it."""
    state = read_state(context.open_store(environment), environment.target)
    if state.lineage is None:
        raise StateError(
            f"{environment.state}: there is no state yet",
            hint="the first apply begins it; is it the right environment (--env)?",
            code="state-missing",
        )
    return encode_state(state)


def push(
    context: Context,
    environment: Environment,
    file: str,
    *,
    force: bool = False,
    wait: float = 0.0,
) -> Decided:
    """Replace the state by a file's, also where it was lost. Raises StateLocked, StateError.

    SafetyRefusal where something would be lost, unless that is meant (`force`).
    """
    given = _of_file(file, environment)
    check_lineage(name_of(file), given.lineage, environment.lineage)
    run = context.run("state push")
    store = context.open_store(replace(environment, lineage=None))
    note = f"state push: {name_of(file)}\n\nrun {run.id}\n"

    def pushed_upon(now: State) -> State:
        _check_push(given, now, file, store.where, environment, force=force)
        return _pushed(given, now, run)

    if not isinstance(store, SharedStore):
        with store.hold(holder(run), wait=wait) as held:
            now = read_state(store, environment.target)
            pushed = pushed_upon(given if now.lineage is None else now)
            held.checkpoint(encode_state(pushed).encode())
    elif is_empty(store.get()):
        now, pushed = given, pushed_upon(given)
        write_first(context, environment, store, pushed, note)
    else:
        with locked(context, environment, store, run, wait) as document:
            now, pushed = document.state, pushed_upon(document.state)
            document.write(Written(pushed), note)
    lost = str(losses(now, given))
    return Decided(
        f"{store.where} is now what {name_of(file)} has, with serial {pushed.serial}"
        + (f"; the state no longer has {lost}" if lost else ""),
        f"`{environment.command('plan')}` shows what differs from the manifests",
    )


@contextmanager
def locked(
    context: Context, environment: Environment, store: SharedStore, run: Run, wait: float
) -> Iterator[SharedDocument]:
    """The document under its lock, which the write within gives back, or its failure."""
    document = SharedDocument(store, environment.target, context.clock, context.new_id)
    with ExitStack() as undo:
        undo.push(partial(give_back, document, Hurry()))
        document.lock(holder(run), wait=wait)
        yield document
        undo.pop_all()


def _of_file(file: str, environment: Environment) -> State:
    raw = given_bytes(file, "the document that `aepctl state pull` printed", most=MAX_BYTES)
    state = decode_written(raw, name_of(file)).state
    check_target(name_of(file), state.target, environment.target)
    return state


def _pushed(given: State, now: State, run: Run) -> State:
    serial = max(given.serial, now.serial)
    runs = {one.id: one for one in (*now.runs, *given.runs)}
    return with_run(replace(given, serial=serial, runs=tuple(runs.values())), run)


@dataclass(frozen=True, slots=True)
class Losses:
    """What would not be known any more."""

    ids: tuple[str, ...]
    intents: tuple[Intent, ...]

    def __str__(self) -> str:
        parts = []
        if self.ids:
            parts.append(f"the IDs of {listed(self.ids)}")
        if self.intents:
            parts.append(f"what is open for {listed(f'`{one.key}`' for one in self.intents)}")
        return " and ".join(parts)


def losses(now: State, given: State) -> Losses:
    """What `given` does not have of `now`: also what is only still to be deleted. Pure."""
    kept = {one for known in given.audiences.values() for one in known.all_ids}
    ids = tuple(
        f"`{key}` ({one})"
        for key, known in sorted(now.audiences.items())
        for one in known.all_ids
        if one not in kept
    )
    return Losses(ids, tuple(one for one in now.intents.values() if one.id not in given.intents))


def _check_push(
    given: State, now: State, file: str, where: str, environment: Environment, *, force: bool
) -> None:
    name = name_of(file)
    if given.lineage != now.lineage:
        raise SafetyRefusal(
            f"{name} is another state than {where} (lineage {given.lineage}, not {now.lineage})",
            hint="push the state of this environment",
            code="push-would-lose",
        )
    lost = str(losses(now, given))
    anyway = environment.command("state", "push", "--force", file)
    if force:
        return
    if lost:
        raise SafetyRefusal(
            f"{name} has less than {where}: {lost} would be lost",
            hint=f"if that is meant: `{anyway}`",
            code="push-would-lose",
        )
    if given.serial < now.serial:
        raise SafetyRefusal(
            f"{name} is older than {where} (serial {given.serial}, not {now.serial})",
            hint=f"if that is meant: `{anyway}`",
            code="push-would-lose",
        )
