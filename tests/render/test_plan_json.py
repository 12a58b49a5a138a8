"""Plans, validations and errors as programs read them: data/plans/*.json."""

import json
import re
from typing import Any

import pytest
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from plans import HOSTILE, PLANS

from aepctl.audience import Origin
from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.plan import Action
from aepctl.render.plan_json import document, error_json, plan_json, validation_json
from aepctl.yamldoc import InvalidInput, Problem


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_as_json(name: str, golden: Golden) -> None:
    golden(f"plans/{name}.json", plan_json(PLANS[name]))


@pytest.mark.parametrize("name", PLANS)
def test_the_schema_is_the_documented_one(name: str) -> None:
    data = json.loads(plan_json(PLANS[name]))
    assert data["format"] == "1.0"
    assert {"environment", "target", "targets", "changes", "summary", "error"} <= data.keys()
    assert data["target"].keys() == {"org", "sandbox", "endpoint"}
    assert data["summary"].keys() == {*Action, "unchanged"}
    for change in data["changes"]:
        assert {"key", "action", "before", "after", "source"} <= change.keys()
        assert change["source"] is None or change["source"].keys() == {"file", "line"}
    assert data["error"] is None


@pytest.mark.parametrize("name", PLANS)
def test_a_change_is_a_line(name: str) -> None:
    lines = plan_json(PLANS[name]).split("\n")
    for change in PLANS[name].changes:
        (line,) = (
            one for one in lines if one.startswith('    {"key": ') and key_of(one) == change.key
        )
        assert line.rstrip(",").endswith("}")


def key_of(line: str) -> Any:
    return json.loads(line.strip().rstrip(","))["key"]


def test_hostile_texts_mean_the_same_and_do_no_harm() -> None:
    text = plan_json(PLANS["hostile"])
    changes = {change["key"]: change for change in json.loads(text)["changes"]}
    assert changes["new"]["after"] == HOSTILE.fields()
    assert {"gone\x1b[2J##[x]", "open\u202e"} <= changes.keys()
    assert all(line.isprintable() for line in text.split("\n"))
    assert not re.search(r"##(vso)?\[", text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=3))
def test_any_document_is_json_of_the_same_meaning(fields: dict[str, Any]) -> None:
    text = document(fields)
    assert json.loads(text) == fields
    assert text.endswith("\n}\n")
    assert text.count("\x1b") == text.count("\u202e") == 0


def test_text_of_all_scripts_is_left_readable() -> None:
    assert document({"name": "Größe ☂ 日本語"}) == '{\n  "name": "Größe ☂ 日本語"\n}\n'


def test_sound_manifests() -> None:
    assert json.loads(validation_json(12)) == {
        "format": "1.0",
        "problems": [],
        "summary": {"audiences": 12, "problems": 0},
        "error": None,
    }


def test_a_run_that_failed_is_a_whole_document_too(golden: Golden) -> None:
    error = SafetyRefusal("not approved: nothing was sent", next="review the plan")
    text = error_json(error, "outcomes")
    assert json.loads(text)["error"] == {
        "message": "not approved: nothing was sent",
        "next": "review the plan",
        "exitCode": 3,
    }
    golden("plans/error.json", text)


@pytest.mark.parametrize("empty", ["changes", "outcomes"])
def test_its_list_is_there_and_empty(empty: str) -> None:
    data = json.loads(error_json(AepctlError("it broke"), empty))
    assert (data[empty], data["problems"], data["summary"]) == ([], [], None)
    assert (data["environment"], data["target"]) == (None, None)


@pytest.mark.parametrize("empty", ["problems", "changes"])
def test_problems_are_listed_where_there_are_some(empty: str, golden: Golden) -> None:
    problems = [
        Problem(Origin("audiences/b.yaml", 3, 5), "unknown-field", "unknown field `nmae`", "name?"),
        Problem(Origin("audiences/a.yaml", 0, 0), "unreadable", "cannot be read"),
    ]
    text = error_json(InvalidInput(problems), empty)
    data = json.loads(text)
    assert [one["file"] for one in data["problems"]] == ["audiences/a.yaml", "audiences/b.yaml"]
    assert data["error"] == {"message": "2 problems", "next": None, "exitCode": 1}
    golden(f"plans/problems-of-{empty}.json", text)
