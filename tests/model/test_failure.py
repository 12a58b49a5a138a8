"""Failures in our own words."""

from aepctl.model.audience import Ids
from aepctl.model.failure import Failure, no_platform_id


def test_without_the_platforms_own_id_it_cannot_be_addressed() -> None:
    assert no_platform_id(Ids("A")) == Failure(
        "nothing was sent: the platform's own `id` of A is not known, and there is no other way "
        "to address it"
    )
