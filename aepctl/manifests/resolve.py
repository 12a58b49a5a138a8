"""What the manifests ask for in one environment. Pure."""

from aepctl.errors import InvalidInput
from aepctl.manifests.reader import Manifests, with_source
from aepctl.manifests.rules import unused_ids
from aepctl.model.audience import Wanted


def resolve(manifests: Manifests, environment: str, *, client_ids: bool) -> tuple[Wanted, ...]:
    """All that is wanted in `environment`, in the order of the manifests.

    `client_ids`: manifests may give an `audienceId` there. Raises InvalidInput where they do and
    may not.
    """
    if not client_ids:
        problems = list(with_source(unused_ids(manifests.wanted, environment), manifests.texts))
        if problems:
            raise InvalidInput(problems)
    return manifests.wanted
