"""state list and show: what state knows. Offline, and without its lock."""

from collections.abc import Iterable, Sequence

from aepctl.operations.context import Context
from aepctl.operations.keytroubles import no_such_key
from aepctl.plan.select import is_target
from aepctl.project.environment import Environment
from aepctl.render.known import Knowledge, KnownKey
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase, State


def listing(context: Context, environment: Environment, patterns: Sequence[str] = ()) -> Knowledge:
    """All keys, or those that are one of the patterns or match one.

    Raises StateError; AepctlError for a pattern that matches none.
    """
    state = _read(context, environment)
    keys = _keys(state)
    for pattern in patterns:
        if not any(is_target(key, (pattern,)) for key in keys):
            raise no_such_key(environment, pattern, state)
    chosen = (key for key in keys if not patterns or is_target(key, patterns))
    return _knowledge(environment, state, chosen)


def showing(context: Context, environment: Environment, key: str) -> Knowledge:
    """What state has for one key. Raises StateError; AepctlError where it has nothing."""
    state = _read(context, environment)
    if key not in _keys(state):
        raise no_such_key(environment, key, state)
    return _knowledge(environment, state, [key])


def _read(context: Context, environment: Environment) -> State:
    return read_state(context.open_store(environment), environment.target)


def _keys(state: State) -> list[str]:
    return sorted({*state.audiences, *(one.key for one in state.intents.values())})


def _knowledge(environment: Environment, state: State, keys: Iterable[str]) -> Knowledge:
    intents = intents_by_key(state)
    known = tuple(
        KnownKey(key, state.audiences.get(key), tuple(intents.get(key, ()))) for key in keys
    )
    return Knowledge(environment.name, environment.target, state.serial, known, state.runs)


def intents_by_key(state: State) -> dict[str, list[Intent]]:
    """The intents of each key that has some, open ones first."""
    intents: dict[str, list[Intent]] = {}
    for intent in sorted(state.intents.values(), key=lambda one: one.phase is not Phase.OPEN):
        intents.setdefault(intent.key, []).append(intent)
    return intents
