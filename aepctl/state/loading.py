"""What counts: the state document with all that the journal beside it adds.

The same for whoever only reads and for the run that takes it over, so that a plan sees the serial
that its apply will see.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepctl.errors import StateError
from aepctl.model.target import Target
from aepctl.state.codec import decode_written
from aepctl.state.model import State
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore, Stored
from aepctl.state.written import Written

if TYPE_CHECKING:
    from aepctl.state.journal import JournalContents


@dataclass(frozen=True, slots=True)
class Loaded:
    """`document` as it stands, and the `state` that counts: the same one where nothing is new.

    `locked`: see Stored.
    """

    document: State
    state: State
    locked: str | None = None


def read_state(store: StateStore | SharedStore, target: Target) -> State:
    """The state of `target`, at any time, by anybody. Raises StateError; changes nothing."""
    return look(store, target).state


def look(store: StateStore | SharedStore, target: Target) -> Loaded:
    """As `read_state`, with what tells whether there ever was one."""
    if isinstance(store, SharedStore):
        state = store.read(target).state
        return Loaded(state, state)
    return load(store.read(), store, target)


def any_state(store: StateStore | SharedStore) -> State | None:
    """The state that is kept there, whatever target it is of. Raises StateError."""
    if isinstance(store, SharedStore):
        found = store.get()
        raw = None if found is None else found.data
    else:
        raw = store.read().document
    return None if raw is None else decode_written(raw, store.where).state


def load(stored: Stored, store: StateStore, target: Target) -> Loaded:
    """The state that `stored` holds. Raises StateError that names what does not fit."""
    found = _decoded(stored.document, store)
    journal = _journal(stored.log, store.log_name) if stored.log else None
    if found is not None:
        check_target(store.where, found.target, target)
    if journal is not None:
        check_target(journal.name, journal.target, target)
        _check_belongs(journal, found, store.where)
    document = found or State(journal.lineage if journal else None, 0, target)
    if journal is None or document.has_run(journal.run):
        return Loaded(document, document, stored.locked)
    return Loaded(document, _with_journal(document, journal, store.where))


def _decoded(document: bytes | None, store: StateStore) -> State | None:
    if document is None:
        check_lineage(store.where, None, store.lineage)
        return None
    written = decode_written(document, store.where)
    check_moved(store.where, written)
    check_lineage(store.where, written.state.lineage, store.lineage)
    return written.state


def check_moved(where: str, written: Written) -> None:
    """Raise StateError for a state that is kept elsewhere now."""
    if written.moved is not None:
        raise StateError(
            f"{where}: this state was moved to {written.moved}",
            hint=f"write `state: {written.moved}` for its environment in aepctl.yaml",
            code="state-moved",
        )


def check_lineage(where: str, found: str | None, pinned: str | None) -> None:
    """Raise StateError for another state than aepctl.yaml names, or none where it names one."""
    if pinned is None or found == pinned:
        return
    if found is None:
        raise StateError(
            f"{where}: there is no state, but aepctl.yaml names one (lineage {pinned})",
            hint="bring it back; or, if it shall begin anew, remove `lineage:`",
            code="state-missing",
        )
    raise StateError(
        f"{where}: this is another state than the one that aepctl.yaml names (lineage {found}, "
        f"not {pinned})",
        hint="bring back the right one; or, if the state was made anew on purpose, write "
        f"`lineage: {found}` for its environment in aepctl.yaml",
        code="lineage-differs",
    )


def _journal(log: bytes, name: str) -> "JournalContents | None":
    from aepctl.state.journal_codec import read_journal  # noqa: PLC0415 - most runs find none

    return read_journal(log, name)


def check_target(file: str, theirs: Target, mine: Target) -> None:
    """Raise StateError for the state of another target."""
    if theirs == mine:
        return
    differences = [
        f"{name} {other}, not {wanted}"
        for name in ("org", "sandbox", "endpoint")
        if (other := getattr(theirs, name)) != (wanted := getattr(mine, name))
    ]
    raise StateError(
        f"{file} is the state of another target: {', '.join(differences)}",
        hint="use the environment it belongs to, or give this one a `state:` of its own",
        code="state-of-another-target",
    )


def _check_belongs(journal: "JournalContents", document: State | None, where: str) -> None:
    """Raise StateError for a journal that was not written upon this state or an earlier one."""
    if document is not None and document.lineage != journal.lineage:
        raise StateError(
            f"{journal.name} was written for another state than {where} "
            f"(lineage {journal.lineage}; this state has {document.lineage})",
            hint=f"restore the state that it was written beside, or move {journal.name} away "
            "if you are sure that what is open in it does not matter",
            code="journal-of-another-state",
        )
    serial = document.serial if document is not None else 0
    if journal.serial > serial:
        now = f"which has serial {serial} now" if document is not None else "which is not there"
        raise StateError(
            f"{journal.name} was written upon serial {journal.serial} of {where}, {now}: "
            "the state was rolled back or deleted",
            hint=f"restore {where} from Git; or, to go on with the present state, move "
            f"{journal.name} away and take in what it holds: `aepctl state recover FILE`",
            code="state-rolled-back",
        )


def _with_journal(document: State, journal: "JournalContents", where: str) -> State:
    from aepctl.state.events import Begun, Contradiction  # noqa: PLC0415 - as in _journal
    from aepctl.state.reducer import Draft, folded  # noqa: PLC0415 - likewise

    draft = Draft(document, several=journal.old)
    events = journal.events
    if journal.old:
        from aepctl.state.journal_v1 import without_settled  # noqa: PLC0415 - rarely needed

        events = without_settled(journal, document.audiences)
    for line, event in events:
        try:
            if isinstance(event, Begun):
                draft.check_begin(event.intent)
            draft.take(event)
        except Contradiction as error:
            raise StateError(
                f"{journal.name}:{line} does not fit {where}: {error}",
                hint="nothing was changed; one of the two was edited or replaced by hand: "
                "restore the one that belongs to the other",
                code="journal-does-not-fit",
            ) from error
    return folded(document, draft.state(), journal.run)
