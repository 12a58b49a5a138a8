"""What came of an apply, in lines: what needs a person is the last thing to be seen."""

from dataclasses import replace

from plans import REPORTS

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.audience import Ids
from aepctl.model.failure import Failure
from aepctl.plan.plan import Action
from aepctl.render.display import Paint
from aepctl.render.text import outcome_lines, report_summary
from aepctl.render.text_ended import MOST_AGAIN

PLAIN = Paint(on=False)
TERMINAL = Paint(on=False, width=80, folds="all of them: `aepctl state list | less`")


def outcome(key: str, kind: OutcomeKind, why: str | None = None) -> Outcome:
    ids = None if why else Ids(f"id-of-{key}")
    return Outcome(key, Action.CREATE, kind, ids, None if why is None else Failure(why))


def created(count: int) -> list[Outcome]:
    return [outcome(f"key-{number}", OutcomeKind.CREATED) for number in range(count)]


REFUSED = outcome("bad", OutcomeKind.REFUSED, "no such namespace")
UNKNOWN = outcome("who-knows", OutcomeKind.UNKNOWN, "no answer")


def report(outcomes: list[Outcome]) -> ApplyReport:
    return replace(REPORTS["created"], outcomes=tuple(outcomes))


def test_on_a_terminal_kinds_follow_each_other_in_columns() -> None:
    outcomes = [UNKNOWN, *created(11)[9:], REFUSED]
    assert outcome_lines(outcomes, TERMINAL) == (
        "created  key-9   id-of-key-9\n"
        "created  key-10  id-of-key-10\n"
        "refused  bad: no such namespace\n"
        "unknown  who-knows: no answer\n"
    )


def test_many_that_went_well_are_folded_there() -> None:
    lines = outcome_lines([REFUSED, *created(100)], TERMINAL).splitlines()
    assert lines[20] == "… 70 more created; all of them: `aepctl state list | less`"
    assert len(lines) == 32
    assert outcome_lines(created(100), PLAIN).count("\n") == 100


def test_what_went_by_long_ago_and_needs_a_person_is_told_again_before_the_totals() -> None:
    outcomes = [UNKNOWN, REFUSED, *created(9)]
    text = report_summary(report(outcomes), PLAIN, told=outcomes)
    assert text.startswith(
        "\nOf these, look at:\nrefused  bad: no such namespace\nunknown  who-knows: no answer\n"
        "Apply for prod: 1 unknown, 1 refused, 9 created.\n"
    )


def test_nothing_is_told_again_that_is_still_in_sight_or_went_well() -> None:
    for outcomes in ([UNKNOWN, *created(2)], [*created(9), REFUSED], [REFUSED] * 9, created(99)):
        text = report_summary(report(outcomes), PLAIN, told=outcomes)
        assert text.startswith("Apply for prod:")
    assert "look at" not in report_summary(report([UNKNOWN, *created(9)]), PLAIN)


def test_of_many_that_need_a_person_some_are_told_again_and_the_others_counted() -> None:
    bad = [replace(REFUSED, key=f"bad-{number}") for number in range(MOST_AGAIN + 3)]
    text = report_summary(report([*bad, *created(9)]), PLAIN, told=[*bad, *created(9)])
    assert text.count("refused  bad-") == MOST_AGAIN
    assert "\n… and 3 more\n" in text
