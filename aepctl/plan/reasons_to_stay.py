"""Why what is to be deleted stays, or what goes with it, in words."""

from aepctl.model.audience import Observed
from aepctl.plan.policy import Policy
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


def not_here(policy: Policy, *, deletes: bool) -> str:
    """What becomes of what other environments want, as its block says."""
    word = "delete" if deletes else "retain"
    stays = "" if deletes else "; stays on the platform"
    return f"its block is not for `{policy.environment}`, and says `on_removal: {word}`{stays}"


def protected_elsewhere(policy: Policy) -> str:
    """What other environments want may not be deleted in this one."""
    return (
        f"`prevent_destroy` protects it. To delete it in `{policy.environment}`: let its block be "
        "for that as well, with `prevent_destroy: false`, apply, and take that back then"
    )


def edited_removed(key: str, policy: Policy, keep: str = "put its block back") -> str:
    """It is to be deleted, and is not as it is known. `keep`: how it would stay."""
    stays = "" if policy.destroys else f"; to keep it, {keep}"  # a destroy asks no block
    return (
        "somebody edited it on the platform since aepctl last saw it. To delete it all the same: "
        f"`{policy.overwriting(key)}`{stays}"
    )


def for_others(old: str, new: str, policy: Policy) -> str:
    """What a new key wants is known here under a key that is for other environments."""
    return (
        f"state has this audience as `{old}`, whose block is not for `{policy.environment}`. If "
        f"it is `{new}` there: `{policy.command('state', 'mv', old, new)}`; if `{new}` is another "
        f"one, to be created beside it: `{policy.command('state', 'resolve', new)} --recreate`"
    )


def taken(old: str, key: str, policy: Policy, *, is_wanted: bool) -> str:
    """What a known key is to become is known here under another key, and stays so."""
    forget = f"; or, to have both and forget `{old}`: `{policy.command('state', 'rm', old)}`"
    return (
        f"state has an audience with this name, namespace and originName as `{old}`, which stays "
        f"as it is: there would be two. Let `{old}` be deleted or get another name first, or take "
        f"another one for `{key}`{'' if is_wanted else forget}"
    )
