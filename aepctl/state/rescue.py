"""What only this process knows, to be printed where no store takes it. Pure.

That is what could not be written, and what was written but does not stand where the next run reads:
somebody deleted or replaced the files meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence

from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Delete
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.model import Intent, State


def unkept(
    mine: State, there: State | None, pending: Sequence[tuple[Event, Intent | None]], at: str
) -> tuple[Event, ...]:
    """What is lost with this process, as events that can be understood by themselves.

    `there` is what the next run would find, None where it finds nothing; of `pending` nothing is
    known to be durable. Each outcome comes with its intent.
    """
    events: list[Event] = [] if there is None else list(_deleted(mine, there, pending))
    told, begun = set(), set()
    for event, intent in pending:
        if not _matters(event):
            continue
        if intent is not None:
            events.append(Begun(intent))
            begun.add(intent.id)
        events.append(event)
        told.add(_audience_id(event))
    known, intents = ({}, {}) if there is None else (there.audiences, there.intents)
    events += (one for one in _missing(mine, known, at) if _audience_id(one) not in told)
    events += (Begun(one) for one in _open(mine, intents) if one.id not in begun)
    return tuple(events)


def _matters(event: Event) -> bool:
    """What else could end an intent is found by looking."""
    return isinstance(event, Noted) or (isinstance(event, Ended) and event.ending is Ending.DONE)


def _deleted(
    mine: State, there: State, pending: Sequence[tuple[Event, Intent | None]]
) -> Iterator[Event]:
    """The deletes that are open there, and after which their keys were created again here.

    Without their ends, a key would seem to have two audiences.
    """
    told = {intent.id for _, intent in pending if intent is not None}
    created = {one.key for one in _open(mine, there.intents)}
    for intent in there.intents.values():
        if not isinstance(intent.step, Delete) or {intent.id} & (told | mine.intents.keys()):
            continue
        known = mine.audiences.get(intent.key)
        other = known is not None and known.ids.audience_id != intent.step.ids.audience_id
        if other or intent.key in created:
            yield Begun(intent)
            yield Ended(intent.id, Ending.DONE, intent.run, intent.at)


def _audience_id(event: Event) -> str | None:
    match event:
        case Ended(ids=ids) if ids is not None:
            return ids.audience_id
        case Noted(_, Adopt(known)):
            return known.ids.audience_id
        case _:
            return None


def _missing(mine: State, there: Mapping[str, Known], at: str) -> Iterator[Event]:
    for key, known in mine.audiences.items():
        kept = there.get(key)
        if kept is None or kept.ids.audience_id != known.ids.audience_id:
            yield Noted(key, Adopt(known), at)


def _open(mine: State, there: Mapping[str, Intent]) -> Iterator[Intent]:
    """The creates that may be under way, of keys that are not known but as what they replace."""
    for intent in mine.intents.values():
        known = mine.audiences.get(intent.key)
        new = intent.id not in there and (known is None or intent.takes_place_of(known))
        if new and isinstance(intent.step, Create):
            yield intent
