"""JSON's pairs of escapes are read as the characters that they are, and nothing else changes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.yamldoc import parse
from aepctl.yamldoc.surrogates import as_written, without_pairs

PAIR = r"\ud83d\ude00"


def value(text: str) -> object:
    yaml_file = parse("a.yaml", text.encode())
    assert yaml_file.problems == ()
    return yaml_file.documents[0]


@given(st.text(min_size=1))
def test_a_text_that_json_wrote_is_read_as_json_reads_it(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    assert value(f'{{"a": {json.dumps(text)}}}') == {"a": text}


@pytest.mark.parametrize("pair", [PAIR, PAIR.upper().replace("U", "u"), r"\uD83d\uDe00"])
def test_pairs_are_characters_in_double_quotes_only(pair: str) -> None:
    assert value(f'a: "x{pair}y{pair}{pair}"') == {"a": "x😀y😀😀"}
    assert value(f'"{pair}": b') == {"😀": "b"}
    for text in (f"a: {pair}", f"a: '{pair}'", f'a: {pair}\nb: "{pair}"', f"a: |-\n  {pair}"):
        read = value(text)
        assert isinstance(read, dict)
        assert read["a"] == pair


def test_an_escaped_backslash_is_no_escape() -> None:
    assert value(rf'a: "\{PAIR}\\"'.replace(r"\ude00", r"\\ude00")) == {"a": PAIR + "\\"}
    assert value(rf'a: "\\{PAIR}"') == {"a": "\\😀"}


def test_places_stay_as_they_are() -> None:
    yaml_file = parse("a.yaml", f'{{"{PAIR}": "{PAIR}", b: c}}'.encode())
    assert yaml_file.places()[0][(0, "b")] == (1, 2 + 14 + 2 + 14 + 2)


@pytest.mark.parametrize("half", [r"\ud83d", r"\ude00", r"\ude00\ud83d", rf"\\ud83d{PAIR[6:]}"])
def test_half_a_pair_is_told_with_what_is_meant(half: str) -> None:
    yaml_file = parse("a.yaml", f'a: "{half}"'.encode())
    (problem,) = yaml_file.problems
    assert problem.rule == "syntax"
    assert r"`\U0001f600`, or JSON's two" in str(problem.hint)


def test_a_text_that_has_what_stands_in_for_pairs_is_left_alone() -> None:
    for text in ('a: "\ue000\ue600"', r'a: "\ue000\ue600"'):
        assert value(text) == {"a": "\ue000\ue600"}
        assert without_pairs(f'{text}\nb: "{PAIR}"') is None


@given(st.from_regex(r"\\u[Dd][89abAB][0-9a-fA-F]{2}\\u[Dd][c-fC-F][0-9a-fA-F]{2}", fullmatch=True))
def test_what_stands_in_is_as_long_and_can_be_taken_back(pair: str) -> None:
    changed = without_pairs(pair)
    assert changed is not None
    assert len(changed) == len(pair)
    assert as_written(changed) == pair
