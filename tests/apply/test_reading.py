"""What is known is read: as it is there, surely gone, or not found, which proves nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest
from fakes import audience

from aepctl.apply.reading import FEW, confirmed, read_known
from aepctl.model.audience import Deposed, Ids, Known, Observed
from aepctl.plan.seen import Seen


def ids(number: int, *, addressed: bool = True) -> Ids:
    return Ids(f"A{number}", f"P{number}" if addressed else None)


def know(number: int, *, addressed: bool = True) -> Known:
    return Known(audience(f"N{number}"), ids(number, addressed=addressed))


def there(number: int, lifecycle: str | None = None) -> Observed:
    return Observed(audience(f"N{number}"), ids(number), lifecycle=lifecycle)


class Reader:
    """Has these, and remembers what it was asked."""

    def __init__(
        self,
        has: Iterable[Observed] = (),
        inactive: Iterable[Observed] = (),
        silent: Iterable[str] = (),
    ) -> None:
        self._has = tuple(has)
        self._inactive = tuple(inactive)
        self._silent = set(silent)
        self.asked: list[str] = []

    def list_all(self) -> tuple[Observed, ...]:
        self.asked.append("everything")
        return self._has

    def list_inactive(self) -> tuple[Observed, ...]:
        self.asked.append("inactive")
        return self._inactive

    def search(self, *_: object) -> tuple[Observed, ...]:
        raise AssertionError

    def get(self, ids: Ids) -> Observed | None:
        self.asked.append(f"get {ids.platform_id}")
        return self._with(ids)

    def get_many(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        """It says nothing of some."""
        self.asked.append(f"{len(ids)} at once")
        return {
            one.audience_id: self._with(one) for one in ids if one.audience_id not in self._silent
        }

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        self.asked.append(f"find {audience_id}")
        return tuple(one for one in self._has if one.ids.audience_id == audience_id)

    def _with(self, ids: Ids) -> Observed | None:
        return next((one for one in self._has if one.ids == ids), None)


def test_few_are_read_one_by_one() -> None:
    reader = Reader(map(there, range(FEW)))
    assert read_known(reader, map(know, range(FEW))) == Seen(tuple(map(there, range(FEW))))
    assert reader.asked == [f"get P{number}" for number in range(FEW)]


def test_many_at_once_and_those_by_themselves_of_which_nothing_is_said() -> None:
    many = range(FEW + 1)
    reader = Reader([there(number) for number in many if number != 5], silent=["A3", "A5"])
    seen = read_known(reader, map(know, many))
    assert {one.ids.audience_id for one in seen.found} == {f"A{n}" for n in many if n != 5}
    assert (dict(seen.gone), seen.missing) == ({"A5": None}, frozenset())
    assert reader.asked == [f"{FEW + 1} at once", "get P3", "get P5"]


def test_what_a_replace_left_is_read_as_well() -> None:
    known = replace(know(1), deposed=Deposed(ids(2), audience("Old")))
    reader = Reader([there(1)])
    assert read_known(reader, [known]) == Seen((there(1),), {"A2": None})


def test_what_has_no_id_of_the_platforms_own_is_looked_for_in_lists_which_prove_nothing() -> None:
    reader = Reader([there(1)])
    known = [know(1, addressed=False), know(2, addressed=False)]
    assert read_known(reader, known) == Seen((there(1),), missing=frozenset({"A2"}))
    assert reader.asked == ["find A1", "find A2", "get P1"]


def test_many_of_them_in_whole_lists() -> None:
    many = range(FEW + 1)
    reader = Reader(map(there, many[:-2]), [there(many[-2])])
    seen = read_known(reader, [know(number, addressed=False) for number in many])
    assert len(seen.found) == FEW
    assert seen.missing == {f"A{many[-1]}"}
    assert reader.asked == ["everything", "inactive"]
    reader, few = Reader(), [know(number, addressed=False) for number in many[:-1]]
    assert len(read_known(reader, few).missing) == FEW
    assert reader.asked == [f"find A{number}" for number in many[:-1]]


@pytest.mark.parametrize("lifecycle", ["archived", "deleted"])
def test_what_a_list_shows_as_gone_is_gone_and_said_as_what(lifecycle: str) -> None:
    reader = Reader([there(1, lifecycle)])
    seen = read_known(reader, [know(1, addressed=False)])
    assert (seen, reader.asked) == (Seen((), {"A1": lifecycle}), ["find A1"])
    reader, other = Reader(), replace(there(1, lifecycle), audience=audience("Before"))
    assert read_known(reader, [know(1)], [other]) == Seen((), {"A1": lifecycle})
    assert reader.asked == []


@pytest.mark.parametrize("turn", [1, -1])
def test_unless_it_shows_it_as_there_too(turn: int) -> None:
    both = (there(1, "deleted"), there(1))[::turn]
    assert read_known(Reader(), [know(1)], both) == Seen((there(1),))


class TestAfterAList:
    """On a refresh everything was listed just now."""

    def test_what_it_shows_is_not_read_again(self) -> None:
        reader = Reader()
        seen = read_known(reader, [know(1), know(2, addressed=False)], [there(1), there(2)])
        assert seen == Seen((there(1), there(2)))
        assert reader.asked == []

    def test_what_it_shows_otherwise_is_read_by_id_as_it_may_lag_behind_a_change(self) -> None:
        reader = Reader([there(1)])
        before = replace(there(1), audience=audience("Before"))
        deleted = replace(there(2), audience=audience("Before"))
        seen = read_known(reader, [know(1), know(2)], [before, deleted])
        assert seen == Seen((there(1),), {"A2": None})
        assert reader.asked == ["get P1", "get P2"]

    def test_what_it_does_not_show_is_read_by_id(self) -> None:
        """It may lag; only the platform's own word proves that something is gone."""
        reader = Reader([there(1)])
        seen = read_known(reader, [know(1), know(2)], [])
        assert seen == Seen((there(1),), {"A2": None})
        assert reader.asked == ["get P1", "get P2"]

    def test_few_without_an_id_are_looked_for_by_themselves_and_many_are_missing(self) -> None:
        reader = Reader([there(0)])
        few = [know(number, addressed=False) for number in range(FEW)]
        missing = frozenset(one.ids.audience_id for one in few[1:])
        assert read_known(reader, few, []) == Seen((there(0),), missing=missing)
        assert reader.asked == [*(f"find A{number}" for number in range(FEW)), "get P0"]
        reader, many = Reader(), [know(number, addressed=False) for number in range(FEW + 1)]
        assert len(read_known(reader, many, []).missing) == FEW + 1
        assert reader.asked == []


