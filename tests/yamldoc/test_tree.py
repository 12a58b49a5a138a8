"""What each comment of a text is about, and what a text is without the signs around it."""

from collections.abc import Iterator

import pytest

from aepctl.yamldoc.nodes import Alias, Collection, Node, Text
from aepctl.yamldoc.tree import tree_of


def said(node: Node | None, at: str = "") -> Iterator[str]:
    """Each comment, with the keys and numbers of what it is about."""
    if isinstance(node, Collection):
        for number, entry in enumerate(node.entries):
            here = f"{at}/{entry.key.value if isinstance(entry.key, Text) else number}"
            yield from (f"{here} above {one}" for one in entry.above)
            yield from (f"{here} beside{one}" for one in entry.beside)
            yield from said(entry.value, here)
        yield from (f"{at or '/'} below {one}" for one in node.below)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# 1\na: b # 2\n\n# 3\nc: d\n# 4\n",
         ["/a above # 1", "/a beside # 2", "/c above ", "/c above # 3", "/ below # 4"]),
        ("a:\n  b: c\n  # 1\n # 2\n# 3\nd: e\n",
         ["/a below # 1", "/d above # 2", "/d above # 3"]),
        ("a:\n  b:\n    - c\n    # 1\n  # 2\n    # 3\n",
         ["/a/b below # 1", "/a below # 2", "/a below # 3"]),
        ("a: # 1\n- # 2\n  b: c # 3\n# 4\n-\n  # 5\n  d\n",
         ["/a beside # 1", "/a/0 above # 2", "/a/0/b beside # 3", "/a/1 above # 4",
          "/a/1 above # 5"]),
        ("a: { # 1\n  b: [c, # 2\n   d ], # 3\n  # 4\n} # 5\n",
         ["/a beside # 1", "/a beside # 5", "/a/b beside # 3", "/a/b/0 beside # 2",
          "/a below # 4"]),
        ("a: &x |+ # 1\n  # no\n\n# 2\nb: *x   # 3\n",
         ["/a beside # 1", "/b above # 2", "/b beside   # 3"]),
        ('a: "#no"# 1\nb: c#no\nc: !!str # 2\n  d # 3\n',
         ["/a beside # 1", "/c beside # 2", "/c beside # 3"]),
        ("? a # 1\n# 2\n: # 3\n  b\n", ["/a above # 2", "/a above # 3", "/a beside # 1"]),
    ],
)  # fmt: skip
def test_what_a_comment_is_about(text: str, expected: list[str]) -> None:
    (document,) = tree_of(text).documents
    assert list(said(document.value)) == expected
    assert (document.above, document.beside, document.below) == ([], [], [])


def test_what_is_said_of_documents() -> None:
    tree = tree_of("# 1\n%YAML 1.1\n# 2\n--- # 3\na: b\n# 4\n... # 5\n# 6\n---\n# 7\n")
    first, second = tree.documents
    assert (tree.above, first.directives, first.beside) == (["# 1"], ["%YAML 1.1", "# 2"], [" # 3"])
    assert list(said(first.value)) == ["/ below # 4"]
    assert first.below == ["# 5", "# 6"]
    assert (second.above, second.below) == (["# 7"], [])
    assert tree_of("\n# 1\n").above == ["", "# 1"]


def test_texts_as_they_are_written() -> None:
    (document,) = tree_of('a: &x !!str "\\ud83d\\ude00"\nb: *x\nc: >-\n  d\n  e\n\n').documents
    assert isinstance(document.value, Collection)
    assert [entry.value for entry in document.value.entries] == [
        Text("😀", '"\\ud83d\\ude00"', '"', "x", is_tagged=True),
        Alias("x"),
        Text("d e", ">-\n  d\n  e\n\n", ">"),
    ]
