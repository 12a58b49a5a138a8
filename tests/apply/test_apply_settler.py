"""Settling: the platform is looked at first, and nothing is sent."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain

import pytest
from engine import Engine
from fakes import AT, RUN, TARGET, FakeClock, FakeJournal, Heard, audience
from fakes import Ids as Names
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import MemoryStore

from aepctl.apply.looking import MAX_SEARCHES
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.settler import Settler
from aepctl.apply.sightings import CLOCK_SKEW
from aepctl.errors import PlatformError, StateNotWritten
from aepctl.model.audience import Audience, Deposed, Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.patience import Patience
from aepctl.plan.plan import Action
from aepctl.state.events import Ended, Ending
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Phase, Run, State
from aepctl.state.session import open_session

BEGUN = datetime.fromisoformat(AT)
GOLD = Intent("id-1", "run-0", "gold", Create(audience("gold")), AT)


def there(name: str, audience_id: str, after: float = 1.0, text: str | None = None) -> Observed:
    """An audience on the platform, created so many seconds after the intents began."""
    ids = Ids(audience_id, f"p-{audience_id}")
    return Observed(audience(name, text), ids, BEGUN.timestamp() + after)


def intent_for(key: str, step: RemoteStep | None = None) -> Intent:
    return Intent(f"id-{key}", "run-0", key, step or Create(audience(key)), AT)


@dataclass
class Lists:
    """A platform whose list shows one thing after the other; the last stays.

    `asked` are lists; `read` is what was read by its own id, which finds it if it is not `gone`.
    """

    shows: list[tuple[Observed, ...]]
    asked: list[str] = field(default_factory=list)
    inactive: tuple[Observed, ...] = ()
    gone: frozenset[str] = frozenset()
    read: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._all = (*chain.from_iterable(self.shows), *self.inactive)

    def _next(self) -> tuple[Observed, ...]:
        return self.shows.pop(0) if len(self.shows) > 1 else self.shows[0]

    def list_all(self) -> tuple[Observed, ...]:
        self.asked.append("everything")
        return self._next()

    def list_inactive(self) -> tuple[Observed, ...]:
        return self.inactive

    def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
        self.asked.append(audience_id or audience.name)
        return tuple(
            one
            for one in self._next()
            if one.ids.audience_id == audience_id or one.audience.identity == audience.identity
        )

    def get(self, ids: Ids) -> Observed | None:
        self.read.append(str(ids.platform_id))
        there = (one for one in self._all if one.ids.platform_id not in self.gone)
        return next((one for one in there if one.ids.platform_id == ids.platform_id), None)

    def get_many(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        return {one.audience_id: self.get(one) for one in ids}


class Settled:
    """One settling, some seconds after the intents; its clock moves when it waits."""

    def __init__(
        self,
        lists: Lists,
        intents: Iterable[Intent] = (GOLD,),
        *,
        known: dict[str, Known] | None = None,
        window: float = 2.0,
        later: float = 10.0,
        full_at: Iterable[str] = (),
        program: str = "aepctl",
    ) -> None:
        intents = tuple(intents)
        before = State("lineage", 1, TARGET, known or {}, {one.id: one for one in intents})
        self.engine = Engine(FakeJournal(set(full_at), before))
        self.told: list[str] = []
        self.engine.sender.backoff.patience = Patience(log=Heard(self.told))
        self.engine.clock.seconds += later
        settler = Settler(self.engine.sender, lists, window, program)
        self.outcomes = settler.settle(intents, before)

    @property
    def one(self) -> Outcome:
        (outcome,) = self.outcomes
        return outcome

    @property
    def message(self) -> str:
        assert self.one.failure is not None
        return self.one.failure.message

    @property
    def pauses(self) -> list[float]:
        return self.engine.clock.slept

    @property
    def events(self) -> list[object]:
        return list(self.engine.journal.events)

    @property
    def state(self) -> State:
        return self.engine.journal.state


def ended(intent: Intent, ending: Ending, **more: object) -> Ended:
    return Ended(intent.id, ending, RUN, AT, **more)  # type: ignore[arg-type]


# A create: looked for


@pytest.mark.parametrize("exists", [False, True])
def test_one_match_is_adopted_and_a_text_that_was_not_sent_is_known_only_where_it_was_there_before(
    exists: bool,
) -> None:
    intent = replace(GOLD, exists=exists)
    settled = Settled(Lists([(there("gold", "A", text="Dull"),)]), [intent])
    ids, known = Ids("A", "p-A"), audience("gold", "Dull" if exists else None)
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.ADOPTED, ids)
    assert settled.events == [ended(intent, Ending.DONE, ids=ids, observed=known)]
    assert settled.state.audiences == {"gold": Known(known, ids)}
    assert settled.state.intents == {}
    assert settled.pauses == []


def test_a_list_that_lags_is_looked_at_again() -> None:
    settled = Settled(Lists([(), (), (there("gold", "A"),)]))
    assert settled.one.kind is OutcomeKind.ADOPTED
    assert settled.pauses == [0.25, 0.5]


def test_nothing_in_the_whole_window_leaves_the_key_for_the_next_run() -> None:
    settled = Settled(Lists([()]), window=2.0)
    reason = "not found on the platform by 2026-01-31T12:00:13+00:00"
    failure = Failure(f"{reason}; the next apply checks again, then creates it")
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.UNKNOWN, failure=failure)
    assert settled.pauses == [0.25, 0.5, 1.0, 2.0]
    assert settled.events == [ended(GOLD, Ending.ABSENT, reason=reason)]
    assert settled.state.intents == {
        "id-1": replace(GOLD, phase=Phase.ABSENT, reason=reason, absent_since=RUN)
    }


class TestWhatWasLookedForInVainBefore:
    """Nobody wants it any more: it is looked for once more, without waiting."""

    ABSENT = replace(GOLD, phase=Phase.ABSENT, reason="not found", absent_since="earlier-run")

    def test_and_is_there_now_is_adopted(self) -> None:
        settled = Settled(Lists([(there("gold", "A"),)]), (self.ABSENT,))
        assert settled.one.kind is OutcomeKind.ADOPTED
        assert settled.state.audiences["gold"].ids.audience_id == "A"

    def test_and_is_still_not_there_is_forgotten(self) -> None:
        settled = Settled(Lists([()]), (self.ABSENT,), window=2.0)
        reason = "not found on the platform by two runs, and no longer wanted"
        assert settled.one == Outcome(
            "gold", Action.SETTLE, OutcomeKind.FORGOTTEN, failure=Failure(reason)
        )
        assert settled.events == [ended(self.ABSENT, Ending.ABANDONED, reason=reason)]
        assert (settled.state.intents, settled.pauses) == ({}, [])


def test_a_window_of_nothing_is_one_look_at_its_name_and_one_at_everything() -> None:
    lists = Lists([()])
    settled = Settled(lists, window=0.0)
    assert settled.state.intents["id-1"].phase is Phase.ABSENT
    assert (lists.asked, settled.pauses) == (["gold", "everything"], [])


YEARS = 5 * 365 * 86_400.0


@pytest.mark.parametrize("later", [0.0, 10.0, 3_600.0, YEARS, -1.0, -9_999.0, -YEARS])
def test_the_window_runs_from_now_whatever_two_clocks_say_of_the_intent(later: float) -> None:
    """Dated years ago or in the future, by another machine or before this one's clock was set."""
    settled = Settled(Lists([()]), window=20.0, later=later)
    assert settled.pauses == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]
    assert settled.state.intents["id-1"].phase is Phase.ABSENT


