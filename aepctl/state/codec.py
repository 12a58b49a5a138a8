"""State as text: sorted, one entry to a line, the same bytes for the same content.

What it refuses, it refuses with the line.
"""

import json
import re
from typing import Any, NoReturn

from pydantic import Field, ValidationError

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.target import Target
from aepctl.state.checks import (
    VERSION,
    check_conflict,
    minor_version,
    refuse,
    text_of,
)
from aepctl.state.model import Intent, State
from aepctl.state.on_disk import (
    SENT,
    FieldsOnDisk,
    IdsOnDisk,
    IntentOnDisk,
    OnDisk,
    RunOnDisk,
    TargetOnDisk,
)
from aepctl.state.spelling import encode_intent, encode_run
from aepctl.wording import first_error

FORMAT = "1.2"
REPAIR = "nothing was changed; restore the file's last good version from Git, or correct the line"
MERGE = (
    "each line under `audiences`, `intents` and `runs` is one entry: keep the lines of both sides, "
    "the higher serial, and remove the markers"
)

_PAIR = re.compile(r"\\\\|\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}")
"""What is no half of a character: both halves of one, or a backslash that begins no escape."""
_HALF = re.compile(r"\\u[Dd][89A-Fa-f][0-9A-Fa-f]{2}")
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(", ", ": ")).encode


class KnownOnDisk(FieldsOnDisk, IdsOnDisk):
    """One audience as it was last sent or seen, and the IDs that the platform knows it by."""

    sent: FieldsOnDisk | None = Field(default=None, description=SENT)


class SettledDocument(OnDisk):
    """A state document in which nothing is open: what most runs read, so it must be read fast."""

    format: str = Field(
        description="MAJOR.MINOR of this format.",
        json_schema_extra={"pattern": r"^\d{1,4}\.\d{1,4}$"},
    )
    lineage: str = Field(min_length=1, description="Names this state for as long as it lives.")
    serial: int = Field(ge=0, description="Grows with each change.")
    target: TargetOnDisk = Field(description="Whose audiences these are.")
    plans: list[str] = Field(
        default_factory=list, description="The ids of saved plans that were applied."
    )
    audiences: dict[str, KnownOnDisk] = Field(description="The known audiences by key.")
    runs: list[RunOnDisk] = Field(
        default_factory=list, description="The last runs that changed this state, the latest last."
    )


class StateDocument(SettledDocument):
    """A state document: which audiences exist, under which IDs, and what may be under way."""

    intents: dict[str, IntentOnDisk] = Field(
        default_factory=dict, description="The steps without a known outcome, by the intent's id."
    )


def encode_state(state: State) -> str:
    """The text of a state document. Raises ValueError for a state that has no lineage yet."""
    if state.lineage is None:
        raise ValueError("a state without a lineage is not written")
    head = {
        "format": FORMAT,
        "lineage": state.lineage,
        "serial": state.serial,
        "target": encode_target(state.target),
        **({"plans": list(state.plans)} if state.plans else {}),
    }
    audiences = [
        f"    {_encode(key)}: {_encode(encode_known(known))}"
        for key, known in sorted(state.audiences.items())
    ]
    intents = [
        f"    {_encode(one.id)}: {_encode(encode_intent(one))}"
        for one in sorted(state.intents.values(), key=_beginning)
    ]
    runs = [f"    {_encode(encode_run(run))}" for run in state.runs]
    parts = [f"  {_encode(name)}: {_encode(value)}" for name, value in head.items()]
    parts.append(_block("audiences", "{}", audiences))
    parts += [_block("intents", "{}", intents)] if intents else []
    parts += [_block("runs", "[]", runs)] if runs else []
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _beginning(intent: Intent) -> tuple[str, str]:
    return intent.at, intent.id


def _block(name: str, brackets: str, lines: list[str]) -> str:
    if not lines:
        return f'  "{name}": {brackets}'
    return f'  "{name}": {brackets[0]}\n' + ",\n".join(lines) + f"\n  {brackets[1]}"


def encode_target(target: Target) -> dict[str, str]:
    """A target as it stands in files."""
    return {"endpoint": target.endpoint, "org": target.org, "sandbox": target.sandbox}


