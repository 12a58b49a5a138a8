"""Every code of an error and every rule of a problem: used, explained, and never left out."""

import ast
import re
from pathlib import Path

import pytest
from code_sites import CLASSES, CODE, raised, used

from aepctl.apply.findings import Kind
from aepctl.apply.outcomes import OutcomeKind
from aepctl.errors import AepctlError
from aepctl.plan.plan import Action
from aepctl.render.catalogue import Explanation, catalogue, find
from aepctl.render.explained import page

ROOT = Path(__file__).parents[1]
EVERY = catalogue()
WORDS = frozenset(f"verify-{kind}" for kind in Kind)
"""Said of findings."""


def of_group(name: str) -> dict[str, Explanation]:
    return {code: one for code, one in EVERY.items() if one.group == name}


OUTCOMES = of_group("What came of a change")
WAITING = of_group("What a plan waits for")
EXITS = of_group("Exit codes")
NO_ERRORS = {*OUTCOMES, *WAITING, *EXITS}


def test_every_code_of_the_source_is_explained_and_every_explained_one_is_used() -> None:
    assert set(EVERY) - NO_ERRORS == used() | WORDS


def test_no_error_is_raised_without_a_code_that_says_what_is_wrong() -> None:
    bare = [one.place for one in raised() if one.code is None and one.kind.code == AepctlError.code]
    assert bare == []


def test_an_explanation_names_the_exit_code_of_the_class_that_is_raised() -> None:
    wrong = {
        f"{one.place}: {one.code.value}"
        for one in raised()
        if isinstance(one.code, ast.Constant)
        if EVERY[str(one.code.value)].exit_code != one.kind.exit_code
    }
    assert wrong == set()
    own = {one.code: one.exit_code for one in CLASSES.values() if "code" in vars(one)}
    del own[AepctlError.code]
    assert {code: EVERY[code].exit_code for code in own} == own


def test_what_waits_for_somebody_is_explained_by_its_word() -> None:
    needing = {OutcomeKind.REFUSED, OutcomeKind.UNDECIDED, OutcomeKind.UNKNOWN}
    assert needing <= set(OUTCOMES) <= set(OutcomeKind)
    assert set(WAITING) == {Action.SETTLE, Action.DECIDE, Action.DRIFT}


def test_every_exit_code_of_the_contract_is_explained() -> None:
    numbers = {0, 1, 2, 3, 4, 5, 64, 70, 130}
    assert {one.exit_code: code for code, one in EXITS.items()} == {n: f"exit-{n}" for n in numbers}


@pytest.mark.parametrize("word", ["4", "exit-4", "[exit-4]", "`EXIT-4`"])
def test_a_code_is_found_as_it_may_be_written(word: str) -> None:
    assert find(word) == EVERY["exit-4"]


def test_each_explanation_is_whole() -> None:
    for one in EVERY.values():
        assert CODE.fullmatch(one.code)
        assert one.summary.endswith(".")
        assert one.cure, one.code
        assert one.example or one.code in EXITS, one.code
        shown = f"[{one.code}]" in one.example
        assert shown or one.code in NO_ERRORS, one.code


def test_the_examples_of_problems_are_messages_that_there_are() -> None:
    """Each is worded as one in the goldens of faulty manifests, where that rule is among them."""
    real: dict[str, set[str]] = {}
    for file in (ROOT / "tests/data/manifests").rglob("*.txt"):
        for message, rule in re.findall(
            r"^\S+: (.+) \[(\S+)\]$", file.read_text("utf-8"), re.MULTILINE
        ):
            real.setdefault(rule, set()).add(plain_words(message))
    shown = {
        rule: plain_words(message)
        for one in EVERY.values()
        for message, rule in re.findall(r"^\S+: (.+) \[(\S+)\]$", one.example, re.MULTILINE)
    }
    wrong = {rule: text for rule, text in shown.items() if text not in real.get(rule, {text})}
    assert wrong == {}


def plain_words(message: str) -> str:
    """The message without what is quoted, and without places and numbers."""
    without = re.sub(r"`[^`]*`|\S+:\d+\S*|[\d,]+", "", message)
    return " ".join(without.split())


def test_it_names_only_codes_that_there_are() -> None:
    """`aepctl explain CODE` within a text can be pasted."""
    text = "\n".join(" ".join((*one.cause, *one.cure)) for one in EVERY.values())
    assert set(re.findall(r"`aepctl explain ([\w-]+)`", text)) - {"CODE"} <= {*EVERY, "4"}


def test_the_page_is_made_of_it() -> None:
    """`make errors` writes it anew."""
    assert (ROOT / "docs/errors.md").read_text("utf-8") == page(EVERY.values())