@pytest.mark.parametrize("jump", [-YEARS, -60.0, 60.0, YEARS])
def test_a_clock_that_is_set_in_the_meantime_changes_nothing(jump: float) -> None:
    class Jumping(Lists):
        def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
            wall.append(jump)
            return super().search(audience, audience_id)

    wall: list[float] = []
    engine = Engine(FakeJournal(before=State("lineage", 1, TARGET, {}, {GOLD.id: GOLD})))
    now = engine.clock.now
    engine.clock.now = lambda: now() + timedelta(seconds=sum(wall))  # type: ignore[method-assign]
    settler = Settler(engine.sender, Jumping([()]), 2.0)
    settler.settle((GOLD,), engine.journal.state)
    assert engine.clock.slept == [0.25, 0.5, 1.0, 2.0]


def test_a_look_counts_by_when_it_began() -> None:
    """A list that takes longer than the window shows what was there at its beginning."""

    class Slow(Lists):
        def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
            engine.clock.seconds += 30.0
            return super().search(audience, audience_id)

    lists = Slow([(), (there("gold", "A"),)])
    engine = Engine(FakeJournal(before=State("lineage", 1, TARGET, {}, {GOLD.id: GOLD})))
    (outcome,) = Settler(engine.sender, lists, 10.0).settle((GOLD,), State("", 1, TARGET))
    assert (outcome.kind, lists.asked) == (OutcomeKind.ADOPTED, ["gold", "gold"])


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (2, "A0, A1"),
        (10, "A0, A1, A2, A3, A4, A5, A6, A7, A8, A9"),
        (12, "A0, A1, A10, A11, A2, A3, A4, A5, A6, A7 and 2 more"),
    ],
)
def test_several_matches_wait_for_a_person(count: int, shown: str) -> None:
    lists = Lists([tuple(there("gold", f"A{n}") for n in reversed(range(count)))])
    settled = Settled(lists, program="aepctl --env prod")
    failure = Failure(
        f"the platform has {count} audiences with this name, namespace and originName: {shown}. "
        "Choose one: `aepctl --env prod state resolve gold --adopt ID`"
    )
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.UNDECIDED, failure=failure)
    assert settled.events == []
    assert settled.state.intents == {"id-1": GOLD}


def test_the_command_can_be_pasted_whatever_the_key() -> None:
    odd = replace(GOLD, key="gold $(1)")
    settled = Settled(Lists([(there("gold", "A"), there("gold", "B"))]), [odd])
    assert settled.message.endswith("Choose one: `aepctl state resolve 'gold $(1)' --adopt ID`")


