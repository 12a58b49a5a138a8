"""Markdown for review comments: what needs attention first, never over budget, never forged."""

import re
from collections import Counter
from dataclasses import replace
from textwrap import indent

import pytest
from goldens import Golden
from hypothesis import given
from hypothesis import strategies as st
from plans import GOLD, INTENTS, PROGRAM, forget
from review_samples import (
    NASTY,
    PLAN,
    PROBLEMS,
    REPORT,
    SUMMER,
    create,
    few,
    filled,
    nasty,
    plan_of,
    plans,
    problems,
    reports,
    statuses,
)

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.audience import Ids, Known
from aepctl.model.problem import Origin, Problem
from aepctl.plan.plan import Action, Change, FieldDiff, Plan
from aepctl.render import html
from aepctl.render.display import UNSAFE
from aepctl.render.fitting import LEAST
from aepctl.render.intents import view_of_intents
from aepctl.render.markdown import MAX_BYTES, marker, render
from aepctl.render.report import view_of_report
from aepctl.render.validated import view_of_validation
from aepctl.render.view import (
    view_of_error,
    view_of_plan,
    view_of_problems,
)
from aepctl.render.words import NOT_STARTED, UNCHANGED, WORDS

WHOLE = "https://ci.example/runs/7/plan.html"
TEMPLATE = re.compile(r"(?:[A-Za-z0-9 ,.;:()'*#>?|\n-]|(?<=[a-z])_(?=[a-z])| % )*")
FENCED = re.compile(r"^( *)(`{3,})(?:diff|yaml|sh|text)\n.*?^\1\2$", re.DOTALL | re.MULTILINE)
TAGGED = re.compile(
    r"""<code>(?:[^&<>"`*_\\|\[\]{}~#$^@]|&#\d+;|</?(?:del|ins)>|<br>|<!-- -->)*</code>"""
)
budgets = st.integers(LEAST, 6000)


def plan_page(
    plan: Plan,
    *,
    plan_id: str | None = None,
    max_bytes: int = MAX_BYTES,
    whole: str | None = None,
) -> str:
    return render(view_of_plan(plan, plan_id), max_bytes=max_bytes, full_report=whole)


def outside_of_code(markdown: str) -> str:
    """The text without its code: what a renderer could take for markup."""
    text = FENCED.sub("", markdown)
    frame = r"^<details><summary>.*</summary>$|^</details>$"
    text = re.sub(frame, "", text, flags=re.MULTILINE)
    text = re.sub(r"^<!-- aepctl plan-id=[\w.~%-]+ environment=[\w.~%-]+ -->", "", text)
    span = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
    return TAGGED.sub("", span.sub("", text)).replace(f"<{WHOLE}>", "")


