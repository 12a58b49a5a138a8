"""One manifest file: bytes to wanted audiences, or to everything that is wrong with it."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.manifests.document import Manifest, read_manifest
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin
from aepctl.model.spelling import plain


def read(text: str) -> Manifest:
    return read_manifest("a.yaml", text.encode())


def audiences(text: str) -> dict[str, Audience]:
    manifest = read(text)
    assert manifest.problems == ()
    return {one.key: one.audience for one in manifest.wanted}


def said(text: str) -> set[tuple[int, str, str]]:
    return {(one.origin.line, one.rule, one.message) for one in read(text).problems}


def test_an_audience_has_its_key_fields_and_place() -> None:
    text = "audiences:\n  gold:\n    name: Gold\n    namespace: agora\n    originName: Agora\n"
    manifest = read(text)
    origin = Origin("a.yaml", 2, 3)
    assert manifest.wanted == (Wanted("gold", Audience("Gold", "agora", "Agora"), origin),)
    assert manifest.keys == (("gold", origin),)


def test_defaults_fill_in_what_an_audience_does_not_give() -> None:
    text = """
defaults: {namespace: agora, originName: Agora, description: Loyal}
audiences:
  gold: {name: Gold}
  silver: {name: Silver, namespace: forum, originName: Forum, description: Less so}
"""
    assert audiences(text) == {
        "gold": Audience("Gold", "agora", "Agora", "Loyal"),
        "silver": Audience("Silver", "forum", "Forum", "Less so"),
    }


def test_the_documents_of_a_file_count_as_one() -> None:
    text = """
audiences: {gold: {name: Gold}}
---
---
defaults: {namespace: agora}
---
defaults: {originName: Agora}
audiences: {silver: {name: Silver}}
"""
    assert audiences(text) == {
        "gold": Audience("Gold", "agora", "Agora"),
        "silver": Audience("Silver", "agora", "Agora"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "NO",
        "on",
        "1.10",
        "2024-01-01",
        "0777",
        "12:30",
        "1_000",
        "1e3",
        "0x1f",
        "true",
        ".nan",
        "=",
    ],
)
def test_text_is_what_is_written(text: str) -> None:
    fields = f"name: {text}, namespace: {text}, originName: {text}, description: {text}"
    assert audiences(f"audiences: {{a: {{{fields}}}}}") == {"a": Audience(text, text, text, text)}


@pytest.mark.parametrize("key", ["NO", "1.10", "2024-01-01", "0777", "1_000", "true"])
def test_a_key_is_what_is_written(key: str) -> None:
    assert list(audiences(f"audiences: {{{key}: {{name: A, namespace: b, originName: c}}}}")) == [
        key
    ]


@pytest.mark.parametrize(
    "text",
    ["Größe ☂", "日本語", "العربية", "👩‍👧‍👦", "é", "\u0645\u06cc\u200c\u062e", "\U0010fffd"],
)
def test_text_of_all_scripts_comes_back_as_it_was(text: str) -> None:
    assert audiences(f"audiences: {{a: {{name: '{text}', namespace: b, originName: c}}}}") == {
        "a": Audience(text, "b", "c")
    }


def test_a_description_may_have_lines() -> None:
    text = """
defaults: {namespace: b, originName: c}
audiences:
  a:
    name: A
    description: |
      One.

      Two.
