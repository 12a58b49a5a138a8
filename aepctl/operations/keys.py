"""state mv and rm: what state has goes to other keys, or is forgotten. The platform is not asked.

All of it or nothing: under one lock, by one write.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.steps import Forget, LocalStep, Move
from aepctl.operations.context import Context
from aepctl.operations.state import Decided, session_for
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import Phase, State
from aepctl.wording import listed

MAX_TROUBLES = 200
MAX_UNDONE = 10
"""For so many the command that undoes it is shown."""
SPARE = "on-its-way"

Steps = tuple[tuple[str, LocalStep], ...]


@dataclass(frozen=True, slots=True)
class Renaming:
    """What `old` has shall be that of `new`; `place` is where a file says so."""

    old: str
    new: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something cannot be done, and what to do; `refused`: a person has to decide first."""

    said: str
    hint: str
    refused: bool = True


def move(
    context: Context,
    environment: Environment,
    renamings: Sequence[Renaming],
    *,
    wait: float = 0.0,
    dry_run: bool = False,
) -> Decided:
    """Give audiences other keys, all at once: `a b b a` exchanges two. The platform knows no keys.

    Raises StateLocked, StateError; AepctlError, or SafetyRefusal where a person has to decide, that
    names all that is in the way.
    """
    pairs = {one.old: one.new for one in renamings}

    def check(state: State) -> None:
        _refuse(tuple(_move_troubles(environment, renamings, state)), "moved")

    words = [word for pair in pairs.items() for word in pair]
    short = " ".join(words) if len(pairs) <= MAX_UNDONE else f"({len(pairs)} pairs)"
    run = f"state mv {short}"
    _do(context, environment, run, check, lambda s: moves(pairs, s), wait=wait, dry_run=dry_run)
    told = [f"`{old}` {'would be' if dry_run else 'is now'} `{new}`" for old, new in pairs.items()]
    back = [word for old, new in pairs.items() for word in (new, old)]
    undo = f"`{environment.command('state', 'mv', *back)}`"
    if len(pairs) > MAX_UNDONE:
        undo = "the same, with OLD and NEW exchanged"
    under = "its new key" if len(pairs) == 1 else "their new keys"
    compared = "it" if len(pairs) == 1 else "them"
    next_ = f"the next plan compares {compared} under {under}. To undo: {undo}"
    return _decided(told, "keys", next_, "to be moved" if dry_run else "moved", dry_run=dry_run)


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


def _move_troubles(
    environment: Environment, renamings: Sequence[Renaming], state: State
) -> Iterator[Trouble]:
    olds, news = Counter(one.old for one in renamings), Counter(one.new for one in renamings)
    for one in renamings:
        at = f"{one.place}: " if one.place else ""
        if olds[one.old] > 1:
            yield Trouble(f"{at}`{one.old}` is moved twice", "keep one of the two", refused=False)
        if news[one.new] > 1:
            said = f"{at}`{one.new}` is the new key of several"
            yield Trouble(said, "give each a key of its own", refused=False)
        for trouble in _unusable(environment, one.old, state):
            yield Trouble(at + trouble.said, trouble.hint, trouble.refused)
        if one.new == one.old:
            yield Trouble(f"{at}`{one.old}` is its new key as well", "leave it out")
        elif one.new in state.audiences and one.new not in olds:
            known = state.audiences[one.new].ids.audience_id
            hint = f"choose another key for `{one.old}`, or move `{one.new}` as well"
            yield Trouble(f"{at}`{one.new}` already has the audienceId {known}", hint)
        if one.new not in olds and _is_open(state, one.new):
            forget = environment.command("state", "resolve", one.new, "--abandon")
            hint = f"apply settles it; to forget it: `{forget}`"
            yield Trouble(f"{at}`{one.new}` has an open intent", hint)


