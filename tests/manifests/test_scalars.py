"""Text that is written as YAML is read back as it was."""

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.manifests.scalars import lines_of, scalar
from aepctl.yamldoc import parse

TEXTS = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\n\n\t :#-'\"\\|>%@`{}[],&*!?~=<\u2028\x85\ufeff\u200d\ue000\ue600"),
    ),
    max_size=40,
)


def read(text: str) -> object:
    found = parse("a.yaml", text.encode())
    assert not found.problems, found.problems
    return found.documents[0]["here"]


@given(TEXTS)
def test_any_text_on_one_line(text: str) -> None:
    line = f"here: {scalar(text)}\n"
    assert read(line) == text
    assert line.count("\n") == 1
    assert line.rstrip("\n").replace("\u200d", "").replace("\u200c", "").isprintable()


@given(TEXTS)
def test_what_is_written_is_text_for_other_readers_too(text: str) -> None:
    assert yaml.safe_load(f"here: {scalar(text)}\n") == {"here": text}


@given(TEXTS)
@example("Who buys again?")
@example("a:?b")
def test_the_same_holds_within_brackets(text: str) -> None:
    line = f"[{scalar(text, in_flow=True)}, {{here: {scalar(text, in_flow=True)}}}]\n"
    assert yaml.safe_load(line) == yaml.load(line, yaml.CSafeLoader) == [text, {"here": text}]
    assert read(f"here: {line}") == [text, {"here": text}]


@given(TEXTS)
def test_any_text_of_several_lines_is_exact_as_a_block_or_is_none(text: str) -> None:
    block = lines_of(text)
    if block is not None:
        sign, lines = block
        indented = "".join(f"    {line}\n" if line else "\n" for line in lines)
        assert read(f"here: {sign}\n{indented}after: x\n") == text


@pytest.mark.parametrize(
    "text",
    ["Loyalty - Gold tier", "Männer", "日本", "😀 party", "👩\u200d💻 devs", "10,000 points", "a,b",
     "it's", "x: y"[:1], "R&D", "C:\\temp", "a:b", "no way"],
)  # fmt: skip
def test_what_can_mean_nothing_else_stands_as_it_is(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "NO", "y", "1.10", "0777", "12:30", "2027-01-01", "2001-12-14 21:59:43 Z", "1e3", "null",
     "~", "=", "<<", "- x", "-", "a: b", "a:", "a #b", " a", "a ", "@a", "%a", "`a`", "{a}", "[a]",
     "*a", "&a", "!a", "|", "> a", "? a", "'a'", '"a"', ".inf", "0x1F", "\u0301a"],
)  # fmt: skip
def test_all_else_stands_in_quotes(text: str) -> None:
    assert scalar(text).startswith('"')


def test_what_cannot_be_seen_is_spelled_out() -> None:
    assert scalar("a\tb\nc\x85\u2028\ufeff\U000e0001") == (
        '"a\\tb\\nc\\x85\\u2028\\ufeff\\U000e0001"'
    )


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("a\nb", ("|-", ("a", "b"))),
        ("a\nb\n", ("|", ("a", "b"))),
        ("a\n\n# b", ("|-", ("a", "", "# b"))),
        ("a\n  b\tc", ("|-", ("a", "  b\tc"))),
        *((text, None) for text in ("a", "", "\n", " a\nb", "\na", "a \nb", "a\n\n", "a\r\nb")),
        ("a\u200b\nb", None),
        ("a\n\u2028", None),
    ],
)
def test_lines_are_a_block_where_nothing_of_them_is_lost_or_hidden(
    text: str, block: object
) -> None:
    assert lines_of(text) == block