def encode_known(known: Known) -> dict[str, Any]:
    """An audience with its IDs as it stands in files."""
    record: dict[str, Any] = {"audienceId": known.ids.audience_id, **known.audience.fields()}
    if known.ids.platform_id is not None:
        record["id"] = known.ids.platform_id
    if known.sent is not None:
        record["sent"] = known.sent.fields()
    return record


def decode_state(raw: bytes, file: str) -> State:
    """The state that a document holds. Raises StateError with file and line."""
    text = text_of(raw, file, REPAIR)
    check_conflict(text, file, MERGE)
    data = _load(text, file)
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, str) or not VERSION.fullmatch(found):
        _refuse(file, 1, 'not a state file: `"format"` is missing')
    minor_version(found, FORMAT, file, _line_of(text, "format"))
    model = StateDocument if "intents" in data else SettledDocument
    try:
        document = model.model_validate(data)
    except ValidationError as error:
        where, message = first_error(error)
        names = [str(part) for part in where]
        by_key = names[0] in {"audiences", "intents"} and names[1:]
        line = _line_of(text, names[1] if by_key else names[0])
        _refuse(file, line, f"{'.'.join(names)}: {message}")
    audiences = _audiences(document.audiences)
    if len({known.ids.audience_id for known in audiences.values()}) < len(audiences):
        _refuse_shared_id(audiences, text, file)
    return State(
        lineage=document.lineage,
        serial=document.serial,
        target=document.target.target(),
        audiences=audiences,
        intents=_intents(document),
        plans=tuple(document.plans),
        runs=tuple(entry.run() for entry in document.runs),
    )


def _intents(document: SettledDocument) -> dict[str, Intent]:
    if not isinstance(document, StateDocument):
        return {}
    return {name: entry.intent(name) for name, entry in document.intents.items()}


def _load(text: str, file: str) -> Any:
    half = _HALF.search(_PAIR.sub("", text)) if "\\u" in text else None
    if half is not None:
        line = text.count("\n", 0, text.index(half[0])) + 1
        _refuse(file, line, f"`{half[0]}` is half a character, which no text can hold")
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        _refuse(file, error.lineno, f"not valid JSON: {error.msg}, column {error.colno}")
    except _DuplicateKey as error:
        _refuse(file, _line_of(text, error.key, last=True), f"duplicate key `{error.key}`")
    except RecursionError:
        _refuse(file, 1, "nested too deeply to be a state file")
    except ValueError:
        _refuse(file, 1, "a number has too many digits to be one of a state file")


class _DuplicateKey(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _DuplicateKey(key)
            seen.add(key)
    return found


def _line_of(text: str, key: str, *, last: bool = False, within: str = "") -> int:
    """The line of a key; `within`: below this other one, where a name above it may be the same."""
    needle = f"{_encode(key)}:"
    start = text.find(f"{_encode(within)}:") + 1 if within else 0
    at = text.rfind(needle) if last else text.find(needle, max(start, 0))
    return text.count("\n", 0, max(at, 0)) + 1


def _refuse(file: str, line: int, message: str) -> NoReturn:
    refuse(file, line, message, REPAIR)


def _refuse_shared_id(audiences: dict[str, Known], text: str, file: str) -> NoReturn:
    """One ID under two keys: one of the two IDs is lost, and each change would hit one audience."""
    owners: dict[str, str] = {}
    for key, known in audiences.items():
        audience_id = known.ids.audience_id
        owner = owners.setdefault(audience_id, key)
        if owner != key:
            refuse(
                file,
                _line_of(text, key, within="audiences"),
                f"`{key}` has the audienceId {audience_id}, which `{owner}` has as well "
                f"(line {_line_of(text, owner, within='audiences')})",
                f"nothing was changed; look on the platform which of the two {audience_id} is, and "
                "delete the line of the other: the next apply looks for that one, and records it "
                "where it finds it",
            )
    raise AssertionError("no two keys share an ID")


def _audiences(entries: dict[str, KnownOnDisk]) -> dict[str, Known]:
    """Each entry is let go as it is read: fewer objects at a time, no search for garbage."""
    return {key: _known(entries.pop(key)) for key in tuple(entries)}


def _known(entry: KnownOnDisk) -> Known:
    audience = Audience(entry.name, entry.namespace, entry.origin_name, entry.description)
    sent = None if entry.sent is None else entry.sent.audience()
    return Known(audience, Ids(entry.audience_id, entry.id), sent)
