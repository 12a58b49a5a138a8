"""Keys for audiences that have none: readable, and the same on every run. Pure."""

import hashlib
import re
from collections.abc import Collection, Iterable

from aepctl.manifests.latin import latin
from aepctl.model.audience import Observed

LONGEST = 64
"""Characters of a name that become its key; a key may have 128."""
LENGTHS = (6, 8, 12, 16, 64)
"""So many digits of an audienceId's digest tell apart what has one name."""


def slug(text: str) -> tuple[str, bool]:
    """The text as small letters, digits and hyphens, and whether none of its letters is missing."""
    ascii_text, whole = latin(text)
    words = "-".join(re.findall("[a-z0-9]+", ascii_text))
    if len(words) > LONGEST:
        start, _, _ = words[: LONGEST + 1].rpartition("-")
        words = start or words[:LONGEST]
    return words, whole


def keys_of(there: Iterable[Observed], taken: Collection[str]) -> dict[str, str]:
    """A key for each audienceId, made of its name; none is `taken`.

    The order of `there` does not matter. Of several with one name the oldest has its plain form, so
    that one which is made later renames none; what is left of a name in other letters is never
    alone a key. Those get a digest of their audienceId.
    """
    used = set(taken)
    keys: dict[str, str] = {}
    for one in sorted(there, key=_age):
        audience_id = one.ids.audience_id
        if audience_id not in keys:
            keys[audience_id] = _free(one.audience.name, audience_id, used)
            used.add(keys[audience_id])
    return keys


def stem_of(text: str) -> str:
    """A name for files, of a namespace or an originName."""
    base, whole = slug(text)
    return base if base and whole else f"{base or 'audiences'}-{digest(text)[: LENGTHS[0]]}"


def digest(text: str) -> str:
    """What tells texts apart that are alike in plain letters."""
    return hashlib.sha256(text.encode()).hexdigest()


def _free(name: str, audience_id: str, used: Collection[str]) -> str:
    base, whole = slug(name)
    if base and whole and base not in used:
        return base
    forms = (f"{base or 'audience'}-{digest(audience_id)[:length]}" for length in LENGTHS)
    return next(form for form in forms if form not in used)


def _age(one: Observed) -> tuple[bool, float, str]:
    return one.created is None, one.created or 0.0, one.ids.audience_id
