"""All environments side by side, in each format: what fits, what is left out, what is hostile."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from review_samples import LIFE, NASTY, PLAN, TARGET, audience, create, plan_of

from aepctl.errors import AepctlError, InvalidInput, StateLocked
from aepctl.model.problem import Origin, Problem
from aepctl.plan.plan import Action, Change, Plan
from aepctl.project.everywhere import Part
from aepctl.render import github, html, markdown, text
from aepctl.render.display import Paint, cells
from aepctl.render.everywhere import Everywhere, of_everywhere, view_of_everywhere
from aepctl.render.formats import of_plan
from aepctl.render.grid_text import render_grid, table
from aepctl.render.view import View
from aepctl.render.words import WORDS

PLAIN = Paint(on=False)
LOCKED = StateLocked("the state is locked", hint="`aepctl --env prod apply --lock-timeout 10m`")


def everywhere(**made: Plan | AepctlError) -> Everywhere:
    parts = [Part(name, f"aepctl --env {name}", one, TARGET) for name, one in made.items()]
    told = [
        one.having(lambda plan, name=one.environment: of_plan(replace(plan, environment=name)))
        for one in parts
    ]
    changed = tuple(name for name, one in made.items() if isinstance(one, Plan) and one.changes)
    return Everywhere("plan", told, changed, ("plan",), "changes")


def view_of(**made: Plan | AepctlError) -> View:
    return view_of_everywhere(everywhere(**made))


def plan(*keys: str) -> Plan:
    made = (create(key, f"Name {key}", "audiences/a.yaml", 3) for key in keys)
    return plan_of(*made)


def lines(view: View, width: int) -> list[str]:
    assert view.grid is not None
    return list(table(view.grid, PLAIN, width))


class TestTheTable:
    def test_what_needs_a_person_comes_first(self) -> None:
        view = view_of(prod=PLAN)
        assert view.grid is not None
        assert view.grid.lines[0].key == "winter-sale"
        order = [WORDS[one].urgency for one in view.grid.statuses]
        assert order == sorted(order, key=lambda one: (one is None, one))

    def test_words_where_they_fit_then_symbols_with_what_they_mean(self) -> None:
        view = view_of(**{f"env-{n}": plan("loyalty-gold-members") for n in "abc"})
        assert lines(view, 56)[1] == "loyalty-gold-members  + create  + create  + create"
        assert lines(view, 44) == [
            "                      env-a  env-b  env-c",
            "loyalty-gold-members  +      +      +",
            "",
            "+ create",
        ]

    def test_more_columns_than_fit_make_several_tables(self) -> None:
        names = [f"environment-{number}" for number in range(6)]
        view = view_of(**{name: plan("gold") for name in names})
        told = lines(view, 40)
        assert told.count("") == 3
        assert all(any(name[:4] in line for line in told) for name in names)

    @settings(max_examples=8)
    @given(st.integers(20, 200), st.integers(1, 9), st.lists(st.text(min_size=1), min_size=1))
    def test_no_line_is_wider_than_the_terminal(
        self, width: int, count: int, keys: list[str]
    ) -> None:
        names = [f"日本-{number}{'x' * number * 3}" for number in range(count)]
        view = view_of(**{name: plan(*dict.fromkeys(keys)) for name in names})
        assert all(cells(line) <= width for line in lines(view, width))

    def test_a_long_key_is_cut_in_its_middle(self) -> None:
        view = view_of(prod=plan("loyalty-of-the-very-long-kind-gold"))
        assert lines(view, 30)[1].split() == ["loyalty-of-t…g-kind-gold", "+"]


def test_a_long_table_is_folded_but_for_what_needs_attention(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = plan(*(f"k{number}" for number in range(50))).changes
    view = view_of(prod=replace(LIFE, changes=(*many, *LIFE.changes)))
    assert view.grid is not None
    loud, every = view.grid.loud, len(view.grid.lines)
    assert 5 < loud < 30 < every
    monkeypatch.setattr("aepctl.render.grid_text.MOST_LINES", 3)
    said = render_grid(view, Paint(on=False, folds="so")).splitlines()
    assert said[1 + loud] == f"… {every - loud} more keys; so"
    assert f"<summary>{every - 30} more keys</summary>" in markdown.render(view)


def test_text_has_the_failures_with_what_to_do_below_the_table() -> None:
    said = render_grid(view_of(dev=plan("gold"), prod=LOCKED), PLAIN)
    assert said.endswith(
        "  dev   1 to create\n"
        "  prod  failed\n"
        "\n"
        "error in prod: the state is locked [state-locked]\n"
        "  `aepctl --env prod apply --lock-timeout 10m`\n"
        "In full: `aepctl --env dev plan`\n"
    )


def test_a_problem_of_several_environments_is_told_once() -> None:
    problem = Problem(Origin("audiences/a.yaml", 3, 5), "rule", "has no description")
    view = view_of(dev=InvalidInput([problem]), prod=InvalidInput([problem]))
    for said in (text.render(view), markdown.render(view), html.render(view)):
        assert said.count("has no description") == 1
    assert github.annotations(view).count("has no description") == 1


def test_nothing_to_do_is_said_only_where_every_environment_says_so() -> None:
    empty = plan()
    assert "Nothing to do." in text.render(view_of(dev=empty))
    assert "Nothing to do." not in render_grid(view_of(dev=empty, prod=LOCKED), PLAIN)


class TestMarkdown:
    @pytest.mark.parametrize("most", [600, 4000])
    @pytest.mark.parametrize("count", [1, 12])
    def test_it_keeps_to_its_budget_and_says_what_is_left_out(self, most: int, count: int) -> None:
        keys = [f"key-{number}" for number in range(60)]
        made: dict[str, Plan | AepctlError] = {
            f"environment-{n}": plan(*keys) for n in range(count)
        }
        made["broken"] = AepctlError("|".join("x" * 500), hint="y" * 500)
        page = markdown.render(view_of(**made), max_bytes=most, full_report="a/" * 90 + "x.html")
        assert len(page.encode()) <= most
        assert "Left out to fit" in page
        assert page.count("<details>") + page.count("<details open>") == page.count("</details>")

    def test_an_environment_leaves_what_it_does_not_need_to_the_others(self) -> None:
        large = plan(*(f"key-{number}" for number in range(60)))
        page = markdown.render(view_of(dev=plan("gold"), prod=large), max_bytes=5_000)
        assert "<b>dev</b>, in full" in page
        assert 4_000 < len(page.encode()) <= 5_000

    def test_what_is_hostile_stays_in_its_cell(self) -> None:
        named = replace(audience("x"), name="a | b `c` \\| d\n| e")
        change = Change("k|`|\n|e|", Action.CREATE, wanted=named)
        view = view_of(prod=plan_of(change), dev=AepctlError("no | way\n| at `all`"))
        page = markdown.render(view)
        (row,) = [line for line in page.splitlines() if line.startswith("| ") and "`+`" in line]
        assert row.replace("\\|", "").count("|") == 4
        (failed,) = [line for line in page.splitlines() if "**failed**" in line]
        assert failed.replace("\\|", "").count("|") == 3


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {str(given["id"])} if "id" in given else set()
        self.links |= {str(given["href"])[1:]} if tag == "a" else set()
        if tag not in {"meta", "link", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole_and_each_environment_is_linked() -> None:
    hostile = plan_of(Change("<script>&\"'", Action.CREATE, wanted=audience("</details><b>")))
    said = html.render(view_of(dev=LIFE, stage=hostile, prod=LOCKED))
    page = Page()
    page.feed(said)
    assert page.open == []
    assert page.links == page.anchors == {f"environment-{one}" for one in ("dev", "stage", "prod")}
    assert "<script" not in said
    assert "the state is locked" in said


def test_github_names_the_environment_of_each_annotation() -> None:
    view = view_of(dev=PLAN, prod=LOCKED)
    said = github.annotations(view)
    assert "::error title=aepctl%3A prod%3A state-locked::the state is locked" in said
    assert "title=aepctl%3A dev%3A to settle::" in said
    told = github.outputs(view, 5)
    assert (told["changed_environments"], told["changes"]) == ('["dev"]', "true")
    nothing = github.outputs(view_of(prod=LOCKED), 5)
    assert nothing == {
        "exit_code": "5", "changed_environments": "[]", "failed_environments": '["prod"]',
    }  # fmt: skip


def test_the_exit_code_is_the_worst_of_all() -> None:
    assert of_everywhere(everywhere(dev=PLAN, stage=AepctlError("no"), prod=LOCKED)).exit_code == 1
    assert of_everywhere(everywhere(dev=PLAN, prod=LOCKED)).exit_code == 5


def test_a_hostile_name_acts_on_no_terminal() -> None:
    for nasty in NASTY:
        said = text.render(view_of(prod=plan(nasty), dev=AepctlError(nasty, hint=nasty)))
        assert "\x1b" not in said
        assert not [line for line in said.splitlines() if line.startswith("::")]