def assert_well_formed(markdown: str, most: int) -> None:
    """Within budget, nothing but our own words outside of code, and everything closed."""
    assert len(markdown.encode()) <= most
    assert markdown.endswith("\n")
    assert not UNSAFE.search(markdown.replace("\n", ""))
    assert "##[" not in markdown
    assert TEMPLATE.fullmatch(outside_of_code(markdown)), outside_of_code(markdown)
    assert not any(line.startswith("::") for line in markdown.split("\n"))
    opened = [line for line in markdown.split("\n") if line.startswith(("<details", "</details>"))]
    assert [line[:8] for line in opened] == ["<details", "</detail"] * (len(opened) // 2)


def lines_of(markdown: str) -> int:
    """How many things have a line of their own."""
    return len(re.findall(r"^- ", FENCED.sub("", markdown), re.MULTILINE))


def left_out(markdown: str, what: str) -> int:
    found = re.search(rf"Left out to fit:\*\* .*?the {what} of ([\d,]+) of", markdown)
    return int(found[1].replace(",", "")) if found else 0


def said(markdown: str) -> dict[str, int]:
    """The totals as the page says them."""
    (line,) = re.findall(r"^\*\*(\d.*|no .*|nothing .*)\*\*$", markdown, re.MULTILINE)
    line = line.removesuffix(line if line.startswith("nothing ") else "")
    return {words: int(n.replace(",", "")) for n, words in re.findall(r"(\d[\d,]*) ([^,]+)", line)}


def test_a_plan(golden: Golden) -> None:
    golden("render/plan.md", plan_page(PLAN, plan_id="3f9a2c", whole=WHOLE))


def test_an_apply_without_anything_to_do_says_what_there_is() -> None:
    plan = replace(PLAN, changes=PLAN.of(Action.FORGET), unchanged=7)
    view = view_of_report(ApplyReport(plan, ()))
    told = "nothing was to be done: 1 to forget, 7 unchanged"
    assert f"\n**{told}**\n" in render(view)
    alone = view_of_report(ApplyReport(replace(plan, changes=())))
    told = "nothing was to be done: 7 unchanged"
    assert f'<p class="empty">{told}</p>' in html.render(alone)


def test_what_needs_no_look_has_a_heading_of_its_own() -> None:
    """Each action, so that nobody has to tell them apart by their symbols."""
    page = plan_page(PLAN)
    assert re.findall(r"^### (.*)$", page, re.MULTILINE) == [
        "`?` 1 to settle",
        "`!` 1 to decide",
        "`=` 1 to adopt",
        "`.` 1 to forget",
        "`+` 3 to create",
        "`~` 1 to update",
    ]
    where = "**`audiences/loyalty.yaml`**: 2, all in `agora / Agora_Collaboration`"
    first = "- **`loyalty-gold`** `Loyalty - Gold tier`\n  - `Members with"
    assert f"\n### `+` 3 to create\n\n{where}\n\n{first}" in page


def test_changed_texts_show_their_changed_words() -> None:
    old = "First line of it.\nSecond: a@b.example, www.b.example."
    new = "First line of all.\nSecond: a@b.example, www.b.example."
    change = replace(PLAN.changes[6], diff=(FieldDiff("description", old, None, new),))
    page = plan_page(plan_of(change))
    diff = "- First line of it.\n+ First line of all.\n  Second: a@b.example, www.b.example.\n"
    assert f"  - description:\n    ```diff\n{indent(diff, '    ')}    ```\n" in page
    long = tuple(f"{text} It is a long one, {'longer' * 9}." for text in (old, new))
    page = plan_page(plan_of(replace(change, diff=(FieldDiff("name", long[0], None, long[1]),))))
    assert "  - name: <code>First line of <del>it</del><ins>all</ins>.<br>Second: a&#64;" in page
    assert "a&#64;<!-- -->b.example, www<!-- -->.b.example. It" in page


def test_the_command_that_applies_a_plan_can_be_copied() -> None:
    view = replace(view_of_plan(PLAN), run="aepctl --env prod apply plan.json")
    assert render(view).endswith(
        "\nTo apply it:\n\n```sh\naepctl --env prod apply plan.json\n```\n"
    )


def test_many_lines_of_a_file_are_folded() -> None:
    many = plan_of(*(create(f"k{i}", "N", "b.yaml", i) for i in range(21)))
    page = plan_page(many)
    where = "<code>b.yaml</code>: 21, all in <code>agora / Agora_Collaboration</code>"
    folded = f"\n\n<details><summary>{where}</summary>\n\n- **`k0`** `N`"
    assert f"\n### `+` 21 to create{folded}" in page
    assert "<summary>" not in plan_page(replace(many, changes=many.changes[1:]))
    assert_well_formed(page, MAX_BYTES)


def test_of_what_needs_a_look_many_lines_are_folded_as_well() -> None:
    """The first can be seen at once; nothing that needs a look is told by its file alone."""
    many = (replace(PLAN.changes[1], key=f"k{i}", reason="taken") for i in range(1024))
    page = plan_page(plan_of(*many))
    open_, fold, folded = page.partition("<details><summary>")
    assert "### `!` 1,024 to decide\n" in open_
    assert (lines_of(open_), fold != "") == (20, True)
    assert folded.startswith(f"{lines_of(folded):,} more</summary>")
    assert f"\nand {left_out(page, 'lines')} more, which did not fit\n" in page
    assert_well_formed(page, MAX_BYTES)


def test_a_plan_that_does_not_fit(golden: Golden) -> None:
    golden("render/plan-short.md", plan_page(PLAN, plan_id="3f9a2c", max_bytes=2250, whole=WHOLE))


def test_what_came_of_an_apply(golden: Golden) -> None:
    golden("render/apply.md", render(view_of_report(REPORT, PROGRAM), full_report=WHOLE))


def test_problems(golden: Golden) -> None:
    golden("render/problems.md", render(view_of_problems(PROBLEMS, "prod")))


def test_a_run_that_failed() -> None:
    error = AepctlError("the state cannot be read\nit is `broken`", hint="restore it", code="x-y")
    assert render(view_of_error(error, "prod")) == (
        "<!-- aepctl plan-id=- environment=prod -->\n"
        "## aepctl failed\n\n"
        "`the state cannot be read` `[x-y]`\n\n"
        "`` it is `broken` ``\n\n"
        "Next: restore it\n"
    )


def test_a_run_that_failed_for_its_input_shows_the_problems() -> None:
    failed = view_of_error(InvalidInput(PROBLEMS), "prod")
    assert render(failed) == render(view_of_problems(PROBLEMS, "prod"))


def test_the_first_line_is_the_marker_by_which_a_bot_finds_its_comment() -> None:
    first = plan_page(PLAN, plan_id="3f9a2c").split("\n")[0]
    assert first == "<!-- aepctl plan-id=3f9a2c environment=prod -->" == marker("3f9a2c", "prod")


def test_what_needs_attention_comes_before_the_rest() -> None:
    text = plan_page(PLAN, plan_id="x")
    order = ("to settle\n", "to decide\n", "to adopt\n", "to forget\n", "**`audi")
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_what_is_to_be_known_of_all_of_a_kind_stands_under_its_heading() -> None:
    changes = [forget(f"gone-{number}", GOLD) for number in range(3)]
    text = plan_page(plan_of(*changes), plan_id="x")
    stays = "Each: no longer in the manifests; stays on the platform\n"
    assert text.count("no longer in the manifests") == 1
    assert f"what is on the platform stays there.\n\n{stays}\n- **`gone-0`**" in text


def test_nothing_to_do_is_said() -> None:
    text = plan_page(plan_of(unchanged=3), plan_id="x")
    assert "**3 unchanged**" in text
    assert "Nothing to do." in text
    assert "Left out" not in text


def test_an_interrupted_and_a_stopped_run_say_so() -> None:
    assert "**Stopped:** the first 1 of 2 creates" in render(view_of_report(REPORT))
    report = replace(REPORT, stopped=None, interrupted=True, rescue="{}")
    text = render(view_of_report(report, PROGRAM))
    assert "> **Interrupted:** everything that was started is recorded\n" in text
    assert (
        "> **Not recorded:** some IDs are not in state. This run's log has them: save it, then run "
        "`aepctl --env prod state recover FILE`.\n"
    ) in text


def test_without_a_saved_plan_the_line_of_the_target_ends_with_the_endpoint() -> None:
    line = "at `https://platform.adobe.io`"
    text = render(view_of_report(replace(REPORT, plan_id=None)))
    assert f"{line}\n" in text
    assert text.startswith("<!-- aepctl plan-id=- environment=prod -->\n")
    assert f"{line}; plan `3f9a2c`\n" in render(view_of_report(REPORT))


def test_what_to_run_next_stands_where_it_did_not_come_to_its_end() -> None:
    text = render(view_of_report(REPORT, PROGRAM))
    assert "\nNext: run `aepctl --env prod apply` again; it first checks" in text
    left = replace(REPORT, outcomes=REPORT.outcomes[2:], words=("apply", "plan.json"))
    assert "\nNext: run `aepctl apply plan.json` again; it does what is left.\n" in render(
        view_of_report(left)
    )
    refused = replace(left, not_started=0)
    assert "\nNext: mend what was refused, then run `aepctl" in render(view_of_report(refused))
    assert "Next: " not in render(view_of_report(replace(left, rescue="{}")))
    done = replace(refused, outcomes=REPORT.outcomes[3:5])
    assert "Next: " not in render(view_of_report(done))


def test_sound_manifests_are_a_page_too() -> None:
    expected = "<!-- aepctl plan-id=- environment=prod -->\n## No problems\n"
    assert render(view_of_validation(3, "prod")) == f"{expected}\n3 audiences, no problems.\n"
    assert render(view_of_problems((), "prod")) == expected


def test_open_intents_are_a_page_too() -> None:
    text = render(view_of_intents(INTENTS, PROGRAM))
    assert_well_formed(text, MAX_BYTES)
    assert "\n## Intents\n\n**4 open, 1 not found, 1 to create again**\n" in text
    assert lines_of(text) == len(INTENTS)
    assert "No open intents." in render(view_of_intents([]))


def test_the_largest_details_are_left_out_first() -> None:
    small = create("small", "S", "a.yaml", 1)
    large = create("large", "L", "a.yaml", 9)
    assert large.wanted is not None
    large = replace(large, wanted=replace(large.wanted, description="D" * 400))
    text = plan_page(plan_of(small, large), plan_id="x", max_bytes=700, whole=WHOLE)
    assert left_out(text, "details") == 1
    assert "- **`small`** `S`\n  - `Members" in text
    assert text.endswith("- **`large`** `L`\n")
    assert f"All of it: <{WHOLE}>" in text


def test_lines_become_counts_before_anything_that_needs_attention_does() -> None:
    many = plan_of(*PLAN.changes, *(create(f"k{i}", "N", "b.yaml", i) for i in range(100)))
    text = plan_page(many, plan_id="x", max_bytes=2900)
    assert 50 < left_out(text, "lines") < 100
    assert "\n| <code>b.yaml</code> | 100 |  |\n" in text
    assert re.search(r"<summary><code>b.yaml</code>: 100, .*</code>, the first \d+ of them</", text)
    assert "- **`stores-north`**" in text
    assert "  - name: <code>Loyalty - Bronze<ins> tier</ins></code>\n" in text
    assert "`winter-sale`" in text


def changed(key: str, words: int) -> Change:
    """An update whose description is long."""
    before, after = "one " * words, "two " * words
    return replace(PLAN.changes[6], key=key, diff=(FieldDiff("description", before, None, after),))


@pytest.mark.parametrize("action", [Action.CREATE, Action.ADOPT, Action.FORGET])
def test_long_lists_are_counts_before_a_changed_text_is_left_out(action: Action) -> None:
    lists = (create(f"k{i}", f"N{i}", f"{i % 9}.yaml", i) for i in range(4000))
    updates = [changed(f"u{i}", 60) for i in range(50)]
    decisions = [replace(PLAN.changes[1], key=f"d{i}") for i in range(30)]
    gone = Change("gone", Action.DELETE, known=Known(SUMMER, Ids("s-1")))
    every = (*(replace(one, action=action) for one in lists), *updates, *decisions, gone)
    text = plan_page(plan_of(*every))
    assert text.count("<del>") == 50
    assert len(re.findall(r"^- \*\*`(?:u\d+|d\d+|gone)`\*\*", text, re.MULTILINE)) == 81
    assert left_out(text, "lines") > 2000
    small = plan_page(plan_of(*every), max_bytes=12_000)
    assert len(re.findall(r"^- \*\*`(?:d\d+|gone)`\*\*", small, re.MULTILINE)) == 31
    assert "**`k" not in small


def test_a_short_list_does_not_give_way_to_many_changed_texts() -> None:
    text = plan_page(plan_of(*(changed(f"u{i}", 60) for i in range(400)), *PLAN.changes[3:6]))
    assert len(re.findall(r"^- \*\*`(?:loyalty|stores)-", text, re.MULTILINE)) == 3
    assert 0 < left_out(text, "details") < 400


@pytest.mark.parametrize("most", [LEAST, 700])
def test_an_absurdly_small_budget_leaves_the_totals(most: int) -> None:
    text = plan_page(PLAN, plan_id="3f9a2c" * 20, max_bytes=most, whole="x" * 500)
    assert len(text.encode()) <= most
    assert said(text)["to create"] == 3
    assert "the lines of 8 of 8 changes" in text


def test_the_least_page_holds_the_largest_counts() -> None:
    plan = replace(PLAN, environment="ü" * 200)
    for statuses_ in ((*Action, UNCHANGED), (*OutcomeKind, NOT_STARTED)):
        totals = dict.fromkeys(statuses_, 999_999)
        view = replace(view_of_plan(plan, "f" * 64), totals=totals)
        text = render(view, max_bytes=LEAST, full_report="ü`" * 200)
        assert len(text.encode()) <= LEAST
        assert said(text) == {WORDS[status].counted: 999_999 for status in statuses_}


def test_a_smaller_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="hold no page"):
        plan_page(PLAN, plan_id="x", max_bytes=LEAST - 1)


