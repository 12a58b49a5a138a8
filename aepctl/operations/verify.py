"""state verify: state, its intents and the platform against each other. Reads, and takes no lock.

Nothing in here can write: of the store it has `read`, of the platform a reader.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from aepctl.aep.reader import AudienceReader
from aepctl.apply.findings import Finding, Kind, Seen, Verified, doubles, find
from aepctl.apply.reading import confirmed
from aepctl.model.audience import Known, Observed
from aepctl.operations.context import Context
from aepctl.operations.reading import connected
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State
from aepctl.state.shared_store import SharedStore


def verify(context: Context, environment: Environment) -> Verified:
    """What does not fit. Raises StateError, CredentialsError, PlatformError, ListForbidden."""
    state, held = _read(context, environment)
    seen = Seen()
    if state.audiences:
        with _reader(context, environment, state) as reader:
            seen = look_at_all(reader, state)
    found = find(state, seen, context.clock.now(), environment.command)
    return Verified(len(state.audiences), (*held, *found))


def _read(context: Context, environment: Environment) -> tuple[State, tuple[Finding, ...]]:
    """The state, and who has its lock, if anybody."""
    store = context.open_store(environment)
    if isinstance(store, SharedStore):
        written = store.read(environment.target)
        if written.lock is None:
            return written.state, ()
        command = environment.command("state", "unlock", written.lock.id)
        effect = "gives it back, if that runner is gone; else wait for it to end"
        said = f"it is locked by {written.lock.who}"
        return written.state, (Finding(Kind.LOCKED, store.where, said, command, effect),)
    state, held = read_state(store, environment.target), store.held_by()
    if held is None:
        return state, ()
    again = environment.command("state", "verify")
    effect = "looks again; the lock ends with that process"
    return state, (Finding(Kind.LOCKED, store.where, f"it is locked by {held}", again, effect),)


@contextmanager
def _reader(context: Context, environment: Environment, state: State) -> Iterator[AudienceReader]:
    ours = [one.audience.identity for one in state.audiences.values()]
    with connected(context, environment) as connection:
        yield AudienceReader(connection, context.clock, ours=ours, patience=context.patience)


def look_at_all(reader: AudienceReader, state: State) -> Seen:
    """The whole list, which is no proof: what it lacks, and what would be a second one, is read."""
    listed = tuple(dict.fromkeys((*reader.list_all(), *reader.list_inactive())))
    listed = confirmed(reader, listed, doubles(state, listed))
    there = {one.ids.audience_id for one in listed if not one.is_gone}
    gone = {}
    for key, known in state.audiences.items():
        if known.ids.audience_id in there:
            continue
        found = _looked_up(reader, known)
        if found is None or found.is_gone:
            gone[key] = found.lifecycle if found else None
    return Seen(listed, gone)


def _looked_up(reader: AudienceReader, known: Known) -> Observed | None:
    """One audience by its ID; what is there before what is not at work any more."""
    if known.ids.platform_id is not None:
        return reader.get(known.ids)
    found = sorted(reader.find(known.ids.audience_id), key=lambda one: one.is_gone)
    return found[0] if found else None
