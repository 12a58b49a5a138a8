"""Why keys of the state cannot be moved or forgotten: all that is in the way. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.audience import Known
from aepctl.project.environment import Environment
from aepctl.state.model import Phase, State
from aepctl.wording import listed

MAX_TROUBLES = 200


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
    code: str = "key-in-the-way"


def move_troubles(
    environment: Environment, renamings: Sequence[Renaming], state: State
) -> Iterator[Trouble]:
    """Why these pairs cannot be moved, if so."""
    olds, news = Counter(one.old for one in renamings), Counter(one.new for one in renamings)
    for one in renamings:
        at = f"{one.place}: " if one.place else ""
        if olds[one.old] > 1:
            yield Trouble(
                f"{at}`{one.old}` is moved twice",
                "keep one of the two",
                refused=False,
                code="moves-file",
            )
        if news[one.new] > 1:
            said = f"{at}`{one.new}` is the new key of several"
            yield Trouble(said, "give each a key of its own", refused=False, code="moves-file")
        for trouble in unusable(environment, one.old, state):
            yield Trouble(at + trouble.said, trouble.hint, trouble.refused, trouble.code)
        if one.new == one.old:
            yield Trouble(f"{at}`{one.old}`: OLD and NEW are the same key", "leave it out")
        elif one.new in state.audiences and one.new not in olds:
            yield _taken(environment, one, state.audiences[one.new], at)
        if one.new not in olds and _is_open(state, one.new):
            forget = environment.command("state", "resolve", one.new, "--abandon")
            hint = f"`{environment.command('apply')}` settles it; to forget it: `{forget}`"
            yield Trouble(f"{at}`{one.new}` has an open intent", hint, code="open-intent")


def _taken(environment: Environment, one: Renaming, known: Known, at: str) -> Trouble:
    said, hint = f"{at}`{one.new}` already has the audienceId {known.ids.audience_id}", ""
    if known.retained:
        said += ", which is retained"
        hint = f"; to forget that: `{environment.command('state', 'rm', one.new)}`"
    return Trouble(said, f"choose another key for `{one.old}`, or move `{one.new}` as well{hint}")


def unusable(environment: Environment, key: str, state: State) -> Iterator[Trouble]:
    """Why what state has for this key cannot go, if so."""
    if key not in state.audiences:
        error = no_such_key(environment, key, state)
        yield Trouble(error.message, str(error.hint), refused=False, code=error.code)
    elif _is_open(state, key):
        hint = f"`{environment.command('apply')}` settles it first"
        yield Trouble(f"`{key}` has an open intent", hint, code="open-intent")


def _is_open(state: State, key: str) -> bool:
    intent = state.intent_of(key)
    return intent is not None and intent.phase is Phase.OPEN


def no_such_key(environment: Environment, key: str, state: State) -> AepctlError:
    """State has no audience under this key, but perhaps one under a key that is like it."""
    said = f"no audience `{key}` in the state {environment.state}"
    if state.intent_of(key) is not None:
        listing = environment.command("state", "intents")
        return AepctlError(
            f"{said}, only an attempt to create it", hint=f"see `{listing}`", code="no-such-key"
        )
    keys = [*state.audiences, *(one.key for one in state.intents.values())]
    close = get_close_matches(key, keys, n=1)
    if close:
        return AepctlError(said, hint=f"did you mean `{close[0]}`?", code="no-such-key")
    there = f"its keys are {listed(sorted(keys))}" if keys else "it knows no audience"
    return AepctlError(
        said, hint=f"{there}; see `{environment.command('state', 'list')}`", code="no-such-key"
    )


def refuse(troubles: Sequence[Trouble], what: str) -> None:
    """Raise for all of these together, if there are any."""
    troubles = tuple(dict.fromkeys(troubles))
    if not troubles:
        return
    kind = SafetyRefusal if any(one.refused for one in troubles) else AepctlError
    first = troubles[0]
    if len(troubles) == 1:
        raise kind(first.said, hint=first.hint, code=first.code)
    lines = [f"{one.said}: {one.hint}" for one in troubles[:MAX_TROUBLES]]
    more = len(troubles) - len(lines)
    lines += [f"and {more} more"] if more else []
    said = f"nothing was {what}: {len(troubles)} problems"
    raise kind("\n".join([said, *lines]), code=first.code)
