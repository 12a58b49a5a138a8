"""The IDs that aepctl makes up where the client does."""

from itertools import product
from uuid import UUID

from aepctl.plan.ids import computed_id


def test_an_id_is_the_same_in_every_run_and_version() -> None:
    assert computed_id("ORG@AdobeOrg", "prod", "gold") == "0d40030f-6a13-5c8b-88af-0e08ede7e0b4"


def test_organisation_sandbox_and_key_decide_it() -> None:
    ids = {computed_id(*parts) for parts in product(("o", "p"), ("dev", "prod"), ("gold", "Gold"))}
    assert len(ids) == 8
    assert all(UUID(one).version == 5 for one in ids)
