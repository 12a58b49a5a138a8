"""What a saved plan is bound to, and what is said where that no longer holds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import NOTHING, POLICY, audience, found, intend, know, plan, there, want

from aepctl.model.audience import Ids, Known, Wanted
from aepctl.model.problem import Origin
from aepctl.model.steps import Create
from aepctl.plan.binding import Binding, bind, differences
from aepctl.plan.plan import Action, Change, Plan
from aepctl.state.model import Phase, State

GOLD, SILVER = audience("Gold"), audience("Silver")
WANTED = want(("gold", GOLD), ("silver", SILVER), ("new", audience("New")))
KNOWN = found([know("gold", GOLD), know("silver", audience("Silver", "Old"))])
TARGET = POLICY.target


def bound(
    wanted: tuple[Wanted, ...] = WANTED,
    state: State = KNOWN,
    *targets: str,
    version: str = "1.0",
    **policy: Any,
) -> Binding:
    return bind(plan(wanted, state, *targets, **policy), wanted, state, version)


def test_the_same_plan_has_the_same_id() -> None:
    assert bound() == bound()
    assert bound().id == bound().id
    assert len(bound().id) == 16
    assert differences(bound(), bound()) == ()


def test_the_id_is_the_same_in_every_run() -> None:
    assert bound().id == "378c74f182934563"
    assert (
        bound().changes["new"] == "4011179ff7393f69678fd7c4dd800630c38f785470c7de98cc8dc42f2f1c5280"
    )


def test_it_is_bound_to_a_digest_of_each_change() -> None:
    changes = bound().changes
    assert list(changes) == ["silver", "new"]
    assert {len(digest) for digest in changes.values()} == {64}
    assert len(set(changes.values())) == 2


def test_where_an_audience_stands_in_its_file_is_not_part_of_it() -> None:
    moved = tuple(replace(one, origin=Origin("other.yaml", 99, 1)) for one in WANTED)
    assert bound(moved) == bound()


def test_what_was_seen_is_no_part_of_it_where_it_changes_nothing_that_is_done() -> None:
    edited = there(audience("Silver", "Edited"), "id-of-silver")
    assert bound(observed=[edited]) == bound()
    adopted = bound(observed=[there(audience("New"), "A")])
    assert differences(bound(), adopted) == ("other changes for new",)


OTHERS: list[tuple[Callable[[], Binding], str]] = [
    (lambda: bound(environment="dev"), "environment was prod, is now dev"),
    (
        lambda: bound(target=replace(TARGET, org="X")),
        "organisation was ORG@AdobeOrg, is now X",
    ),
    (lambda: bound(target=replace(TARGET, sandbox="prod")), "sandbox was dev, is now prod"),
    (
        lambda: bound(target=replace(TARGET, endpoint="emulator")),
        "endpoint was https://platform.adobe.io, is now emulator",
    ),
    (
        lambda: bound(state=replace(KNOWN, lineage="x")),
        "state lineage was lineage, is now x",
    ),
    (lambda: bound(state=replace(KNOWN, serial=2)), "state serial was 1, is now 2"),
    (lambda: bound(version="1.1"), "aepctl version was 1.0, is now 1.1"),
    (lambda: bound(WANTED, KNOWN, "*", "gold"), "--target was none, is now * gold"),
]


@pytest.mark.parametrize(("other", "words"), OTHERS, ids=[words for _, words in OTHERS])
def test_anything_else_makes_it_another_plan_and_is_named(
    other: Callable[[], Binding], words: str
) -> None:
    assert differences(bound(), other()) == (words,)
    assert other().id != bound().id


def test_other_wishes_are_named_with_the_keys_that_they_change() -> None:
    now = bound((*WANTED[:2], replace(WANTED[2], audience=audience("Newer"))))
    words = ("the manifests ask for something else", "other changes for new")
    assert differences(bound(), now) == words
    assert now.id != bound().id


def test_a_wish_that_needs_no_change_is_another_plan_too() -> None:
    more = (*WANTED, replace(WANTED[0], key="gold-2", audience=audience("Gold 2")))
    knows_it = found([*KNOWN.audiences.items(), know("gold-2", audience("Gold 2"))])
    assert differences(bound(), bound(more, knows_it)) == ("the manifests ask for something else",)


def test_a_given_id_is_part_of_the_wishes() -> None:
    given = (replace(WANTED[0], audience_id="mine"), *WANTED[1:])
    assert differences(bound(), bound(given)) == ("the manifests ask for something else",)


def test_no_state_yet_is_said_so() -> None:
    now = bound(state=NOTHING)
    assert (now.lineage, now.serial) == (None, 0)
    assert "state lineage was lineage, is now none" in differences(bound(), now)


def test_a_lineage_that_was_never_written_is_none_yet() -> None:
    assert bound(state=replace(NOTHING, lineage="drawn just now")).lineage is None


def test_targets_are_told_as_they_were_given() -> None:
    saved = bound(WANTED, KNOWN, "*", "gold")
    assert differences(saved, bound()) == ("--target was * gold, is now none",)


@pytest.mark.parametrize(
    "known",
    [
        Known(audience("Silver", "Older"), Ids("id-of-silver")),
        Known(audience("Silver", "Old"), Ids("another")),
        Known(audience("Silver", "Old"), Ids("id-of-silver", "platform-id")),
    ],
)
def test_what_is_known_before_a_change_is_part_of_it(known: Known) -> None:
    now = bound(state=found([know("gold", GOLD), ("silver", known)]))
    assert differences(bound(), now) == ("other changes for silver",)


def test_what_became_of_an_attempt_is_part_of_it() -> None:
    intent = intend("new", audience("New"), phase=Phase.ABSENT)
    absent = bound(state=replace(KNOWN, intents={intent.id: intent}))
    assert differences(bound(), absent) == ("other changes for new",)
    recreate = replace(intent, phase=Phase.RECREATE)
    decided = bound(state=replace(KNOWN, intents={intent.id: recreate}))
    assert differences(absent, decided) == ("other changes for new",)


def test_of_many_changes_ten_are_named() -> None:
    many = want(*((f"k{number:02}", audience(f"N{number}")) for number in range(12)))
    (_, words) = differences(bound(()), bound(many))
    keys = ", ".join(f"k{number:02}" for number in range(10))
    assert words == f"other changes for {keys} and 2 more"


def test_all_that_differs_is_told() -> None:
    now = bound(target=replace(TARGET, org="X", sandbox="prod"), version="2.0")
    assert len(differences(bound(), now)) == 3


def test_the_id_that_the_client_gives_is_part_of_what_a_change_does() -> None:
    digests = set()
    for given in (None, "mine", "other"):
        change = Change("gold", Action.CREATE, wanted=GOLD, steps=(Create(GOLD, given),))
        made = Plan("prod", TARGET, (change,))
        digests.add(bind(made, (), KNOWN, "1.0").changes["gold"])
    assert len(digests) == 3
