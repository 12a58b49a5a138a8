"""What does not fit between state and platform. Pure: it says what is wrong, and mends nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aepctl.model.audience import Identity, Known, Observed
from aepctl.state.model import Intent, Phase, State
from aepctl.wording import listed

OLD = timedelta(hours=1)
"""Times of two machines are not compared any closer."""
Command = Callable[..., str]


class Kind(StrEnum):
    """What a finding is about."""

    LOCKED = "locked"
    OPEN = "open"
    GONE = "gone"
    TWICE = "twice"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Finding:
    """`said` is what is wrong with `key`; `command` mends it, and `effect` says what it does.

    `key` is the state's own name where the state as a whole is meant.
    """

    kind: Kind
    key: str
    said: str
    command: str
    effect: str


@dataclass(frozen=True, slots=True)
class Verified:
    """So many audiences were looked at, and this was found."""

    audiences: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the platform shows. `gone`: what was looked up by itself and is not there, by key.

    The text says as what it is there still, if it is.
    """

    listed: Sequence[Observed] = ()
    gone: Mapping[str, str | None] = field(default_factory=dict)


def find(state: State, seen: Seen, now: datetime, command: Command) -> tuple[Finding, ...]:
    """All that does not fit. `command` makes one for this environment that can be pasted."""
    old = (one for one in state.intents.values() if one.phase is Phase.OPEN and _is_old(one, now))
    return (
        *(_open(one, command) for one in old),
        *_doubles(state, seen, command),
        *_same(state, command),
    )


def _is_old(intent: Intent, now: datetime) -> bool:
    return now - datetime.fromisoformat(intent.at) > OLD


def _open(intent: Intent, command: Command) -> Finding:
    return Finding(
        Kind.OPEN,
        intent.key,
        f"a step that began at {intent.at} has no known outcome: {intent.reason}",
        command("apply"),
        "looks what became of it, before anything else",
    )


def doubles(state: State, listed: Sequence[Observed]) -> frozenset[str]:
    """The audienceIds of what is the same as something known, and no key has."""
    owned = {one for known in state.audiences.values() for one in known.all_ids}
    mine = {name for known in state.audiences.values() for name in _identities(known)}
    others = (one for one in listed if one.ids.audience_id not in owned)
    return frozenset(one.ids.audience_id for one in others if one.audience.folded_identity in mine)


def _doubles(state: State, seen: Seen, command: Command) -> Iterator[Finding]:
    """Known audiences that are not there, and those that are there once more."""
    others = doubles(state, seen.listed)
    by_identity: dict[Identity, list[str]] = {}
    for one in seen.listed:
        if not one.is_gone and one.ids.audience_id in others:
            by_identity.setdefault(one.audience.folded_identity, []).append(one.ids.audience_id)
    for key, known in state.audiences.items():
        alike = [one for name in _identities(known) for one in by_identity.get(name, ())]
        if key in seen.gone:
            yield _gone(key, known, seen.gone[key], alike, command)
        elif alike:
            yield _twice(key, known, alike, command)


def _identities(known: Known) -> Sequence[Identity]:
    names = [one.folded_identity for one in (known.audience, known.sent) if one is not None]
    return list(dict.fromkeys(names))


def _gone(
    key: str, known: Known, still: str | None, alike: Sequence[str], command: Command
) -> Finding:
    audience_id = known.ids.audience_id
    said = f"the platform has {audience_id} as {still}"
    if still is None:
        said = f"the platform has no {audience_id}"
    if len(alike) == 1:
        return Finding(
            Kind.GONE,
            key,
            f"{said}, but it has {alike[0]}, which is just the same",
            _instead(key, alike[0], command),
            "takes that one",
        )
    return Finding(
        Kind.GONE,
        key,
        said,
        command("state", "rm", key),
        "forgets it; if the manifests want it, the next apply looks for it and else creates it",
    )


def _twice(key: str, known: Known, alike: Sequence[str], command: Command) -> Finding:
    return Finding(
        Kind.TWICE,
        key,
        f"the platform has it {len(alike) + 1} times: {known.ids.audience_id}, which the state "
        f"knows, and {listed(alike)}",
        _instead(key, alike[0], command),
        f"takes {alike[0]} instead; what is not to stay can only be deleted on the platform",
    )


def _instead(key: str, audience_id: str, command: Command) -> str:
    adopt = command("state", "resolve", key, "--adopt", audience_id)
    return f"{command('state', 'rm', key)} && {adopt}"


def _same(state: State, command: Command) -> Iterator[Finding]:
    """Two keys for one thing, as far as people can tell."""
    first: dict[Identity, str] = {}
    for key, known in state.audiences.items():
        other = first.setdefault(known.audience.folded_identity, key)
        if other != key:
            yield Finding(
                Kind.SAME,
                key,
                f"`{other}` has the same name, namespace and originName, under another ID",
                command("state", "rm", key),
                f"forgets this one and leaves it on the platform; `{other}` stays",
            )