def test_another_name_is_another_audience() -> None:
    other = there("golden", "A")
    assert Settled(Lists([(other,)]), window=0.0).one.kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("namespace", "namespace 'kept' for 'agora'"),
        ("origin_name", "originName 'kept' for 'Agora_Collaboration'"),
    ],
)
def test_its_name_with_another_word_beside_it_may_be_what_the_platform_keeps(
    field: str, said: str
) -> None:
    """Made since the intent began; what is older, or has no time, is another audience."""
    kept = replace(there("gold", "A"), audience=replace(audience("gold"), **{field: "kept"}))
    settled = Settled(Lists([(kept,)]), window=0.0)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        f"it may exist: 'gold' (A) was made since then, with {said}. If the platform keeps it so: "
        "`aepctl state resolve gold --adopt A --no-check`; if it is somebody else's: "
        "`aepctl state resolve gold --recreate`"
    )
    for created in (None, there("gold", "A", -9_999.0).created):
        older = replace(kept, created=created)
        assert Settled(Lists([(older,)]), window=0.0).one.kind is OutcomeKind.UNKNOWN
    known = {"aurum": Known(kept.audience, kept.ids)}
    assert Settled(Lists([(kept,)]), known=known, window=0.0).one.kind is OutcomeKind.UNKNOWN


@pytest.mark.parametrize("shown", ["Zurich", "Zrich", "Z?rich", "z rich"])
def test_its_name_without_some_letters_may_be_what_the_platform_keeps(shown: str) -> None:
    intent = replace(GOLD, step=Create(audience("Zürich")))
    settled = Settled(Lists([(there(shown, "A"),)]), [intent], window=0.0)
    assert settled.one.kind is (OutcomeKind.UNKNOWN if shown == "z rich" else OutcomeKind.UNDECIDED)


def test_an_audience_that_is_listed_twice_is_one() -> None:
    assert Settled(Lists([(there("gold", "A"),) * 2])).one.kind is OutcomeKind.ADOPTED


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [(0, OutcomeKind.ADOPTED), (-1, OutcomeKind.UNKNOWN)],
    ids=["just", "too-old"],
)
def test_what_is_older_than_the_intent_by_more_than_clocks_differ_is_not_its_doing(
    seconds: int, kind: OutcomeKind
) -> None:
    age = seconds - CLOCK_SKEW.total_seconds()
    assert Settled(Lists([(there("gold", "A", age),)]), window=0.0).one.kind is kind
    assert timedelta(hours=1) == CLOCK_SKEW


def test_an_intent_may_say_that_it_began_in_the_first_hour_of_all_time() -> None:
    intent = replace(GOLD, at="0001-01-01T00:30:00+00:00")
    assert Settled(Lists([(there("gold", "A"),)]), [intent]).one.kind is OutcomeKind.ADOPTED


@pytest.mark.parametrize("later", [-1.0, -YEARS])
def test_for_an_intent_that_is_dated_in_the_future_nothing_is_too_old(later: float) -> None:
    made = there("gold", "A", -2 * YEARS)
    settled = Settled(Lists([(made,)]), window=0.0, later=later)
    assert settled.one.kind is OutcomeKind.ADOPTED
    assert settled.state.audiences["gold"].ids == made.ids
    assert Settled(Lists([(made,)]), window=0.0, later=0.0).one.kind is OutcomeKind.UNKNOWN


def test_where_the_platform_said_that_it_exists_its_age_does_not_matter() -> None:
    old = there("gold", "A", -9_999_999.0)
    settled = Settled(Lists([(old,)]), [replace(GOLD, exists=True)])
    assert settled.one.kind is OutcomeKind.ADOPTED


def test_what_has_no_time_may_be_it() -> None:
    settled = Settled(Lists([(replace(there("gold", "A"), created=None),)]))
    assert settled.one.kind is OutcomeKind.ADOPTED
    settled = Settled(Lists([(replace(there("Gold", "A"), created=None),)]), window=0.0)
    assert settled.one.kind is OutcomeKind.UNDECIDED


# A create: what is found in another spelling only, or said to be there


SPELLINGS = ["Gold", "gold ", "\u00a0gold", "go\u200bld", "\uff47old", "GOLD"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_that_differs_in_its_spelling_alone_needs_a_decision(spelling: str) -> None:
    lists = Lists([(there(spelling, "A"),)])
    settled = Settled(lists, window=1.0, program="aepctl --env prod")
    failure = Failure(
        f"it may exist; likely {spelling!r} (A), which differs from 'gold' in blanks, case or "
        "Unicode form only. If it is: `aepctl --env prod state resolve gold --adopt A`"
    )
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.UNDECIDED, failure=failure)
    assert settled.events == []
    assert settled.pauses == [0.25, 0.5, 1.0]


def test_several_of_them_are_all_named() -> None:
    settled = Settled(Lists([(there("Gold", "A"), there("GOLD", "B"))]), window=0.0)
    assert "likely 'Gold' (A), 'GOLD' (B), which" in settled.message


@pytest.mark.parametrize("exists", [True, False])
def test_what_another_key_owns_is_not_it_in_any_spelling(exists: bool) -> None:
    known = {"aurum": Known(audience("Gold"), Ids("A"))}
    intent = replace(GOLD, exists=exists)
    settled = Settled(Lists([(there("Gold", "A"),)]), [intent], known=known, window=0.0)
    assert "likely" not in settled.message


def test_nor_is_what_is_older_than_the_intent() -> None:
    settled = Settled(Lists([(there("Gold", "A", -9_999.0),)]), window=0.0)
    assert settled.one.kind is OutcomeKind.UNKNOWN


