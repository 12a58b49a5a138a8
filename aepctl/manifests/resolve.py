"""What the manifests ask for in one environment. Pure."""

from aepctl.manifests.reader import Manifests
from aepctl.model.wants import Wants


def resolve(manifests: Manifests) -> Wants:
    """All that is wanted, and how others go on or end; the same in every environment."""
    return Wants(manifests.wanted, manifests.moved, manifests.removed)
