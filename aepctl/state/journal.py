"""The journal: intents and outcomes, one JSON line each, durable as soon as they are noted.

A line that has no line feed at its end was never acknowledged: its writer died. It does not count.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from pydantic import ValidationError

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import FORMAT, check_conflict
from aepctl.state.lines import LINE, AdoptedLine, Fields, Header, IntentLine, Line, OutcomeLine
from aepctl.state.model import Intent, Known, Phase

CLOSING = frozenset({"created", "adopted", "refused", "abandoned"})


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
    if not isinstance(header, Header):
        _refuse(file, 1, "no journal: its first line is no header")
    if header.format != FORMAT:
        raise StateError(
            f"{file}:1: format {header.format} is not this aepctl's {FORMAT}",
            next="run the aepctl version that wrote it, or update",
        )
    known, intents = _gather(lines, file)
    target = Target(header.target.org, header.target.sandbox, header.target.endpoint)
    return Replay(header.lineage, header.serial, target, known, intents, size)


def _gather(lines: Iterable[Line], file: str) -> tuple[dict[str, Known], tuple[Intent, ...]]:
    known: dict[str, Known] = {}
    intents: dict[str, Intent] = {}
    for number, line in enumerate(lines, 2):
        match line:
            case IntentLine():
                intents = superseded(intents, line.key)
                intents[line.intent] = _intent(line)
            case AdoptedLine():
                known[line.key] = Known(_audience(line.audience), line.audience_id, line.id)
                intents = superseded(intents, line.key)
            case OutcomeLine():
                if line.intent not in intents:
                    _refuse(file, number, "an outcome whose intent is not in the journal")
                _close(line, intents, known, file, number)
            case Header():
                _refuse(file, number, "a second header")
    return known, tuple(intents.values())


def superseded(intents: Mapping[str, Intent], key: str) -> dict[str, Intent]:
    """The intents without those of `key` that no longer stand in the way of a new one."""
    return {name: one for name, one in intents.items() if one.key != key or one.phase is Phase.OPEN}


def _close(
    line: OutcomeLine, intents: dict[str, Intent], known: dict[str, Known], file: str, number: int
) -> None:
    intent = intents[line.intent]
    if line.outcome not in CLOSING:
        intents[line.intent] = doubted(intent, line.outcome, line.reason, exists=line.exists)
        return
    del intents[line.intent]
    if line.outcome in {"created", "adopted"}:
        if line.audience_id is None:
            _refuse(file, number, f"`{line.outcome}` without an audienceId")
        known[intent.key] = Known(intent.audience, line.audience_id, line.id)


def doubted(intent: Intent, outcome: str, reason: str | None, *, exists: bool) -> Intent:
    """The intent after an outcome that does not close it: unknown, absent or recreate."""
    phase = Phase.OPEN if outcome == "unknown" else Phase(outcome)
    doubt = reason or intent.doubt
    return replace(intent, phase=phase, doubt=doubt, exists=exists or intent.exists)


def _intent(line: IntentLine) -> Intent:
    intent = Intent(line.intent, line.key, _audience(line.audience), line.at, line.audience_id)
    return replace(intent, phase=line.phase, doubt=line.doubt or intent.doubt, exists=line.exists)


def _audience(given: Fields) -> Audience:
    return Audience(given.name, given.namespace, given.origin_name, given.description)


def _read(line: str, number: int, file: str) -> Line:
    try:
        return LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        _refuse(file, number, f"not a journal line: {first['msg']}")


def _refuse(file: str, line: int, message: str) -> NoReturn:
    raise StateError(
        f"{file}:{line}: {message}",
        next="nothing was changed; the journal is written by aepctl only, so take its last good "
        "version from Git or from the job that wrote it",
    )
