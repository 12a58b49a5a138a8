"""What a view says of each kind of result, before any format has a say."""

from dataclasses import replace

import pytest
from plans import (
    ABSENT,
    ADOPTED,
    CREATED,
    GOLD,
    INTENTS,
    PLANS,
    PROGRAM,
    REFUSED,
    RENAMED,
    REPORTS,
    SILVER,
    TARGET,
    UNDECIDED,
    at,
    create,
    intent,
    known,
    plan,
    settle,
)
from review_samples import PROBLEMS

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.audience import Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import Adopt, Create, Delete, Forget, Patch, RemoteStep
from aepctl.plan.plan import Action, Change, FieldDiff
from aepctl.render.intents import view_of_intents
from aepctl.render.report import outcome_row, view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import (
    Failed,
    Row,
    View,
    view_of_error,
    view_of_plan,
    view_of_problems,
)
from aepctl.state.model import Phase


def row_of(change: Change) -> Row:
    (row,) = view_of_plan(plan([change])).rows
    return row


def rows_of(*outcomes: Outcome, changes: tuple[Change, ...] = (), **more: int) -> tuple[Row, ...]:
    return view_of_report(ApplyReport(plan(changes), outcomes, **more)).rows


class TestPlan:
    def test_the_facts_and_the_totals(self) -> None:
        made = PLANS["everything"]
        view = view_of_plan(replace(made, targets=("*",)), "3f9a2c")
        assert view == View(
            command="plan",
            title="Plan",
            environment="prod",
            target=TARGET,
            targets=("*",),
            plan_id="3f9a2c",
            totals={
                "settle": 1,
                "decide": 0,
                "drift": 0,
                "delete": 0,
                "replace": 0,
                "adopt": 0,
                "create": 1,
                "update": 1,
                "move": 0,
                "record": 0,
                "forget": 1,
                "unchanged": 1,
                "done": 0,
                "left-alone": 0,
            },
            nothing="no audiences",
            rows=view.rows,
            empty="Nothing to do.",
        )
        assert view.heading == "Plan for prod"
        assert [(row.key, row.status) for row in view.rows] == [
            ("open", "settle"),
            ("new", "create"),
            ("other", "update"),
            ("gone", "forget"),
        ]

    def test_a_create_is_new_with_all_its_fields_and_the_id_that_we_give(self) -> None:
        assert row_of(create("gold", GOLD, 2, "id-of-ours")) == Row(
            "create",
            "gold",
            GOLD.fields(),
            source=at(2),
            audience_id="id-of-ours",
            new=True,
        )

    def test_of_what_is_known_and_seen_the_known_side_counts(self) -> None:
        seen = Observed(SILVER, Ids("another"))
        row = row_of(Change("gold", Action.FORGET, known=known("gold", GOLD), observed=seen))
        assert (row.name, row.audience_id, row.new) == (GOLD.name, "id-of-gold", False)

    def test_of_what_is_adopted_in_place_of_what_is_gone_the_id_is_the_new_one(self) -> None:
        steps = (Forget(), Adopt(Known(GOLD, Ids("the-other"))))
        change = Change("gold", Action.ADOPT, known=known("gold", GOLD), wanted=GOLD, steps=steps)
        assert row_of(change).audience_id == "the-other"

    def test_what_is_only_seen_shows_its_fields_and_its_id(self) -> None:
        row = row_of(Change("gold", Action.ADOPT, observed=Observed(SILVER, Ids("seen"))))
        assert (row.fields, row.audience_id) == (SILVER.fields(), "seen")

    @pytest.mark.parametrize(
        "step",
        [Create(GOLD), Patch(Ids("id"), SILVER, GOLD), Delete(Ids("id"), GOLD)],
        ids=lambda step: type(step).__name__,
    )
    def test_what_was_once_begun_shows_the_fields_that_were_sent(self, step: RemoteStep) -> None:
        row = row_of(settle(replace(intent("gold", GOLD), step=step)))
        assert row.fields == GOLD.fields()

    def test_of_nothing_there_are_no_fields(self) -> None:
        row = row_of(Change("gold", Action.DECIDE))
        assert (row.fields, row.name, row.audience_id, row.note) == ({}, None, None, None)

    def test_what_differs_is_as_the_plan_has_it(self) -> None:
        diff = (FieldDiff("name", "a", "b", "c"),)
        assert row_of(Change("gold", Action.UPDATE, diff=diff)).diff == diff