def test_what_only_the_whole_list_shows_is_adopted() -> None:
    class Searched(Lists):
        def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
            return ()

    lists = Searched([(there("gold", "A"), there("silver", "S"))])
    assert Settled(lists, window=0.0).one.kind is OutcomeKind.ADOPTED
    assert lists.read == ["p-A"]


class TestWhatThePlatformSaysIsThere:
    """After a 409 a create is never sent again by itself."""

    SAID = replace(GOLD, exists=True, reason="name is taken")

    def test_is_adopted_where_it_is_found(self) -> None:
        settled = Settled(Lists([(there("gold", "A", -9_999.0),)]), [self.SAID])
        assert settled.one.kind is OutcomeKind.ADOPTED

    @pytest.mark.parametrize("spelling", SPELLINGS)
    def test_is_named_where_it_is_found_in_another_spelling(self, spelling: str) -> None:
        old = there(spelling, "A 1", -9_999.0)
        settled = Settled(Lists([(old,)]), [self.SAID], window=0.0)
        assert settled.one.kind is OutcomeKind.UNDECIDED
        assert settled.message == (
            f"the platform says it exists (name is taken); likely {spelling!r} (A 1), which "
            "differs from 'gold' in blanks, case or Unicode form only. If it is: "
            "`aepctl state resolve gold --adopt 'A 1'`"
        )
        assert settled.state.intents == {"id-1": self.SAID}

    @pytest.mark.parametrize("phase", [Phase.OPEN, Phase.ABSENT])
    def test_needs_a_decision_where_it_is_not_found_at_all(self, phase: Phase) -> None:
        said = replace(self.SAID, phase=phase, absent_since="earlier-run")
        settled = Settled(Lists([(there("silver", "A"),)]), [said], window=0.0)
        assert settled.one.kind is OutcomeKind.UNDECIDED
        assert settled.message == (
            "the platform says it exists (name is taken), but does not show it. If you find it "
            "there: `aepctl state resolve gold --adopt ID`; to create it all the same: "
            "`aepctl state resolve gold --recreate`"
        )
        assert settled.state.intents == {"id-1": said}

    @pytest.mark.parametrize("said", [SAID, GOLD])
    def test_names_the_id_that_its_key_has_already(self, said: Intent) -> None:
        known = {"gold": Known(audience("gold"), Ids("A"))}
        listed = Lists([(there("Gold", "A"), there("GOLD", "B"))])
        settled = Settled(listed, [said], known=known, window=0.0)
        assert settled.message == (
            "state has A for it, and the platform has B too. To keep A: delete B on the platform, "
            "then run `aepctl state resolve gold --adopt A`"
        )
        elsewhere = replace(there("gold", "A"), audience=replace(audience("gold"), namespace="x"))
        for shown in (there("Gold", "A"), elsewhere):
            settled = Settled(Lists([(shown,)]), [said], known=known, window=0.0)
            assert "To keep that: `aepctl state resolve gold --adopt A`" in settled.message


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.ABSENT])
def test_what_only_the_list_of_inactive_ones_shows_is_not_taken_for_absent(phase: Phase) -> None:
    asleep = replace(there("gold", "A"), lifecycle="inactive")
    intent = replace(GOLD, phase=phase, absent_since="earlier-run")
    settled = Settled(Lists([()], inactive=(asleep,)), [intent], window=0.0)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert "`aepctl state resolve gold --adopt A`" in settled.message
    assert settled.state.intents == {"id-1": intent}


# A create: whose is it


def test_what_another_key_owns_is_not_ours() -> None:
    known = {"aurum": Known(audience("gold"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "A"),)]), known=known, window=0.0)
    assert settled.one.kind is OutcomeKind.UNKNOWN
    settled = Settled(Lists([(there("gold", "A"), there("gold", "B"))]), known=known)
    assert settled.one.ids == Ids("B", "p-B")


def test_what_another_key_has_for_another_audience_needs_a_decision() -> None:
    """As where an answer without a name gave that key this one's ID."""
    known = {"silver": Known(audience("silver"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "A"),)]), known=known, window=0.0)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        "the platform shows it as A, which state has for `silver`, whose name is another. If it is "
        "this one: `aepctl state resolve gold --abandon`, then `aepctl state mv silver gold`; "
        "`silver` is looked for again after that"
    )
    assert settled.state.intents == {"id-1": GOLD}


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.ABSENT])
def test_where_the_platform_makes_no_second_one_beside_another_keys_that_is_said(
    phase: Phase,
) -> None:
    """As where a person decided to create it all the same."""
    known = {"aurum": Known(audience("gold"), Ids("A"))}
    refused = replace(GOLD, exists=True, reason="409: it exists", phase=phase)
    settled = Settled(Lists([(there("gold", "A"),)]), [refused], known=known, window=0.0)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        "the platform says it exists (409: it exists) and shows it as A, which state has for "
        "`aurum`: it makes no second one. If it is this one: `aepctl state resolve gold "
        "--abandon`, then `aepctl state mv aurum gold`; `aurum` is looked for again after that. "
        "If not, give it another name in the manifest, and run `aepctl state resolve gold "
        "--abandon`"
    )
    assert settled.state.intents == {"id-1": refused}


