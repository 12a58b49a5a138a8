"""New entries in a file that people wrote: all of its text stays, and means what it did."""

import pytest
from exports import definition
from hypothesis import given
from hypothesis import strategies as st

from aepctl.manifests.document import read_manifest
from aepctl.manifests.entries import Definition
from aepctl.manifests.splice import spliced

HEAD = "defaults: {namespace: agora, originName: Tests}\n"
NEW = [
    definition("new", "New: one", "two\nlines"),
    definition("other", "Other", namespace="crm"),
]
TAKES = {
    "a block": f"{HEAD}audiences:\n  a: {{name: A}} # c\n",
    "no line end": f"{HEAD}audiences:\n  a:\n    name: A",
    "blank lines at the end": f"{HEAD}audiences:\n  a: {{name: A}}\n\n\n",
    "comments at the end": f"{HEAD}audiences:\n  a: {{name: A}}\n  # in\n\n# out\n",
    "other indentation": f"{HEAD}audiences:\n    a:\n        name: A\n",
    "one blank": f"{HEAD}audiences:\n a:\n  name: A\n",
    "all indented": "  defaults: {namespace: agora, originName: Tests}\n  audiences:\n"
    "    a: {name: A}\n",
    "defaults last": f"audiences:\n  a: {{name: A}}\n\n# about them\n{HEAD}",
    "other defaults": "defaults: {namespace: x}\naudiences:\n  a: {name: A, originName: O}\n",
    "no defaults": "audiences:\n  a: {name: A, namespace: n, originName: o}\n",
    "anchors": f"{HEAD}audiences: &all\n  &k a: {{name: &n A, description: *n}}\n",
    "documents": f"{HEAD}audiences:\n  a: {{name: A}}\n---\naudiences:\n  b: {{name: B}}\n"
    "---\n# x\n",
    "an end of a document": f"%YAML 1.2\n---\n{HEAD}audiences:\n  a: {{name: A}}\n...\n",
    "defaults in a later document": f"audiences:\n  a: {{name: A}}\n---\n{HEAD}",
    "a text with blank lines": f"{HEAD}audiences:\n  a:\n    name: A\n    description: |+\n"
    "      x\n\n\n",
    "a text with blank lines before a key": "audiences:\n  a:\n    name: A\n    description: |+\n"
    f"      x\n\n\n# about\n{HEAD}",
    "a text that looks like a comment": f"{HEAD}audiences:\n  a:\n    name: A\n"
    "    description: |\n      x\n\n      # y\n",
    "environments": f"{HEAD}audiences:\n  a:\n    name: A\n    overrides:\n      prod:\n"
    "        name: B\n    environments: [prod]\n",
    "a text over lines": f"{HEAD}audiences:\n  a:\n    name: A\n    description: x\n      y\n",
}
LEAVES = {
    "in one line": f"{HEAD}audiences: {{a: {{name: A}}}}\n",
    "in braces over lines": f"{HEAD}audiences: {{\n  a: {{name: A}}\n}}\n",
    "none": f"{HEAD}audiences: {{}}\n",
    "JSON": '{"defaults": {"namespace": "x", "originName": "y"},\n "audiences": {\n'
    '  "a": {"name": "A"}\n }}\n',
    "marked keys": f"{HEAD}audiences:\n  ? a\n  : {{name: A}}\n",
    "a text without its line end": f"{HEAD}audiences:\n  a:\n    name: A\n    description: |\n"
    "      x",
    "a description for all": "defaults: {namespace: x, originName: y, description: z}\n"
    "audiences:\n  a: {name: A}\n",
    "some environments for all": "defaults: {namespace: x, environments: [dev]}\n"
    "audiences:\n  a: {name: A, originName: y}\n",
    "broken": f"{HEAD}audiences: [",
    "a problem": f"{HEAD}audiences:\n  a: {{nmae: A}}\n",
    "a key that is there": f"{HEAD}audiences:\n  none: {{name: A}}\n",
}


def check(text: str, added: list[Definition]) -> str:
    """The new text, which has all of the old one around one new block."""
    result = spliced("a.yaml", text.encode(), added)
    assert result is not None
    new, left = result[0].decode(), result[1]
    assert left == ()
    pairs = enumerate(zip(text, new, strict=False))
    start = next((at for at, (old, now) in pairs if old != now), len(text))
    assert new.endswith(text[start:])
    before, after = (read_manifest("a.yaml", one.encode()) for one in (text, new))
    assert after.problems == ()
    asked = {one.key: one.audience for one in after.wanted}
    assert asked == {one.key: one.audience for one in (*before.wanted, *added)}
    return new


@pytest.mark.parametrize("name", TAKES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_takes_new_entries_and_keeps_its_text(name: str, end: str) -> None:
    new = check(TAKES[name].replace("\n", end), NEW)
    assert end == "\n" or "\n" not in new.replace("\r\n", "")


@pytest.mark.parametrize("name", LEAVES)
def test_where_it_cannot_be_proven_nothing_is_written(name: str) -> None:
    assert spliced("a.yaml", LEAVES[name].encode(), [definition("none", "None")]) is None


def test_entries_look_like_those_before_them() -> None:
    text = f"{HEAD}audiences:\n    a: # why\n        name: A\n\n# the end\n"
    assert check(text, NEW) == (
        f"{HEAD}audiences:\n    a: # why\n        name: A\n\n# the end\n"
        "    new:\n"
        '        name: "New: one"\n'
        "        description: |-\n"
        "          two\n"
        "          lines\n"
        "    other:\n"
        "        name: Other\n"
        "        namespace: crm\n"
    )


def test_entries_go_before_the_comment_on_what_comes_next() -> None:
    new = check(TAKES["defaults last"], [definition("b")])
    assert new == f"audiences:\n  a: {{name: A}}\n  b:\n    name: Name b\n\n# about them\n{HEAD}"


def test_one_without_a_description_is_not_given_that_of_the_file() -> None:
    text = "defaults: {description: all}\naudiences:\n  a: {name: A, namespace: n, originName: o}\n"
    without, with_one = definition("b"), definition("c", description="own")
    result = spliced("a.yaml", text.encode(), [without, with_one])
    assert result is not None
    assert result[1] == (without,)
    assert [one.key for one in read_manifest("a.yaml", result[0]).wanted] == ["a", "c"]


TEXT = st.text(st.sampled_from("ab\n\t :#-|'\"\\é\u2028😀"), max_size=12).map(lambda t: f"x{t}")


@given(st.sampled_from(sorted(TAKES)), TEXT, TEXT)
def test_whatever_their_texts_are(name: str, first: str, second: str) -> None:
    added = [
        definition("new", "New", first.replace("\u2028", "")),
        definition("more", "More", second.replace("\u2028", "")),
    ]
    check(TAKES[name], added)
