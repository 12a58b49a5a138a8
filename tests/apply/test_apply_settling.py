"""Settling: what an attempt without an outcome may have created is looked for, never sent again."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from fakes import AT, FakeClock, FakeJournal, audience

from aepctl.aep.replies import Found
from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.settling import FEW, Settling
from aepctl.audience import Audience
from aepctl.state.model import Intent, Known, Phase

BEGUN = datetime.fromisoformat(AT)
GOLD = Intent("id-1", "gold", audience("gold"), AT)


def there(name: str, audience_id: str, after: float = 1.0) -> Found:
    """An audience on the platform, created so many seconds after the intents began."""
    return Found(audience(name), audience_id, f"p-{audience_id}", BEGUN.timestamp() + after)


@dataclass
class Lists:
    """A platform whose list shows one thing after the other; the last stays."""

    shows: list[tuple[Found, ...]]
    asked: list[str] = field(default_factory=list)

    def _next(self) -> tuple[Found, ...]:
        return self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]

    def everything(self) -> tuple[Found, ...]:
        self.asked.append("everything")
        return self._next()

    def find(self, audience: Audience, audience_id: str | None) -> tuple[Found, ...]:
        self.asked.append(audience_id or audience.name)
        return tuple(
            one
            for one in self._next()
            if one.audience_id == audience_id or one.audience.identity == audience.identity
        )


class Settled:
    """One settling, with a clock that the pauses move."""

    def __init__(
        self,
        lists: Lists,
        intents: Iterable[Intent] = (GOLD,),
        *,
        known: dict[str, Known] | None = None,
        window: float = 2.0,
        later: float = 10.0,
    ) -> None:
        intents = tuple(intents)
        self.journal = FakeJournal(open={one.id: one for one in intents})
        self.clock = FakeClock()
        self.clock.seconds += later
        self.pauses: list[float] = []
        settling = Settling(self.journal, lists, self.clock, window, 30.0, self._pause)
        self.outcomes = settling.settle(intents, known or {})

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.seconds += seconds

    @property
    def one(self) -> Outcome:
        (outcome,) = self.outcomes
        return outcome


def test_one_match_is_adopted_with_what_was_sent() -> None:
    settled = Settled(Lists([(there("gold", "A"),)]))
    assert settled.one == Outcome("gold", "settle", Result.ADOPTED, "A", "p-A")
    assert settled.journal.known == {"gold": Known(audience("gold"), "A", "p-A")}
    assert settled.journal.open == {}
    assert settled.pauses == []


def test_a_list_that_lags_is_looked_at_again() -> None:
    settled = Settled(Lists([(), (), (there("gold", "A"),)]))
    assert settled.one.result is Result.ADOPTED
    assert settled.pauses == [0.25, 0.5]


def test_nothing_in_the_whole_window_leaves_the_key_for_the_next_run() -> None:
    settled = Settled(Lists([()]), window=2.0)
    assert settled.one.result is Result.UNKNOWN
    assert not settled.one.decision
    assert settled.one.failure is not None
    assert "looked for until 2026-01-31T12:00:13+00:00 and not found" in settled.one.failure.message
    assert settled.pauses == [0.25, 0.5, 1.0, 2.0]
    assert settled.journal.open["id-1"].phase is Phase.ABSENT


def test_a_window_of_nothing_is_one_look() -> None:
    lists = Lists([()])
    settled = Settled(lists, window=0.0)
    assert settled.journal.open["id-1"].phase is Phase.ABSENT
    assert lists.asked == ["gold"]


def test_an_intent_from_long_ago_is_looked_for_once() -> None:
    lists = Lists([()])
    settled = Settled(lists, window=30.0, later=61.0)
    assert settled.pauses == []
    assert lists.asked == ["gold"]


def test_the_window_counts_from_now_and_ends_with_the_request_and_its_own_time() -> None:
    assert sum(Settled(Lists([()]), window=20.0, later=0.0).pauses) == pytest.approx(20, abs=6)
    assert sum(Settled(Lists([()]), window=20.0, later=45.0).pauses) == pytest.approx(5, abs=4)


def test_pauses_grow_to_five_seconds_and_no_further() -> None:
    assert max(Settled(Lists([()]), window=30.0).pauses) == 5.0


def test_several_matches_wait_for_a_person() -> None:
    settled = Settled(Lists([(there("gold", "A"), there("gold", "B"))]))
    assert settled.one.decision
    assert settled.one.result is Result.UNKNOWN
    assert settled.one.failure is not None
    assert settled.one.failure.message == (
        "the platform has 2 such audiences: A, B; choose with "
        "`aepctl state resolve gold --adopt ID`"
    )
    assert settled.journal.notes == []
    assert settled.journal.open["id-1"].phase is Phase.OPEN


def test_what_another_key_owns_is_not_ours() -> None:
    known = {"aurum": Known(audience("gold"), "A")}
    settled = Settled(Lists([(there("gold", "A"),)]), known=known, window=0.0)
    assert settled.one.result is Result.UNKNOWN
    settled = Settled(Lists([(there("gold", "A"), there("gold", "B"))]), known=known)
    assert settled.one.audience_id == "B"


@pytest.mark.parametrize(("before", "adopted"), [(299.0, True), (301.0, False)])
def test_what_is_older_than_the_intent_by_more_than_clocks_differ_is_not_its_doing(
    before: float, adopted: bool
) -> None:
    settled = Settled(Lists([(there("gold", "A", -before),)]), window=0.0)
    assert (settled.one.result is Result.ADOPTED) is adopted


def test_where_the_platform_said_that_it_exists_its_age_does_not_matter() -> None:
    old = there("gold", "A", -9_999_999.0)
    settled = Settled(Lists([(old,)]), [replace(GOLD, exists=True)])
    assert settled.one.result is Result.ADOPTED


def test_what_has_no_time_may_be_it() -> None:
    settled = Settled(Lists([(replace(there("gold", "A"), created=None),)]))
    assert settled.one.result is Result.ADOPTED


def test_an_id_that_we_gave_is_looked_up_and_its_age_does_not_matter() -> None:
    lists = Lists([(there("gold", "mine", -9_999.0),)])
    settled = Settled(lists, [replace(GOLD, audience_id="mine")])
    assert lists.asked == ["mine"]
    assert settled.one.audience_id == "mine"


def test_each_intent_is_settled_by_itself() -> None:
    silver, bronze = (
        replace(GOLD, id=name, key=name, audience=audience(name)) for name in ("silver", "bronze")
    )
    lists = Lists([(there("gold", "A"), there("silver", "B"), there("silver", "C"))])
    settled = Settled(lists, [GOLD, silver, bronze], window=0.0)
    assert {one.key: (one.result, one.decision) for one in settled.outcomes} == {
        "gold": (Result.ADOPTED, False),
        "silver": (Result.UNKNOWN, True),
        "bronze": (Result.UNKNOWN, False),
    }


@pytest.mark.parametrize(("count", "whole"), [(FEW, False), (FEW + 1, True)])
def test_many_intents_are_looked_up_in_one_list(count: int, whole: bool) -> None:
    intents = [
        replace(GOLD, id=str(n), key=str(n), audience=audience(str(n))) for n in range(count)
    ]
    lists = Lists([tuple(there(str(n), f"A{n}") for n in range(count))])
    settled = Settled(lists, intents)
    assert {one.result for one in settled.outcomes} == {Result.ADOPTED}
    assert (lists.asked == ["everything"]) is whole


def test_a_journal_that_takes_no_note_is_told() -> None:
    lists = Lists([(there("gold", "A"),)])
    journal = FakeJournal(full_at={"found"}, open={GOLD.id: GOLD})
    settling = Settling(journal, lists, FakeClock(), 0.0, 30.0, lambda _: None)
    with pytest.raises(OSError, match="No space left"):
        settling.settle([GOLD], {})


def test_nothing_open_asks_nothing() -> None:
    lists = Lists([()])
    assert Settled(lists, []).outcomes == ()
    assert lists.asked == []
