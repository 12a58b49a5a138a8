"""The audiences of a plan, in lines: which come first, which take one line, which are folded."""

from dataclasses import replace

import pytest
from plans import TARGET, at, audience, create, delete, forget, known, update

from aepctl.model.steps import Adopt
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.render.display import Paint, cells
from aepctl.render.text import plan_text
from aepctl.render.text_rows import FEW, FIRST, LAST, MANY

PLAIN = Paint(on=False)
GOLD = audience("Gold", "Of gold.")


def creates(count: int) -> list[Change]:
    return [create(f"key-{number}", GOLD, number) for number in range(count)]


def text(changes: list[Change], paint: Paint = PLAIN) -> str:
    return plan_text(Plan("prod", TARGET, tuple(changes)), paint)


def rows(changes: list[Change], paint: Paint = PLAIN) -> list[str]:
    return text(changes, paint).partition("\n\nPlan for")[0].split("\n")


def test_a_few_creates_are_shown_with_all_their_fields() -> None:
    assert len(rows(creates(FEW))) == 5 * FEW


def test_more_are_a_line_each_in_columns() -> None:
    many = [*creates(10)[4:], create("日本", audience("東京の会員", namespace="crm"), 7)]
    assert rows(many)[5:] == [
        "+ key-9  Gold        agora/Agora  audiences/all.yaml:9",
        "+ 日本   東京の会員  crm/Agora    audiences/all.yaml:7",
    ]
    assert "    description  Of gold." in rows(many, Paint(on=False, verbose=True))


def test_what_is_to_be_known_of_one_stands_below_its_line() -> None:
    (first, *others) = creates(FEW + 1)
    lines = rows([replace(first, reason="gone from the platform"), *others])
    assert lines[1] == "    reason: gone from the platform"
    assert lines[2].startswith("+ key-1")


def test_so_are_deletes_with_the_ids_that_go() -> None:
    gone = [delete(f"gone-{number}", GOLD) for number in range(FEW + 1)]
    assert rows(gone)[0] == "- gone-0  Gold  agora/Agora  id-of-gone-0"
    assert "    Gold (audienceId id-of-gone-0) is deleted on the platform" in rows(gone[:FEW])


def test_a_name_below_it_is_nothing_that_the_log_of_a_pipeline_obeys() -> None:
    shown = rows([delete("gone", replace(GOLD, name="::error::no"))])
    assert r"    \x3a:error::no (audienceId id-of-gone) is deleted on the platform" in shown


def test_an_adoption_names_the_id_that_is_there() -> None:
    adopted = Change("old", Action.ADOPT, wanted=GOLD, steps=(Adopt(known("old", GOLD)),))
    first = rows([adopted, *creates(FEW)])[0]
    assert first == "= old  Gold  agora/Agora  id-of-old"


def test_what_an_adoption_leaves_as_it_is_is_shown() -> None:
    adopted = Change("old", Action.ADOPT, wanted=GOLD, steps=(Adopt(known("old", GOLD)),))
    other = replace(
        adopted, diff=(FieldDiff("description", None, "Hers.", "Of gold."),), reason="until then"
    )
    assert rows([other, *creates(FEW)])[:3] == [
        "= old  Gold  agora/Agora  id-of-old",
        "    description  Hers. -> Of gold.",
        "    until then",
    ]


def test_a_move_names_the_key_that_it_had_in_its_line() -> None:
    moved = Change("new", Action.MOVE, known=known("new", GOLD), wanted=GOLD, moved_from="old")
    lines = rows([*creates(FEW), moved])
    assert lines[0] == "> new  was old  Gold  agora/Agora  id-of-new"
    assert lines[2].startswith("+ key-0")


def test_what_is_to_be_known_of_all_of_a_kind_is_told_once() -> None:
    gone = [forget(f"gone-{number}", GOLD) for number in range(3)]
    assert rows([*gone, *creates(FEW)])[:4] == [
        *(f". gone-{number}  Gold  agora/Agora  id-of-gone-{number}" for number in range(3)),
        "    each: no longer in the manifests; stays on the platform",
    ]


@pytest.mark.parametrize("width", [40, 49, 50, 100])
def test_on_a_narrow_terminal_what_all_share_is_said_once_before_a_line_is_broken(
    width: int,
) -> None:
    lines = rows(creates(12), Paint(on=False, width=width))
    assert max(map(cells, lines)) <= width
    assert (lines[0] == "  all of agora/Agora:") is (width < 50)
    assert len(lines) == 12 + (width < 50)


def test_a_long_text_does_not_widen_its_column() -> None:
    named = create("long", audience("x" * 200), 3)
    lines = rows([*creates(9), named])
    assert max(map(len, lines[:-1])) < 120
    assert "x" * 200 in lines[-1]


def test_kinds_follow_each_other_the_most_urgent_first_and_creates_last() -> None:
    decide = Change("which", Action.DECIDE, wanted=GOLD, reason="say which", source=at(9))
    changed = update("changed", GOLD, audience("Gold", "Of old."), 2)
    plan = [*creates(4), changed, forget("gone", GOLD), decide]
    heads = [line.split()[0] for line in rows(plan) if line and line[0] != " "]
    assert heads == ["!", ".", "~", "+", "+", "+", "+"]
    assert "\n\n~ changed" in text(plan)
    assert "\n1 needs a decision: `which`\n" in text(plan)
    assert text(plan).endswith("\n~ to update   + to create\n")


def test_in_a_plan_of_a_few_nothing_is_said_twice() -> None:
    decide = Change("which", Action.DECIDE, wanted=GOLD, reason="say which", source=at(9))
    shown = text([decide, *creates(2)])
    assert "needs a decision" not in shown
    assert "   + to create" not in shown


class TestFolding:
    PAINT = Paint(on=False, width=80, folds="all of them: `aepctl plan | less`")

    def test_of_many_the_first_and_the_last_are_shown(self) -> None:
        assert len(rows(creates(MANY), self.PAINT)) == MANY
        lines = rows(creates(MANY + 1), self.PAINT)
        assert len(lines) == FIRST + 1 + LAST
        assert lines[FIRST] == (
            f"… {MANY + 1 - FIRST - LAST} more to create; all of them: `aepctl plan | less`"
        )

    def test_what_may_do_harm_is_always_shown(self) -> None:
        gone = [forget(f"gone-{number}", GOLD) for number in range(MANY + 1)]
        assert sum(line.startswith(". gone") for line in rows(gone, self.PAINT)) == MANY + 1

    def test_all_is_shown_with_verbose_and_in_a_log(self) -> None:
        loud = Paint(on=False, width=80, folds="all", verbose=True)
        assert sum(line.startswith("+ ") for line in rows(creates(99), loud)) == 99
        assert len(rows(creates(4000))) == 4000
