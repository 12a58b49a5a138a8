"""Every action, outcome and phase has its words; a new one needs a row, and no more."""

import json
import re
from enum import StrEnum
from xml.etree import ElementTree as ET

import pytest
from review_samples import LOYALTY, TARGET, audience

from aepctl.apply.outcomes import OutcomeKind
from aepctl.model.problem import Origin
from aepctl.plan.plan import Action
from aepctl.render import github, gitlab, html, junit, markdown, text
from aepctl.render.drift_words import DRIFT_WORDS
from aepctl.render.export_words import EXPORT_WORDS
from aepctl.render.view import Row, View
from aepctl.render.word import COLOURS, Word
from aepctl.render.words import (
    DONE,
    FINDING,
    LEFT_ALONE,
    NOT_STARTED,
    OVERRIDDEN,
    STEPS,
    UNCHANGED,
    WANTED,
    WORDS,
    by_status,
    by_urgency,
    in_order,
    totals,
    word,
)
from aepctl.state.model import Phase

EVERY = (*Action, *OutcomeKind, *Phase)


@pytest.mark.parametrize("value", EVERY)
def test_every_action_outcome_and_phase_has_a_row(value: StrEnum) -> None:
    assert WORDS[value.value].word
    assert WORDS[value.value].counted


def test_there_is_no_row_without_a_use() -> None:
    assert set(WORDS) == {value.value for value in EVERY} | {
        UNCHANGED,
        NOT_STARTED,
        DONE,
        LEFT_ALONE,
        FINDING,
        WANTED,
        OVERRIDDEN,
        *EXPORT_WORDS,
        *DRIFT_WORDS,
    }


def test_no_value_is_two_things() -> None:
    assert len({value.value for value in EVERY}) == len(EVERY)


def test_every_tone_has_a_colour() -> None:
    assert {one.tone for one in WORDS.values()} == set(COLOURS)


def test_an_audience_in_a_list_can_be_told_by_its_symbol() -> None:
    symbols = {value.value: WORDS[value.value].symbol for value in Action}
    assert len(set(symbols.values())) == len(symbols)
    assert symbols == {
        "settle": "?",
        "decide": "!",
        "drift": "*",
        "delete": "-",
        "replace": "-/+",
        "adopt": "=",
        "create": "+",
        "update": "~",
        "move": ">",
        "record": "^",
        "forget": ".",
    }
    assert all(one.symbol.isascii() for one in map(word, Action))


def test_what_needs_attention_has_a_place_of_its_own_in_the_order_and_says_why() -> None:
    urgent = [one for one in WORDS.values() if one.attention]
    assert len({one.urgency for one in urgent}) == len(urgent)
    assert all(one.hint for one in urgent)


def test_the_most_urgent_comes_first_and_what_needs_no_attention_last() -> None:
    assert by_urgency(["create", "adopt", "unknown", "refused", "create", "settle"]) == [
        "unknown",
        "settle",
        "refused",
        "adopt",
        "create",
    ]


def test_outputs_have_names_that_github_takes_and_are_told_apart() -> None:
    outputs = [one.output for one in WORDS.values()]
    assert len(set(outputs)) == len(outputs)
    assert all(re.fullmatch("[a-z_]+", one) for one in outputs)


def test_every_step_that_is_sent_has_a_name() -> None:
    assert sorted(STEPS.values()) == ["create", "delete", "update"]


def test_what_has_no_row_yet_is_shown_under_its_own_name_and_before_all_others() -> None:
    assert word("re-tagged") == Word(
        "re-tagged", "re-tagged", "?", "warn", urgency=0, output="re_tagged"
    )
    assert by_urgency(["unknown", "re-tagged"]) == ["re-tagged", "unknown"]
    assert list(in_order({"created": 1, "re-tagged": 2, "unknown": 3})) == [
        "re-tagged",
        "unknown",
        "created",
    ]


def test_totals_leave_out_what_there_is_none_of() -> None:
    assert totals({"create": 4000, "update": 0, "delete": 1}) == "4,000 to create, 1 to delete"


def test_statuses_are_counted_in_the_order_of_first_sight() -> None:
    assert list(by_status(["b", "a", "b"]).items()) == [("b", 2), ("a", 1)]


ARCHIVE = Word(
    "archive",
    "to archive",
    "@",
    "bad",
    urgency=1,
    hint="Old ones are put away.",
    line="{name} ({id}) goes into the archive",
    junit="failure",
    output="to_archive",
    terraform=("delete",),
)


class TestOneMoreRow:
    """A verb that no format has heard of: its row is all that they need."""

    @pytest.fixture(autouse=True)
    def row(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(WORDS, "archive", ARCHIVE)

    view = View(
        "archive",
        "Archive",
        "prod",
        TARGET,
        totals={"archive": 1},
        rows=(
            Row(
                "archive",
                "old-news",
                audience("Old news").fields(),
                source=Origin(LOYALTY, 3, 1),
                audience_id="n-1",
                ended=True,
            ),
        ),
    )

    def test_text(self) -> None:
        assert text.render(self.view) == (
            "@ old-news  audiences/loyalty.yaml:3\n"
            "    Old news (n-1) goes into the archive\n"
            "\n"
            "Archive for prod (https://platform.adobe.io, 1BD6382559DF0C130A49422D@AdobeOrg, "
            "sandbox prod): 1 to archive.\n"
            "@ to archive: old ones are put away.\n"
        )

    def test_markdown(self) -> None:
        page = markdown.render(self.view)
        assert "**1 to archive**" in page
        assert (
            "### `@` 1 to archive\n\nOld ones are put away.\n\n- **`old-news`** `Old news`" in page
        )

    def test_html(self) -> None:
        page = html.render(self.view)
        assert '<li class="tile bad" data-status="archive">' in page
        assert "<b>Archive.</b> Old ones are put away." in page
        assert '"statuses":[["archive","archive","@","bad",true]]' in page

    def test_junit(self) -> None:
        root = ET.fromstring(junit.render(self.view).encode())
        assert (root.get("name"), root.get("failures")) == ("aepctl archive prod", "1")

    def test_github(self) -> None:
        assert github.outputs(self.view, 0)["to_archive"] == "1"
        assert "title=aepctl%3A archive::old-news: archive" in github.annotations(self.view)

    def test_gitlab(self) -> None:
        assert json.loads(gitlab.render(self.view)) == {"create": 0, "update": 0, "delete": 1}
