"""The state commands: what is open, and what a person decides about it. No network."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aepctl.audience import Audience
from aepctl.errors import AepctlError, SafetyRefusal, StateError
from aepctl.settings import load_settings
from aepctl.state.held import HeldState, hold
from aepctl.state.journal import replay
from aepctl.state.lock import holder
from aepctl.state.model import Intent, Known, Phase, Snapshot
from aepctl.state.store import StateStore
from aepctl.workflow.reading import read_wanted


@dataclass(frozen=True, slots=True)
class Decided:
    """What was done, and what will happen next."""

    done: str
    next: str


def intents(environment: str | None) -> tuple[Intent, ...]:
    """All intents without an outcome."""
    return _store(environment).read().intents


def adopt(environment: str | None, key: str, audience_id: str) -> Decided:
    """Decide that `key` is the audience with this ID."""
    with _held(environment, f"aepctl state resolve {key}") as held:
        snapshot = held.snapshot
        owner = next(
            (k for k, one in snapshot.audiences.items() if one.audience_id == audience_id), None
        )
        if owner == key:
            return Decided(f"{key} is known as {audience_id} already", "nothing changes")
        if owner is not None:
            raise SafetyRefusal(
                f"{audience_id} is the audience of {owner}; it cannot be that of {key} as well",
                next=f"`aepctl state mv {owner} {key}` gives it the other key",
            )
        _refuse_known(key, snapshot)
        intent = _intent(key, snapshot)
        if intent is not None:
            held.found(intent, Known(intent.audience, audience_id), _now())
        else:
            held.adopted(key, Known(_wanted(environment, key), audience_id), _now())
        held.fold()
    return Decided(
        f"{key} is now known as {audience_id}",
        "the next plan compares it with the manifests; nothing is created for it",
    )


def recreate(environment: str | None, key: str) -> Decided:
    """Decide that `key` is to be created, whatever the platform has."""
    with _held(environment, f"aepctl state resolve {key}") as held:
        snapshot = held.snapshot
        _refuse_known(key, snapshot)
        intent = _intent(key, snapshot)
        if intent is None:
            intent = held.begin(key, _wanted(environment, key), None, _now())
        held.recreate(intent, "decided: create it whatever the platform has", _now())
        held.fold()
    return Decided(
        f"{key} will be created again",
        "the next apply creates it without looking for it first; if the earlier attempt did "
        "arrive, the platform then has it twice",
    )


def abandon(environment: str | None, key: str) -> Decided:
    """Decide to forget the attempt to create `key`."""
    with _held(environment, f"aepctl state resolve {key}") as held:
        intent = _intent(key, held.snapshot)
        if intent is None:
            raise AepctlError(
                f"nothing is open for {key}", next="`aepctl state intents` lists what is"
            )
        held.abandoned(intent, _now())
        held.fold()
    return Decided(
        f"the attempt to create {key} is forgotten",
        "if the manifests still want it, the next apply looks for it on the platform: what is "
        "found is adopted, else it is created",
    )


def move(environment: str | None, old: str, new: str) -> Decided:
    """Give the audience of `old` the key `new`; the platform knows no keys."""
    with _held(environment, f"aepctl state mv {old} {new}") as held:
        snapshot = held.snapshot
        if old not in snapshot.audiences:
            raise AepctlError(f"state knows no {old}", next="`aepctl plan` lists the keys")
        _refuse_known(new, snapshot)
        intent = _intent(new, snapshot)
        if intent is not None and intent.phase is Phase.OPEN:
            raise SafetyRefusal(
                f"a create of {new} is open", next=f"first: `aepctl state resolve {new} …`"
            )
        held.move(old, new)
    return Decided(f"{old} is now {new}", "the next plan compares it under its new key")


def recover(environment: str | None, text: str, file: str) -> Decided:
    """Take the IDs and open intents of a rescued journal into state. Running it again is harmless.

    `text` may be a piece of a log: what stands before a journal line is passed over.
    """
    lines, cut = _journal_lines(text)
    found = replay("".join(f"{line}\n" for line in lines).encode(), file)
    if found is None:
        raise StateError(f"{file}: no journal lines here", next="give it what apply printed")
    with _held(environment, f"aepctl state recover {file}") as held:
        known = held.snapshot.audiences
        for key, one in found.known.items():
            if key in known and known[key].audience_id != one.audience_id:
                raise SafetyRefusal(
                    f"{key} is known as {known[key].audience_id}, but {file} has "
                    f"{one.audience_id}: the platform has it twice",
                    next="delete one of the two on the platform; state was not changed",
                )
        taken = held.take_in(found)
        held.fold()
    count = len(taken)
    return Decided(
        f"{count} of {len(found.known)} audiences taken into state{cut}",
        "`aepctl plan` shows what is left to do",
    )


def _journal_lines(text: str) -> tuple[list[str], str]:
    """The journal lines in a text; a last one that its writer did not finish is only told of."""
    # Not splitlines(): a description may hold characters that it takes for the end of a line.
    starts = ((line, line.find('{"type": "')) for line in text.split("\n"))
    lines = [line[at:] for line, at in starts if at >= 0]
    if lines and text.endswith(lines[-1]) and not _whole(lines[-1]):
        lines.pop()
        return lines, "; the last line is cut short and was passed over"
    return lines, ""


def _whole(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _store(environment: str | None) -> StateStore:
    settings = load_settings(os.environ, environment)
    return StateStore(settings.state, settings.target)


@contextmanager
def _held(environment: str | None, command: str) -> Iterator[HeldState]:
    store = _store(environment)
    with hold(store, holder(os.environ, command)) as held:
        try:
            yield held
        except OSError as error:
            raise StateError(f"{store.shown}: cannot be written: {error.strerror}") from error


def _intent(key: str, snapshot: Snapshot) -> Intent | None:
    return next((one for one in snapshot.intents if one.key == key), None)


def _wanted(environment: str | None, key: str) -> Audience:
    found = next((one for one in read_wanted(environment)[1] if one.key == key), None)
    if found is None:
        raise AepctlError(
            f"{key} is neither wanted nor open",
            next="`aepctl plan` lists what is wanted, `aepctl state intents` what is open",
        )
    return found.audience


def _refuse_known(key: str, snapshot: Snapshot) -> None:
    if key in snapshot.audiences:
        known = snapshot.audiences[key].audience_id
        raise SafetyRefusal(f"{key} is known as {known} already", next="state was not changed")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
