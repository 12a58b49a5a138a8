"""The whole life of audiences in every format: edited, replaced, moved, deleted, forgotten."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from review_samples import LIFE, LIVED, SUMMER, plan_of

from aepctl.model.audience import Ids, Known, Observed
from aepctl.model.steps import Adopt, Create, Delete, Patch
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.render import github, gitlab, html_rows, junit, markdown, text
from aepctl.render.display import UNSAFE
from aepctl.render.json import plan_json
from aepctl.render.report import view_of_report
from aepctl.render.report_json import report_json
from aepctl.render.view import Row, View, view_of_plan
from aepctl.yamldoc import parse

PLANNED, DONE = view_of_plan(LIFE, "3f9a2c"), view_of_report(LIVED, "aepctl --env prod")
OLD = Known(SUMMER, Ids("old"))


def row_of(change: Change) -> Row:
    (row,) = view_of_plan(plan_of(change)).rows
    return row


def alerts(plan: Plan) -> dict[str, str]:
    return dict(view_of_plan(plan).alerts)


@pytest.mark.parametrize(
    ("file", "render"),
    [
        ("txt", text.render),
        ("md", markdown.render),
        ("rows.html", lambda view: html_rows.plain_table(view.rows)),
        ("junit.xml", junit.render),
        ("annotations.txt", github.annotations),
        ("terraform.json", gitlab.render),
    ],
)
def test_every_format(file: str, render: Callable[[View], str], golden: Golden) -> None:
    golden(f"render/life-plan.{file}", render(PLANNED))
    golden(f"render/life-apply.{file}", render(DONE))


def test_json(golden: Golden) -> None:
    golden("plans/life.json", plan_json(LIFE))
    golden("plans/report-life.json", report_json(LIVED))


def test_a_look_at_the_platform_is_told_in_the_heading() -> None:
    assert PLANNED.heading == "Plan for prod, with a look at the platform"
    assert view_of_plan(replace(LIFE, refreshed=False)).heading == "Plan for prod"


class TestThreeSides:
    def test_where_the_platform_has_something_else_than_state(self) -> None:
        row = PLANNED.rows[0]
        assert row.sides(row.diff[0]) == (
            ("manifest", "As the manifest has it."),
            ("state", "As state knows it."),
            ("platform", "As somebody typed it."),
        )

    def test_also_where_one_of_them_has_nothing(self) -> None:
        diff = (FieldDiff("description", None, "typed", None),)
        seen = Observed(SUMMER, Ids("old"))
        change = Change("a", Action.DRIFT, known=OLD, observed=seen, wanted=SUMMER, diff=diff)
        assert row_of(change).columns == ("manifest", "state", "platform")
        assert row_of(replace(change, wanted=None)).columns == ("state", "platform")

    def test_before_and_after_tell_all_where_nobody_looked_or_nothing_else_was_seen(self) -> None:
        diff = (FieldDiff("description", "old", None, "new"),)
        change = Change("a", Action.UPDATE, known=OLD, wanted=SUMMER, diff=diff)
        assert row_of(change).columns == ()
        same = (replace(diff[0], observed="old"),)
        seen = replace(change, observed=Observed(SUMMER, Ids("old")), diff=same)
        assert row_of(seen).columns == ()


class TestWhatCannotBeUndone:
    def test_is_counted_and_named_with_its_id(self) -> None:
        assert alerts(LIFE)["Deletes"] == (
            "2 audiences would be deleted for good: `bronze` (`old-id`), `ended` (`ended-id`)"
        )

    @pytest.mark.parametrize(
        ("steps", "said"),
        [
            (
                (Create(SUMMER), Delete(OLD.ids, SUMMER)),
                "another one is created under a new ID, then `old` is deleted for good",
            ),
            (
                (Create(SUMMER, "ours"), Delete(OLD.ids, SUMMER)),
                "another one is created as `ours`, then `old` is deleted for good",
            ),
            (
                (Adopt(Known(SUMMER, Ids("there"))), Delete(OLD.ids, SUMMER)),
                "`there` takes its place, then `old` is deleted for good",
            ),
        ],
    )
    def test_a_replace_says_which_goes_and_what_comes(
        self, steps: tuple[Create | Adopt | Delete, ...], said: str
    ) -> None:
        assert row_of(Change("a", Action.REPLACE, known=OLD, steps=steps)).note == said

    def test_so_does_any_change_that_deletes_something_on_its_way(self) -> None:
        steps = (Delete(Ids("older"), SUMMER), Patch(OLD.ids, SUMMER, SUMMER))
        change = Change("a", Action.UPDATE, known=OLD, wanted=SUMMER, steps=steps)
        assert row_of(change).note == "`older` is deleted for good"

    def test_once_done_the_new_id_stands_beside_the_old_one(self) -> None:
        (row,) = [one for one in DONE.rows if one.status == "replaced"]
        assert (row.audience_id, row.came) == ("new-id", "in place of old-id")


class TestLimits:
    def test_the_setting(self) -> None:
        assert "more than max_deletes (1): `aepctl apply --yes-delete 2`" in alerts(LIFE)["Limit"]

    def test_the_part_of_what_is_known(self) -> None:
        few = replace(LIFE, max_deletes=1, known=5)
        assert "more than 30 % of the 5 that are known: " in alerts(few)["Limit"]

    def test_what_is_within(self) -> None:
        assert "Limit" not in alerts(replace(LIFE, max_deletes=2))


def test_what_is_gone_is_not_said_to_stay() -> None:
    (left, vanished) = [row.note for row in PLANNED.rows if row.status == "forget"]
    assert left == "no longer in the manifests; stays on the platform"
    assert vanished == "reason: gone from the platform"


def test_overwriting_is_told() -> None:
    assert "Overwrites" in alerts(replace(LIFE, overwrites=True))
    assert "Overwrites" not in alerts(replace(LIFE, overwrites=True, changes=()))


@given(st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), min_size=1, max_size=3))
def test_the_lines_of_renames_parse_whatever_the_keys(pairs: list[tuple[str, str]]) -> None:
    changes = (Change(new, Action.DECIDE, wanted=SUMMER, may_be=old) for old, new in pairs)
    lines = view_of_plan(plan_of(*changes)).paste
    assert not any(UNSAFE.search(line) for line in lines)
    read = parse("pasted.yaml", "\n".join(lines).encode())
    assert read.problems == ()
    assert [(one["from"], one["to"]) for one in read.documents[0]["moved"]] == pairs


def test_renames_are_a_block_of_code_in_markdown_and_plain_lines_in_text() -> None:
    for view in (PLANNED, DONE):
        block = '\n```yaml\nmoved:\n  - {from: gold, to: "gold #1"}\n```\n'
        assert block in markdown.render(view)
        assert text.render(view).count("moved:\n") == 1
    assert '\n\nmoved:\n  - {from: gold, to: "gold #1"}\n\n' in text.render(PLANNED)
    assert json.loads(plan_json(LIFE))["renames"] == [{"from": "gold", "to": "gold #1"}]


def test_more_renames_than_a_comment_holds_are_counted() -> None:
    many = (Change(f"new-{n}", Action.DECIDE, may_be=f"old-{n}") for n in range(900))
    page = markdown.render(view_of_plan(plan_of(*many)))
    assert "and plan again:** 900 lines, which the plan has as text.\n" in page
    assert "moved:" not in page
