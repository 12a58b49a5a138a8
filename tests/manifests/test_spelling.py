"""What makes an audience's identity is spelled so that every platform keeps it so."""

import json
from collections.abc import Callable

import pytest
from projects import Project

from aepctl.emulator import Emulator
from aepctl.manifests.document import read_manifest
from aepctl.manifests.rules import same_audiences
from aepctl.model.problem import Problem

FLAWS = {
    "Gold ": "Gold", " Gold": "Gold", "Gold  tier": "Gold tier", "Gold\u00a0tier": "Gold tier",
    "Gold\u2003tier": "Gold tier", "Gold\u3000": "Gold", "Go\u200bld": "Gold",
    "\ufeffGold": "Gold", "Go\u00adld": "Gold", "\u202eGold\u202c": "Gold", "Go\u200cld": "Gold",
    "\u2067Gold": "Gold", "Cafe\u0301": "Caf\u00e9", 'Say "Gold" ': 'Say "Gold"',
}  # fmt: skip
FIELDS = ("name", "namespace", "originName")


def problems(text: str) -> tuple[Problem, ...]:
    return read_manifest("a.yaml", text.encode()).problems


def manifest(field: str, value: str, *, style: str = "{}") -> str:
    fields = dict.fromkeys(FIELDS, '"Fine"') | {field: style.format(json.dumps(value))}
    lines = "".join(f"    {name}: {text}\n" for name, text in fields.items())
    return f"audiences:\n  gold:\n{lines}"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", FLAWS, ids=ascii)
def test_it_is_refused_at_its_place_with_the_line_to_paste(field: str, value: str) -> None:
    (problem,) = problems(manifest(field, value))
    line = 3 + FIELDS.index(field)
    assert (problem.origin.line, problem.rule) == (line, "spelling")
    assert problem.message.startswith(f"`{field}` ")
    assert problem.hint is not None
    pasted = problem.hint.removeprefix("write `").removesuffix("`")
    lines = manifest(field, value).splitlines()
    lines[line - 1] = f"    {pasted}"
    (wanted,) = read_manifest("a.yaml", "\n".join(lines).encode()).wanted
    assert wanted.audience.fields()[field] == FLAWS[value]
    assert problems("\n".join(lines)) == ()


@pytest.mark.parametrize("field", ["namespace", "originName"])
def test_a_default_is_refused_once_whoever_takes_it(field: str) -> None:
    fields = {"namespace": "a", "originName": "b"} | {field: "x "}
    text = f"defaults: {json.dumps(fields)}\naudiences:\n  a: {{name: A}}\n  b: {{name: B}}\n"
    (problem,) = problems(text)
    assert (problem.origin.line, problem.message) == (1, f"`{field}` has a blank at its end")
    assert problem.hint == f'write `{field}: "x"`'


def test_what_shows_nothing_at_all_is_refused() -> None:
    (problem,) = problems(manifest("name", "\u200b\u200b"))
    assert problem.hint == "it must contain a visible character"


def test_a_line_of_any_length_is_not_repeated() -> None:
    (problem,) = problems(manifest("name", "x" * 60_000 + " "))
    assert problem.hint == "write it without"


@pytest.mark.parametrize("value", [*FLAWS, "Line one\n\nLine two\n"], ids=ascii)
def test_a_description_is_no_identity_and_may_be_spelled_in_any_way(value: str) -> None:
    text = manifest("name", "Gold") + f"    description: {json.dumps(value)}\n"
    assert problems(text) == ()


@pytest.mark.parametrize("name", ["Größe ❄", "日本 語", "10 %", "a-b_c", "O'Neill", "½"])
def test_other_names_are_fine(name: str) -> None:
    assert problems(manifest("name", name)) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Gold", "GOLD"), ("Straße", "STRASSE"), ("\uff27old", "Gold"), ("ﬁt", "fit"), ("É", "é")],
    ids=ascii,
)
def test_two_keys_whose_names_differ_in_spelling_only_are_one_audience(
    one: str, other: str
) -> None:
    text = (
        "defaults: {namespace: agora, originName: Own}\naudiences:\n"
        f"  a: {{name: {one}}}\n  b: {{name: {other}}}\n"
    )
    (problem,) = same_audiences(read_manifest("a.yaml", text.encode()).wanted)
    assert problem.origin.line == 4
    assert problem.message == "`b` describes the same audience as `a` in `a.yaml:3:3`"
    assert problem.hint == (
        "name, namespace and originName together must differ by more than case, blanks or "
        "invisible characters"
    )


@pytest.mark.parametrize("words", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_every_command_refuses_before_anything_is_sent(
    project: Project, platform: Callable[..., Emulator], words: tuple[str, ...]
) -> None:
    there = platform()
    project.settle_on(there)
    project.write("audiences/all.yaml", manifest("name", "Gold "))
    result = project.run(*words)
    assert result.code == 1
    said = result.out + result.err
    assert "audiences/all.yaml:3:11: `name` has a blank at its end" in said
    assert 'write `name: "Gold"`' in said
    assert there.requests == []
