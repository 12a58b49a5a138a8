"""What is wanted in one environment."""

from aepctl.manifests import Manifests, resolve
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin
from aepctl.model.wants import Moved, Removed, Wants

HERE = Origin("a.yaml", 2, 3)
GOLD = Wanted("gold", Audience("Gold", "agora", "Agora"), HERE)
GIVEN = Wanted("own", Audience("Own", "agora", "Agora"), HERE, "my-id")
MOVED, REMOVED = Moved("loyal", "gold", HERE), Removed("old", delete=True, origin=HERE)


def test_all_that_the_manifests_say() -> None:
    manifests = Manifests((GOLD, GIVEN), (MOVED,), (REMOVED,))
    assert resolve(manifests) == Wants((GOLD, GIVEN), (MOVED,), (REMOVED,))