class TestWhy:
    def test_a_create_that_a_person_decided_to_repeat(self) -> None:
        decided = replace(intent("gold", GOLD), phase=Phase.RECREATE)
        row = row_of(Change("gold", Action.CREATE, wanted=GOLD, intent=decided))
        assert row.note == "a person decided: created without looking"

    def test_a_decision(self) -> None:
        row = row_of(Change("golden", Action.DECIDE, reason=RENAMED))
        assert row.note == f"decision needed: {RENAMED}"

    def test_waiting_for_another_key(self) -> None:
        (row,) = view_of_plan(PLANS["held-back"]).rows
        assert row.note == (
            "waiting: `golden` has the same name, namespace and originName as `gold`, "
            "and whether that was created is not known yet"
        )

    @pytest.mark.parametrize(
        ("step", "verb"),
        [
            (Create(GOLD), "create"),
            (Patch(Ids("id"), SILVER, GOLD), "update"),
            (Delete(Ids("id"), GOLD), "delete"),
        ],
    )
    def test_an_earlier_step_of_unknown_outcome(self, step: RemoteStep, verb: str) -> None:
        left = replace(intent("gold", GOLD), step=step, reason="no answer within 30 s")
        assert row_of(settle(left)).note == (
            f"{verb} started at 2026-01-31T12:30:00Z, outcome unknown: no answer within 30 s"
        )

    def test_a_second_attempt(self) -> None:
        again = replace(create("gold", GOLD, 2), intent=ABSENT)
        assert row_of(again).note == (
            "second attempt; the first (2026-01-31T12:30:00Z): "
            "not found on the platform by 2026-01-31T12:30:00Z"
        )

    def test_an_attempt_whose_audience_was_found_after_all(self) -> None:
        seen = Observed(GOLD, Ids("seen"))
        row = row_of(Change("gold", Action.ADOPT, observed=seen, intent=ABSENT))
        assert row.note == (
            "create started at 2026-01-31T12:30:00Z: "
            "not found on the platform by 2026-01-31T12:30:00Z"
        )


class TestReport:
    def test_the_facts_and_the_totals(self) -> None:
        view = view_of_report(replace(REPORTS["mixed"], plan_id="3f9a2c"), PROGRAM)
        assert (view.command, view.heading, view.plan_id) == ("apply", "Apply for prod", "3f9a2c")
        assert view.totals == {
            "unknown": 2,
            "refused": 2,
            "undecided": 0,
            "not-started": 0,
            "deleted": 0,
            "replaced": 0,
            "adopted": 0,
            "forgotten": 0,
            "updated": 0,
            "moved": 0,
            "recorded": 0,
            "created": 1,
            "done": 0,
            "left-alone": 0,
        }
        assert list(view.totals)[:3] == ["unknown", "refused", "undecided"]
        assert view.plan == view_of_plan(REPORTS["mixed"].plan, "3f9a2c")

    def test_an_outcome_has_the_row_of_its_change_and_the_id_that_came_back(self) -> None:
        change = create("loyalty-gold", GOLD, 2, "id-of-ours")
        (row,) = rows_of(CREATED, changes=(change,))
        planned = row_of(change)
        assert row == planned._replace(
            status="created", audience_id="8b2b7b1c-audience", ended=True
        )

    def test_what_was_settled_before_the_plan_was_made_comes_first(self) -> None:
        earlier = Outcome("earlier", Action.SETTLE, OutcomeKind.ADOPTED, Ids("a-99"))
        rows = rows_of(CREATED, earlier, changes=(create("loyalty-gold", GOLD, 2),))
        assert rows[0] == Row("adopted", "earlier", {}, audience_id="a-99", ended=True)
        assert [row.key for row in rows] == ["earlier", "loyalty-gold"]

    def test_what_was_to_be_done_and_has_no_outcome_was_not_started(self) -> None:
        changes = (create("a", GOLD, 2), *PLANS["decide"].changes, PLANS["adopt"].changes[0])
        rows = rows_of(changes=changes, not_started=2)
        assert [(row.key, row.status, row.ended) for row in rows] == [
            ("a", "not-started", False),
            ("golden", "decide", False),
            ("other", "not-started", False),
            ("taken", "not-started", False),
        ]

    def test_a_failure_is_told_in_the_platforms_own_words(self) -> None:
        assert outcome_row(REFUSED).note == (
            "400 AIS-1002-400: Name is mandatory (x-request-id request-2)"
        )
        said = [
            (Failure("no route"), "no route"),
            (Failure("Bad Gateway", status=502), "502: Bad Gateway"),
            (Failure("no", code="X-1"), "X-1: no"),
            (Failure("no", status=500, code="500"), "500: no"),
        ]
        for failure, note in said:
            assert outcome_row(replace(REFUSED, failure=failure)).note == note

    def test_what_worked_has_no_note_even_where_the_change_had_one(self) -> None:
        change = replace(create("loyalty-gold", GOLD, 2), intent=ABSENT)
        assert outcome_row(CREATED, change).note is None

    def test_what_an_adoption_leaves_as_it_is_is_told(self) -> None:
        reason = "the platform has another description, until the next plan changes that"
        diff = (FieldDiff("description", None, "Old", "New"),)
        change = replace(PLANS["adopt"].changes[0], diff=diff, reason=reason)
        assert row_of(change).note == reason
        assert outcome_row(ADOPTED, change).note == reason

    def test_a_decision_that_was_not_taken_says_what_to_decide(self) -> None:
        row = outcome_row(UNDECIDED, PLANS["decide"].changes[0])
        assert (row.status, row.note) == ("undecided", RENAMED)

    def test_an_id_comes_from_the_change_where_nothing_came_back(self) -> None:
        bare = replace(ADOPTED, ids=None)
        assert outcome_row(bare, PLANS["adopt"].changes[0]).audience_id == "id-on-the-platform"

    def test_alerts(self) -> None:
        report = ApplyReport(plan(), stopped="the disk is full", interrupted=True, rescue="{}")
        lost = (
            "Not recorded",
            (
                "some IDs are not in state. This run's log has them: save it, then run "
                "`aepctl --env prod state recover FILE`."
            ),
        )
        assert view_of_report(report, PROGRAM).alerts == (lost, ("Stopped", "the disk is full"))
        interrupted = replace(report, stopped=None, rescue=None)
        assert view_of_report(interrupted).alerts == (
            ("Interrupted", "everything that was started is recorded"),
        )
        assert view_of_report(ApplyReport(plan())).alerts == ()

    def test_what_to_run_next(self) -> None:
        again = "run `aepctl --env prod apply` again; it first checks what became of these."
        assert view_of_report(REPORTS["mixed"], PROGRAM).next == again
        decide = "decide about what is undecided, as each of them says; then plan again."
        assert view_of_report(REPORTS["decision"], PROGRAM).next == decide
        assert view_of_report(REPORTS["created"], PROGRAM).next is None


