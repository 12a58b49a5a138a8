"""The journal: intents and outcomes, one JSON line each, durable as soon as they are noted.

A line that has no line feed at its end was never acknowledged: its writer died. It does not count.
"""

import errno
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import FORMAT, check_conflict, encode_target
from aepctl.state.disk import Disk, write_all
from aepctl.state.model import Intent, Known


class _Line(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class _TargetLine(_Line):
    endpoint: str
    org: str
    sandbox: str


class _Header(_Line):
    type: Literal["journal"]
    format: str
    lineage: str
    serial: int
    target: _TargetLine


class _Fields(_Line):
    name: str
    description: str | None = None
    namespace: str
    origin_name: str = Field(alias="originName")


class _IntentLine(_Line):
    type: Literal["intent"]
    intent: str
    key: str
    at: str
    audience: _Fields
    doubt: str | None = None


class _OutcomeLine(_Line):
    type: Literal["outcome"]
    intent: str
    outcome: Literal["created", "refused", "unknown"]
    at: str
    audience_id: str | None = Field(default=None, alias="audienceId")
    id: str | None = None
    reason: str | None = None


_LINE: TypeAdapter[_Header | _IntentLine | _OutcomeLine] = TypeAdapter(
    Annotated[_Header | _IntentLine | _OutcomeLine, Field(discriminator="type")],
    config=ConfigDict(defer_build=True),
)


@dataclass(frozen=True, slots=True)
class Replay:
    """What a journal says. `size` counts the bytes of its whole lines."""

    lineage: str
    serial: int
    target: Target
    known: Mapping[str, Known]
    intents: tuple[Intent, ...]
    size: int


def replay(raw: bytes, file: str) -> Replay | None:
    """Read a journal; None where not even its first line is whole. Raises StateError."""
    size = raw.rfind(b"\n") + 1
    if size == 0:
        return None
    try:
        text = raw[:size].decode()
    except UnicodeDecodeError as error:
        _refuse(file, raw.count(b"\n", 0, error.start) + 1, "not UTF-8")
    check_conflict(text, file)
    whole = text.split("\n")[:-1]
    header, *lines = (_read(line, number, file) for number, line in enumerate(whole, 1))
    if not isinstance(header, _Header):
        _refuse(file, 1, "no journal: its first line is no header")
    if header.format != FORMAT:
        raise StateError(
            f"{file}:1: format {header.format} is not this aepctl's {FORMAT}",
            next="run the aepctl version that wrote it, or update",
        )
    known, intents = _gather(lines, file)
    target = Target(header.target.org, header.target.sandbox, header.target.endpoint)
    return Replay(header.lineage, header.serial, target, known, intents, size)


def _gather(
    lines: Iterable[_Header | _IntentLine | _OutcomeLine], file: str
) -> tuple[dict[str, Known], tuple[Intent, ...]]:
    known: dict[str, Known] = {}
    still_open: dict[str, Intent] = {}
    for number, line in enumerate(lines, 2):
        if isinstance(line, _IntentLine):
            still_open[line.intent] = _intent(line)
        elif isinstance(line, _OutcomeLine):
            intent = still_open.get(line.intent)
            if intent is None:
                _refuse(file, number, "an outcome whose intent is not in the journal")
            if line.outcome == "unknown":
                still_open[line.intent] = _doubted(intent, line.reason or intent.doubt)
                continue
            del still_open[line.intent]
            if line.outcome == "created":
                if line.audience_id is None:
                    _refuse(file, number, "`created` without an audienceId")
                known[intent.key] = Known(intent.audience, line.audience_id, line.id)
        else:
            _refuse(file, number, "a second header")
    return known, tuple(still_open.values())


def _intent(line: _IntentLine) -> Intent:
    given = line.audience
    audience = Audience(given.name, given.namespace, given.origin_name, given.description)
    intent = Intent(line.intent, line.key, audience, line.at)
    return _doubted(intent, line.doubt) if line.doubt else intent


def _doubted(intent: Intent, doubt: str) -> Intent:
    return Intent(intent.id, intent.key, intent.audience, intent.at, doubt)


def _read(line: str, number: int, file: str) -> _Header | _IntentLine | _OutcomeLine:
    try:
        return _LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        _refuse(file, number, f"not a journal line: {first['msg']}")


def _refuse(file: str, line: int, message: str) -> NoReturn:
    raise StateError(
        f"{file}:{line}: {message}",
        next="nothing was changed; the journal is written by aepctl only, so take its last good "
        "version from Git or from the job that wrote it",
    )


def encode_header(lineage: str, serial: int, target: Target) -> str:
    """The first line of a journal."""
    head = {"type": "journal", "format": FORMAT, "lineage": lineage, "serial": serial}
    return _line({**head, "target": encode_target(target)})


def encode_intent(intent: Intent, doubt: str | None = None) -> str:
    """The line that says a create is about to be sent; `doubt` where that is already history."""
    line = {"type": "intent", "intent": intent.id, "key": intent.key, "at": intent.at}
    more = {} if doubt is None else {"doubt": doubt}
    return _line({**line, "audience": intent.audience.fields(), **more})


def encode_outcome(intent: Intent, outcome: str, at: str, **more: str | None) -> str:
    """The line that says what came of an intent."""
    line = {"type": "outcome", "intent": intent.id, "outcome": outcome, "at": at}
    return _line({**line, **{name: value for name, value in more.items() if value is not None}})


def _line(data: Mapping[str, object]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


class JournalFile:
    """A journal that lines are appended to. Not for two threads at once."""

    def __init__(self, disk: Disk, path: Path, *, size: int) -> None:
        """Open it, cut off what lies behind `size` (the torn end of an earlier run)."""
        self._disk = disk
        self._path = path
        self._torn = False
        self.size = size
        self._handle = disk.open_append(path)
        try:
            disk.truncate(self._handle, size)
            disk.sync_folder(path.parent)
        except OSError:
            disk.close(self._handle)
            raise

    def append(self, line: str) -> None:
        """Return when the line is durable. Raises OSError; the line then does not count."""
        if self._torn:
            raise OSError(errno.EIO, "an earlier line could not be taken back", str(self._path))
        data = line.encode()
        try:
            write_all(self._disk, self._handle, data)
            self._disk.sync(self._handle)
        except OSError:
            self._torn = True
            self._disk.truncate(self._handle, self.size)
            self._torn = False
            raise
        self.size += len(data)

    def close(self) -> None:
        self._disk.close(self._handle)
