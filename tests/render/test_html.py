"""The HTML page: complete without a script, and what it does with one, in a real browser."""

import base64
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, Browser, chromium
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from review_samples import (
    LIFE,
    NASTY,
    PLAN,
    PROBLEMS,
    REPORT,
    create,
    few,
    plan_of,
    plans,
    problems,
    reports,
    statuses,
)

from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.audience import FIELD_NAMES, Audience
from aepctl.model.problem import Origin, Problem
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.render.display import UNSAFE, display
from aepctl.render.html import render
from aepctl.render.html_rows import COLUMN_FIELDS, plain_table
from aepctl.render.intents import view_of_intents
from aepctl.render.report import view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import (
    view_of_error,
    view_of_plan,
    view_of_problems,
)
from aepctl.render.words import WORDS

AXE = os.environ.get("AEPCTL_AXE", "")
ATTACK = "<img src=x onerror=alert(1)></script><script>window.hit=1</script>"


def plan_page(plan: Plan, plan_id: str | None = None) -> str:
    return render(view_of_plan(plan, plan_id))


def told(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    data: dict[str, Any] = json.loads(found[1]) if found else {"statuses": [], "rows": []}
    return data


def rows(page: str) -> list[list[Any]]:
    listed: list[list[Any]] = told(page)["rows"]
    return listed


class Shape(HTMLParser):
    """The elements of a page, and whether each is closed in its turn."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_sound(page: str) -> None:
    """Well nested, nothing loaded, nothing inline but what the policy names by its hash."""
    shape = Shape(page)
    assert shape.open == []
    assert not shape.attributes & {"src", "onclick", "onerror", "style", "srcset"}
    assert not set(shape.tags) & {"img", "iframe", "object", "base"}
    assert not UNSAFE.search(page.replace("\n", ""))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in inline]
    assert re.findall(r"'sha256-([^']+)'", policy[1]) == hashes


def test_the_rows_for_readers_without_a_script(golden: Golden) -> None:
    golden("render/plan.rows.html", plain_table(view_of_report(REPORT).rows))


def test_the_totals_stand_in_the_page_itself() -> None:
    text = re.sub(r"<[^>]+>", "", plan_page(PLAN, "3f9a2c"))
    for words in ("3 create", "1 settle", "26 unchanged", "3f9a2c", "AdobeOrg"):
        assert words in text


def test_nothing_to_do_needs_no_script() -> None:
    page = plan_page(plan_of(unchanged=3))
    assert "Nothing to do." in page
    assert "<script" not in page
    assert_sound(page)


def test_a_stopped_and_an_interrupted_run_say_so() -> None:
    assert REPORT.stopped is not None
    assert REPORT.stopped in render(view_of_report(REPORT))
    report = replace(REPORT, stopped=None, interrupted=True, rescue="{}")
    page = render(view_of_report(report, "aepctl --env prod"))
    assert "<p><b>Interrupted:</b> everything that was started is recorded</p>" in page
    assert "aepctl --env prod state recover FILE" in page
    assert "<b>Next:</b> run <code>aepctl --env prod apply</code> again;" in page
    assert '<pre class="run" tabindex="0">aepctl --env prod apply</pre>' in page


def test_a_run_that_failed() -> None:
    page = render(view_of_error(AepctlError("the state is <locked>\nby ci", hint="wait")))
    assert "<p>the state is &lt;locked&gt; <code>[failed]</code></p><p>by ci</p></div>" in page
    assert "<p><b>Next:</b> wait</p>" in page
    assert_sound(page)
    assert render(view_of_error(InvalidInput(PROBLEMS))) == render(view_of_problems(PROBLEMS))


def test_sound_manifests_and_no_intents_are_pages_too() -> None:
    for view, words in (
        (view_of_validation(3), "No problems"),
        (view_of_problems([]), "No problems"),
        (view_of_intents([]), "No open intents."),
    ):
        page = render(view)
        assert words in page
        assert_sound(page)


def test_without_a_saved_plan_no_plan_is_named() -> None:
    assert "<dt>Plan</dt>" not in plan_page(PLAN)
    assert "<dt>Plan</dt><dd>3f9a2c</dd>" in plan_page(PLAN, "3f9a2c")


def test_totals_and_badges_have_the_same_words() -> None:
    page = plan_page(LIFE)
    tiles = re.findall(r'<span class="words">(.*?)</span>', page)
    badges = [one[1] for one in told(page)["statuses"]]
    assert sorted(tiles) == sorted([*badges, "unchanged"])


def test_problems_stand_by_file_with_their_source_lines() -> None:
    source = Problem(Origin("b.yaml", 7, 9), "r", "unknown `nmae`", "`name`?", "    - nmae: <x>")
    page = render(view_of_problems([replace(source, origin=Origin("a.yaml", 1, 7)), source]))
    assert re.findall(r"<h2><code>(.*?)</code>", page) == ["a.yaml", "b.yaml"]
    assert (
        '<span class="line">7 | </span>    - nm<b>a</b>e: &lt;x&gt;</pre>'
        '<p class="hint"><code>name</code>?</p>'
    ) in page
    assert '<span class="where">7:9</span> unknown <code>nmae</code> <code>[r]</code></p>' in page
    assert_sound(page)


@few
@given(st.text(max_size=120) | st.sampled_from(NASTY), st.integers(0, 140))
def test_any_source_line_has_a_place_and_nothing_that_acts(source: str, column: int) -> None:
    page = render(view_of_problems([Problem(Origin("a.yaml", 1, column), "r", "m", None, source)]))
    assert_sound(page)
    assert len(re.findall("</span>.*<b>.*</b>.*</pre>", page)) == bool(source.strip())


def test_every_field_has_its_place_in_a_row() -> None:
    assert {*COLUMN_FIELDS, "description"} == set(FIELD_NAMES)


@few
@given(plans())
def test_any_plan(plan: Plan) -> None:
    page = plan_page(plan)
    assert_sound(page)
    keys = [display(change.key) for change in plan.changes]
    assert Counter(row[3] for row in rows(page)) == Counter(keys)
    ranks = [WORDS[one[0]].urgency or 99 for one in told(page)["statuses"]]
    assert [ranks[row[0]] for row in rows(page)] == sorted(ranks[row[0]] for row in rows(page))
    assert page.count("<tr><td>") == len(plan.changes)
    for action, count in statuses(plan).items():
        tile = re.search(rf'data-status="{action}">.*?<b>(\d+)</b>', page)
        assert tile is not None
        assert int(tile[1]) == count


@few
@given(reports())
def test_any_report(report: ApplyReport) -> None:
    page = render(view_of_report(report))
    assert_sound(page)
    assert len(rows(page)) == len(report.plan.changes)
    counts = Counter(row.status for row in view_of_report(report).rows)
    tiles = re.findall(r'data-status="([a-z-]+)">.*?<b>(\d+)</b>', page)
    assert {status: int(count) for status, count in tiles} == counts


@given(problems)
def test_any_problems(some: list[Problem]) -> None:
    page = render(view_of_problems(some))
    assert_sound(page)
    assert page.count('<li class="problem">') == len(some)
    assert page.count('<section class="problems">') == len({one.origin.file for one in some})


# ------------------------------------------------------------------- in a browser


def needs_browser(test: Any) -> Any:
    """Each worker that has such a test starts a browser: 3 s of a processor."""
    return pytest.mark.rig(
        pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine")(test)
    )


def large(count: int) -> Plan:
    """Some of each kind, in a few files and namespaces."""
    made = []
    for n in range(count):
        one = create(f"key-{n:04}", f"Tier {n}", f"audiences/team-{n % 7}.yaml", n + 1)
        if n % 3 == 0:
            one = replace(one, action=Action.UPDATE, steps=())
        assert one.wanted is not None
        made.append(replace(one, wanted=replace(one.wanted, namespace=("crm", "ads")[n % 2])))
    return plan_of(*made)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        running.look(1400, 1000)
        yield running


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Callable[..., Browser]:
    def show(page: str, fragment: str = "") -> Browser:
        file = tmp_path / "page.html"
        file.write_text(page, encoding="utf-8")
        browser.open("about:blank")
        browser.open(f"{file.as_uri()}{fragment}")
        return browser

    return show


Show = Callable[..., Browser]
KEYS = "[...document.querySelectorAll('tr.row .key')].map(e => e.textContent)"
COUNT = "document.getElementById('count').textContent"


IN_ORDER = [
    *("winter-sale", "spring-sale", "summer-sale", "old-news"),
    *("loyalty-gold", "loyalty-silver", "stores-north", "loyalty-bronze"),
]
"""The keys of PLAN: those that need a look first."""


def keys(page: Browser) -> list[str]:
    found: list[str] = page.js(KEYS)
    return found


def click(page: Browser, selector: str) -> None:
    page.js(f"document.querySelector({json.dumps(selector)}).click()")


def choose(page: Browser, select: str, option: str) -> None:
    page.js(
        f"(() => {{ const s = document.getElementById('{select}');"
        f"s.value = [...s.options].find(o => o.text === {json.dumps(option)}).value;"
        "s.dispatchEvent(new Event('change')); })()"
    )


@needs_browser
def test_a_page_asks_the_network_for_nothing(show: Show) -> None:
    page = show(plan_page(PLAN))
    assert [one for one in page.requests if not one.startswith(("file:", "data:"))] == []
    assert page.messages == []
    assert keys(page) == IN_ORDER
    assert page.js(COUNT) == "8 audiences"


@needs_browser
def test_search_finds_words_in_any_field(show: Show) -> None:
    page = show(plan_page(PLAN))
    page.press("/")
    page.type("tier sil")
    assert keys(page) == ["loyalty-silver"]
    assert page.js(COUNT) == "1 of 8 audiences"
    page.press("Escape")
    page.type("0123456789ab")
    assert keys(page) == ["loyalty-bronze"]
    page.type("?")
    assert keys(page) == []
    assert page.js("document.getElementById('none').hidden") is False


@needs_browser
@pytest.mark.parametrize("typed", ["CAFÉ", "cafe\u0301", "ガールド", "12,000 points", "gold key"])
def test_search_finds_what_one_sees_however_it_is_spelled(show: Show, typed: str) -> None:
    """Whatever the case of the letters is, and in whichever of Unicode's forms they are."""
    old, new = "For 10,000 points", "For 12,000 points at the Café, ｶﾞｰﾙﾄﾞ."
    seen = replace(PLAN.changes[6], key="gold-key", diff=(FieldDiff("name", old, None, new),))
    page = show(plan_page(plan_of(*PLAN.changes, seen)))
    page.js(
        f"document.getElementById('q').value = {json.dumps(typed)};"
        "document.getElementById('q').dispatchEvent(new Event('input'))"
    )
    assert keys(page) == ["gold-key"]
    assert page.js("CSS.highlights.get('found').size") >= len(typed.split())


@needs_browser
def test_line_breaks_and_changed_words_can_be_seen(show: Show) -> None:
    old, new = "One line.\nAnother of it.", "One line.\nAnother of all."
    change = replace(PLAN.changes[6], diff=(FieldDiff("description", old, None, new),))
    page = show(plan_page(plan_of(change)))
    cells = "[...document.querySelectorAll('.fields td')]"
    assert page.js(f"{cells}.map((one) => one.innerText)") == [old, new]
    changed = f"{cells}.map((one) => one.querySelector('del, ins').innerText)"
    assert page.js(changed) == ["it", "all"]


@needs_browser
def test_totals_are_filters(show: Show) -> None:
    page = show(plan_page(PLAN))
    click(page, "button[data-status=create]")
    assert keys(page) == ["loyalty-gold", "loyalty-silver", "stores-north"]
    click(page, "button[data-status=adopt]")
    assert len(keys(page)) == 4
    click(page, "button[data-status=create]")
    assert keys(page) == ["summer-sale"]
    assert page.js("document.querySelectorAll('[data-status=unchanged] button').length") == 0


@needs_browser
def test_namespace_and_file_are_filters_and_clear_takes_all_back(show: Show) -> None:
    page = show(plan_page(large(70)))
    choose(page, "ns", "crm")
    choose(page, "file", "audiences/team-3.yaml")
    assert keys(page) == ["key-0010", "key-0024", "key-0038", "key-0052", "key-0066"]
    click(page, "#clear")
    assert len(keys(page)) == 70
    assert page.js("document.activeElement.id") == "q"


@needs_browser
def test_a_heading_sorts_up_then_down_then_not(show: Show) -> None:
    page = show(plan_page(PLAN))
    made = keys(page)
    sort = "document.querySelector('.of-name').getAttribute('aria-sort')"
    click(page, ".of-name button")
    up = keys(page)
    assert (up[0], up[-1]) == ("loyalty-bronze", "winter-sale")
    assert page.js(sort) == "ascending"
    click(page, ".of-name button")
    assert keys(page)[0] == "winter-sale"
    assert page.js(sort) == "descending"
    click(page, ".of-name button")
    assert keys(page) == made
    assert page.js(sort) == "none"


@needs_browser
def test_lines_sort_as_numbers(show: Show) -> None:
    lines = (10, 9, 100)
    page = show(plan_page(plan_of(*(create(f"k{n}", "N", "a.yaml", n) for n in lines))))
    click(page, ".of-file button")
    assert keys(page) == ["k9", "k10", "k100"]


@needs_browser
@pytest.mark.parametrize("width", [1400, 1000, 700, 360])
def test_every_column_has_room(show: Show, browser: Browser, width: int) -> None:
    browser.look(width, 900)
    try:
        for text in (plan_page(PLAN), render(view_of_report(REPORT))):
            page = show(text)
            names = "[...document.querySelectorAll('tr.row .name')].map(e => e.offsetWidth)"
            assert min(page.js(names)) >= 120
            assert page.js("document.documentElement.scrollWidth") <= width
    finally:
        browser.look(1400, 1000)


@needs_browser
def test_a_row_opens_to_what_was_and_what_will_be(show: Show) -> None:
    page = show(plan_page(plan_of(*PLAN.changes, *large(40).changes)))
    button = "[aria-label='Details of loyalty-bronze']"
    opened = f"document.querySelector(\"{button}\").getAttribute('aria-expanded')"
    assert page.js(opened) == "true"  # few rows have something to tell: these are open at first
    below = (
        f'document.getElementById(document.querySelector("{button}").getAttribute("aria-controls"))'
    )
    assert page.js(f"{below}.hidden") is False
    cells = page.js(f"[...{below}.querySelectorAll('.fields tbody tr')].map(r => r.innerText)")
    assert cells == ["name\tLoyalty - Bronze\tLoyalty - Bronze tier", "description\tMembers\tnone"]
    click(page, button)
    assert page.js(opened) == "false"
    assert page.js(f"{below}.hidden") is True
    click(page, "#expand")
    assert page.js("document.querySelectorAll('tr.below:not([hidden])').length") == 48


@needs_browser
@pytest.mark.parametrize(("count", "opened"), [(5, 5), (6, 0)])
def test_of_a_few_all_is_told_at_first(show: Show, count: int, opened: int) -> None:
    page = show(plan_page(large(count)))
    assert page.js("document.querySelectorAll('tr.below:not([hidden])').length") == opened


@needs_browser
def test_three_sides_stand_beside_each_other_and_where_there_is_no_room_below(show: Show) -> None:
    page = show(plan_page(LIFE))
    table = "document.querySelector('.fields')"
    assert page.js(f"{table}.innerText").split("\n") == [
        "Field\tManifest\tState\tPlatform",
        "description\tAs the manifest has it.\tAs state knows it.\tAs somebody typed it.",
    ]
    tops = f"new Set([...{table}.querySelectorAll('td')].map(e => e.offsetTop)).size"
    assert page.js(tops) == 1
    page.look(375, 1000)
    assert page.js(tops) == 3
    assert page.js("document.documentElement.scrollWidth") == 375
    page.look(1400, 1000)


@needs_browser
def test_the_keyboard_is_enough(show: Show) -> None:
    page = show(plan_page(plan_of(*PLAN.changes, *large(40).changes)))
    reached = []
    while "Details of winter-sale" not in reached and len(reached) < 40:
        page.press("Tab")
        reached.append(
            page.js(
                "(e => e.id || e.dataset.status || e.ariaLabel || e.innerText)"
                "(document.activeElement)"
            )
        )
    tiles = ["settle", "decide", "adopt", "forget", "create", "update"]
    bar = ["q", "ns", "file", "expand"]
    headings = ["Status", "Key", "Name", "Namespace", "Origin name", "File"]
    assert reached == [*tiles, "What the words mean", *bar, *headings, "Details of winter-sale"]
    page.press(" ", " ")
    assert page.js("document.activeElement.getAttribute('aria-expanded')") == "false"
    assert page.js("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.js("document.querySelector('button[data-status=create]').focus()")
    page.press("Enter")
    assert "winter-sale" not in keys(page)


@needs_browser
def test_the_address_keeps_the_view(show: Show) -> None:
    page = show(plan_page(large(70)), "#q=tier&status=update&namespace=ads&sort=-key")
    found = keys(page)
    assert found == sorted(found, reverse=True)
    assert all(int(key[-4:]) % 3 == 0 and int(key[-4:]) % 2 for key in found)
    assert page.js("document.getElementById('q').value") == "tier"
    page.js(
        "document.getElementById('q').value = '33';"
        "document.getElementById('q').dispatchEvent(new Event('input'))"
    )
    assert page.js("new URLSearchParams(location.hash.slice(1)).get('q')") == "33"
    page.js("location.hash = '#status=create'")
    page.js("new Promise((done) => setTimeout(done, 50))")
    assert page.js(COUNT) == "46 of 70 audiences"


@needs_browser
def test_what_is_hostile_is_shown_and_does_nothing(show: Show) -> None:
    changes = [
        Change(
            f"k{n}{text}",
            Action.CREATE,
            wanted=Audience(text, text, text, text),
            source=Origin(f"{text}.yaml", 1, 1),
        )
        for n, text in enumerate((*NASTY, ATTACK))
    ]
    plan = replace(plan_of(*changes), environment=ATTACK, targets=(ATTACK,))
    page = show(plan_page(plan, ATTACK), "#q=" + "%3Cscript%3E")
    assert len(keys(page)) == 2
    click(page, "#clear")
    click(page, "#expand")
    assert keys(page) == [display(change.key) for change in changes]
    assert page.js("window.hit") is None
    assert page.js("document.querySelectorAll('main img, main script').length") == 0
    assert page.messages == []
    names = page.js("[...document.querySelectorAll('tr.row .name')].map(e => e.textContent)")
    assert names == [display(text) for text in (*NASTY, ATTACK)]


@needs_browser
def test_many_rows_come_as_they_are_needed(show: Show) -> None:
    page = show(plan_page(large(1000)))
    assert page.js(COUNT) == "1,000 audiences"
    first = len(keys(page))
    assert 100 <= first < 400
    click(page, "#more")
    assert len(keys(page)) >= first + 100
    page.js("dispatchEvent(new Event('beforeprint'))")
    assert len(keys(page)) == 1000


@needs_browser
def test_paper_has_what_the_words_mean_and_nothing_to_press(show: Show) -> None:
    page = show(plan_page(PLAN))
    page.js("dispatchEvent(new Event('beforeprint'))")
    page.call("Emulation.setEmulatedMedia", media="print")
    try:
        shown = page.js("document.querySelector('main').innerText")
    finally:
        page.call("Emulation.setEmulatedMedia", media="screen")
    assert "Decide. Nothing is done until a person decides." in shown
    assert "Loyalty - Silver tier" in shown
    assert "Open all" not in shown


@needs_browser
def test_it_is_readable_where_no_script_runs(browser: Browser, show: Show) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page = show(plan_page(PLAN))
        page.look(375, 900)
        assert page.js("document.documentElement.scrollWidth") == 375
        page.look(1400, 1000)
        assert page.js("document.querySelectorAll('noscript tbody tr').length") == 8
        assert "Loyalty - Silver tier" in page.js("document.body.innerText")
        assert "needs its script" not in page.js("document.body.innerText")
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


@needs_browser
def test_it_says_so_where_a_host_forbids_its_script(show: Show) -> None:
    page = plan_page(PLAN).replace("script-src 'sha256-", "script-src 'sha256-x")
    shown = show(page)
    shown.js("new Promise((done) => setTimeout(done, 2200))")
    assert "needs its script" in shown.js("document.querySelector('.blocked').innerText")
    assert shown.js("getComputedStyle(document.querySelector('.blocked')).visibility") == "visible"


@needs_browser
@pytest.mark.skipif(not AXE, reason="AEPCTL_AXE does not point to axe.min.js (npm: axe-core)")
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1400, 800, 400])
@pytest.mark.parametrize(
    "text",
    [
        plan_page(PLAN),
        plan_page(large(150)),
        render(view_of_report(REPORT)),
        render(view_of_problems(PROBLEMS)),
        render(view_of_error(AepctlError("no", hint="yes"))),
    ],
    ids=["plan", "large", "apply", "problems", "error"],
)
def test_axe_finds_no_violation(
    show: Show, browser: Browser, text: str, width: int, dark: bool
) -> None:
    browser.look(width, 900, dark=dark)
    try:
        page = show(text)
        page.js("document.querySelector('button[data-status]')?.click()")
        page.js(Path(AXE).read_text(encoding="utf-8") + ";0")
        found = page.js("axe.run().then((said) => said.violations)")
        told = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
        assert told == []
    finally:
        browser.look(1400, 1000)
