"""Why what is to be deleted stays, or what goes with it, in words."""

from aepctl.model.audience import Observed
from aepctl.wording import listed

GUARDED = "`prevent_destroy` protects it: apply `prevent_destroy: false` first"


def dependents(found: Observed) -> str:
    """What is to be deleted is a part of others, as far as the platform says."""
    on = listed(found.dependents)
    return f"other audiences depend on it: {on}. Delete or change those first"


def with_old(audience_id: str) -> str:
    """What it took the place of goes with it."""
    return f"with {audience_id}, whose place it took, and which was still to be deleted"


def ends_first(old: str) -> str:
    """What a key that the manifests end is known as is wanted under a new one."""
    return (
        f"state has this audience as `{old}`, which `removed:` ends: once that is done, plan "
        "again. If it was renamed, replace that line by one under `moved:`"
    )
