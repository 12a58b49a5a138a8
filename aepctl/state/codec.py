"""State as text: sorted, one audience to a line, the same bytes for the same content.

On-disk models stay in this module. What it refuses, it refuses with the line.
"""

import json
import re
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.model import Known, State

FORMAT = "1.0"
CONFLICT = re.compile(r"^(<{7}|={7}|>{7}|\|{7})( |$)", re.MULTILINE)

_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(", ", ": ")).encode


class _OnDisk(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True
    )


class _TargetOnDisk(_OnDisk):
    """Whose audiences these are; the state is refused for any other target."""

    endpoint: str = Field(description="Where audiences are created, or `emulator`.")
    org: str = Field(description="The organisation.")
    sandbox: str = Field(description="The sandbox's name.")


class KnownOnDisk(_OnDisk):
    """One audience as it was last sent, and the IDs that the platform knows it by."""

    audience_id: str = Field(
        alias="audienceId", min_length=1, description="The audience's ID on the platform."
    )
    name: str = Field(description="The audience's name.")
    description: str | None = Field(default=None, description="Its description, if it has one.")
    namespace: str = Field(description="Its namespace.")
    origin_name: str = Field(alias="originName", description="Its originName.")
    id: str | None = Field(
        default=None, description="The platform's own `id`; revision 3 of the create call gives it."
    )


class StateOnDisk(_OnDisk):
    """A state file: which audiences exist, under which IDs."""

    format: str = Field(
        description="MAJOR.MINOR of this format.",
        json_schema_extra={"pattern": r"^\d{1,4}\.\d{1,4}$"},
    )
    lineage: str = Field(min_length=1, description="Names this state for as long as it lives.")
    serial: int = Field(ge=0, description="Grows with each change.")
    target: _TargetOnDisk = Field(description="Whose audiences these are.")
    plans: list[str] = Field(
        default_factory=list, description="The ids of saved plans that were applied."
    )
    audiences: dict[str, KnownOnDisk] = Field(description="The known audiences by key.")


def encode_state(state: State) -> str:
    """The text of a state file."""
    head = {
        "format": FORMAT,
        "lineage": state.lineage,
        "serial": state.serial,
        "target": encode_target(state.target),
        **({"plans": list(state.plans)} if state.plans else {}),
    }
    lines = ["{", *(f"  {_encode(name)}: {_encode(value)}," for name, value in head.items())]
    entries = [
        f"    {_encode(key)}: {_encode(encode_known(known))}"
        for key, known in sorted(state.audiences.items())
    ]
    if entries:
        lines += ['  "audiences": {', ",\n".join(entries), "  }"]
    else:
        lines.append('  "audiences": {}')
    return "\n".join([*lines, "}", ""])


def encode_target(target: Target) -> dict[str, str]:
    """A target as it stands in files."""
    return {"endpoint": target.endpoint, "org": target.org, "sandbox": target.sandbox}


def encode_known(known: Known) -> dict[str, str]:
    """An audience with its IDs as it stands in files."""
    record = {"audienceId": known.audience_id, **known.audience.fields()}
    if known.platform_id is not None:
        record["id"] = known.platform_id
    return record


def decode_state(text: str, file: str) -> State:
    """The state that `text` holds. Raises StateError with file and line."""
    check_conflict(text, file)
    try:
        data = json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        _refuse(file, error.lineno, f"not valid JSON: {error.msg}, column {error.colno}")
    except _Twice as error:
        _refuse(file, _line_of(text, error.key, last=True), f"`{error.key}` stands here twice")
    except RecursionError:
        _refuse(file, 1, "nested too deeply to be a state file")
    except ValueError:
        _refuse(file, 1, "a number has too many digits to be one of a state file")
    _check_format(data, text, file)
    try:
        on_disk = StateOnDisk.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = [str(part) for part in first["loc"]]
        message = f"{'.'.join(where)}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        named = where[1] if where[0] == "audiences" and where[1:] else where[0]
        _refuse(file, _line_of(text, named), message)
    audiences = {key: _known(entry) for key, entry in on_disk.audiences.items()}
    target = Target(on_disk.target.org, on_disk.target.sandbox, on_disk.target.endpoint)
    return State(on_disk.lineage, on_disk.serial, target, audiences, tuple(on_disk.plans))


def check_conflict(text: str, file: str) -> None:
    """Raise StateError where Git left its conflict markers."""
    marker = CONFLICT.search(text)
    if marker is not None:
        line = text.count("\n", 0, marker.start()) + 1
        raise StateError(
            f"{file}:{line}: Git left a merge conflict here",
            next="each line under `audiences` is one audience: keep the lines of both sides, "
            "the higher serial, and remove the markers",
        )


def _check_format(data: Any, text: str, file: str) -> None:
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, str) or not re.fullmatch(r"\d{1,4}\.\d{1,4}", found):
        _refuse(file, 1, 'no state file: `"format"` is missing')
    if tuple(map(int, found.split("."))) > tuple(map(int, FORMAT.split("."))):
        raise StateError(
            f"{file}:{_line_of(text, 'format')}: format {found} was written by a newer aepctl; "
            f"this one reads up to {FORMAT}",
            next="update aepctl",
        )


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Twice(key)
            seen.add(key)
    return found


def _line_of(text: str, key: str, *, last: bool = False) -> int:
    needle = f"{_encode(key)}:"
    at = text.rfind(needle) if last else text.find(needle)
    return text.count("\n", 0, max(at, 0)) + 1


def _refuse(file: str, line: int, message: str) -> NoReturn:
    raise StateError(
        f"{file}:{line}: {message}",
        next="nothing was changed; take the file's last good version from Git, or mend the line",
    )


def _known(entry: KnownOnDisk) -> Known:
    audience = Audience(entry.name, entry.namespace, entry.origin_name, entry.description)
    return Known(audience, entry.audience_id, entry.id)