@pytest.mark.parametrize("text", NASTY)
def test_each_nasty_text_alone_is_harmless(text: str) -> None:
    change = create(f"k{text}", text, f"f{text}.yaml", 1)
    plan = replace(plan_of(change), environment=text, targets=(text,))
    assert_well_formed(plan_page(plan, plan_id=text), 60_000)


@few
@given(plans(), budgets, st.none() | st.just(WHOLE) | filled)
def test_any_plan_fits_any_budget(plan: Plan, most: int, whole: str | None) -> None:
    text = plan_page(plan, plan_id="x", max_bytes=most, whole=whole)
    assert_well_formed(text, most)
    assert lines_of(text) + left_out(text, "lines") == len(plan.changes)
    if "Left out" in text and whole:
        assert "All of it: " in text


@few
@given(plans())
def test_a_real_markdown_parser_finds_no_markup_but_ours(plan: Plan) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    parser = markdown_it.MarkdownIt("gfm-like", {"linkify": False, "html": True})
    tokens = parser.parse(plan_page(plan, plan_id="x"))
    inner = [child.type for token in tokens for child in token.children or ()]
    ours = {"text", "code_inline", "strong_open", "strong_close", "softbreak", "html_inline"}
    assert set(inner) <= ours
    tags = {one.content for token in tokens for one in token.children or () if "html" in one.type}
    assert tags <= {f"<{mark}{tag}>" for tag in ("code", "del", "ins") for mark in ("", "/")} | {
        "<br>",
        "<!-- -->",
    }
    blocks = Counter(token.type for token in tokens)
    assert blocks["heading_open"] == 1 + len({change.action for change in plan.changes})
    items = sum(token.type == "list_item_open" and token.level == 1 for token in tokens)
    assert items == len(plan.changes)
    assert not {"table_open", "code_block", "hr"} & set(blocks)
    assert blocks["blockquote_open"] == len(view_of_plan(plan).alerts)
    blocks_of_html = [token.content for token in tokens if token.type == "html_block"]
    assert all(
        re.match("<!-- aepctl |<details><summary>|</details>", one) for one in blocks_of_html
    )
    fences = Counter(token.info for token in tokens if token.type == "fence")
    assert fences["yaml"] == bool(plan.renames)


