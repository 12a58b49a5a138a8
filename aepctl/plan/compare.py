"""Which fields of an audience differ. The only importer of deepdiff, and only when one does."""

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
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.1 s to import; most plans never need it

    sides = {STATE: known, PLATFORM: observed, MANIFEST: wanted}
    before, seen, after = (one.fields() if one is not None else {} for one in sides.values())
    differing: set[str] = set()
    for one in given[1:]:
        # The threshold: however few fields two sides share, they are compared field by field.
        found = DeepDiff(given[0].fields(), one.fields(), view="tree", threshold_to_diff_deeper=0)
        differing |= {
            difference.path(output_format="list")[0]
            for differences in found.values()
            for difference in differences
        }
    compared = frozenset(name for name, one in sides.items() if one is not None)
    return tuple(
        FieldDiff(field, before.get(field), seen.get(field), after.get(field), compared)
        for field in sorted(differing, key=FIELD_NAMES.index)
    )
