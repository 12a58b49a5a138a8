"""What the manifests ask for in one environment. Pure."""

from aepctl.manifests.reader import Manifests
from aepctl.model.audience import Wanted
from aepctl.model.wants import Removed, Wants


def resolve(manifests: Manifests, environment: str) -> Wants:
    """All that is wanted there, with its overrides, and how others go on or end.

    What is said twice of a removed key, in the same words, is there once.
    """
    removed: dict[str, Removed] = {}
    for end in manifests.removed:
        removed.setdefault(end.key, end)
    moved, gone = manifests.moved, tuple(removed.values())
    if not manifests.scopes:
        return Wants(manifests.wanted, moved, gone)
    here: list[Wanted] = []
    elsewhere: list[Wanted] = []
    for one in manifests.wanted:
        scope = manifests.scopes.get(one.key)
        if scope is None:
            here.append(one)
        elif scope.has(environment):
            here.append(scope.within(environment, one))
        else:
            elsewhere.append(one)
    return Wants(tuple(here), moved, gone, tuple(elsewhere))