def forget(
    context: Context,
    environment: Environment,
    keys: Sequence[str],
    *,
    wait: float = 0.0,
    dry_run: bool = False,
) -> Decided:
    """Forget what state has for `keys`; it stays on the platform, which is not asked.

    Raises StateLocked, StateError; AepctlError, or SafetyRefusal where something is open, that
    names all that is in the way.
    """
    keys = tuple(dict.fromkeys(keys))

    def check(state: State) -> None:
        _refuse([one for key in keys for one in _unusable(environment, key, state)], "forgotten")

    short = " ".join(keys) if len(keys) <= MAX_UNDONE else f"({len(keys)} keys)"
    run, steps = f"state rm {short}", tuple((key, Forget()) for key in keys)
    state = _do(context, environment, run, check, lambda _: steps, wait=wait, dry_run=dry_run)
    told, undo = [], []
    for key in keys:
        known = state.audiences[key]
        audience_id, what = known.ids.audience_id, "would be" if dry_run else "is"
        name = known.audience.name
        told.append(f"`{key}` {what} forgotten; {name!r} ({audience_id}) stays on the platform")
        undo.append(f"`{environment.command('state', 'resolve', key, '--adopt', audience_id)}`")
    if len(keys) > 1:
        undo = [f"`{environment.command('state', 'resolve')} KEY --adopt ID` for each"]
    next_ = (
        "what the manifests still want of it, the next apply looks for on the platform: what is "
        f"found is adopted, else it is created. To undo: {undo[0]}"
    )
    what = "to be forgotten" if dry_run else "forgotten"
    return _decided(told, "keys", next_, what, dry_run=dry_run)


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


def _decided(told: Sequence[str], things: str, then: str, what: str, *, dry_run: bool) -> Decided:
    next_ = "nothing was done: this was a dry run" if dry_run else then
    if len(told) == 1:
        return Decided(told[0], next_)
    return Decided(f"{len(told)} {things} {what}", next_, tuple(told))


def _unusable(environment: Environment, key: str, state: State) -> Iterator[Trouble]:
    """Why what state has for this key cannot go, if so."""
    if key not in state.audiences:
        error = no_such_key(environment, key, state)
        yield Trouble(error.message, str(error.hint), refused=False)
    elif _is_open(state, key):
        hint = f"`{environment.command('apply')}` settles it first"
        yield Trouble(f"`{key}` has an open intent", hint)


def _is_open(state: State, key: str) -> bool:
    intent = state.intent_of(key)
    return intent is not None and intent.phase is Phase.OPEN


def no_such_key(environment: Environment, key: str, state: State) -> AepctlError:
    """State has no audience under this key, but perhaps one under a key that is like it."""
    said = f"no audience `{key}` in the state {environment.state}"
    if state.intent_of(key) is not None:
        listing = environment.command("state", "intents")
        return AepctlError(f"{said}, only an attempt to create it", hint=f"see `{listing}`")
    keys = [*state.audiences, *(one.key for one in state.intents.values())]
    close = get_close_matches(key, keys, n=1)
    if close:
        return AepctlError(said, hint=f"did you mean `{close[0]}`?")
    there = f"its keys are {listed(sorted(keys))}" if keys else "it knows no audience"
    return AepctlError(said, hint=f"{there}; see `{environment.command('state', 'list')}`")


def _refuse(troubles: Sequence[Trouble], what: str) -> None:
    """Raise for all of these together, if there are any."""
    troubles = tuple(dict.fromkeys(troubles))
    if not troubles:
        return
    kind = SafetyRefusal if any(one.refused for one in troubles) else AepctlError
    first = troubles[0]
    if len(troubles) == 1:
        raise kind(first.said, hint=first.hint)
    lines = [f"{one.said}: {one.hint}" for one in troubles[:MAX_TROUBLES]]
    more = len(troubles) - len(lines)
    lines += [f"and {more} more"] if more else []
    raise kind("\n".join([f"nothing was {what}: {len(troubles)} problems", *lines]))