class TestIntents:
    def test_each_has_its_phase_and_what_is_known_of_it(self) -> None:
        view = view_of_intents(INTENTS, PROGRAM)
        assert view.totals == {"open": 4, "absent": 1, "recreate": 1}
        assert [row.note for row in view.rows[:3]] == [
            (
                "create started at 2026-01-31T12:30:00Z, outcome unknown: "
                "the run ended before its outcome was recorded"
            ),
            (
                "create started at 2026-01-31T12:30:00Z: "
                "not found on the platform by 2026-01-31T12:30:00Z"
            ),
            "create started at 2026-01-31T12:30:00Z: the run ended before its outcome was recorded",
        ]
        assert [row.audience_id for row in view.rows] == [
            None,
            None,
            None,
            "id-17",
            "id-18",
            "id-of-ours",
        ]

    def test_how_to_decide_names_one_that_is_open_if_there_is_one(self) -> None:
        how = (
            "run `aepctl --env prod apply`, or decide about `KEY`: `aepctl --env prod state "
            "resolve KEY --adopt ID` (or `--recreate`, `--abandon`)."
        )
        absent = intent("first", GOLD, phase=Phase.ABSENT)
        view = view_of_intents([absent, intent("second", GOLD)], PROGRAM)
        assert view.next == how.replace("KEY", "second")
        assert view_of_intents([absent], PROGRAM).next == how.replace("KEY", "first")

    def test_the_command_can_be_pasted_whatever_the_key(self) -> None:
        (view, odd) = (view_of_intents([intent("gold $(1)", GOLD)]), "'gold $(1)'")
        assert f"`aepctl state resolve {odd} --adopt ID`" in str(view.next)

    def test_the_total_names_the_environment(self) -> None:
        assert view_of_intents(INTENTS, PROGRAM, "prod").heading == "Intents for prod"

    def test_none(self) -> None:
        view = view_of_intents([])
        assert (view.rows, view.empty, view.next) == ((), "No open intents.", None)


class TestProblemsAndErrors:
    def test_problems_are_in_the_files_order(self) -> None:
        view = view_of_problems(reversed(PROBLEMS), "prod")
        assert view == View("validate", "4 problems", "prod", problems=PROBLEMS)
        assert view.heading == "4 problems"
        assert view_of_problems(PROBLEMS[:1]).title == "1 problem"

    def test_an_error(self) -> None:
        view = view_of_error(AepctlError("it broke", hint="mend it"), "prod")
        assert view == View(
            "", "aepctl failed", "prod", failed=Failed("it broke", "failed", "mend it")
        )

    def test_an_error_in_manifests_is_its_problems(self) -> None:
        view = view_of_error(InvalidInput(PROBLEMS), "prod")
        problems = view_of_problems(PROBLEMS, "prod")
        assert view == replace(problems, failed=Failed("4 problems", "invalid-input"))

    def test_no_problems(self) -> None:
        assert view_of_validation(1).empty == "1 audience, no problems."
        assert view_of_validation(2, "prod") == View(
            "validate", "No problems", "prod", empty="2 audiences, no problems."
        )
        assert view_of_problems(()) == View("validate", "No problems")
