"""Keys that moved and keys that were removed: what holds over all files."""

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.manifests.move_rules import contradictions, moved_nowhere
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed

Pairs = list[tuple[str, str]]
Ends = list[tuple[str, bool]]


def found(wanted: Iterable[str], moved: Pairs, removed: Ends = []) -> list[Problem]:  # noqa: B006
    """What is wrong, with blocks in a.yaml, moves in b.yaml and removals in c.yaml."""
    blocks = {key: Origin("a.yaml", line, 3) for line, key in enumerate(wanted, 1)}
    moves = [Moved(a, b, Origin("b.yaml", line, 5)) for line, (a, b) in enumerate(moved, 1)]
    ends = [Removed(a, d, Origin("c.yaml", line, 5)) for line, (a, d) in enumerate(removed, 1)]
    return [*contradictions(blocks, moves, ends), *moved_nowhere(blocks, moves, ends)]


def said(problems: list[Problem]) -> list[tuple[str, int, str, str]]:
    return [(one.origin.file, one.origin.line, one.rule, one.message) for one in problems]


@pytest.mark.parametrize(
    ("wanted", "moved", "removed"),
    [
        ("b", [("a", "b")], []),
        ("c", [("a", "b"), ("b", "c")], []),
        ("c", [("b", "c"), ("a", "b")], []),
        ("", [("a", "b")], [("b", True)]),
        ("", [("a", "b"), ("b", "c")], [("c", False)]),
        ("xy", [("a", "x"), ("b", "y")], [("c", True), ("c", True)]),
    ],
)
def test_what_has_come_to_an_end_somewhere_is_sound(
    wanted: str, moved: Pairs, removed: Ends
) -> None:
    assert found(wanted, moved, removed) == []


def test_a_key_that_moved_is_not_wanted_any_more() -> None:
    (problem,) = found("ab", [("a", "b")])
    assert said([problem]) == [
        ("b.yaml", 1, "still-wanted", "`a` has moved to `b`, but is still wanted in `a.yaml:1:3`")
    ]
    assert problem.hint == "delete that block; or this line, if `a` is another audience than `b`"
    (problem,) = found("a", [("a", "b")])
    assert problem.hint == "give that block the key `b`, or delete this line"


def test_a_key_moves_once() -> None:
    assert said(found("bc", [("a", "b"), ("a", "c")])) == [
        ("b.yaml", 2, "moved-twice", "`a` has moved to `c` here, but in `b.yaml:1:5` to `b`")
    ]
    assert said(found("b", [("a", "b"), ("a", "b")])) == [
        ("b.yaml", 2, "moved-twice", "that `a` has moved to `b` is already said in `b.yaml:1:5`")
    ]


def test_two_do_not_move_to_one_key() -> None:
    assert said(found("c", [("a", "c"), ("b", "c")])) == [
        ("b.yaml", 2, "moved-twice", "`b` has moved to `c` here, but so has `a` in `b.yaml:1:5`")
    ]


def test_what_moves_arrives() -> None:
    lost, close = found(["d", "gold-tier"], [("a", "b"), ("b", "c"), ("x", "gold-teir")])
    assert said([lost, close]) == [
        ("b.yaml", 2, "moved-nowhere", "`b` has moved to `c`, which is nowhere wanted"),
        ("b.yaml", 3, "moved-nowhere", "`x` has moved to `gold-teir`, which is nowhere wanted"),
    ]
    assert close.hint == "did you mean gold-tier?"


@pytest.mark.parametrize("wanted", ["", "ab"])
def test_nothing_moves_in_a_circle(wanted: str) -> None:
    message = "`a` has moved in a circle that begins in `b.yaml:1:5`"
    assert said(found(wanted, [("a", "b"), ("b", "a")])) == [
        ("b.yaml", 2, "moved-in-a-circle", message)
    ]
    assert said(found(wanted, [("a", "a")])) == [
        ("b.yaml", 1, "moved-in-a-circle", "`a` has moved to itself")
    ]


def test_each_circle_is_told_once() -> None:
    problems = found("", [("a", "b"), ("x", "y"), ("b", "a"), ("y", "z"), ("z", "x"), ("q", "a")])
    assert [one.rule for one in problems] == ["moved-twice", *["moved-in-a-circle"] * 2]


def test_a_removed_key_is_gone() -> None:
    assert said(found("a", [], [("a", True)])) == [
        ("c.yaml", 1, "still-wanted", "`a` is removed, but still wanted in `a.yaml:1:3`")
    ]
    assert said(found("b", [("a", "b")], [("a", True)])) == [
        ("c.yaml", 1, "moved-and-removed", "`a` is removed, but has moved to `b` in `b.yaml:1:5`")
    ]


def test_a_key_is_removed_in_one_way() -> None:
    message = "`a` is to be left on the platform here, but deleted in `c.yaml:1:5`"
    assert said(found("", [], [("a", True), ("a", True), ("a", False)])) == [
        ("c.yaml", 3, "removed-twice", message)
    ]


KEYS = st.sampled_from("abcdef")


@given(
    st.sets(KEYS, max_size=4),
    st.lists(st.tuples(KEYS, KEYS), max_size=5),
    st.lists(st.tuples(KEYS, st.booleans()), max_size=3),
)
@example(set(), [("a", "b"), ("b", "c"), ("c", "a")], [])
def test_sound_is_what_leads_each_key_to_one_end(
    wanted: set[str], moved: Pairs, removed: Ends
) -> None:
    froms, ends = [old for old, _ in moved], dict(removed)
    once = len({*froms}) == len(froms) == len({new for _, new in moved})
    gone = not ({*froms} & wanted or ends.keys() & (wanted | {*froms}))
    plain = len({*removed}) == len(ends)
    ways = dict(moved)
    keys = {*froms}
    for _ in moved:  # every key takes one step for each line that there is
        keys = {ways.get(key, key) for key in keys}
    arrived = keys <= wanted | ends.keys()
    assert (found(sorted(wanted), moved, removed) == []) == (once and gone and plain and arrived)


@pytest.mark.timeout(10)
def test_very_many_moves_are_looked_through_soon() -> None:
    moved = [(f"k{n}", f"k{n + 1}") for n in range(20_000)]
    assert found(["k20000"], moved[::-1]) == []
    assert len(found(["x"], [(old, f"y{old}") for old, _ in moved])) == 20_000