def test_but_one_of_its_own_beside_that_comes_first() -> None:
    """What is free in another spelling, and what its key has already."""
    aurum = {"aurum": Known(audience("gold"), Ids("A"))}
    refused = replace(GOLD, exists=True, reason="409: it exists")
    lists = Lists([(there("gold", "A"), there("GOLD", "B"))])
    assert "likely 'GOLD' (B)" in Settled(lists, [refused], known=aurum, window=0.0).message
    mine = {**aurum, "gold": Known(audience("gold"), Ids("C"))}
    settled = Settled(Lists([(there("gold", "A"),)]), [refused], known=mine, window=0.0)
    assert "and state has C for it" in settled.message


def test_but_not_where_it_is_older_than_the_intent() -> None:
    known = {"silver": Known(audience("silver"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "A", -9_999.0),)]), known=known, window=0.0)
    assert settled.one.kind is OutcomeKind.UNKNOWN


def test_one_audience_settles_one_of_two_intents_and_not_both() -> None:
    twin = Intent("id-2", "run-0", "aurum", Create(audience("gold")), AT)
    settled = Settled(Lists([(there("gold", "A"),)]), [GOLD, twin], window=0.0)
    assert [(one.key, one.kind) for one in settled.outcomes] == [
        ("gold", OutcomeKind.ADOPTED), ("aurum", OutcomeKind.UNKNOWN)
    ]  # fmt: skip
    assert settled.state.owner("A") == "gold"


def test_what_its_own_key_has_already_is_its_own_whatever_its_age() -> None:
    known = {"gold": Known(audience("gold"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "A", -9_999.0),)]), known=known)
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.ADOPTED, Ids("A", "p-A"))
    assert settled.state.audiences == {"gold": Known(audience("gold"), Ids("A", "p-A"))}


def test_a_second_one_beside_what_its_key_has_needs_a_decision() -> None:
    known = {"gold": Known(audience("gold"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "A", -9_999.0), there("gold", "B"))]), known=known)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        "state has A for it, and the platform has B too. To keep A: delete B on the platform, "
        "then run `aepctl state resolve gold --adopt A`"
    )
    assert settled.events == []


def test_all_that_are_beside_what_its_key_has_are_named() -> None:
    known = {"gold": Known(audience("gold"), Ids("B"))}
    settled = Settled(Lists([tuple(there("gold", one) for one in "CBA")]), known=known)
    assert settled.message == (
        "state has B for it, and the platform has A, C too. To keep B: delete A, C on the "
        "platform, then run `aepctl state resolve gold --adopt B`"
    )


def test_another_one_than_its_key_has_needs_a_decision() -> None:
    known = {"gold": Known(audience("gold"), Ids("A"))}
    settled = Settled(Lists([(there("gold", "B"),)]), known=known)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        "state has A for it, and the platform has B too. To keep A: delete B on the platform, "
        "then run `aepctl state resolve gold --adopt A`"
    )
    assert settled.events == []


def test_of_two_intents_for_one_key_the_second_does_not_take_another_audience() -> None:
    """There are two only where somebody merged two states by hand."""
    first = replace(GOLD, step=Create(audience("gold"), "A"))
    second = replace(GOLD, id="id-2", step=Create(audience("gold"), "B"))
    settled = Settled(Lists([(there("gold", "A"), there("gold", "B"))]), [first, second])
    assert [one.kind for one in settled.outcomes] == [OutcomeKind.ADOPTED, OutcomeKind.UNDECIDED]
    assert settled.state.owner("A") == "gold"
    assert settled.state.owner("B") is None


# A create with an ID that we gave


MINE = replace(GOLD, step=Create(audience("gold"), "mine"))


def test_an_id_that_we_gave_is_looked_up_and_its_age_does_not_matter() -> None:
    lists = Lists([(there("gold", "mine", -9_999.0),)])
    settled = Settled(lists, [MINE])
    assert lists.asked == ["mine"]
    assert settled.one.ids == Ids("mine", "p-mine")


def test_it_decides_between_several_of_the_same_identity() -> None:
    settled = Settled(
        Lists([(there("gold", "A"), there("gold", "mine"), there("gold", "B"))]), [MINE]
    )
    assert settled.one.ids == Ids("mine", "p-mine")


def test_a_platform_that_gave_its_own_id_is_searched_by_identity() -> None:
    assert Settled(Lists([(there("gold", "A"),)]), [MINE]).one.ids == Ids("A", "p-A")


def test_where_it_is_that_of_another_audience_a_person_decides() -> None:
    settled = Settled(Lists([(there("silver", "mine"),)]), [MINE], program="aepctl --env prod")
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message == (
        "its audienceId mine is that of another audience on the platform, 'silver'. Give it "
        "another `audienceId` in the manifest, then run "
        "`aepctl --env prod state resolve gold --abandon`"
    )
    assert settled.events == []


@pytest.mark.parametrize("turn", [1, -1])
def test_where_it_changed_while_the_list_was_read_it_is_the_one_that_was_sent(turn: int) -> None:
    both = (there("bronze", "mine"), there("gold", "mine"))
    settled = Settled(Lists([both[::turn]]), [MINE])
    assert settled.one.ids == Ids("mine", "p-mine")