@few
@given(plans())
def test_the_counts_are_those_of_the_plan(plan: Plan) -> None:
    counts = said(plan_page(plan, plan_id="x", max_bytes=LEAST))
    assert sum(counts.values()) - plan.unchanged == sum(statuses(plan).values())
    assert counts.get("to create", 0) == statuses(plan)["create"]
    assert counts.get("to forget", 0) == statuses(plan)["forget"]


@few
@given(reports(), budgets)
def test_any_report_fits_any_budget(report: ApplyReport, most: int) -> None:
    text = render(view_of_report(report), max_bytes=most, full_report=WHOLE)
    assert_well_formed(text, most)
    assert lines_of(text) + left_out(text, "lines") == len(report.plan.changes)
    counts = Counter(outcome.kind.value for outcome in report.outcomes)
    counts["not started"] = report.not_started
    assert said(text) == {name: count for name, count in counts.items() if count}


@given(problems, budgets)
def test_any_problems_fit_any_budget(some: list[Problem], most: int) -> None:
    text = render(view_of_problems(some), max_bytes=most, full_report=WHOLE)
    assert_well_formed(text, most)
    assert lines_of(text) + left_out(text, "lines") == len(some)


@given(st.text(max_size=120) | nasty, st.integers(0, 140))
def test_any_source_line_stays_in_its_fence(source: str, column: int) -> None:
    problem = Problem(Origin("a.yaml", 7, column), "r", "m", None, source)
    page = render(view_of_problems([problem]))
    assert_well_formed(page, MAX_BYTES)
    assert page.count("\n    | ") == bool(source.strip())


@given(filled, st.none() | filled, budgets)
def test_any_failure_fits_any_budget(what: str, then: str | None, most: int) -> None:
    error = AepctlError(what, hint=then)
    assert_well_formed(render(view_of_error(error), max_bytes=most), most)


@given(st.lists(st.sampled_from("ab`"), min_size=1, max_size=6), st.integers(1, 400))
def test_no_budget_cuts_a_line(letters: list[str], more: int) -> None:
    """Every line of a shortened page is a line of the whole page, the note apart."""
    plan = plan_of(*(create(f"{i}{''.join(letters)}", "N", "b.yaml", i) for i in range(20)))
    whole = set(plan_page(plan, plan_id="x").split("\n"))
    text = plan_page(plan, plan_id="x", max_bytes=LEAST + more * 8)
    ours = re.compile(r"> \*\*Left out|and \d+ more, which did not fit$")
    assert {line for line in text.split("\n") if not ours.match(line)} <= whole
