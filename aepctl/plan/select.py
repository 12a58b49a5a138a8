"""--target: which keys a command is about."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from aepctl.errors import NoSuchTarget
from aepctl.wording import listed


def selected(
    keys: Iterable[str],
    targets: Sequence[str],
    elsewhere: Iterable[str],
    *,
    may_miss: bool,
) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """The keys that are a target or match one as a pattern; None where there are no targets.

    And the targets that match nothing. Raises NoSuchTarget for one, unless they `may_miss`.
    `elsewhere`: keys that only other environments have.
    """
    if not targets:
        return None, ()
    keys = list(dict.fromkeys(keys))
    chosen: set[str] = set()
    missed: list[str] = []
    for target in targets:
        matching = [key for key in keys if is_target(key, (target,))]
        if not matching and may_miss:
            missed.append(target)
        elif not matching:
            others = [key for key in elsewhere if is_target(key, (target,))]
            hint = f"{listed(others)}: only for other environments, as the manifests say"
            said = f"no audience matches --target {target!r}"
            raise NoSuchTarget(said, hint=hint if others else _hint(target, keys))
        chosen.update(matching)
    return frozenset(chosen), tuple(missed)


def is_target(key: str, targets: Iterable[str]) -> bool:
    """Whether the key is one of the targets, or matches one as a pattern."""
    return any(key == target or fnmatchcase(key, target) for target in targets)


def _hint(target: str, keys: Sequence[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

    close = get_close_matches(target, keys, n=1)
    if close:
        return f"did you mean {close[0]}?"
    if keys:
        return f"the keys are {listed(keys)}"
    return "there are no audiences in the manifests or the state"
