"""What differs between two texts, in words and in lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.render.textdiff import lines, words

SHORT = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
texts = st.text("ab .\n日é\u0301", max_size=12)


def told(before: str, after: str) -> str:
    return "".join(SHORT[kind].format(text) for kind, text in words(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", ""),
        ("a", "a", "a"),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("with 1,000 points", "with 2,000 points", "with [-1,000-][+2,000+] points"),
        ("Gold", "Gold tier", "Gold[+ tier+]"),
        ("keep this old word", "keep that new word", "keep [-this old-][+that new+] word"),
        ("all of it is another", "Nothing like the first", "[-all of it is another-]"),
        ("東京の会員です", "大阪の会員です", "[-東京-][+大阪+]の会員です"),
        ("cafe\u0301 au lait", "cafe au lait", "[-cafe\u0301 au lait-][+cafe au lait+]"),
    ],
)
def test_changed_words(before: str, after: str, expected: str) -> None:
    assert told(before, after).startswith(expected)


def test_very_long_texts_are_compared_from_both_ends() -> None:
    middle = " x" * 5_000
    pieces = words(f"begin{middle} 1{middle} end", f"begin{middle} 2{middle} end")
    assert [kind for kind, _ in pieces] == ["same", "removed", "added", "same"]
    assert pieces[1].text == "1"
    other = words(f"a{' x' * 5_000}", f"b{' y' * 5_000}")
    assert [kind for kind, _ in other] == ["removed", "added"]


def test_changed_lines() -> None:
    assert lines("one\ntwo\nthree", "one\n2\nthree\n") == (
        ("same", "one"),
        ("removed", "two"),
        ("added", "2"),
        ("same", "three"),
        ("added", ""),
    )


@given(texts, texts)
def test_both_texts_are_there_again(before: str, after: str) -> None:
    for pieces, between in ((words(before, after), ""), (lines(before, after), "\n")):
        assert between.join(text for kind, text in pieces if kind != "added") == before
        assert between.join(text for kind, text in pieces if kind != "removed") == after