def test_where_another_key_has_it_the_identity_is_searched_for() -> None:
    known = {"silver": Known(audience("silver"), Ids("mine"))}
    settled = Settled(Lists([(there("silver", "mine"), there("gold", "A"))]), [MINE], known=known)
    assert settled.one.ids == Ids("A", "p-A")


# A create that takes the place of another: its key is known under the old ID

OLD = {"gold": Known(audience("gold"), Ids("A"))}
INSTEAD = intent_for("gold", Create(replace(audience("gold"), namespace="new"), None, Ids("A")))


def new(audience_id: str) -> Observed:
    return replace(there("gold", audience_id), audience=replace(audience("gold"), namespace="new"))


def test_what_takes_the_place_of_another_is_adopted_beside_it() -> None:
    settled = Settled(Lists([(there("gold", "A"), new("B"))]), [INSTEAD], known=OLD)
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.ADOPTED, Ids("B", "p-B"))
    deposed = Deposed(Ids("A"), audience("gold"))
    known = Known(new("B").audience, Ids("B", "p-B"), deposed=deposed)
    assert settled.state.audiences == {"gold": known}


def test_and_where_it_is_not_found_the_old_one_is_still_known() -> None:
    settled = Settled(Lists([(there("gold", "A"),)]), [INSTEAD], known=OLD, window=0.0)
    assert settled.one.kind is OutcomeKind.UNKNOWN
    assert settled.state.audiences == OLD
    spelled = replace(INSTEAD, step=Create(audience("Gold"), None, Ids("A")))
    settled = Settled(Lists([(there("gold", "A"),)]), [spelled], known=OLD, window=0.0)
    assert settled.one.kind is OutcomeKind.UNKNOWN


def test_of_several_that_may_have_taken_its_place_a_person_chooses() -> None:
    settled = Settled(Lists([(new("B"), new("C"))]), [INSTEAD], known=OLD)
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert "B, C. Choose one: `aepctl state resolve gold --adopt ID`" in settled.message


# A patch and a delete: read


IDS = Ids("A", "p-A")
BEFORE, AFTER = audience("gold", "Dull"), audience("gold", "Shiny")
KNOWN = {"gold": Known(BEFORE, IDS)}
PATCH = intent_for("gold", Patch(IDS, BEFORE, AFTER))
DELETE = intent_for("gold", Delete(IDS, BEFORE))
NOT_DONE = "not done, as far as the platform shows: planned anew if it is still wanted"


def read(intent: Intent, *shows: Observed) -> Settled:
    lists = Lists([shows])
    settled = Settled(lists, [intent], known=KNOWN)
    assert lists.read == ["p-A"]
    return settled


def test_a_patch_that_is_there_is_done_and_what_it_did_not_change_is_not_known_by_that() -> None:
    settled = read(PATCH, there("gold 2", "A", text="Shiny"))
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.UPDATED, IDS)
    seen = audience("gold", "Shiny")
    assert settled.events == [ended(PATCH, Ending.DONE, ids=IDS, observed=seen)]
    assert settled.state.audiences == {"gold": Known(seen, IDS)}


@pytest.mark.parametrize("text", ["SHINY", "Shiny ", "Shin\u200by"])
def test_and_in_the_platforms_spelling(text: str) -> None:
    settled = read(PATCH, there("gold", "A", text=text))
    assert settled.one.kind is OutcomeKind.UPDATED
    assert settled.state.audiences == {"gold": Known(audience("gold", text), IDS)}


def test_a_description_that_was_to_be_removed_is_when_there_is_none() -> None:
    removal = intent_for("gold", Patch(IDS, AFTER, audience("gold")))
    assert read(removal, there("gold", "A")).one.kind is OutcomeKind.UPDATED


@pytest.mark.parametrize(
    "shows",
    [
        (there("gold", "A", text="Dull"),),
        (there("gold", "A", text="DULL"),),
        (there("gold", "A", text="Odd"),),
        (there("gold", "A"),),
        (),
    ],
    ids=["as-before", "in-another-spelling", "edited", "emptied", "gone"],
)
def test_a_patch_that_is_not_there_is_closed_and_planned_anew(shows: tuple[Observed, ...]) -> None:
    """Whether it is still wanted, and whether somebody edited it, the planner sees."""
    settled = read(PATCH, *shows)
    assert settled.outcomes == ()
    assert settled.events == [ended(PATCH, Ending.NOT_SENT, reason=NOT_DONE)]
    assert (settled.state.audiences, settled.state.intents) == (KNOWN, {})


def test_so_is_one_of_several_fields_of_which_some_are_there() -> None:
    both = intent_for("gold", Patch(IDS, BEFORE, audience("gold 2", "Shiny")))
    assert read(both, there("gold 2", "A", text="Dull")).outcomes == ()


@pytest.mark.parametrize(("shown", "done"), [("gold", False), ("Gold", True), ("GOLD", False)])
def test_one_that_changes_the_spelling_alone_is_told_by_it(shown: str, done: bool) -> None:
    respelling = intent_for("gold", Patch(IDS, audience("gold"), audience("Gold")))
    assert bool(read(respelling, there(shown, "A")).outcomes) is done