class TestConfirmed:
    """What a list shows may have been deleted: of what counts, only what is there by its own id."""

    def test_it_is_read_and_the_rest_of_the_list_is_believed(self) -> None:
        reader, before = Reader([there(1)]), replace(there(1), audience=audience("Before"))
        shown = confirmed(reader, [before, there(2), there(3)], {"A1", "A2", "A9"})
        assert shown == (there(3), there(1))
        assert reader.asked == ["get P1", "get P2"]

    def test_nothing_is_asked_about_what_is_archived_or_has_no_id_of_the_platforms_own(
        self,
    ) -> None:
        reader, without = Reader(), replace(there(1), ids=ids(1, addressed=False))
        assert confirmed(reader, [without, there(2, "archived")], {"A1", "A2"}) == (without,)
        assert reader.asked == []

    def test_an_answer_without_an_id_takes_away_none(self) -> None:
        class Terse(Reader):
            def get(self, ids: Ids) -> Observed | None:
                return replace(there(1), ids=Ids(ids.audience_id))

        assert confirmed(Terse(), [there(1)], {"A1"}) == (there(1),)

    @pytest.mark.parametrize("turn", [1, -1])
    def test_of_two_with_one_id_it_is_the_one_that_is_there(self, turn: int) -> None:
        """An audience was deleted, and another one created that was given the same audienceId."""
        successor = replace(there(1), ids=Ids("A1", "P2"))
        both = (there(1), successor)[::turn]
        assert confirmed(Reader([successor]), both, {"A1"}) == (successor,)
        assert confirmed(Reader(), both, {"A1"}) == ()

    def test_many_at_once(self) -> None:
        many = [there(number) for number in range(FEW + 1)]
        reader = Reader(many[1:])
        assert confirmed(reader, many, {one.ids.audience_id for one in many}) == (*many[1:],)
        assert reader.asked == [f"{FEW + 1} at once"]
