"""Journals of format 1.0, as aepctl 0.1 wrote them: creates and adoptions only, no run. Read only.

They become events of today. Their run has an id that their bytes give, so that a state that has
taken one in knows it again.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create
from aepctl.state.checks import refuse
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.journal import REPAIR, JournalContents, refuse_line
from aepctl.state.model import NO_OUTCOME, Intent, Phase, Run
from aepctl.state.on_disk import FieldsOnDisk, Moment, OnDisk, TargetOnDisk

COMMAND = "aepctl, with a journal of format 1.0"

ENDINGS = {
    "created": Ending.DONE,
    "adopted": Ending.DONE,
    "refused": Ending.REFUSED,
    "abandoned": Ending.ABANDONED,
    "unknown": Ending.UNKNOWN,
    "absent": Ending.ABSENT,
    "recreate": Ending.RECREATE,
}


class Header(OnDisk):
    """The first line: which state it belongs to."""

    type: Literal["journal"]
    format: str
    lineage: str = Field(min_length=1)
    serial: int = Field(ge=0)
    target: TargetOnDisk


class IntentLine(OnDisk):
    """A create is about to be sent. `doubt`, `phase` and `exists` where it is history already."""

    type: Literal["intent"]
    intent: str
    key: str
    at: Moment
    audience: FieldsOnDisk
    audience_id: str | None = Field(default=None, alias="audienceId")
    phase: Annotated[Phase, Field(strict=False)] = Phase.OPEN
    doubt: str | None = None
    exists: bool = False

    def event(self, run: str) -> Event:
        intent = Intent(
            id=self.intent,
            run=run,
            key=self.key,
            step=Create(self.audience.audience(), self.audience_id),
            at=self.at,
            phase=self.phase,
            reason=self.doubt or NO_OUTCOME,
            exists=self.exists,
        )
        return Begun(replace(intent, absent_since=run) if intent.phase is Phase.ABSENT else intent)


class OutcomeLine(OnDisk):
    """What came of an intent."""

    type: Literal["outcome"]
    intent: str
    outcome: Literal["created", "adopted", "refused", "abandoned", "unknown", "absent", "recreate"]
    at: str
    audience_id: str | None = Field(default=None, alias="audienceId")
    id: str | None = None
    reason: str | None = None
    exists: bool = False

    def event(self, run: str) -> Event:
        return Ended(
            intent_id=self.intent,
            ending=ENDINGS[self.outcome],
            run=run,
            at=self.at,
            ids=None if self.audience_id is None else Ids(self.audience_id, self.id),
            reason=self.reason,
            exists=self.exists,
        )


class AdoptedLine(OnDisk):
    """An audience that was found on the platform, without an intent of ours."""

    type: Literal["adopted"]
    key: str
    at: str
    audience: FieldsOnDisk
    audience_id: str = Field(alias="audienceId")
    id: str | None = None

    def event(self, _run: str) -> Event:
        known = Known(self.audience.audience(), Ids(self.audience_id, self.id))
        return Noted(self.key, Adopt(known), self.at)


_Line: TypeAlias = IntentLine | OutcomeLine | AdoptedLine
_LINE_ADAPTER: TypeAdapter[_Line] = TypeAdapter(
    Annotated[_Line, Field(discriminator="type")], config=ConfigDict(defer_build=True)
)


def read_old_journal(raw: bytes, first: str, lines: Sequence[str], name: str) -> JournalContents:
    """What the whole lines of a journal of format 1.0 say. Raises StateError."""
    try:
        header = Header.model_validate_json(first)
    except ValidationError as error:
        refuse_line(name, 1, error)
    run = f"journal-{hashlib.sha256(raw).hexdigest()[:32]}"
    read = [_read(line, number, name) for number, line in enumerate(lines, 2)]
    begun = next((line.at for line in read if line.at), "")
    return JournalContents(
        name=name,
        run=Run(run, begun, COMMAND),
        lineage=header.lineage,
        serial=header.serial,
        target=header.target.target(),
        events=tuple((number, line.event(run)) for number, line in enumerate(read, 2)),
        size=len(raw),
        old=True,
    )


def _read(text: str, number: int, name: str) -> _Line:
    try:
        line = _LINE_ADAPTER.validate_json(text)
    except ValidationError as error:
        refuse_line(name, number, error)
    if isinstance(line, OutcomeLine):
        _check_ids(line, number, name)
    return line


def _check_ids(line: OutcomeLine, number: int, name: str) -> None:
    if ENDINGS[line.outcome] is Ending.DONE and line.audience_id is None:
        refuse(name, number, f"`{line.outcome}` without an audienceId", REPAIR)


def without_settled(
    journal: JournalContents, known: Collection[str]
) -> tuple[tuple[int, Event], ...]:
    """The events but for those of intents whose key is `known`, or became so in the journal.

    In format 1.0 such an intent was settled, also where its outcome could not be written any more.
    """
    keys: dict[str, str] = {}
    became_known: set[str | None] = set()
    for _, event in journal.events:
        match event:
            case Begun(intent):
                keys[intent.id] = intent.key
            case Noted(key):
                became_known.add(key)
            case Ended(intent_id, Ending.DONE):
                became_known.add(keys.pop(intent_id, None))
            case Ended(intent_id, Ending.REFUSED | Ending.ABANDONED):
                keys.pop(intent_id, None)
            case _:
                pass
    settled = {name for name, key in keys.items() if key in known or key in became_known}
    return tuple(one for one in journal.events if _intent_of(one[1]) not in settled)


def _intent_of(event: Event) -> str | None:
    match event:
        case Begun(intent):
            return intent.id
        case Ended(intent_id):
            return intent_id
        case _:
            return None
