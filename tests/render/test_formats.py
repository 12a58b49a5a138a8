"""One door for all formats: every kind of result goes through each of them."""

import json
import subprocess
import sys

import pytest
from exports import definition, seen
from plans import INTENTS, PLANS, PROGRAM, REPORTS, TARGET
from review_samples import PROBLEMS

from aepctl.apply.findings import Finding, Kind, Verified
from aepctl.errors import AepctlError, InvalidInput, SafetyRefusal
from aepctl.manifests.export import Passed, Why
from aepctl.manifests.exported import Exported
from aepctl.manifests.pages import pages_of
from aepctl.render import codequality, gitlab, html, junit, markdown, text
from aepctl.render.exported import exported_json, view_of_exported
from aepctl.render.formats import (
    FORMATS,
    Limits,
    Result,
    of_error,
    of_exported,
    of_intents,
    of_plan,
    of_report,
    of_verified,
    render,
)
from aepctl.render.intents import view_of_intents
from aepctl.render.json import error_json, intents_json, plan_json, validation_json
from aepctl.render.report import view_of_report
from aepctl.render.report_json import report_json
from aepctl.render.validated import of_validation, view_of_validation
from aepctl.render.verified import verified_json, view_of_verified
from aepctl.render.view import view_of_error, view_of_plan

MIXED = REPORTS["mixed"]
ERROR = AepctlError("it broke", hint="mend it")
VERIFIED = Verified(2, (Finding(Kind.GONE, "gold", "it is gone", "aepctl mend", "mends it"),))
DEFINITIONS = (definition("gold"), definition("silver"))
PAGES = pages_of(DEFINITIONS, "audiences", {})
EXPORTED = Exported(
    DEFINITIONS,
    PAGES,
    (Passed(Why.LEFT_OUT, seen("Odd").audience, "id of Odd", "it is odd"),),
    PAGES[0].origins(),
    frozenset({"gold", "silver"}),
    adopt=True,
)
RESULTS = {
    "plan": of_plan(PLANS["everything"], plan_id="3f9a2c", exit_code=2),
    "report": of_report(MIXED, PROGRAM),
    "intents": of_intents(iter(INTENTS), PROGRAM, "prod"),
    "validation": of_validation(3, "prod", {}),
    "verified": of_verified(VERIFIED, "prod", TARGET),
    "exported": of_exported(EXPORTED, "prod", TARGET, PROGRAM),
    "error": of_error(ERROR, "changes", "prod"),
    "problems": of_error(InvalidInput(PROBLEMS), "problems", "prod"),
}
VIEWS = {
    "plan": view_of_plan(PLANS["everything"], "3f9a2c"),
    "report": view_of_report(MIXED, PROGRAM),
    "intents": view_of_intents(INTENTS, PROGRAM, "prod"),
    "validation": view_of_validation(3, "prod"),
    "verified": view_of_verified(VERIFIED, "prod", TARGET),
    "exported": view_of_exported(EXPORTED, "prod", TARGET, PROGRAM),
    "error": view_of_error(ERROR, "prod"),
    "problems": view_of_error(InvalidInput(PROBLEMS), "prod"),
}
DOCUMENTS = {
    "plan": plan_json(PLANS["everything"]),
    "report": report_json(MIXED),
    "intents": intents_json(INTENTS),
    "validation": validation_json(3, {}),
    "verified": verified_json(VERIFIED, "prod", TARGET),
    "exported": exported_json(EXPORTED, "prod", TARGET),
    "error": error_json(ERROR, "changes", "prod"),
    "problems": error_json(InvalidInput(PROBLEMS), "problems", "prod"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_has_every_format(name: str) -> None:
    view, result = VIEWS[name], RESULTS[name]
    assert {format_: render(format_, result) for format_ in FORMATS} == {
        "text": text.render(view),
        "json": DOCUMENTS[name],
        "markdown": markdown.render(view),
        "html": html.render(view),
        "junit": junit.render(view),
        "gitlab": gitlab.render(view),
        "codequality": codequality.render(view),
    }


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_can_be_asked_for_twice(name: str) -> None:
    result = RESULTS[name]
    assert render("text", result) == render("text", result)
    assert json.loads(render("json", result)) == json.loads(render("json", result))


def test_the_exit_code_is_the_reports_or_the_errors() -> None:
    assert RESULTS["plan"].exit_code == 2
    assert RESULTS["report"].exit_code == MIXED.exit_code == 4
    assert of_error(SafetyRefusal("no")).exit_code == 3
    assert RESULTS["verified"].exit_code == 1
    assert of_verified(Verified(2, ()), "prod", TARGET).exit_code == 0
    assert RESULTS["validation"].exit_code == RESULTS["intents"].exit_code == 0


def test_limits_are_for_markdown_alone() -> None:
    limits = Limits(700, "plan.html")
    page = render("markdown", RESULTS["plan"], limits)
    assert page == markdown.render(VIEWS["plan"], max_bytes=700, full_report="plan.html")
    assert "`plan.html`" in page
    assert render("html", RESULTS["plan"], limits) == html.render(VIEWS["plan"])


def test_reports_name_files_from_the_repository() -> None:
    (first, *_) = json.loads(render("codequality", RESULTS["problems"], root="team"))
    assert first["location"]["path"] == "team/audiences/loyalty.yaml"


def test_nothing_is_made_that_is_not_asked_for() -> None:
    def never() -> str:
        raise AssertionError

    assert render("text", Result(lambda: VIEWS["plan"], never)) == text.render(VIEWS["plan"])


def imported(*steps: tuple[str, tuple[str, ...]]) -> list[str]:
    """What comes along with a module though it should not, one after the other in one process."""
    code = f"""
import sys
from importlib import import_module
for module, others in {steps}:
    import_module(module)
    print(*(f"{{module}}: {{one}}" for one in others if one in sys.modules), sep="\\n", end="")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_a_plan_loads_neither_the_other_formats_nor_what_an_apply_needs() -> None:
    apply = ("aepctl.apply", "aepctl.aep", "httpx")
    text = ("aepctl.render.text", (*apply, "pydantic", "aepctl.render.html"))
    names = ("json", "markdown", "html", "junit", "gitlab", "github", "codequality")
    assert imported(text, *((f"aepctl.render.{name}", apply) for name in names)) == []
    told = ("aepctl.render.report", "aepctl.apply.outcomes", "aepctl.apply.gates")
    assert imported(*((name, ("aepctl.aep", "httpx", "pydantic")) for name in told)) == []
