"""What does not fit between state and platform, and the command for it."""

from dataclasses import replace
from datetime import datetime

import pytest
from fakes import AT, TARGET, audience

from aepctl.apply.findings import Finding, Kind, Seen, find
from aepctl.model.audience import Audience, Deposed, Ids, Known, Observed
from aepctl.model.steps import Create
from aepctl.state.model import Intent, Phase, State
from aepctl.wording import command

NOON = datetime.fromisoformat(AT)
LATER = NOON.replace(hour=13, second=1)


def known(name: str, audience_id: str) -> Known:
    return Known(audience(name), Ids(audience_id))


def seen(name: str, audience_id: str, lifecycle: str | None = None) -> Observed:
    return Observed(audience(name), Ids(audience_id), lifecycle=lifecycle)


def found(
    state: State, *listed: Observed, gone: dict[str, str | None] | None = None, now: datetime = NOON
) -> tuple[Finding, ...]:
    return find(state, Seen(listed, gone or {}), now, lambda *words: command("aepctl", *words))


GOLD = State("L", 1, TARGET, {"gold": known("Gold", "A")})
OPEN = Intent("i", "run", "gold", Create(audience("Gold")), AT)


def test_nothing_is_found_where_all_fits() -> None:
    assert found(GOLD, seen("Gold", "A"), seen("Other", "B")) == ()


def test_one_identity_twice_on_the_platform_in_whatever_spelling() -> None:
    (one,) = found(GOLD, seen("Gold", "A"), seen("GOLD", "B"))
    assert one == Finding(
        Kind.TWICE,
        "gold",
        "the platform has it 2 times: A, which the state knows, and B",
        "aepctl state rm gold && aepctl state resolve gold --adopt B",
        "takes B instead; what is not to stay can only be deleted on the platform",
    )


def test_what_is_still_to_be_deleted_is_no_second_one() -> None:
    silver = replace(known("Silver", "B"), deposed=Deposed(Ids("C"), audience("Gold")))
    state = replace(GOLD, audiences={**GOLD.audiences, "silver": silver})
    assert found(state, seen("Gold", "A"), seen("Silver", "B"), seen("Gold", "C")) == ()


@pytest.mark.parametrize("lifecycle", ["archived", "deleted"])
def test_what_is_listed_as_gone_does_not_count_as_a_second_one(lifecycle: str) -> None:
    assert found(GOLD, seen("Gold", "A"), seen("Gold", "B", lifecycle)) == ()


def test_the_audience_of_another_key_is_no_second_one_but_the_keys_are_the_same() -> None:
    state = replace(GOLD, audiences={**GOLD.audiences, "golden": known("gold", "B")})
    (one,) = found(state, seen("Gold", "A"), seen("gold", "B"))
    assert (one.kind, one.key, one.command) == (Kind.SAME, "golden", "aepctl state rm golden")
    assert one.said == "`gold` has the same name, namespace and originName, under another ID"


def test_an_id_that_is_gone() -> None:
    (one,) = found(GOLD, gone={"gold": None})
    assert (one.kind, one.said) == (Kind.GONE, "the platform has no A")
    assert one.command == "aepctl state rm gold"


def test_an_id_that_is_listed_as_archived() -> None:
    (one,) = found(GOLD, seen("Gold", "A", "archived"), gone={"gold": "archived"})
    assert one.said == "the platform has A as archived"


def test_an_id_that_is_gone_while_there_is_another_one_just_the_same() -> None:
    (one,) = found(GOLD, seen("Gold", "B"), gone={"gold": None})
    assert one.said == "the platform has no A, but it has B, which is just the same"
    assert one.command == "aepctl state rm gold && aepctl state resolve gold --adopt B"


def test_what_was_asked_for_in_another_spelling_is_the_same_audience() -> None:
    other = Audience("Straße", "agora", "Agora_Collaboration")
    state = replace(GOLD, audiences={"gold": Known(audience("x"), Ids("A"), other)})
    (one,) = found(state, seen("x", "A"), Observed(other, Ids("B")))
    assert one.kind is Kind.TWICE


def test_an_open_intent_that_is_old() -> None:
    state = replace(GOLD, intents={"i": OPEN})
    (one,) = found(state, seen("Gold", "A"), now=LATER)
    assert (one.kind, one.key, one.command) == (Kind.OPEN, "gold", "aepctl apply")
    assert one.said.startswith(f"a step that began at {AT} has no known outcome: the run ended")


@pytest.mark.parametrize("phase", [Phase.ABSENT, Phase.RECREATE])
def test_an_intent_that_the_next_apply_goes_on_with_is_none(phase: Phase) -> None:
    state = replace(GOLD, intents={"i": replace(OPEN, phase=phase)})
    assert found(state, seen("Gold", "A"), now=LATER) == ()


def test_times_of_two_machines_are_not_compared_closer_than_an_hour() -> None:
    state = replace(GOLD, intents={"i": OPEN})
    assert found(state, seen("Gold", "A"), now=NOON.replace(hour=13)) == ()
    assert found(state, seen("Gold", "A"), now=NOON.replace(hour=9)) == ()
