"""What is wanted in one environment."""

import pytest

from aepctl.errors import InvalidInput
from aepctl.manifests import Manifests, resolve
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin, Problem

GOLD = Wanted("gold", Audience("Gold", "agora", "Agora"), Origin("a.yaml", 2, 3))
GIVEN = Wanted("own", Audience("Own", "agora", "Agora"), Origin("b.yaml", 1, 1), "my-id")


@pytest.mark.parametrize("client_ids", [True, False])
def test_all_that_the_manifests_ask_for(client_ids: bool) -> None:
    assert resolve(Manifests((GOLD,)), "dev", client_ids=client_ids) == (GOLD,)


def test_ids_may_be_given_where_the_client_gives_them() -> None:
    manifests = Manifests((GOLD, GIVEN), {"b.yaml": "own: here\n"})
    assert resolve(manifests, "dev", client_ids=True) == (GOLD, GIVEN)


def test_ids_may_not_be_given_where_the_platform_makes_them_up() -> None:
    with pytest.raises(InvalidInput) as raised:
        resolve(Manifests((GOLD, GIVEN), {"b.yaml": "own: here\n"}), "dev", client_ids=False)
    assert raised.value.problems == (
        Problem(
            Origin("b.yaml", 1, 1),
            "unused-id",
            "`own` gives an audienceId, but in `dev` the platform does",
            "remove it, or set `audience_ids: client` in aepctl.yaml (revision 3 only)",
            "own: here",
        ),
    )
