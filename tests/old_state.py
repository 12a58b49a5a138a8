"""What aepctl 0.1 wrote: states and journals of format 1.0, for lives that begin with them."""

import json
from typing import Any

from machine_parts import TARGET, World

from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.plan.ids import computed_id


def state(lineage: str, serial: int, target: Target, audiences: dict[str, Known]) -> bytes:
    """A state: no intents, no runs."""
    known = {
        key: {"audienceId": one.ids.audience_id, **one.audience.fields()}
        for key, one in sorted(audiences.items())
    }
    head = {"format": "1.0", "lineage": lineage, "serial": serial, "target": _target(target)}
    return (json.dumps({**head, "audiences": known}, ensure_ascii=False, indent=2) + "\n").encode()


def header(lineage: str, serial: int, target: Target) -> bytes:
    """The first line of a journal."""
    head = {"type": "journal", "format": "1.0", "lineage": lineage, "serial": serial}
    return _line({**head, "target": _target(target)})


def intent(name: str, key: str, step: Create, at: str, **history: Any) -> bytes:
    """A create is about to be sent; `history` (`phase`, `doubt`, `exists`) after an orderly end."""
    line = {"type": "intent", "intent": name, "key": key, "at": at}
    line["audience"] = step.audience.fields()  # type: ignore[assignment] # a line holds anything
    given = {} if step.audience_id is None else {"audienceId": step.audience_id}
    return _line({**line, **given, **history})


def outcome(name: str, word: str, at: str, **more: Any) -> bytes:
    """What came of an intent."""
    return _line({"type": "outcome", "intent": name, "outcome": word, "at": at, **more})


def adopted(key: str, known: Known, at: str) -> bytes:
    """An audience that was found on the platform."""
    line = {"type": "adopted", "key": key, "at": at, "audience": known.audience.fields()}
    return _line({**line, "audienceId": known.ids.audience_id})


def _target(target: Target) -> dict[str, str]:
    return {"endpoint": target.endpoint, "org": target.org, "sandbox": target.sandbox}


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


FATES = (
    "nothing", "known", "known-with-intent", "created", "adopted", "open", "arrived", "unknown",
    "doubted", "refused", "abandoned", "absent", "recreate",
)  # fmt: skip
"""What aepctl 0.1 may have left of a key.

`arrived` and `doubted` were made and never told; `doubted` by a run that ended in order.
"""
MADE = frozenset(
    {"known", "known-with-intent", "created", "adopted", "arrived", "unknown", "doubted"}
)


def begin_with(world: World, fates: dict[str, str], *, document: bool) -> None:
    """Let a run of aepctl 0.1 have died within a line of its journal.

    `document`: whether it had found a state; there is none where nothing was folded yet.
    """
    serial = 5 if document else 0
    known: dict[str, Known] = {}
    journal = header("old-lineage", serial, TARGET)
    for key, fate in fates.items():
        in_state = fate in {"known", "known-with-intent"}
        if fate == "nothing" or (in_state and not document):
            continue
        audience = world.wanted[key].audience
        given = computed_id(TARGET.org, TARGET.sandbox, key) if world.ids == "client" else None
        made = world.commit(audience, f"old-{key}", given) if fate in MADE else None
        there = None if made is None else Known(audience, Ids(made.audience_id))
        if in_state and there is not None:
            known[key] = there
        journal += _left(world, key, Create(audience, given), fate, there)
        if fate == "recreate":
            world.excused.add(audience.folded_identity)
    if document:
        world.disk.put("machine.json", state("old-lineage", serial, TARGET, known))
    world.disk.put("machine.journal", journal + journal.splitlines(keepends=True)[-1][:-9])


def _left(world: World, key: str, step: Create, fate: str, there: Known | None) -> bytes:
    """The lines of one key."""
    at, name = world.clock.now().isoformat(timespec="milliseconds"), f"old-{key}"
    begun = intent(name, key, step, at)
    match fate:
        case "known":
            return b""
        case "adopted" if there is not None:
            return adopted(key, there, at)
        case "doubted":
            return intent(name, key, step, at, doubt="no answer", exists=True)
        case "created" if there is not None:
            return begun + outcome(name, fate, at, audienceId=there.ids.audience_id)
        case "unknown" | "refused" | "abandoned" | "absent" | "recreate":
            return begun + outcome(name, fate, at, reason="so it was")
        case _:
            return begun
