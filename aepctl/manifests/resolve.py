"""What the manifests ask for in one environment. Pure."""

from aepctl.manifests.reader import Manifests
from aepctl.model.wants import Removed, Wants


def resolve(manifests: Manifests) -> Wants:
    """All that is wanted, and how others go on or end; the same in every environment.

    What is said twice of a removed key, in the same words, is there once.
    """
    removed: dict[str, Removed] = {}
    for one in manifests.removed:
        removed.setdefault(one.key, one)
    return Wants(manifests.wanted, manifests.moved, tuple(removed.values()))
