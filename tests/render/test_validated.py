"""Manifests without problems: what is not wanted alike everywhere is a table in each format."""

import json

import pytest

from aepctl.render.formats import render
from aepctl.render.validated import of_validation

DIFFERING = {"gold": {"dev": False, "prod": True}, "trial": {"dev": False}}
RESULT = of_validation(12, None, {"dev": 12, "prod": 11}, DIFFERING)
COUNTS = "12 audiences, no problems: dev 12, prod 11."


def test_as_text() -> None:
    assert render("text", RESULT) == (
        f"       dev       prod\ngold   ✓ wanted  ~ overridden\ntrial  ✓ wanted  ·\n\n{COUNTS}\n"
    )


def test_as_markdown() -> None:
    page = render("markdown", RESULT)
    assert COUNTS in page
    assert "| key | `dev` | `prod` |" in page
    assert "| `gold` | `✓` | `~` |\n| `trial` | `✓` |  |\n" in page


def test_as_html() -> None:
    page = render("html", RESULT)
    assert COUNTS in page
    assert '<th scope="col">prod</th>' in page
    assert '<span class="badge info">~ overridden</span>' in page
    assert "<tfoot>" not in page


def test_as_json() -> None:
    assert json.loads(render("json", RESULT))["differing"][1] == {
        "key": "trial",
        "environments": ["dev"],
        "overridden": [],
    }


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_where_all_is_wanted_alike_there_is_no_table(name: str) -> None:
    alike = of_validation(12, None, {"dev": 12, "prod": 12})
    assert "wanted" not in render(name, alike).partition("<body")[2 if name == "html" else 0]