def test_a_delete_is_done_where_the_platform_says_that_it_is_not_there() -> None:
    settled = read(DELETE)
    assert settled.one == Outcome("gold", Action.SETTLE, OutcomeKind.DELETED, IDS)
    assert settled.events == [ended(DELETE, Ending.DONE, ids=IDS)]
    assert settled.state.audiences == {}


def test_a_delete_of_what_is_still_there_is_closed_and_planned_anew() -> None:
    """It may have come back into the manifests meanwhile."""
    settled = read(DELETE, there("gold", "A"))
    assert settled.outcomes == ()
    assert settled.events == [ended(DELETE, Ending.NOT_SENT, reason=NOT_DONE)]
    assert (settled.state.audiences, settled.state.intents) == (KNOWN, {})


@pytest.mark.parametrize(
    "step", [Patch(Ids("A"), BEFORE, AFTER), Delete(Ids("A"), BEFORE)], ids=["patch", "delete"]
)
def test_without_the_platforms_own_id_it_was_never_sent(step: RemoteStep) -> None:
    intent, lists = intent_for("gold", step), Lists([()])
    settled = Settled(lists, [intent], known={"gold": Known(BEFORE, Ids("A"))})
    assert settled.outcomes == ()
    assert settled.events == [ended(intent, Ending.NOT_SENT, reason=NOT_DONE)]
    assert lists.asked == lists.read == []


def test_where_it_cannot_be_read_it_stays_open() -> None:
    class Away(Lists):
        def get(self, ids: Ids) -> Observed | None:
            raise PlatformError("no answer")

    journal = FakeJournal(before=State("lineage", 1, TARGET, KNOWN, {PATCH.id: PATCH}))
    with pytest.raises(PlatformError):
        Settler(Engine(journal).sender, Away([()]), 0.0).settle([PATCH], journal.state)
    assert journal.events == []


# Lists that go on showing what was deleted


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.ABSENT])
def test_one_that_is_listed_and_gone_by_its_id_is_not_adopted_a_person_decides(
    phase: Phase,
) -> None:
    lists = Lists([(there("gold", "A"),)], gone=frozenset({"p-A"}))
    settled = Settled(lists, [replace(GOLD, phase=phase, absent_since="earlier-run")])
    assert settled.one.kind is OutcomeKind.UNDECIDED
    assert settled.message.startswith(
        "the platform lists `A`, but has no such audience under its id"
    )
    assert "`aepctl state resolve gold --recreate`" in settled.message
    assert settled.events == []
    assert bool(settled.pauses) is (phase is Phase.OPEN)


def test_nor_where_the_whole_list_does_not_show_it_any_more() -> None:
    lists = Lists([(there("gold", "A"),), ()], gone=frozenset({"p-A"}))
    assert Settled(lists, window=0.0).one.kind is OutcomeKind.UNDECIDED


def test_beside_what_its_key_has_one_that_is_gone_is_of_no_interest() -> None:
    lists = Lists([(there("gold", "B"),)], gone=frozenset({"p-B"}))
    known = {"gold": Known(audience("gold"), Ids("A"))}
    assert Settled(lists, known=known, window=0.0).one.kind is OutcomeKind.UNKNOWN


def test_of_two_with_the_id_that_we_gave_it_is_the_one_that_is_there() -> None:
    deleted = there("gold", "mine")
    made = replace(deleted, ids=Ids("mine", "p-new"))
    for shown in ((deleted, made), (made, deleted)):
        settled = Settled(Lists([shown], gone=frozenset({"p-mine"})), [MINE])
        assert (settled.one.kind, settled.one.ids) == (OutcomeKind.ADOPTED, made.ids)


def test_what_its_own_key_has_already_is_not_read_whether_that_is_gone_a_plan_tells() -> None:
    lists = Lists([(there("gold", "A"),)], gone=frozenset({"p-A"}))
    settled = Settled(lists, known={"gold": Known(audience("gold"), Ids("A", "p-A"))})
    assert (settled.one.kind, lists.read) == (OutcomeKind.ADOPTED, [])


# Several intents


def test_behind_one_that_was_not_done_the_others_are_read_at_once() -> None:
    other = intent_for("silver", Delete(Ids("B", "p-B"), BEFORE))
    known = {**KNOWN, "silver": Known(BEFORE, Ids("B", "p-B"))}
    settled = Settled(Lists([()]), [PATCH, other], known=known)
    assert [one.key for one in settled.outcomes] == ["silver"]
    assert settled.pauses == []


def test_each_intent_is_settled_by_itself() -> None:
    intents = [*map(intent_for, ("gold", "silver", "bronze")), replace(DELETE, key="iron", id="x")]
    lists = Lists([(there("gold", "B"), there("silver", "C"), there("silver", "D"))])
    known = {"iron": Known(BEFORE, IDS)}
    settled = Settled(lists, intents, window=0.0, known=known)
    assert {one.key: one.kind for one in settled.outcomes} == {
        "gold": OutcomeKind.ADOPTED,
        "silver": OutcomeKind.UNDECIDED,
        "bronze": OutcomeKind.UNKNOWN,
        "iron": OutcomeKind.DELETED,
    }


