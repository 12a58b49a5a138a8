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
        self.asked.append(f"{audience.name} {audience_id}")
        return tuple(one for one in SEEN if one.audience == audience) * 2

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
def test_the_whole_list_is_read_once_where_anything_is_new(existing: Existing) -> None:
    reader = Reader()
    assert looked(reader, WANTED, ANY, existing) == SEEN
    assert reader.asked == ["everything"]


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_where_state_is_empty_inactive_ones_are_asked_for_as_well(existing: Existing) -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing=existing) == (*SEEN, *INACTIVE)
    assert reader.asked == ["everything", "inactive"]


@pytest.mark.parametrize("existing", ["adopt", "fail"])
def test_so_they_are_where_an_earlier_attempt_may_have_made_one(existing: Existing) -> None:
    reader = Reader()
    tried = found([know("other", audience("Other"))], [intend("gold", GOLD, phase=Phase.ABSENT)])
    assert looked(reader, WANTED, tried, existing) == (*SEEN, *INACTIVE)


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_unless_nothing_was_ever_created(existing: Existing) -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing=existing, fresh=True) == SEEN
    assert reader.asked == ["everything"]


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


def test_where_existing_ones_are_ignored_only_what_was_tried_is_searched_for() -> None:
    reader = Reader()
    known = found([know("other", audience("Other"))], TRIED.intents.values())
    assert looked(reader, WANTED, known, "ignore") == (SEEN[0],)
    assert reader.asked == ["Gold None"]


def test_it_is_searched_for_by_the_id_that_the_client_would_give() -> None:
    reader = Reader()
    known = found([know("other", audience("Other"))], TRIED.intents.values())
    looked(reader, WANTED, known, "ignore", client_ids=True)
    assert reader.asked == ["Gold ebdc4df0-e7e4-59a0-8123-47408a84e000"]


def test_an_empty_state_is_looked_at_even_where_existing_ones_are_ignored() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore") == (*SEEN, *INACTIVE)
    assert reader.asked == ["everything", "inactive"]


def test_unless_so_many_creates_were_approved() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore", yes_create=2) == ()
    assert looked(reader, WANTED, TRIED, "ignore", yes_create=2) == (SEEN[0],)
    assert reader.asked == ["Gold None"]
    assert looked(reader, WANTED, existing="ignore", yes_create=1) == (*SEEN, *INACTIVE)


def test_credentials_that_may_not_list_are_why_existing_ones_are_ignored() -> None:
    assert looked(Reader(forbidden=True), WANTED, existing="ignore") is None
    with pytest.raises(ListForbidden):
        looked(Reader(forbidden=True), WANTED)
