"""Which fields of an audience differ."""

from aepctl.model.audience import FIELD_NAMES, Audience
from aepctl.plan.plan import MANIFEST, PLATFORM, STATE, FieldDiff


def field_diffs(
    wanted: Audience | None, *, known: Audience | None = None, observed: Audience | None = None
) -> tuple[FieldDiff, ...]:
    """The fields in which the sides that are given differ, in the order of FIELDS.

    Each shows all the sides.
    """
    given = [one for one in (known, observed, wanted) if one is not None]
    if all(one == given[0] for one in given):
        return ()
    sides = {STATE: known, PLATFORM: observed, MANIFEST: wanted}
    before, seen, after = (one.fields() if one is not None else {} for one in sides.values())
    compared = frozenset(name for name, one in sides.items() if one is not None)
    texts = [one.fields() for one in given]
    return tuple(
        FieldDiff(field, before.get(field), seen.get(field), after.get(field), compared)
        for field in FIELD_NAMES
        if any(one.get(field) != texts[0].get(field) for one in texts[1:])
    )
