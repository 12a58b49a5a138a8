"""Which fields of an audience differ. The only importer of deepdiff, and only when one does."""

from aepctl.model.audience import FIELD_NAMES, Audience
from aepctl.plan.plan import FieldDiff


def field_diffs(
    wanted: Audience, *, known: Audience | None = None, observed: Audience | None = None
) -> tuple[FieldDiff, ...]:
    """The fields that are wanted otherwise than known, or than observed where nothing is known.

    In the order of FIELDS. Each shows all the sides that are given.
    """
    before = observed if known is None else known
    if before is None or before == wanted:
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.1 s to import; most plans never need it

    sides = [one.fields() if one is not None else {} for one in (known, observed, wanted)]
    # The threshold: however few fields two sides share, they are compared field by field.
    found = DeepDiff(before.fields(), sides[2], view="tree", threshold_to_diff_deeper=0)
    differing = {
        difference.path(output_format="list")[0]
        for differences in found.values()
        for difference in differences
    }
    return tuple(
        FieldDiff(field, *(side.get(field) for side in sides))
        for field in sorted(differing, key=FIELD_NAMES.index)
    )