"""
    assert audiences(text)["a"].description == "One.\n\nTwo.\n"


def test_an_anchored_text_may_be_used_again() -> None:
    found = audiences("audiences: {a: {name: &n A, namespace: *n, originName: *n}}")
    assert found == {"a": Audience("A", "A", "A")}


def test_no_audiences_may_be_said_but_must_be_said() -> None:
    assert audiences("audiences: {}") == {}
    for text in ("", "# nothing", "---", "defaults: {namespace: a}", "{}"):
        (problem,) = read(text).problems
        assert (problem.origin.line, problem.rule) == (1, "missing-field")


def test_what_no_defaults_give_is_missing_at_the_audience() -> None:
    text = "defaults: {namespace: agora}\naudiences:\n  gold: {name: Gold}\n"
    assert said(text) == {(3, "missing-field", "`originName` of `gold` is missing")}


def test_faulty_defaults_do_not_make_every_audience_faulty() -> None:
    for defaults in ("[agora]", "{namespace: ''}", "{namespac: agora, originName: x}", ""):
        found = {
            rule for _, rule, _ in said(f"defaults: {defaults}\naudiences: {{a: {{name: A}}}}")
        }
        assert len(found) == 1, found


def test_a_default_is_given_once() -> None:
    text = "defaults: {namespace: a, originName: c}\n---\ndefaults: {namespace: b}\naudiences: {}\n"
    message = "`namespace` already has a default in an earlier document of this file"
    assert said(text) == {(3, "duplicate-key", message)}


def test_sound_audiences_are_there_beside_faulty_ones() -> None:
    full = "namespace: agora, originName: Agora"
    manifest = read(f"audiences:\n  a: {{name: A, {full}}}\n  b: {{nam: B, {full}}}\n  c: x\n")
    assert [one.key for one in manifest.wanted] == ["a"]
    assert [key for key, _ in manifest.keys] == ["a", "b", "c"]


def test_a_place_gets_one_problem_for_one_fault() -> None:
    text = "audiences:\n  a:\n  b: {name: , namespace: x, originName: *y}\n"
    text += "removed:\n- {key: a, delete: }\n- {key: b, delete: *z}\n"
    assert said(text) == {
        (5, "no-value", "`delete` has no value"),
        (6, "alias", "the alias `*z` refers to nothing that was named before"),
        (2, "no-value", "`a` has no value"),
        (3, "no-value", "`name` has no value"),
        (3, "alias", "the alias `*y` refers to nothing that was named before"),
    }


def test_a_text_that_breaks_off_gives_only_what_broke_it() -> None:
    manifest = read("audiences:\n  a: {nam: x}\n  b: [\n")
    assert [one.rule for one in manifest.problems] == ["syntax"]
    assert (manifest.wanted, manifest.keys) == ((), ())


@given(st.binary())
@example(b"audiences:\n")
@example(b"defaults:\n")
@example(b"audiences: {'[key]': }")
def test_any_bytes_are_audiences_or_problems(raw: bytes) -> None:
    manifest = read_manifest("a.yaml", raw)
    assert manifest.problems or isinstance(manifest.wanted, tuple)
    for problem in manifest.problems:
        assert problem.origin.line >= 1
        assert problem.message
        assert "\n" not in problem.message


WORDS = st.sampled_from(
    ["audiences", "defaults", "name", "namespace", "originName", "nam", "a", "", "~", "[key]", "<<"]
)
SHAPES = st.recursive(
    st.none() | WORDS | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(WORDS, SHAPES, max_size=4), st.booleans())
def test_any_shape_is_audiences_or_problems(document: dict[str, Any], flow: bool) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow)
    manifest = read(text)
    lines = text.split("\n")
    for problem in manifest.problems:
        assert problem.source == lines[problem.origin.line - 1]
        assert 1 <= problem.origin.column <= len(problem.source) + 1


KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
CONTROLS = [*map(chr, (*range(0x20), *range(0x7F, 0xA0))), "\u2028", "\u2029"]
TEXT = st.characters(
    exclude_categories=["Cs"], exclude_characters=[*CONTROLS, "\ufeff", "\ufffe", "\uffff"]
)
LINES = st.text(TEXT, min_size=1, max_size=30).filter(str.strip)
NAMES = LINES.map(plain).filter(bool)
DESCRIPTIONS = st.none() | st.text(TEXT | st.sampled_from("\n\t"), max_size=40).filter(str.strip)
WANTED = st.dictionaries(KEYS, st.builds(Audience, NAMES, NAMES, NAMES, DESCRIPTIONS), max_size=5)


def as_yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, default_style='"')


def as_plain_yaml(document: dict[str, Any]) -> str:
    return yaml.dump(document, Dumper=yaml.SafeDumper, allow_unicode=True, width=10_000)


def as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def as_indented_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2)


@pytest.mark.parametrize("write", [as_yaml, as_plain_yaml, as_json, as_indented_json])
@given(wanted=WANTED)
def test_any_audiences_are_read_as_they_were_written(
    write: Any, wanted: dict[str, Audience]
) -> None:
    text = write({"audiences": {key: one.fields() for key, one in wanted.items()}})
    assert audiences(text) == wanted


@given(wanted=WANTED, gaps=st.lists(st.integers(0, 3), min_size=5, max_size=5), data=st.data())
def test_each_key_has_its_line_and_column(
    wanted: dict[str, Audience], gaps: list[int], data: st.DataObject
) -> None:
    lines, expected = ["# a comment", "audiences: {}" if not wanted else "audiences:"], []
    indent = " " * data.draw(st.integers(1, 6))
    for (key, one), gap in zip(wanted.items(), gaps, strict=False):
        lines += [""] * gap
        expected.append((key, Origin("a.yaml", len(lines) + 1, len(indent) + 1)))
        lines.append(f"{indent}{json.dumps(key)}: {json.dumps(one.fields(), ensure_ascii=False)}")
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    manifest = read(end.join(lines))
    assert [(one.key, one.origin) for one in manifest.wanted] == expected
    assert list(manifest.keys) == expected


@given(wanted=WANTED, documents=st.integers(1, 3))
def test_spread_over_documents_they_are_the_same(
    wanted: dict[str, Audience], documents: int
) -> None:
    parts: list[dict[str, Any]] = [{} for _ in range(documents)]
    for number, (key, one) in enumerate(wanted.items()):
        parts[number % documents][key] = one.fields()
    text = "".join(f"---\n{as_json({'audiences': part})}\n" for part in parts)
    assert audiences(text) == wanted
