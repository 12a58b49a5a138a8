"""Reading a state document. What it refuses, it refuses with the line. See encoder, too."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from aepctl import plain
from aepctl.model.audience import Known
from aepctl.state.checks import (
    VERSION,
    check_conflict,
    minor_version,
    refuse,
    text_of,
)
from aepctl.state.lease import Lease
from aepctl.state.model import Intent, State, UsedPlan
from aepctl.state.plain_document import plain_document
from aepctl.state.written import Written
from aepctl.wording import first_error

if TYPE_CHECKING:
    from aepctl.state.document_on_disk import SettledDocument
    from aepctl.state.on_disk import KnownOnDisk, PlanOnDisk

FORMAT = "1.4"
REPAIR = "nothing was changed; restore the file's last good version from Git, or correct the line"
MERGE = (
    "each line under `plans`, `audiences`, `intents` and `runs` is one entry: keep the lines of "
    "both sides (of one key, the line that is to stay), the higher serial, and remove the markers"
)

_PAIR = r"\\\\|\\u[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2}"
"""What is no half of a character: both halves of one, or a backslash that begins no escape."""
_HALF = r"\\u[Dd][89A-Fa-f][0-9A-Fa-f]{2}"
encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(", ", ": ")).encode


def decode_state(raw: bytes, file: str) -> State:
    """The state that a document holds. Raises StateError with file and line."""
    return decode_written(raw, file).state


def decode_written(raw: bytes, file: str) -> Written:
    """All that a document holds. Raises StateError with file and line."""
    text = text_of(raw, file, REPAIR)
    check_conflict(text, file, MERGE)
    written = _read(text, file)
    audiences = written.state.audiences
    ids = [audience_id for known in audiences.values() for audience_id in known.all_ids]
    if len({*ids}) < len(ids):
        _refuse_shared_id(audiences, text, file)
    return written


def _read(text: str, file: str) -> Written:
    """What the text says: plainly where nothing is open, as in most, else as its model does."""
    data = _load(text, file)
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, str) or not VERSION.fullmatch(found):
        _refuse(file, 1, 'not a state file: `"format"` is missing')
    minor_version(found, FORMAT, file, _line_of(text, "format"))
    try:
        return plain_document(data)
    except plain.NotPlain:
        return modelled(_validated(data, text, file))


def modelled(document: "SettledDocument") -> Written:
    """What a document holds that its model has found sound."""
    state = State(
        lineage=document.lineage,
        serial=document.serial,
        target=document.target.target(),
        audiences=_audiences(document.audiences),
        intents=_intents(document),
        plans=_plans(document.plans),
        runs=tuple(entry.run() for entry in document.runs),
    )
    lock = document.lock
    lease = None if lock is None else Lease(lock.id, lock.seconds, lock.holder)
    return Written(state, lease, document.write_id, document.moved)


def _validated(data: Any, text: str, file: str) -> "SettledDocument":
    from pydantic import ValidationError  # noqa: PLC0415 - most documents are plain

    from aepctl.state.document_on_disk import (  # noqa: PLC0415 - likewise
        SettledDocument,
        StateDocument,
    )

    model = StateDocument if "intents" in data else SettledDocument
    try:
        return model.model_validate(data)
    except ValidationError as error:
        where, message = first_error(error)
        names = [str(part) for part in where]
        by_key = names[0] in {"audiences", "intents"} and names[1:]
        line = _line_of(text, names[1] if by_key else names[0])
        _refuse(file, line, f"{'.'.join(names)}: {message}")


def _plans(found: "dict[str, PlanOnDisk] | list[str]") -> dict[str, UsedPlan]:
    """An id alone is that of a plan which was applied once and for all."""
    if isinstance(found, list):
        return {plan_id: UsedPlan() for plan_id in found}
    return {plan_id: one.plan() for plan_id, one in found.items()}


def _intents(document: "SettledDocument") -> dict[str, Intent]:
    from aepctl.state.document_on_disk import StateDocument  # noqa: PLC0415 - see _validated

    if not isinstance(document, StateDocument):
        return {}
    return {name: entry.intent(name) for name, entry in document.intents.items()}


def _load(text: str, file: str) -> Any:
    half = re.search(_HALF, re.sub(_PAIR, "", text)) if "\\u" in text else None
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
    needle = f"{encode(key)}:"
    start = text.find(f"{encode(within)}:") + 1 if within else 0
    at = text.rfind(needle) if last else text.find(needle, max(start, 0))
    return text.count("\n", 0, max(at, 0)) + 1


def _refuse(file: str, line: int, message: str) -> NoReturn:
    refuse(file, line, message, REPAIR)


def _refuse_shared_id(audiences: Mapping[str, Known], text: str, file: str) -> NoReturn:
    """One ID under two keys: one of the two IDs is lost, and each change would hit one audience."""
    owners: dict[str, str] = {}
    each = ((key, one) for key, known in audiences.items() for one in known.all_ids)
    for key, audience_id in each:
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


def _audiences(entries: "dict[str, KnownOnDisk]") -> dict[str, Known]:
    """Each entry is let go as it is read: fewer objects at a time, no search for garbage."""
    return {key: entries.pop(key).known() for key in tuple(entries)}
