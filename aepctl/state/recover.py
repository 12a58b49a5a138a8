"""Taking a rescued journal into state: one that apply printed, or one that lost its state.

Only what must not be lost is taken: IDs, and creates that may be under way. What was changed or
deleted on the platform shows in the next plan by itself. Taking it in again changes nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aepctl.errors import SafetyRefusal, StateError
from aepctl.model.audience import Deposed, Known
from aepctl.model.steps import Adopt, Create
from aepctl.state.events import Begun, Contradiction, Ended, Ending, Event, Noted
from aepctl.state.journal import JournalContents
from aepctl.state.journal_alone import NOTHING_CHANGED, JournalAlone, unfit
from aepctl.state.model import Intent, Phase, State
from aepctl.state.reducer import Draft
from aepctl.state.session import StateSession
from aepctl.wording import command


@dataclass(frozen=True, slots=True)
class Recovered:
    """Whose IDs are new in state, whose were there already, and whose creates are open again.

    `keyless` are IDs that came of an intent which neither the journal nor the state has.
    """

    new: tuple[str, ...] = ()
    already: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    keyless: tuple[str, ...] = ()


def take_in(session: StateSession, *journals: JournalContents) -> Recovered:
    """Record what journals add to the state, all or nothing; the next checkpoint has it.

    Raises SafetyRefusal, or StateError for the journal of another state.
    """
    before = after = session.state
    events: list[Event] = []
    keys, keyless = set[str](), list[str]()
    for journal in journals:
        added = additions(after, journal)
        after = _after(replace(after, lineage=journal.lineage), journal, added.events)
        events += added.events
        keys |= added.keys
        keyless += added.keyless
    if after.lineage is not None:
        session.take_lineage(after.lineage)
    session.record(*events)
    new = tuple(sorted(after.audiences.keys() - before.audiences.keys()))
    begun = (event.intent.key for event in events if isinstance(event, Begun))
    return Recovered(new, tuple(sorted(keys.difference(new))), tuple(sorted(begun)), tuple(keyless))


def _after(state: State, journal: JournalContents, events: Iterable[Event]) -> State:
    draft = Draft(state)
    for event in events:
        try:
            draft.take(event)
        except Contradiction as error:
            raise unfit(journal.name, error) from error
    return draft.state()


@dataclass(frozen=True, slots=True)
class Additions:
    """What a journal adds to a state, as events; the keys that it has IDs of; IDs without one."""

    events: tuple[Event, ...]
    keys: frozenset[str]
    keyless: tuple[str, ...] = ()


def additions(state: State, journal: JournalContents) -> Additions:
    """What a journal adds to the state. Pure. Raises SafetyRefusal or StateError."""
    _check_same(state, journal)
    alone = JournalAlone(journal, state)
    keys = frozenset(alone.state.audiences)
    return Additions(tuple(_added(state, alone)), keys, tuple(alone.keyless))


def _check_same(state: State, journal: JournalContents) -> None:
    theirs, mine = journal.target, state.target
    if state.lineage not in {None, journal.lineage}:
        whose = f"state (lineage {journal.lineage}; this state has {state.lineage})"
    elif theirs != mine:
        whose = (
            f"target ({theirs.org}, {theirs.sandbox}, {theirs.endpoint}; "
            f"this is {mine.org}, {mine.sandbox}, {mine.endpoint})"
        )
    else:
        return
    said = f"{journal.name} was written for another {whose}"
    hint = "use the environment whose apply wrote it"
    raise StateError(said, hint=hint, code="journal-of-another-state")


def _added(state: State, alone: JournalAlone) -> Iterator[Event]:
    """What ends comes first: a key whose audience was deleted may have another one since."""
    intents = state.intents
    ended = [event for one, event in alone.ended.items() if _ends_here(event, intents.get(one))]
    yield from ended
    state = _after(state, alone.journal, ended)
    open_by_key = {one.key: one for one in state.intents.values() if one.phase is Phase.OPEN}
    owners = {one.ids.audience_id: key for key, one in state.audiences.items()}
    for key, known in alone.state.audiences.items():
        if owners.get(known.ids.audience_id, key) == key:
            yield from _with_id(key, known, state, alone, open_by_key.get(key))
    for intent in alone.state.intents.values():
        if isinstance(intent.step, Create) and intent.id not in intents:
            yield from _reopened(intent, state, alone, open_by_key.get(intent.key))


def _with_id(
    key: str, known: Known, state: State, alone: JournalAlone, open_one: Intent | None
) -> Iterator[Event]:
    journal, audience_id = alone.journal, known.ids.audience_id
    mine = state.audiences.get(key)
    if mine is not None and mine.ids.audience_id not in known.all_ids:
        if audience_id in mine.all_ids:  # another one took its place since
            return
        known = _in_its_place(known, mine, alone)
    if mine is not None and mine.ids.audience_id not in known.all_ids:
        raise SafetyRefusal(
            f"`{key}` is known as {mine.ids.audience_id}, but {journal.name} has {audience_id}: "
            "the platform has it twice",
            hint=f"delete one of the two on the platform; {NOTHING_CHANGED}",
            code="twice-on-platform",
        )
    begun = alone.intent_of_id.get(audience_id)
    if open_one is None or not isinstance(open_one.step, Create):
        if mine is None or mine.ids.audience_id != audience_id:
            yield Noted(key, Adopt(known), journal.run.at)
        return
    if begun not in {None, open_one.id}:
        raise _two_creates(key, str(begun), journal, open_one)
    run, at = journal.run.id, journal.run.at
    yield Ended(open_one.id, Ending.DONE, run, at, ids=known.ids, observed=known.audience)


def _in_its_place(known: Known, mine: Known, alone: JournalAlone) -> Known:
    """With what state has as what is still to be deleted, where it was made in place of that.

    Where that was deleted as well, to delete it once more does no harm.
    """
    begun = alone.intent_of_id.get(known.ids.audience_id)
    if begun is None or alone.replaced.get(begun) != mine.ids.audience_id:
        return known
    return replace(known, at_removal=mine.at_removal, deposed=Deposed(mine.ids, mine.audience))


def _ends_here(event: Ended, intent: Intent | None) -> bool:
    """Whether it ends an intent of the state; what was created is recorded with its ID instead."""
    if intent is None:
        return False
    if event.ending is Ending.DONE:
        return not isinstance(intent.step, Create)
    return event.ending in {Ending.REFUSED, Ending.NOT_SENT, Ending.ABANDONED}


def _reopened(
    intent: Intent, state: State, alone: JournalAlone, open_one: Intent | None
) -> Iterator[Event]:
    known = state.audiences.get(intent.key)
    stands = known is None or intent.takes_place_of(known)
    if not stands or intent.key in alone.state.audiences:
        return
    if open_one is not None:
        raise _two_creates(intent.key, intent.id, alone.journal, open_one)
    yield Begun(intent)


def _two_creates(key: str, begun: str, journal: JournalContents, open_one: Intent) -> SafetyRefusal:
    return SafetyRefusal(
        f"`{key}` has an open intent ({open_one.id}), and {journal.name} has another ({begun}): "
        "the platform may have it twice",
        hint=f"{NOTHING_CHANGED}; decide about the open one first: "
        f"`{command('aepctl', 'state', 'resolve', key)} --adopt ID`",
        code="open-intent",
    )
