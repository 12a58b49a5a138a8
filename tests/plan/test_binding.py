"""What a saved plan is bound to, and what is said where that no longer holds."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from plan_samples import SETTINGS, audience, found, intend, know, want

from aepctl.audience import Origin, Wanted
from aepctl.plan import make_plan
from aepctl.plan.binding import Binding, bind, differences
from aepctl.settings import Settings
from aepctl.state.model import Phase, Snapshot

GOLD, SILVER = audience("Gold"), audience("Silver")
WANTED = want(("gold", GOLD), ("silver", SILVER), ("new", audience("New")))
FOUND = found([know("gold", GOLD), know("silver", audience("Silver", "Old"))])


def bound(
    wanted: tuple[Wanted, ...] = WANTED,
    snapshot: Snapshot = FOUND,
    settings: Settings = SETTINGS,
    *targets: str,
    version: str = "1.0",
) -> Binding:
    return bind(make_plan(wanted, snapshot, settings, targets), wanted, snapshot.state, version)


def with_target(**fields: str) -> Settings:
    return replace(SETTINGS, target=replace(SETTINGS.target, **fields))


def with_state(**fields: object) -> Snapshot:
    assert FOUND.state is not None
    return replace(FOUND, state=replace(FOUND.state, **fields))


def test_the_same_plan_has_the_same_id() -> None:
    assert bound() == bound()
    assert bound().id == bound().id
    assert len(bound().id) == 16
    assert differences(bound(), bound()) == ()


def test_where_an_audience_stands_in_its_file_is_not_part_of_it() -> None:
    moved = tuple(replace(one, origin=Origin("other.yaml", 99, 1)) for one in WANTED)
    assert bound(moved) == bound()


OTHERS: list[tuple[Callable[[], Binding], str]] = [
    (
        lambda: bound(settings=replace(SETTINGS, environment="dev")),
        "the environment was prod, now dev",
    ),
    (lambda: bound(settings=with_target(org="X")), "the organisation was ORG@AdobeOrg, now X"),
    (lambda: bound(settings=with_target(sandbox="prod")), "the sandbox was dev, now prod"),
    (
        lambda: bound(settings=with_target(endpoint="emulator")),
        "the endpoint was https://platform.adobe.io, now emulator",
    ),
    (lambda: bound(snapshot=with_state(lineage="x")), "the state's lineage was lineage, now x"),
    (lambda: bound(snapshot=with_state(serial=2)), "the state's serial was 1, now 2"),
    (lambda: bound(version="1.1"), "aepctl's version was 1.0, now 1.1"),
    (lambda: bound(WANTED, FOUND, SETTINGS, "*"), "--target was none, now *"),
]


@pytest.mark.parametrize(("other", "said"), OTHERS, ids=[said for _, said in OTHERS])
def test_anything_else_makes_it_another_plan_and_is_named(
    other: Callable[[], Binding], said: str
) -> None:
    assert differences(bound(), other()) == (said,)
    assert other().id != bound().id


def test_other_wishes_are_named_with_the_keys_that_they_change() -> None:
    now = bound((*WANTED[:2], replace(WANTED[2], audience=audience("Newer"))))
    said = ("the manifests ask for something else", "other changes for new")
    assert differences(bound(), now) == said


def test_a_wish_that_needs_no_change_is_another_plan_too() -> None:
    more = (*WANTED, replace(WANTED[0], key="gold-2", audience=audience("Gold 2")))
    knows_it = found([*FOUND.audiences.items(), know("gold-2", audience("Gold 2"))])
    assert differences(bound(), bound(more, knows_it)) == ("the manifests ask for something else",)


def test_no_state_yet_is_said_so() -> None:
    now = bound(snapshot=Snapshot(None))
    assert (now.lineage, now.serial) == (None, 0)
    assert "the state's lineage was lineage, now none" in differences(bound(), now)


def test_what_became_of_an_attempt_is_part_of_it() -> None:
    absent = replace(intend("new", audience("New")), phase=Phase.ABSENT)
    (said,) = differences(bound(), bound(snapshot=replace(FOUND, intents=(absent,))))
    assert said == "other changes for new"


def test_of_many_changes_ten_are_named() -> None:
    many = want(*((f"k{number:02}", audience(f"N{number}")) for number in range(12)))
    (_, said) = differences(bound(()), bound(many))
    keys = ", ".join(f"k{number:02}" for number in range(10))
    assert said == f"other changes for {keys} and 2 more"


def test_all_that_differs_is_told() -> None:
    now = bound(settings=with_target(org="X", sandbox="prod"), version="2.0")
    assert len(differences(bound(), now)) == 3
