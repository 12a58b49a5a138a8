"""What settling notes and tells, to the letter; and what the outcome table keeps of an answer."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from fakes import AT, FakeClock, audience

from aepctl.aep.replies import Answer, Found
from aepctl.apply.existing import Existing
from aepctl.apply.outcomes import Failure, Outcome, Result, Unknown, judge
from aepctl.apply.settling import SKEW, Settling
from aepctl.audience import Audience, Origin, Wanted
from aepctl.plan import Action, Change, make_plan
from aepctl.settings import Settings, Target
from aepctl.state.model import Intent, Known, Snapshot, State

GOLD = Intent("id-1", "gold", audience("gold"), AT)
BEGUN = datetime.fromisoformat(AT)
NOW = "2026-01-31T12:01:00.000+00:00"  # a minute later


@dataclass
class Notes:
    """Each note as it was made."""

    made: list[tuple[object, ...]] = field(default_factory=list)

    def found(self, *note: object) -> None:
        self.made.append(("found", *note))

    def absent(self, *note: object) -> None:
        self.made.append(("absent", *note))


@dataclass
class Lists:
    there: tuple[Found, ...]

    def everything(self) -> tuple[Found, ...]:
        return self.there

    def find(self, audience: Audience, audience_id: str | None) -> tuple[Found, ...]:
        return self.there


def found(audience_id: str, created: float | None = None) -> Found:
    return Found(audience("gold"), audience_id, f"P-{audience_id}", created)


def settle(
    *there: Found, known: dict[str, Known] | None = None
) -> tuple[Outcome, list[tuple[object, ...]]]:
    clock, notes = FakeClock(), Notes()
    clock.seconds += 60
    settling = Settling(notes, Lists(there), clock, 0.0, 30.0, lambda _: None)  # type: ignore[arg-type]
    (outcome,) = settling.settle([GOLD], known or {})
    return outcome, notes.made


def test_what_is_found_is_noted_with_the_time() -> None:
    outcome, made = settle(found("A"))
    assert made == [("found", GOLD, Known(audience("gold"), "A", "P-A"), NOW)]
    assert outcome == Outcome("gold", "settle", Result.ADOPTED, "A", "P-A")


def test_what_is_not_found_is_noted_with_the_reason_and_the_time() -> None:
    outcome, made = settle()
    reason = "looked for until 2026-01-31T12:01:00+00:00 and not found"
    assert made == [("absent", GOLD, reason, NOW)]
    failure = Failure(f"{reason}; the next apply looks once more and then creates it")
    assert outcome == Outcome("gold", "settle", Result.UNKNOWN, failure=failure)


def test_of_several_nothing_is_noted_and_a_person_decides() -> None:
    outcome, made = settle(found("A"), found("B"))
    assert made == []
    assert (outcome.action, outcome.result, outcome.decision) == ("settle", Result.UNKNOWN, True)


def test_what_is_known_under_the_same_key_is_its_own() -> None:
    known = {"gold": Known(audience("gold"), "A")}
    assert settle(found("A"), known=known)[0].result is Result.ADOPTED
    change = Change("gold", Action.CREATE, after=audience("gold"))
    assert Existing([found("A")], known).revise(change).action is Action.ADOPT


@pytest.mark.parametrize("there", [(), (found("A"),)], ids=["gone", "there"])
def test_an_id_that_state_has_for_another_key_needs_a_decision(there: tuple[Found, ...]) -> None:
    known = {"aurum": Known(audience("gold"), "A")}
    change = Change("gold", Action.CREATE, after=audience("gold"), audience_id="A")
    revised = Existing(there, known).revise(change)
    assert replace(revised, reason=None) == replace(change, action=Action.DECIDE)
    assert "state" in (revised.reason or "")
    assert "aurum" in (revised.reason or "")
    ours = {"gold": known["aurum"]}
    assert Existing((), ours).revise(change) is change


@pytest.mark.parametrize(
    ("seconds", "result"), [(0, Result.ADOPTED), (-1, Result.UNKNOWN)], ids=["just", "too-old"]
)
def test_the_platforms_clock_may_be_behind_by_so_much(seconds: int, result: Result) -> None:
    created = (BEGUN - SKEW + timedelta(seconds=seconds)).timestamp()
    assert settle(found("A", created))[0].result is result


def test_a_success_without_an_id_keeps_the_request_id() -> None:
    verdict = judge(Answer(200, b"{}", request_id="r-1"))
    assert isinstance(verdict, Unknown)
    assert (verdict.failure.status, verdict.failure.request_id) == (200, "r-1")


def test_an_update_names_the_place_that_asks_for_it() -> None:
    origin = Origin("audiences/all.yaml", 7, 3)
    target = Target("org", "prod", "https://platform.adobe.io")
    known = State("L", 1, target, {"gold": Known(audience("gold", "old"), "A")})
    settings = Settings("prod", "audiences", "state.json", target, "a", "b", "c")
    wanted = Wanted("gold", audience("gold", "new"), origin)
    (change,) = make_plan([wanted], Snapshot(known), settings).changes
    assert (change.action, change.source) == (Action.UPDATE, origin)
    assert replace(change, source=None).before == known.audiences["gold"]
