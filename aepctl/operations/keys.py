"""state mv and rm: what state has goes to other keys, or is forgotten. The platform is not asked.

All of it or nothing: under one lock, by one write.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from aepctl.model.audience import Known
from aepctl.model.steps import Forget, LocalStep, Move
from aepctl.operations.context import Context
from aepctl.operations.keytroubles import Renaming, move_troubles, refuse, unusable
from aepctl.operations.state import Decided, session_for
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State

MAX_UNDONE = 10
"""For so many the command that undoes it is shown."""
SPARE = "on-its-way"

Steps = tuple[tuple[str, LocalStep], ...]


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """What was done, in words and as rows for JSON, or would be (`dry_run`)."""

    decided: Decided
    rows: tuple[Mapping[str, object], ...]
    dry_run: bool = False


def move(
    context: Context,
    environment: Environment,
    renamings: Sequence[Renaming],
    *,
    wait: float = 0.0,
    dry_run: bool = False,
) -> KeysChanged:
    """Give audiences other keys, all at once: `a b b a` exchanges two. The platform knows no keys.

    Raises StateLocked, StateError; AepctlError, or SafetyRefusal where a person has to decide, that
    names all that is in the way.
    """
    pairs = {one.old: one.new for one in renamings}

    def check(state: State) -> None:
        refuse(tuple(move_troubles(environment, renamings, state)), what="moved")

    words = [word for pair in pairs.items() for word in pair]
    short = " ".join(words) if len(pairs) <= MAX_UNDONE else f"({len(pairs)} pairs)"
    run = f"state mv {short}"
    state = _do(
        context, environment, run, check, lambda s: moves(pairs, s), wait=wait, dry_run=dry_run
    )
    told = [f"`{old}` {'would be' if dry_run else 'is now'} `{new}`" for old, new in pairs.items()]
    back = [word for old, new in pairs.items() for word in (new, old)]
    undo = f"`{environment.command('state', 'mv', *back)}`"
    if len(pairs) > MAX_UNDONE:
        undo = "the same, with OLD and NEW exchanged"
    under = "its new key" if len(pairs) == 1 else "their new keys"
    compared = "it" if len(pairs) == 1 else "them"
    next_ = f"the next plan compares {compared} under {under}. To undo: {undo}"
    what = "to be moved" if dry_run else "moved"
    rows = tuple(
        {"from": old, "to": new, "audienceId": state.audiences[old].ids.audience_id}
        for old, new in pairs.items()
    )
    return KeysChanged(_decided(told, next_, what, dry_run=dry_run), rows, dry_run)


def moves(pairs: Mapping[str, str], state: State) -> Steps:
    """Steps that come to the same as all of these at once. Pure.

    Each key is free before it is taken; a ring of keys goes over a spare one.
    """
    left, steps = dict(pairs), list[tuple[str, LocalStep]]()
    taken = {*state.audiences, *pairs.values(), *(one.key for one in state.intents.values())}
    spare = next(one for one in _numbered(SPARE) if one not in taken)
    for first in pairs:
        chain: list[str] = []
        end = first
        while end in left:
            chain.append(end)
            end = left.pop(end)
        if not chain:
            continue
        ring = end == first
        targets = [*chain[1:], spare if ring else end]
        steps += [(new, Move(old)) for old, new in reversed([*zip(chain, targets, strict=True)])]
        if ring:
            steps.append((first, Move(spare)))
    return tuple(steps)


def _numbered(word: str) -> Iterator[str]:
    yield word
    number = 1
    while True:
        number += 1
        yield f"{word}-{number}"


def forget(
    context: Context,
    environment: Environment,
    keys: Sequence[str],
    *,
    wait: float = 0.0,
    dry_run: bool = False,
) -> KeysChanged:
    """Forget what state has for `keys`; it stays on the platform, which is not asked.

    Raises StateLocked, StateError; AepctlError, or SafetyRefusal where something is open, that
    names all that is in the way.
    """
    keys = tuple(dict.fromkeys(keys))

    def check(state: State) -> None:
        refuse([one for key in keys for one in unusable(environment, key, state)], what="forgotten")

    short = " ".join(keys) if len(keys) <= MAX_UNDONE else f"({len(keys)} keys)"
    run, steps = f"state rm {short}", tuple((key, Forget()) for key in keys)
    state = _do(context, environment, run, check, lambda _: steps, wait=wait, dry_run=dry_run)
    told, undo = [], []
    for key in keys:
        known = state.audiences[key]
        audience_id, what = known.ids.audience_id, "would be" if dry_run else "is"
        told.append(f"`{key}` {what} forgotten; {_what_stays(known)} on the platform")
        undo.append(f"`{environment.command('state', 'resolve', key, '--adopt', audience_id)}`")
    if len(keys) > 1:
        undo = [f"`{environment.command('state', 'resolve')} KEY --adopt ID` for each"]
    next_ = (
        "what the manifests still want of it, the next apply looks for on the platform: what is "
        f"found is adopted, else it is created. To undo: {undo[0]}"
    )
    what = "to be forgotten" if dry_run else "forgotten"
    rows = tuple(_row(key, state.audiences[key]) for key in keys)
    return KeysChanged(_decided(told, next_, what, dry_run=dry_run), rows, dry_run)


def _row(key: str, known: Known) -> dict[str, object]:
    old = None if known.deposed is None else known.deposed.ids.audience_id
    ids, name = known.ids, known.audience.name
    given = {"key": key, "audienceId": ids.audience_id, "id": ids.platform_id, "name": name}
    return {**given, "replaced": old}


def _what_stays(known: Known) -> str:
    """By name and ID; what it took the place of as well, which nobody would delete any more."""
    there = [(known.audience.name, known.ids.audience_id)]
    old = known.deposed
    there += [] if old is None else [(old.audience.name, old.ids.audience_id)]
    named = " and ".join(f"{name!r} ({audience_id})" for name, audience_id in there)
    return f"{named} {'stay' if there[1:] else 'stays'}"


def _do(
    context: Context,
    environment: Environment,
    run: str,
    check: Callable[[State], None],
    steps: Callable[[State], Steps],
    *,
    wait: float,
    dry_run: bool,
) -> State:
    """Do it, or only check whether it can be done; the state as it was."""
    if dry_run:
        state = read_state(context.open_store(environment), environment.target)
        check(state)
        return state
    with session_for(context, environment, run, wait) as session:
        state = session.state
        check(state)
        session.note_all(steps(state))
    return state


def _decided(told: Sequence[str], then: str, what: str, *, dry_run: bool) -> Decided:
    next_ = "nothing was done: this was a dry run" if dry_run else then
    if len(told) == 1:
        return Decided(told[0], next_)
    return Decided(f"{len(told)} keys {what}", next_, tuple(told))
