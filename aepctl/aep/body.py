"""The JSON of an answer's body, and where it says two things at once. Pure."""

import json
from collections import Counter
from typing import Any


class TwoFold(dict[str, Any]):
    """An object in which names stand twice: which of their values counts is up to the reader."""

    twice: frozenset[str]


def read_json(body: bytes) -> Any:
    """What the body says; objects that contradict themselves are TwoFold. Raises ValueError."""
    try:
        return json.loads(body, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_plain_json(body: bytes, *within: str) -> Any:
    """As `read_json`, but what is TwoFold, or has that `within` it, is a ValueError as well."""
    data = read_json(body)
    inner = [data.get(name) for name in within] if isinstance(data, dict) else []
    if any(isinstance(one, TwoFold) for one in (data, *inner)):
        raise ValueError("a name stands twice in one object")
    return data


def twice(data: object) -> frozenset[str]:
    """The names that stand twice in this object."""
    return data.twice if isinstance(data, TwoFold) else frozenset()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    two_fold = TwoFold(found)
    two_fold.twice = frozenset(
        name for name, often in Counter(n for n, _ in pairs).items() if often > 1
    )
    return two_fold
