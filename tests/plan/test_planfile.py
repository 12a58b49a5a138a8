"""Saved plans as files."""

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from plan_samples import audience, found, intend, know, plan, want

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.plan.binding import Binding, bind
from aepctl.plan.planfile import EFFECTS, FORMAT, decode, head, not_a_plan, sealed

WANTED = want(("gold", audience("Gold")), ("silver", audience("Silver")))
STATE = found([know("silver", audience("Silver", "Old"))], [intend("x", audience("X"))])
BINDING = bind(plan(WANTED, STATE, "*"), STATE, "1.0")
NEW = "create a new plan with `aepctl plan --out plan.json`"


def written(binding: Binding = BINDING) -> dict[str, Any]:
    """The file as it comes back from a disk."""
    changes = [
        {"key": one.key, "before": one.before, "after": one.after, "source": {"line": 1}}
        | ({} if one.given_id is None else {"audienceId": one.given_id})
        for one in binding.changes
    ]
    shown = {"summary": {"create": 1}, "changes": changes}
    text = json.dumps(sealed({**head(binding), **shown, EFFECTS: binding.effects}))
    data: dict[str, Any] = json.loads(text)
    return data


def test_what_is_written_is_read() -> None:
    assert decode(written(), "plan.json") == BINDING
    given = replace(BINDING.changes[1], given_id="mine")
    for binding in (
        replace(BINDING, lineage=None, serial=0),
        replace(BINDING, changes=()),
        replace(BINDING, changes=(BINDING.changes[0], given)),
    ):
        assert decode(written(binding), "plan.json") == binding


def test_what_stands_first_says_what_the_plan_is_bound_to() -> None:
    assert head(BINDING) == {
        "format": "2.1",
        "plan": BINDING.id,
        "version": "1.0",
        "environment": "prod",
        "target": {
            "org": "ORG@AdobeOrg",
            "sandbox": "dev",
            "endpoint": "https://platform.adobe.io",
        },
        "state": {"lineage": "lineage", "serial": 1},
        "targets": ["*"],
        "refreshed": False,
        "overwrites": False,
    }
    assert [one.key for one in BINDING.changes] == ["x", "gold", "silver"]
    assert list(BINDING.effects) == ["gold", "silver"]
    assert (FORMAT, EFFECTS) == ("2.1", "effects")


@pytest.mark.parametrize("data", [None, [], "text", 1, {}, {"format": 1}, {"format": "one"}])
def test_something_else_is_no_plan(data: object) -> None:
    with pytest.raises(AepctlError) as raised:
        decode(data, "plan.json")
    assert raised.value.message == "plan.json is not a plan saved by aepctl"
    assert raised.value.hint == "create a plan with `aepctl plan --out plan.json`"
    assert raised.value.exit_code == 1


def test_for_a_file_that_is_no_json_no_plan_is_suggested_over_it() -> None:
    with pytest.raises(AepctlError) as raised:
        decode(None, "aepctl.yaml")
    assert raised.value.hint == "create a plan with `aepctl plan --out plan.json`"


@pytest.mark.parametrize("name", ["format", *head(BINDING), "changes", "effects", "digest"])
def test_a_plan_without_one_of_its_fields_is_none(name: str) -> None:
    data = written()
    del data[name]
    with pytest.raises(AepctlError) as raised:
        decode(data, "plan.json")
    where = "" if name == "format" else f": {name}: field required"
    assert raised.value.message == f"plan.json is not a plan saved by aepctl{where}"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"plan": 1}, "plan: input should be a valid string"),
        (
            {"state": {"lineage": None, "serial": "1"}},
            "state.serial: input should be a valid integer",
        ),
        ({"targets": "a"}, "targets: input should be a valid list"),
        ({"effects": {"gold": 1}}, "effects.gold: input should be a valid string"),
        ({"changes": [{"key": 1}]}, "changes.0.key: input should be a valid string"),
    ],
)
def test_a_field_of_another_kind_is_named_and_not_repeated(
    change: dict[str, object], where: str
) -> None:
    with pytest.raises(AepctlError) as raised:
        decode({**written(), **change}, "plan.json")
    assert raised.value.message == f"plan.json is not a plan saved by aepctl: {where}"
    assert raised.value.hint == "create a plan with `aepctl plan --out plan.json`"
    assert type(raised.value) is AepctlError
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("found", ["1.0", "1.1", "2.0", "3.0"])
def test_another_format_is_told(found: str) -> None:
    with pytest.raises(AepctlError) as raised:
        decode({"format": found}, "plan.json")
    message = f"plan.json has the format {found}, but this version of aepctl reads 2.1"
    assert (raised.value.message, raised.value.hint) == (message, NEW)
    assert raised.value.exit_code == 1


@pytest.mark.parametrize(
    "change",
    [
        {"environment": "dev"},
        {"version": "9"},
        {"target": {"org": "X", "sandbox": "dev", "endpoint": "https://platform.adobe.io"}},
        {"state": {"lineage": "lineage", "serial": 7}},
        {"state": {"lineage": "other", "serial": 1}},
        {"targets": []},
        {"effects": {}},
        {"plan": "0" * 16},
        {"changes": []},
        {"changes": [{"key": "gold", "before": None, "after": None}]},
        {"limits": {}},
        {"summary": {}},
        {"summary": {"create": 0}},
        {"note": 1},
        {"digest": "0" * 64},
    ],
)
def test_one_that_somebody_changed_gives_no_authority(change: dict[str, object]) -> None:
    with pytest.raises(SafetyRefusal) as raised:
        decode({**written(), **change}, "plan.json")
    assert raised.value.message == "plan.json was changed after it was saved"
    assert raised.value.hint == NEW


def test_how_its_json_is_laid_out_does_not_matter() -> None:
    again = json.loads(json.dumps(written(), indent=8, sort_keys=True))
    assert decode(again, "plan.json") == BINDING


def test_whoever_reads_the_file_can_say_why_it_is_none() -> None:
    error = not_a_plan("plan.json", "it is not JSON")
    assert error.message == "plan.json is not a plan saved by aepctl: it is not JSON"


def test_saving_needs_no_slow_import() -> None:
    path = [one for one in sys.path if one]
    code = f"import sys; sys.path[:0] = {path!r}; import aepctl.plan.planfile, aepctl.plan.binding"
    code += "; assert not {'pydantic', 'deepdiff'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
