"""In which spelling a platform keeps what it is sent: no document promises that it is the same."""

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from aepctl.model.folding import folded

IDENTIFYING = ("name", "namespace", "originName")


def _each(change: Callable[[str], str]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    return lambda given: {**given, **{field: change(given[field]) for field in IDENTIFYING}}


def _kinds(given: Mapping[str, Any]) -> dict[str, Any]:
    """Namespace and origin in capitals, as the platform writes its own: CUSTOM_UPLOAD."""
    return {**given, **{field: given[field].upper() for field in ("namespace", "originName")}}


SPELLINGS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "sent": dict,
    "trimmed": _each(lambda text: " ".join(text.split())),
    "upper": _each(str.upper),
    "lower": _each(str.lower),
    "decomposed": _each(lambda text: unicodedata.normalize("NFD", text)),
    "kinds": _kinds,
    "replaced": lambda given: {**given, "originName": "CUSTOM_UPLOAD"},
    "ascii": _each(lambda text: text.encode("ascii", "ignore").decode()),
}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both are one audience to a platform that is unique without regard to spelling."""
    return all(folded(one[field]) == folded(other[field]) for field in IDENTIFYING)
