"""Outcomes as programs read them: data/plans/report-*.json."""

import json

import pytest
from goldens import Golden
from plans import REPORTS

from aepctl.apply.outcomes import Result
from aepctl.render.outcome_json import report_json


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_as_json(name: str, golden: Golden) -> None:
    golden(f"plans/report-{name}.json", report_json(REPORTS[name]))


@pytest.mark.parametrize("name", REPORTS)
def test_the_schema_is_the_documented_one(name: str) -> None:
    report = REPORTS[name]
    data = json.loads(report_json(report))
    assert data["format"] == "1.0"
    assert {*Result, "notStarted", "stopped", "plan"} == data["summary"].keys()
    assert sum(data["summary"][result] for result in Result) == len(data["outcomes"])
    for outcome, given in zip(data["outcomes"], report.outcomes, strict=True):
        assert outcome.keys() == {
            "key",
            "action",
            "outcome",
            "audienceId",
            "decision",
            "error",
        }
        assert (outcome["key"], outcome["audienceId"]) == (given.key, given.audience_id)
        assert (outcome["error"] is None) == (given.failure is None)
    assert data["error"] is None


def test_a_failure_has_the_platforms_own_words() -> None:
    (_, refused, *_) = json.loads(report_json(REPORTS["mixed"]))["outcomes"]
    assert refused["error"] == {
        "message": "Name is mandatory",
        "code": "AIS-1002-400",
        "status": 400,
        "requestId": "request-2",
    }


def test_hostile_texts_do_no_harm() -> None:
    text = report_json(REPORTS["hostile"])
    assert all(line.isprintable() for line in text.split("\n"))
    assert "##[" not in text
    assert json.loads(text)["outcomes"][0]["error"]["message"] == "::error::\n##[error]\x9b"
