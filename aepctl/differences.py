"""Where two nested documents differ. The only importer of deepdiff, and only when they do."""

from typing import Any


def differing_places(one: Any, other: Any) -> tuple[str, ...]:
    """The places of two documents (mappings, lists, plain values) at which they differ, sorted.

    A place is the way to it, such as `audiences.gold.name`. No value is in it: it may be secret.
    """
    if one == other:
        return ()
    from deepdiff import DeepDiff  # noqa: PLC0415 - 0.1 s to import, and documents rarely differ

    # The threshold: however little two documents share, they are compared place by place.
    found = DeepDiff(one, other, view="tree", threshold_to_diff_deeper=0)
    places = {
        ".".join(str(part) for part in difference.path(output_format="list"))
        for differences in found.values()
        for difference in differences
    }
    return tuple(sorted(places))
