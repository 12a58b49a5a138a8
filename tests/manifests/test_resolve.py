"""What is wanted in one environment."""

from dataclasses import replace

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
    assert resolve(manifests, "prod") == Wants((GOLD, GIVEN), (MOVED,), (REMOVED,))


def test_what_is_said_twice_of_a_removed_key_is_there_once() -> None:
    again, other = replace(REMOVED, origin=Origin("b.yaml", 1, 1)), replace(REMOVED, key="other")
    assert resolve(Manifests(removed=(REMOVED, other, again)), "prod").removed == (REMOVED, other)
