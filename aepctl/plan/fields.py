"""Which fields of an audience differ. The only importer of deepdiff, and only when one does."""

from collections.abc import Mapping

from aepctl.plan.changes import FieldChange

ORDER = ("name", "description", "namespace", "originName")


def field_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FieldChange, ...]:
    """The differing fields in the seed document's order."""
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.1 s to import; most plans never need it

    found = DeepDiff(dict(before), dict(after), view="tree", threshold_to_diff_deeper=0)
    fields = {
        difference.path(output_format="list")[0]
        for differences in found.values()
        for difference in differences
    }
    return tuple(
        FieldChange(field, before.get(field), after.get(field))
        for field in sorted(fields, key=ORDER.index)
    )
