"""What a look says of a create of unknown outcome."""

from collections.abc import Sequence

from fakes import AT, audience
from plan_samples import there

from aepctl.aep.verdicts import Unknown, Verdict
from aepctl.apply.looking import Look
from aepctl.apply.refusals import ENOUGH, Refusals
from aepctl.model.audience import Audience, Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import Create
from aepctl.state.model import Intent

GOLD = Create(audience("Gold"))
INTENT = Intent("i-1", "run-1", "gold", GOLD, AT)


class Listing:
    """A platform that has these."""

    def __init__(self, *listed: Observed) -> None:
        self.listed = listed

    def list_all(self) -> tuple[Observed, ...]:
        return self.listed

    def list_inactive(self) -> tuple[Observed, ...]:
        return ()

    def search(self, wanted: Audience, audience_id: str | None) -> Sequence[Observed]:
        raise AssertionError("nothing is searched one by one here")


def test_an_owner_of_another_name_is_found_behind_those_that_are_in_order() -> None:
    """Behind one of its own key, and one of a key that was not known before this run."""
    listing = Listing(*(there(audience("Gold"), one, None) for one in ("A-1", "A-2", "A-3")))
    owners = {"A-1": "gold", "A-2": "new", "A-3": "silver"}
    known = {
        "gold": Known(audience("Other"), Ids("A-1")),
        "silver": Known(audience("Silver"), Ids("A-3")),
    }
    look = Look(listing, [INTENT], owners.get, known)
    assert look.contested(INTENT, GOLD) == ("silver", listing.listed[2])


def moved(status: int) -> Verdict:
    return Unknown(Failure("moved", status=status))


def test_every_redirect_is_one_from_the_first_status_on() -> None:
    for status in (300, 308, 399):
        refusals = Refusals()
        said = [refusals.heed(GOLD, moved(status), lambda _: None) for _ in range(ENOUGH)]
        assert said[:-1] == [None] * (ENOUGH - 1)
        assert said[-1] == f"the platform redirects every request alike: {status}: moved"
    assert [Refusals().heed(GOLD, moved(299), lambda _: None)] == [None]
