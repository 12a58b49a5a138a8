"""The file of state mv: a block as a plan shows it, however it was pasted, or plain lines."""

import pytest

from aepctl.operations.keytroubles import Renaming
from aepctl.operations.movesfile import moves_of

BLOCK = "moved:\n  - {from: loyalty-1, to: loyalty-gold}\n  - {from: a, to: b}\n"
BOTH = [("loyalty-1", "loyalty-gold"), ("a", "b")]


def pairs(text: str | bytes) -> list[tuple[str, str]]:
    found, problems = moves_of(text.encode() if isinstance(text, str) else text, "moved.yaml")
    assert problems == ()
    return [(one.old, one.new) for one in found]


def said(text: str | bytes) -> list[tuple[int, int, str]]:
    raw = text.encode() if isinstance(text, str) else text
    _, problems = moves_of(raw, "moved.yaml")
    return [(one.origin.line, one.origin.column, one.message) for one in problems]


@pytest.mark.parametrize(
    "text",
    [
        BLOCK,
        f"# from the plan\n---\n{BLOCK}",
        BLOCK.partition("\n")[2],  # the lines alone
        "---\n" + BLOCK.partition("\n")[2],
        BLOCK.replace("\n", "\n    ").replace("moved", "    moved"),  # as a comment indents it
        "moved:\n- from: loyalty-1\n  to: loyalty-gold\n- {from: a, to: b}\n",
        'moved: [{from: loyalty-1, to: loyalty-gold}, {"from": "a", "to": "b"}]',
        "loyalty-1 loyalty-gold\n\n# others\n  a\tb # as well\r\n",
        "\ufeffloyalty-1 loyalty-gold\na b",
    ],
)
def test_one_meaning_however_it_is_written(text: str) -> None:
    assert pairs(text) == BOTH


def test_text_stays_text() -> None:
    assert pairs("moved: [{from: NO, to: 1.10}]") == [("NO", "1.10")]


def test_each_pair_knows_its_place() -> None:
    block, _ = moves_of(BLOCK.encode(), "f")
    assert block[1] == Renaming("a", "b", "f:3")
    alone, _ = moves_of(b"# x\n- {from: a, to: b}\n", "f")
    assert alone == (Renaming("a", "b", "f:2"),)
    lines, _ = moves_of(b"\na b\n", "f")
    assert lines == (Renaming("a", "b", "f:2"),)


@pytest.mark.parametrize("text", ["", "\n# nothing\n", "moved: []", "---\n"])
def test_nothing_is_no_pair(text: str) -> None:
    assert pairs(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\nc\n", [(2, 1, "two keys were expected, not 1 word")]),
        ("a -> b", [(1, 1, "two keys were expected, not 3 words")]),
        ("a a/b\nb x,y", [(1, 3, "invalid key `a/b`"), (2, 3, "invalid key `x,y`")]),
        ("moved:\n  - {from: a}\n", [(2, 5, "`to` of ")]),
        ("- {from: a, into: b, to: c}", [(1, 13, "unknown field `into`")]),
        ("moved: [{from: a, to: b c}]", [(1, 23, "`to` is not allowed")]),
        ("moved: a", [(1, 8, "`moved`: ")]),
        ("moved: []\naudiences: {}", [(2, 1, "unknown field `audiences`")]),
    ],
)
def test_every_problem_is_told_at_its_place(
    text: str, expected: list[tuple[int, int, str]]
) -> None:
    found = said(text)
    assert [one[:2] for one in found] == [one[:2] for one in expected]
    for (*_, message), (*_, begins) in zip(found, expected, strict=True):
        assert message.startswith(begins)


@pytest.mark.parametrize("text", [b"a b\n\xff\xfe\xfd c\n", b"moved: [", b"moved: [{from: \xff}]"])
def test_what_is_no_text_or_no_yaml_is_told(text: bytes) -> None:
    assert said(text)
