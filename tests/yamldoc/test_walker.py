"""Events become plain values: text stays text, limits hold, and each finding has its place."""

from itertools import pairwise

import pytest

from aepctl.yamldoc.marks import Marks
from aepctl.yamldoc.places import Position
from aepctl.yamldoc.walker import MAX_DEPTH, MAX_TEXT, Walker


def walked(text: str) -> Walker:
    walker = Walker(everywhere=True)
    walker.walk(text)
    return walker


def findings(text: str) -> list[tuple[Position, str, str]]:
    return [(finding.position, finding.rule, finding.message) for finding in walked(text).findings]


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "on",
        "y",
        "true",
        "1.10",
        "2024-01-01",
        "0777",
        "0x1f",
        "12:30",
        "1_000",
        "1e3",
        ".inf",
    ],
)
def test_text_is_what_is_written(text: str) -> None:
    assert walked(f"{text}: {text}").documents == [{text: text}]


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_text_only_in_quotes(text: str) -> None:
    assert walked(f"a: {text}").documents == [{"a": None}]
    assert walked(f"a: '{text}'").documents == [{"a": text}]
    assert walked(f"a: !!str {text}").documents == [{"a": text}]


def test_collections_of_both_styles_become_dicts_and_lists() -> None:
    text = "flow: {a: [b, {c: d}]}\nblock:\n  a:\n  - b\n  - c: d\n"
    same = {"a": ["b", {"c": "d"}]}
    assert walked(text).documents == [{"flow": same, "block": same}]


def test_each_document_is_read() -> None:
    assert walked("a: b\n---\n- c\n---\n--- d\n").documents == [{"a": "b"}, ["c"], None, "d"]


def test_each_key_and_value_has_its_place() -> None:
    walker = walked("a:\n  b: c\n---\nd: [e, f: g]\n")
    assert walker.keys == {
        (0, "a"): (1, 1),
        (0, "a", "b"): (2, 3),
        (1, "d"): (4, 1),
        (1, "d", 1, "f"): (4, 8),
    }
    assert walker.values == {
        (0,): (1, 1),
        (0, "a"): (2, 3),
        (0, "a", "b"): (2, 6),
        (1,): (4, 1),
        (1, "d"): (4, 4),
        (1, "d", 0): (4, 5),
        (1, "d", 1): (4, 8),
        (1, "d", 1, "f"): (4, 11),
    }


def test_marks_are_the_places_below_one_top_level_key() -> None:
    walker = Walker(Marks("a"))
    walker.walk("a: {b: {c: d}, e: f}\ng: {h: i}\n---\nx: {a: {y: z}}\n---\na:\n  j: k\n")
    assert walker.marks.keys == [{"b": (1, 5), "e": (1, 16)}, {}, {"j": (7, 3)}]


def test_so_are_those_of_the_items_of_top_level_lists() -> None:
    walker = Walker()
    walker.walk("a: [b, {c: [d]}]\ne: {f: [g]}\n---\nh:\n- - i\n- &x j\n- *x\n")
    assert walker.marks.items == [{"a": [(1, 5), (1, 8)]}, {"h": [(5, 3), (6, 3), (7, 3)]}]
    assert walker.keys == {}


def test_so_are_those_of_the_keys_within_one_field_below_it() -> None:
    walker = Walker(Marks("a", "o"))
    walker.walk(
        "a:\n  b: {o: {p: {n: 1, l: {m: 2}}}, x: {o: {q: 3}}}\n  o: {q: 4}\nc: {b: {o: 5}}\n"
    )
    assert walker.marks.inner == {
        (0, "a", "b", "o"): {"p": (2, 11)},
        (0, "a", "b", "o", "p"): {"n": (2, 15), "l": (2, 21)},
        (0, "a", "b", "o", "p", "l"): {"m": (2, 25)},
    }


def test_a_key_that_comes_twice_keeps_its_first_value() -> None:
    walker = walked("a: 1\nb:\n  c: 2\na: 3\nb:\n  c: 4\n")
    assert walker.documents == [{"a": "1", "b": {"c": "2"}}]
    assert [(finding.position, finding.message) for finding in walker.findings] == [
        ((4, 1), "duplicate key `a` (first defined on line 1)"),
        ((5, 1), "duplicate key `b` (first defined on line 2)"),
    ]


def test_two_merge_keys_are_not_merely_one_too_many() -> None:
    (finding,) = walked("a: {<<: x, <<: y}").findings
    assert (finding.rule, finding.hint) == ("duplicate-key", "merge keys are not supported")


def test_an_anchored_text_may_be_repeated_as_value_and_as_key() -> None:
    walker = walked("a: &x text\nb: *x\n*x : c\n")
    assert (walker.documents, walker.findings) == ([{"a": "text", "b": "text", "text": "c"}], [])


def test_an_anchor_belongs_to_its_document() -> None:
    said = "the alias `*x` refers to nothing that was named before"
    assert findings("a: &x text\n---\nb: *x\n") == [((3, 4), "alias", said)]


