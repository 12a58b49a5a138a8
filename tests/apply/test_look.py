"""What is asked of the platform before something is created, and what is not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from plan_samples import NOTHING, POLICY, audience, found, intend, know, there, want

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Audience, Ids, Observed, Wanted
from aepctl.plan.policy import Existing
from aepctl.plan.sides import to_look_up
from aepctl.state.model import Phase, State

GOLD, SILVER = audience("Gold"), audience("Silver")
INACTIVE = (replace(there(SILVER, "id-silver"), lifecycle="inactive"),)
SEEN = (there(GOLD, "id-gold"), there(SILVER, "id-silver"))


class Reader:
    """Has both, and remembers what it was asked."""

    def __init__(self, *, forbidden: bool = False, knows_inactive: bool = True) -> None:
        self._knows_inactive = knows_inactive
        self.asked: list[str] = []
        self._forbidden = forbidden

    def list_all(self) -> tuple[Observed, ...]:
        self.asked.append("everything")
        if self._forbidden:
            raise ListForbidden("these credentials may not list audiences")
        return SEEN

    def list_inactive(self) -> tuple[Observed, ...]:
        self.asked.append("inactive")
        if not self._knows_inactive:
            raise PlatformError("cannot list audiences: 400", hint="run it again")
        return INACTIVE

    def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
        raise AssertionError((audience, audience_id))

    def get(self, ids: Ids) -> Observed | None:
        raise AssertionError(ids)


def looked(
    reader: Reader,
    wanted: Sequence[Wanted],
    state: State = NOTHING,
    existing: Existing = "adopt",
    *,
    client_ids: bool = False,
    yes_create: int | None = None,
    fresh: bool = False,
) -> tuple[Observed, ...] | None:
    policy = replace(POLICY, existing=existing, client_ids=client_ids)
    questions = to_look_up(wanted, state, policy)
    approval = Approval(yes_create=yes_create)
    return look(reader, questions, state, policy, approval, fresh=fresh)


WANTED = want(("gold", GOLD), ("silver", SILVER))
TRIED = found(intents=[intend("gold", GOLD, phase=Phase.ABSENT)])


ANY = found([know("other", audience("Other"))])


@pytest.mark.parametrize("existing", ["adopt", "fail"])
@pytest.mark.parametrize("state", [NOTHING, ANY, TRIED], ids=["empty", "any", "tried"])
def test_the_whole_list_is_read_and_what_it_may_leave_out(existing: Existing, state: State) -> None:
    """State says nothing of it: it may have been lost, and begun anew by a run that died."""
    reader = Reader()
    assert looked(reader, WANTED, state, existing) == (*SEEN, *INACTIVE)
    assert reader.asked == ["everything", "inactive"]


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_unless_nothing_was_ever_created(existing: Existing) -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing=existing, fresh=True) == SEEN
    assert reader.asked == ["everything"]


@pytest.mark.parametrize("existing", ["adopt", "fail"])
def test_which_nobody_can_say_of_what_was_tried(existing: Existing) -> None:
    assert looked(Reader(), WANTED, TRIED, existing, fresh=True) == (*SEEN, *INACTIVE)


def test_a_platform_that_cannot_say_which_are_inactive_is_not_taken_for_one_that_has_none() -> None:
    reader = Reader(knows_inactive=False)
    with pytest.raises(PlatformError, match="inactive audiences are asked for, as") as raised:
        looked(reader, WANTED)
    assert str(raised.value.hint).endswith("`aepctl --env prod apply --fresh`")
    with pytest.raises(PlatformError, match="inactive audiences are asked for, as") as raised:
        looked(reader, WANTED, TRIED)
    assert raised.value.hint == "run it again"


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_nobody_is_asked_where_nothing_is_new(existing: Existing) -> None:
    reader = Reader()
    known = found([know("gold", GOLD), know("silver", SILVER)])
    assert looked(reader, WANTED, known, existing) is None
    assert reader.asked == []


def test_where_existing_ones_are_ignored_nobody_looks_unless_something_was_tried() -> None:
    reader = Reader()
    assert looked(reader, WANTED, ANY, "ignore") == ()
    assert reader.asked == []


def test_what_was_tried_is_looked_for_in_any_spelling() -> None:
    """A search by name would find the one that was sent."""
    reader = Reader()
    known = found([know("other", audience("Other"))], TRIED.intents.values())
    assert looked(reader, WANTED, known, "ignore") == (*SEEN, *INACTIVE)
    assert reader.asked == ["everything", "inactive"]


def test_an_empty_state_is_looked_at_even_where_existing_ones_are_ignored() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore") == (*SEEN, *INACTIVE)
    assert reader.asked == ["everything", "inactive"]


def test_unless_so_many_creates_were_approved() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore", yes_create=2) == ()
    assert reader.asked == []
    assert looked(reader, WANTED, existing="ignore", yes_create=1) == (*SEEN, *INACTIVE)


def test_credentials_that_may_not_list_are_why_existing_ones_are_ignored() -> None:
    assert looked(Reader(forbidden=True), WANTED, existing="ignore") is None
    with pytest.raises(ListForbidden):
        looked(Reader(forbidden=True), WANTED)