def test_what_is_settled_is_not_looked_for_again() -> None:
    lists = Lists([(there("gold", "A"),)])
    settled = Settled(lists, map(intent_for, ("gold", "silver")), window=0.5)
    assert lists.asked == ["gold", "silver", "silver", "silver", "everything"]
    assert settled.pauses == [0.25, 0.5]


@pytest.mark.parametrize(("count", "whole"), [(MAX_SEARCHES, False), (MAX_SEARCHES + 1, True)])
def test_many_creates_are_looked_up_in_one_list(count: int, whole: bool) -> None:
    intents = [intent_for(str(n)) for n in range(count)]
    deletes = [intent_for(f"d{n}", Delete(Ids(f"d{n}", f"d{n}"), BEFORE)) for n in range(3)]
    lists = Lists([tuple(there(str(n), f"A{n}") for n in range(count))])
    settled = Settled(lists, [*intents, *deletes])
    assert [one.kind for one in settled.outcomes] == [
        *[OutcomeKind.ADOPTED] * count, *[OutcomeKind.DELETED] * 3
    ]  # fmt: skip
    assert (lists.asked == ["everything"]) is whole


@pytest.mark.parametrize("ending", ["done", "absent", "not-sent"])
def test_a_journal_that_takes_no_note_is_told(ending: str) -> None:
    intent, shows = {
        "done": (GOLD, (there("gold", "A"),)),
        "absent": (GOLD, ()),
        "not-sent": (PATCH, ()),
    }[ending]
    with pytest.raises(StateNotWritten, match="the store is full"):
        Settled(Lists([shows]), [intent], full_at={ending}, window=0.0, later=60.0)


def test_many_that_are_settled_by_one_look_are_noted_together() -> None:
    store = MemoryStore()
    run = Run("run-1", AT, "aepctl apply")
    with open_session(store, TARGET, run, clock=FakeClock(), ids=Names()) as session:
        intents = [session.begin(f"k-{n}", Create(audience(f"k-{n}"))) for n in range(30)]
        lists = Lists([(there("k-0", "A-0"), there("k-1", "A-1"))])
        sender = replace(Engine().sender, journal=session)
        store.calls.clear()
        outcomes = Settler(sender, lists, 0.0).settle(intents, session.state)
        assert store.calls == ["append"]
        assert Counter(one.kind for one in outcomes) == {
            OutcomeKind.ADOPTED: 2,
            OutcomeKind.UNKNOWN: 28,
        }
        durable = read_state(store, TARGET)
        assert set(durable.audiences) == {"k-0", "k-1"}
        assert {one.phase for one in durable.intents.values()} == {Phase.ABSENT}


def test_nothing_open_asks_nothing() -> None:
    lists = Lists([()])
    settled = Settled(lists, [])
    assert settled.outcomes == ()
    assert (lists.asked, settled.pauses) == ([], [])


# Whatever is there


texts = st.sampled_from([None, "Dull", "Shiny", "Odd"])
seen = st.lists(
    st.builds(
        there, st.sampled_from(["gold", "silver"]), st.sampled_from(["A", "B", "mine"]),
        st.sampled_from([-9_999.0, 1.0]), texts,
    ),
    max_size=4,
)  # fmt: skip
steps: st.SearchStrategy[RemoteStep] = st.one_of(
    st.builds(Create, st.just(audience("gold")), st.sampled_from([None, "mine"])),
    st.builds(Patch, st.just(IDS), st.just(BEFORE), st.just(AFTER)),
    st.builds(Delete, st.just(IDS), st.just(BEFORE)),
)
owned = st.sampled_from(["gold", "aurum", None])


@settings(derandomize=True, deadline=None, max_examples=300)
@given(seen, steps, owned, st.booleans())
def test_whatever_is_there_no_id_has_two_keys_and_nothing_is_lost(
    shows: list[Observed], step: RemoteStep, owner: str | None, exists: bool
) -> None:
    known = {owner: Known(BEFORE, IDS)} if owner else {}
    if not isinstance(step, Create):
        known = KNOWN
    intent = replace(intent_for("gold", step), exists=exists)
    settled = Settled(Lists([tuple(shows)]), [intent], known=known, window=0.0)
    ids = [one.ids.audience_id for one in settled.state.audiences.values()]
    assert len(ids) == len(set(ids))
    if not settled.outcomes:
        assert not isinstance(step, Create)
        assert (settled.state.audiences, settled.state.intents) == (known, {})
        return
    stays = settled.one.kind in {OutcomeKind.UNKNOWN, OutcomeKind.UNDECIDED}
    assert (intent.id in settled.state.intents) is stays
    if settled.one.kind is OutcomeKind.ADOPTED:
        assert settled.one.ids in [one.ids for one in shows]
        assert settled.state.owner(settled.one.ids.audience_id) == "gold"


def test_one_that_has_to_wait_does_not_hold_up_those_behind_it() -> None:
    settled = Settled(Lists([(there("silver", "A"),)]), (GOLD, intent_for("silver")))
    assert [one.key for one in settled.outcomes] == ["silver", "gold"]


def test_a_long_wait_for_a_list_that_lags_is_told() -> None:
    settled = Settled(Lists([()]), window=60.0)
    assert settled.told
    assert all(
        one.startswith("waiting ")
        and one.endswith(" s: 1 not found on the platform yet, whose list may lag")
        for one in settled.told
    )
