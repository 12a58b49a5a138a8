"""What is asked of the platform before something is created, and what is not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import NOTHING, POLICY, audience, found, intend, know, there, want

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Audience, Ids, Known, Observed, Wanted
from aepctl.model.wants import Wants
from aepctl.plan.policy import Existing
from aepctl.plan.questions import to_look_up
from aepctl.plan.seen import Seen
from aepctl.state.model import Phase, State

GOLD, SILVER = audience("Gold"), audience("Silver")
INACTIVE = (replace(there(SILVER, "id-silver"), lifecycle="inactive"),)
BRONZE = there(audience("Bronze"), "id-bronze")
"""No list shows it."""
SEEN = (there(GOLD, "id-gold"), there(SILVER, "id-silver"))


class Reader:
    """Has both, and remembers what it was asked."""

    def __init__(
        self,
        *,
        forbidden: bool = False,
        knows_inactive: bool = True,
        lists: tuple[Observed, ...] = (),
    ) -> None:
        self._knows_inactive = knows_inactive
        self.lists = lists
        self.asked: list[str] = []
        self._forbidden = forbidden

    @property
    def looked(self) -> list[str]:
        """The lists that it was asked for; what is read by itself is told below."""
        return [one for one in self.asked if not one.startswith("get")]

    def list_all(self) -> tuple[Observed, ...]:
        self.asked.append("everything")
        if self._forbidden:
            raise ListForbidden("these credentials may not list audiences")
        return (*SEEN, *self.lists)

    def list_inactive(self) -> tuple[Observed, ...]:
        self.asked.append("inactive")
        if not self._knows_inactive:
            raise PlatformError("cannot list audiences: 400", hint="run it again")
        return INACTIVE

    def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
        raise AssertionError((audience, audience_id))

    def get(self, ids: Ids) -> Observed | None:
        self.asked.append(f"get {ids.platform_id}")
        return next((one for one in (*SEEN, BRONZE) if one.ids == ids), None)

    def get_many(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        self.asked.append(f"{len(ids)} at once")
        return {one.audience_id: self.get(one) for one in ids}

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        self.asked.append(f"find {audience_id}")
        return tuple(one for one in (*SEEN, BRONZE) if one.ids.audience_id == audience_id)


def seen(
    reader: Reader,
    wanted: Sequence[Wanted],
    state: State = NOTHING,
    existing: Existing = "adopt",
    *,
    yes_create: int | None = None,
    fresh: bool = False,
    refresh: bool = False,
) -> Seen | None:
    policy = replace(POLICY, existing=existing, refresh=refresh)
    questions = to_look_up(Wants(tuple(wanted)), state, policy)
    approval = Approval(yes_create=yes_create)
    return look(reader, questions, state, policy, approval, fresh=fresh)


def looked(
    reader: Reader,
    wanted: Sequence[Wanted],
    state: State = NOTHING,
    existing: Existing = "adopt",
    **how: Any,
) -> tuple[Observed, ...] | None:
    """What is found of what is to be created."""
    found = seen(reader, wanted, state, existing, **how)
    return None if found is None else found.found


WANTED = want(("gold", GOLD), ("silver", SILVER))
TRIED = found(intents=[intend("gold", GOLD, phase=Phase.ABSENT)])


ANY = found([know("other", audience("Other"))])


@pytest.mark.parametrize("existing", ["adopt", "fail"])
@pytest.mark.parametrize("state", [NOTHING, ANY, TRIED], ids=["empty", "any", "tried"])
def test_the_whole_list_is_read_and_what_it_may_leave_out(existing: Existing, state: State) -> None:
    """State says nothing of it: it may have been lost, and begun anew by a run that died."""
    reader = Reader()
    assert looked(reader, WANTED, state, existing) == (*SEEN, *INACTIVE)
    assert reader.looked == ["everything", "inactive"]


@pytest.mark.parametrize("existing", ["adopt", "fail", "ignore"])
def test_unless_nothing_was_ever_created(existing: Existing) -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing=existing, fresh=True) == SEEN
    assert reader.looked == ["everything"]


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
    assert reader.looked == []


def test_where_existing_ones_are_ignored_nobody_looks_unless_something_was_tried() -> None:
    reader = Reader()
    assert looked(reader, WANTED, ANY, "ignore") == ()
    assert reader.looked == []


def test_what_was_tried_is_looked_for_in_any_spelling() -> None:
    """A search by name would find the one that was sent."""
    reader = Reader()
    known = found([know("other", audience("Other"))], TRIED.intents.values())
    assert looked(reader, WANTED, known, "ignore") == (*SEEN, *INACTIVE)
    assert reader.looked == ["everything", "inactive"]


def test_an_empty_state_is_looked_at_even_where_existing_ones_are_ignored() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore") == (*SEEN, *INACTIVE)
    assert reader.looked == ["everything", "inactive"]


def test_unless_so_many_creates_were_approved() -> None:
    reader = Reader()
    assert looked(reader, WANTED, existing="ignore", yes_create=2) == ()
    assert reader.looked == []
    assert looked(reader, WANTED, existing="ignore", yes_create=1) == (*SEEN, *INACTIVE)


def test_credentials_that_may_not_list_are_why_existing_ones_are_ignored() -> None:
    assert looked(Reader(forbidden=True), WANTED, existing="ignore") is None
    with pytest.raises(ListForbidden):
        looked(Reader(forbidden=True), WANTED)


# What is known


def known(key: str, one: Audience, audience_id: str, **fields: Any) -> tuple[str, Known]:
    return key, Known(one, Ids(audience_id, f"p-{audience_id}"), **fields)


def test_what_would_be_changed_is_read_by_itself_and_the_rest_is_not() -> None:
    reader = Reader()
    state = found([known("gold", audience("Dull"), "id-gold"), known("silver", SILVER, "id-s")])
    assert seen(reader, WANTED, state) == Seen((SEEN[0],))
    assert reader.asked == ["get p-id-gold"]


def test_what_is_gone_is_told_from_what_is_there() -> None:
    reader = Reader()
    state = found([known("gold", audience("Dull"), "gone"), known("silver", SILVER, "id-s")])
    assert seen(reader, WANTED, state) == Seen((), {"gone": None})


def test_beside_what_is_to_be_created_it_counts_as_it_was_read() -> None:
    """A list may lag behind an edit: what was read by itself is newer."""
    reader = Reader()
    state = found([known("gold", audience("Dull"), "id-gold")])
    assert seen(reader, WANTED, state) == Seen((SEEN[1], *INACTIVE, SEEN[0]))
    assert reader.asked == ["everything", "inactive", "get p-id-gold", "get p-id-silver"]


def test_where_everything_is_refreshed_the_list_says_most_of_it() -> None:
    reader = Reader()
    state = found([known("gold", GOLD, "id-gold"), known("bronze", BRONZE.audience, "gone")])
    shown = seen(reader, WANTED[:1], state, refresh=True)
    assert shown is not None
    assert SEEN[0] in shown.found
    assert dict(shown.gone) == {"gone": None}
    assert reader.asked == ["everything", "inactive", "get p-gone"]


def test_what_a_manifest_names_is_found_where_no_list_shows_it() -> None:
    reader = Reader()
    named = replace(want(("bronze", BRONZE.audience))[0], audience_id="id-bronze")
    assert looked(reader, [named]) == (*SEEN, *INACTIVE, BRONZE)
    assert reader.looked[-1] == "find id-bronze"
    named = replace(named, audience_id="id-gold")
    reader = Reader()
    looked(reader, [named])
    assert reader.looked == ["everything", "inactive"]


def test_what_would_be_adopted_is_read_by_its_own_id_lists_show_what_was_deleted() -> None:
    deleted = there(audience("Zinc"), "id-zinc")
    for there_ in (Reader(lists=(deleted,)), Reader()):
        found = seen(there_, want(("zinc", deleted.audience), ("gold", GOLD)))
        assert found is not None
        assert found.denied == ({"id-zinc"} if there_.lists else set())
    reader = Reader(lists=(deleted,))
    seen(reader, want(("zinc", deleted.audience)))
    assert reader.asked == ["everything", "inactive", "get p-id-zinc"]
    reader = Reader(lists=(deleted,))
    (named,) = want(("lead", audience("Lead")))
    found = seen(reader, [replace(named, audience_id="id-zinc")])
    assert found is not None
    assert found.denied == {"id-zinc"}


def test_where_its_id_was_given_again_only_the_new_one_counts() -> None:
    """Where clients give IDs: one was deleted, another was made under its audienceId."""
    deleted = replace(SEEN[0], ids=Ids("id-gold", "p-deleted"))
    found = seen(Reader(lists=(deleted,)), WANTED[:1])
    assert found is not None
    assert (deleted in found.found, SEEN[0] in found.found) == (False, True)
    assert found.denied == set()
