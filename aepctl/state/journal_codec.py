"""The journal as text: the redo log of one part of one run, one JSON line an event.

A last line without a line feed was never acknowledged: its writer died. It does not count.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias, assert_never

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from aepctl.model.audience import Ids
from aepctl.model.target import Target
from aepctl.state.checks import (
    VERSION,
    check_conflict,
    minor_version,
    refuse,
    text_of,
)
from aepctl.state.encoder import encode_target
from aepctl.state.events import Begun, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.journal import REPAIR, JournalContents, refuse_line
from aepctl.state.model import Run
from aepctl.state.on_disk import (
    FieldsOnDisk,
    OnDisk,
    RunOnDisk,
    TargetOnDisk,
)
from aepctl.state.spelling import encode_ids, encode_intent, encode_local, encode_run
from aepctl.state.steps_on_disk import IntentOnDisk, LocalStepOnDisk
from aepctl.texts import json_of

JOURNAL_FORMAT = "1.4"
MERGE = "a journal belongs to one run and cannot be merged: keep the lines of one side"


class Header(OnDisk):
    """The first line: which state it belongs to, and whose log it is."""

    type: Literal["journal"]
    format: str
    lineage: str = Field(min_length=1)
    serial: int = Field(ge=0)
    target: TargetOnDisk
    run: RunOnDisk


class IntentLine(IntentOnDisk):
    """A step is about to be done."""

    type: Literal["intent"]
    intent_id: str = Field(alias="intent", min_length=1)

    def event(self, _run: str) -> Event:
        return Begun(self.intent(self.intent_id))


class OutcomeLine(OnDisk):
    """What came of an intent."""

    type: Literal["outcome"]
    intent: str
    outcome: Annotated[Ending, Field(strict=False)]
    at: str
    audience_id: str | None = Field(default=None, alias="audienceId", min_length=1)
    id: str | None = None
    observed: FieldsOnDisk | None = None
    reason: str | None = None
    exists: bool = False

    def event(self, run: str) -> Event:
        return Ended(
            intent_id=self.intent,
            ending=self.outcome,
            run=run,
            at=self.at,
            ids=None if self.audience_id is None else Ids(self.audience_id, self.id),
            observed=None if self.observed is None else self.observed.audience(),
            reason=self.reason,
            exists=self.exists,
        )


class NotedLine(OnDisk):
    """A step that touches state only was done."""

    type: Literal["noted"]
    key: str
    at: str
    step: LocalStepOnDisk
    more: bool = False

    def event(self, run: str) -> Event:
        return Noted(self.key, self.step.step(), self.at, run, self.more)


class PlanLine(OnDisk):
    """A saved plan is being applied."""

    type: Literal["plan"]
    plan: str
    at: str
    serial: int = Field(default=0, ge=0)
    left: list[str] = Field(default_factory=list)

    def event(self, run: str) -> Event:
        return PlanUsed(self.plan, self.at, run, self.serial, tuple(self.left))


_Line: TypeAlias = IntentLine | OutcomeLine | NotedLine | PlanLine
_LINE_ADAPTER: TypeAdapter[_Line] = TypeAdapter(
    Annotated[_Line, Field(discriminator="type")], config=ConfigDict(defer_build=True)
)


def encode_header(lineage: str, serial: int, target: Target, run: Run) -> bytes:
    """The first line of the journal of one part of `run`."""
    head = {"type": "journal", "format": JOURNAL_FORMAT, "lineage": lineage, "serial": serial}
    return _encode({**head, "target": encode_target(target), "run": encode_run(run)})


def encode_event(event: Event) -> bytes:
    """The line of an event, with the line feed that makes it count."""
    match event:
        case Begun(intent):
            return _encode({"type": "intent", "intent": intent.id, **encode_intent(intent)})
        case Ended():
            return _encode(_outcome(event))
        case Noted(key, step, at, _, more):
            line = {"type": "noted", "key": key, "at": at, "step": encode_local(step)}
            return _encode(line | {"more": True} if more else line)
        case PlanUsed(plan_id, at, _, serial, left):
            used = {"plan": plan_id, "at": at, "serial": serial, "left": list(left)}
            return _encode({"type": "plan", **used})
        case _:
            assert_never(event)


def _outcome(event: Ended) -> dict[str, Any]:
    line: dict[str, Any] = {"type": "outcome", "intent": event.intent_id}
    line |= {"outcome": event.ending.value, "at": event.at}
    if event.ids is not None:
        line |= encode_ids(event.ids)
    if event.observed is not None:
        line["observed"] = event.observed.fields()
    if event.reason is not None:
        line["reason"] = event.reason
    return {**line, "exists": True} if event.exists else line


def _encode(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def in_ascii(lines: bytes) -> str:
    """The same lines for where other characters may not survive: a log, a narrow terminal."""
    return "".join(f"{json.dumps(json.loads(line))}\n" for line in lines.split(b"\n") if line)


def read_journal(raw: bytes, name: str) -> JournalContents | None:
    """What a journal says; None where not even its first line is whole. Raises StateError."""
    size = raw.rfind(b"\n") + 1
    if size == 0:
        return None
    text = text_of(raw[:size], name, REPAIR)
    check_conflict(text, name, MERGE)
    # Not splitlines(): a description may hold characters that it takes for the end of a line.
    first, *lines = text.split("\n")[:-1]
    if minor_version(_format(first, name), JOURNAL_FORMAT, name, 1) == 0:
        from aepctl.state.journal_v1 import read_old_journal  # noqa: PLC0415 - rarely needed

        return read_old_journal(raw[:size], first, lines, name)
    try:
        header = Header.model_validate_json(first)
    except ValidationError as error:
        refuse_line(name, 1, error)
    events = _events(lines, header.run.id, name)
    return JournalContents(
        name=name,
        run=header.run.run(),
        lineage=header.lineage,
        serial=header.serial,
        target=header.target.target(),
        events=events,
        size=size,
    )


def _events(lines: list[str], run: str, name: str) -> tuple[tuple[int, Event], ...]:
    events: list[tuple[int, Event]] = []
    for number, line in enumerate(lines, 2):
        try:
            events.append((number, _LINE_ADAPTER.validate_json(line).event(run)))
        except ValidationError as error:
            refuse_line(name, number, error)
    return tuple(events)


def _format(first: str, name: str) -> str:
    try:
        head = json_of(first)
    except ValueError:
        head = None
    found = head.get("format") if isinstance(head, dict) and head.get("type") == "journal" else None
    if not isinstance(found, str) or not VERSION.fullmatch(found):
        refuse(name, 1, "not a journal: the first line is not its header", REPAIR)
    return found