@pytest.mark.parametrize("text", ["a: &x [b]\nc: *x\n", "a: &x {b: *x}\n"])
def test_an_alias_repeats_a_text_only(text: str) -> None:
    ((_, rule, message),) = findings(text)
    assert (rule, message) == (
        "alias",
        "the alias `*x` refers to a mapping or list; only text can be repeated",
    )


def test_an_alias_bomb_does_not_go_off() -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(names)
    )
    walker = walked(bomb)
    assert {finding.rule for finding in walker.findings} == {"alias"}
    assert len(walker.findings) == 9 * 25


@pytest.mark.parametrize("tag", ["!!int", "!!binary", "!!python/object:os.system", "!own", "!<x>"])
def test_a_tag_that_asks_for_more_than_text_is_refused(tag: str) -> None:
    ((position, rule, message),) = findings(f"a: {tag} b")
    assert (position, rule) == ((1, 4), "tag")
    assert message == f"YAML tags such as `{tag.strip('<>').replace('!<', '')}` are not supported"


@pytest.mark.parametrize("tagged", ["!!str b", "! b", "!!map {}", "!!seq []"])
def test_a_tag_that_says_what_is_there_anyway_is_fine(tagged: str) -> None:
    assert findings(f"a: {tagged}") == []


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("? [a]\n: b\n", (1, 3)),
        ("{{a: b}: c}", (1, 2)),
        ("{{ name }}", (1, 2)),
        ("? {a: }\n", (1, 3)),
    ],
)
def test_a_key_is_text(text: str, position: Position) -> None:
    assert findings(text) == [(position, "no-key", "a key must be text")]


def test_what_is_inside_a_key_has_no_place_in_the_document() -> None:
    walker = walked("? {a: b}\n: c\nd: e\n")
    assert walker.documents == [{"d": "e"}]
    assert (0, "a") not in walker.keys


@pytest.mark.parametrize("text", ["? \n: b\n", "~: b", "{? : b}", "null: {c: d}"])
def test_a_key_without_text_is_dropped_with_its_value(text: str) -> None:
    walker = walked(text)
    assert walker.documents == [{}]
    assert [finding.message for finding in walker.findings] == ["a key without text"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a:\n", "`a` has no value"), ("a: [~]", "no value here"), ("a: {b: }", "`b` has no value")],
)
def test_a_value_that_is_not_there_is_told(text: str, message: str) -> None:
    assert [message for _, _, message in findings(text)] == [message]


def test_nesting_has_a_limit() -> None:
    assert findings("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []
    walker = walked("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert [(finding.position, finding.rule) for finding in walker.findings] == [
        ((1, 33), "too-deep")
    ]
    assert walker.broken


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{"])
def test_30_000_open_brackets_are_read_no_further_than_the_limit(opening: str) -> None:
    walker = walked(opening * 30_000)
    assert walker.broken
    assert [finding.rule for finding in walker.findings if finding.rule != "no-key"] == ["too-deep"]


@pytest.mark.parametrize(
    ("before", "opening", "position"),
    [
        ("", "[", (1, 33)),
        ("ä: b\nc: ", "{a: ", (2, 128)),
        ("", "- ", (1, 65)),
        ("", "[\n", (33, 1)),
    ],
)
def test_where_libyaml_itself_refuses_the_place_is_that_of_our_limit(
    before: str, opening: str, position: Position
) -> None:
    (finding,) = walked(before + opening * 1_001).findings
    assert (finding.position, finding.rule, finding.message) == (
        position,
        "too-deep",
        "nested too deeply",
    )
    assert finding.hint == "32 levels are taken"


def test_where_libyaml_itself_refuses_the_faults_before_are_told_as_well() -> None:
    told = findings("[{" * 600)
    assert [rule for _, rule, _ in told] == ["no-key"] * 15 + ["too-deep"]
    assert told == findings("[{" * 400)


def test_a_text_has_a_limit() -> None:
    assert findings(f"a: {'x' * MAX_TEXT}") == []
    said = "a text of 65,537 characters"
    assert findings(f"a: {'x' * (MAX_TEXT + 1)}") == [((1, 4), "too-long", said)]


def test_a_message_does_not_repeat_a_text_of_any_length() -> None:
    long = "x" * 60_000
    text = f"? {long}\n:\n? {long}\n: !{long} *{long}\n---\na: &{long} []\nb: *{long}\n"
    found = findings(text.replace(f"!{long} *", f"!{long} a\nb: *"))
    assert {rule for _, rule, _ in found} == {"duplicate-key", "tag", "alias", "no-value"}
    assert all(len(message) < 250 for _, _, message in found)


def test_after_a_syntax_error_nothing_more_is_read() -> None:
    walker = walked("a: b\n--- \nc: [\n")
    assert walker.broken
    assert walker.documents == [{"a": "b"}]
    assert [finding.rule for finding in walker.findings] == ["syntax"]
