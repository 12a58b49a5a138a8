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
from aepctl.plan.planfile import DIGESTS, FORMAT, decode, digests, head, not_a_plan, sealed

WANTED = want(("gold", audience("Gold")), ("silver", audience("Silver")))
STATE = found([know("silver", audience("Silver", "Old"))], [intend("x", audience("X"))])
BINDING = bind(plan(WANTED, STATE, "*"), WANTED, STATE, "1.0")
NEW = "create a new plan with `aepctl plan --out FILE`"

EARLIER = """{
  "format": "1.0",
  "plan": "793645e660c286f5",
  "version": "0.1.0",
  "environment": "prod",
  "target": {"org": "ORG@AdobeOrg", "sandbox": "dev", "endpoint": "https://platform.adobe.io"},
  "state": {"lineage": null, "serial": 0},
  "manifests": "750555eed87e3dcd41ec86d510586ae60c14d4c0685f44f7acdf469b73f0f3ba",
  "targets": [],
  "summary": {"settle": 0, "decide": 0, "adopt": 0, "create": 1, "update": 0, "removed": 0,
              "unchanged": 0},
  "changes": [{"key": "gold", "action": "create", "before": null}],
  "digests": {"gold": "b34673f430fee525154fca898cd4b840d2a6497371d480e87582a9870c068538"}
}"""
"""Saved in the first format, in which nothing bound `changes` and `summary`."""


def written(binding: Binding = BINDING) -> dict[str, Any]:
    """The file as it comes back from a disk."""
    shown = {"summary": {"create": 1}, "changes": [{"key": "gold", "source": {"line": 1}}]}
    text = json.dumps(sealed({**head(binding), **shown, DIGESTS: digests(binding)}))
    data: dict[str, Any] = json.loads(text)
    return data


def test_what_is_written_is_read() -> None:
    assert decode(written(), "plan.json") == BINDING
    for binding in (replace(BINDING, lineage=None, serial=0), replace(BINDING, changes={})):
        assert decode(written(binding), "plan.json") == binding


def test_what_stands_first_says_what_the_plan_is_bound_to() -> None:
    assert head(BINDING) == {
        "format": "1.1",
        "plan": BINDING.id,
        "version": "1.0",
        "environment": "prod",
        "target": {
            "org": "ORG@AdobeOrg",
            "sandbox": "dev",
            "endpoint": "https://platform.adobe.io",
        },
        "state": {"lineage": "lineage", "serial": 1},
        "manifests": BINDING.manifests,
        "targets": ["*"],
    }
    assert list(digests(BINDING)) == ["x", "gold", "silver"]
    assert (FORMAT, DIGESTS) == ("1.1", "digests")


def test_one_of_the_first_format_is_made_anew_as_nothing_bound_what_people_read() -> None:
    with pytest.raises(AepctlError) as raised:
        decode(json.loads(EARLIER), "plan.json")
    message = "plan.json has the format 1.0, but this version of aepctl reads 1.1"
    assert (raised.value.message, raised.value.hint) == (message, NEW)


def test_its_id_is_still_that_of_the_first_format() -> None:
    wanted = WANTED[:1]
    now = bind(plan(wanted), wanted, replace(STATE, serial=0), "0.1.0")
    assert now.id == json.loads(EARLIER)["plan"]


@pytest.mark.parametrize("data", [None, [], "text", 1, {}, {"format": 1}, {"format": "one"}])
def test_something_else_is_no_plan(data: object) -> None:
    with pytest.raises(AepctlError) as raised:
        decode(data, "plan.json")
    assert raised.value.message == "plan.json is not a plan saved by aepctl"
    assert raised.value.hint == "create a plan with `aepctl plan --out FILE`"
    assert raised.value.exit_code == 1


@pytest.mark.parametrize("name", ["format", *head(BINDING), "digests", "digest"])
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
        ({"digests": {"gold": 1}}, "digests.gold: input should be a valid string"),
    ],
)
def test_a_field_of_another_kind_is_named_and_not_repeated(
    change: dict[str, object], where: str
) -> None:
    with pytest.raises(AepctlError) as raised:
        decode({**written(), **change}, "plan.json")
    assert raised.value.message == f"plan.json is not a plan saved by aepctl: {where}"
    assert raised.value.hint == "create a plan with `aepctl plan --out FILE`"
    assert type(raised.value) is AepctlError
    assert raised.value.__cause__ is None


@pytest.mark.parametrize("found", ["2.0", "1.2", "0.9"])
def test_another_format_is_told(found: str) -> None:
    with pytest.raises(AepctlError) as raised:
        decode({"format": found}, "plan.json")
    message = f"plan.json has the format {found}, but this version of aepctl reads 1.1"
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
        {"manifests": "0"},
        {"targets": []},
        {"digests": {}},
        {"plan": "0" * 16},
        {"changes": []},
        {"changes": "x"},
        {"changes": [{"key": "gold", "source": {"line": 2}}]},
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
