"""A folder of manifests: all that is wanted, or every problem of every file."""

import os
from pathlib import Path

import pytest

from aepctl.errors import InvalidInput
from aepctl.manifests import read_manifests
from aepctl.manifests.reader import _read, with_source
from aepctl.model.audience import Audience, Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed

pytestmark = pytest.mark.usefixtures("folder")


def write(path: str, text: str | bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def entry(name: str) -> str:
    return f"{{name: {name}, namespace: agora, originName: Agora}}"


def problems(folder: str = "audiences") -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as raised:
        read_manifests(folder)
    return raised.value.problems


def test_audiences_stand_in_the_order_of_files_and_lines() -> None:
    write("audiences/b.yaml", f"audiences:\n  z: {entry('Z')}\n  a: {entry('A')}\n")
    write("audiences/a/c.yml", f"audiences:\n\n  m: {entry('M')}\n")
    assert read_manifests("audiences").wanted == (
        Wanted("m", Audience("M", "agora", "Agora"), Origin("audiences/a/c.yml", 3, 3)),
        Wanted("z", Audience("Z", "agora", "Agora"), Origin("audiences/b.yaml", 2, 3)),
        Wanted("a", Audience("A", "agora", "Agora"), Origin("audiences/b.yaml", 3, 3)),
    )


@pytest.mark.parametrize("name", ["audiences", "audiences/", "./audiences", "audiences//"])
def test_a_slash_at_the_end_makes_no_difference(name: str) -> None:
    write("audiences/a.yaml", f"audiences:\n  a: {entry('A')}\n")
    (one,) = read_manifests(name).wanted
    assert one.origin.file == f"{name.rstrip('/')}/a.yaml"


def test_nothing_wanted_is_no_problem_where_it_is_said() -> None:
    write("audiences/a.yaml", "audiences: {}\n")
    assert read_manifests("audiences").wanted == ()


def test_the_same_key_in_two_files_names_both_places() -> None:
    write("audiences/a.yaml", f"audiences:\n  gold: {entry('Gold')}\n")
    write("audiences/b.yaml", f"audiences:\n  silver: {entry('Silver')}\n  gold: {entry('G')}\n")
    (problem,) = problems()
    assert problem == Problem(
        Origin("audiences/b.yaml", 3, 3),
        "duplicate-key",
        "the key `gold` is already taken in `audiences/a.yaml:2:3`",
        "give one of them another key",
        f"  gold: {entry('G')}",
    )


def test_one_audience_under_two_keys_names_both_places() -> None:
    write("audiences/a.yaml", f"audiences:\n  gold: {entry('Gold')}\n")
    write("audiences/b.yaml", f"audiences:\r\n\r\n  golden: {entry('Gold')}\r\n")
    (problem,) = problems()
    assert (problem.origin, problem.rule) == (Origin("audiences/b.yaml", 3, 3), "same-audience")
    assert problem.source == f"  golden: {entry('Gold')}"


def test_an_id_may_be_given_and_only_once() -> None:
    text = "audiences:\n  gold: {name: Gold, namespace: a, originName: b, audienceId: my-id.1}\n"
    write("audiences/a.yaml", text)
    write("audiences/b.yaml", f"audiences:\n  silver: {entry('Silver')}\n")
    assert [one.audience_id for one in read_manifests("audiences").wanted] == ["my-id.1", None]
    write("audiences/b.yaml", text.replace("gold", "silver").replace("Gold", "Silver"))
    assert [one.rule for one in problems()] == ["same-id"]


def test_what_moved_and_what_was_removed_comes_from_all_files() -> None:
    moved = "moved: [{from: a, to: gold}]"
    write("audiences/a.yaml", f"audiences:\n  gold: {entry('Gold')}\n{moved}\n")
    write("audiences/b.yaml", "removed:\n  - {key: old, delete: false}\n")
    manifests = read_manifests("audiences")
    assert manifests.moved == (Moved("a", "gold", Origin("audiences/a.yaml", 3, 9)),)
    assert manifests.removed == (
        Removed("old", delete=False, origin=Origin("audiences/b.yaml", 2, 5)),
    )


def test_moves_are_held_against_the_blocks_of_all_files() -> None:
    write("audiences/a.yaml", "moved:\n- {from: gold, to: loyalty-gold}\n")
    write("audiences/b.yaml", f"audiences:\n  loyalty-gold: {entry('Gold')}\n")
    assert len(read_manifests("audiences").moved) == 1
    write("audiences/b.yaml", f"audiences:\n  gold: {entry('Gold')}\n")
    (problem,) = problems()
    assert (problem.origin, problem.rule) == (Origin("audiences/a.yaml", 2, 3), "still-wanted")
    assert problem.source == "- {from: gold, to: loyalty-gold}"


def test_what_cannot_be_read_may_be_where_something_moved_to() -> None:
    write("audiences/a.yaml", "moved: [{from: gold, to: loyalty-gold}]\n")
    write("audiences/b.yaml", "audiences: [\n")
    assert [one.rule for one in problems()] == ["syntax"]
    write("audiences/b.yaml", "audiences: {}\n")
    assert [one.rule for one in problems()] == ["moved-nowhere"]


def test_a_problem_across_files_shows_the_line_that_was_read() -> None:
    """An editor that saves in between must not decide what is shown."""
    write("audiences/a.yaml", f"audiences:\n  gold: {entry('Gold')}\n")
    write("audiences/b.yaml", f"audiences:\n\n  gold: {entry('Other')}\n")
    texts = {"audiences/b.yaml": "audiences:\n\n  gold: as it was read\n"}
    (problem,) = problems()
    write("audiences/b.yaml", "")
    (shown,) = with_source([problem], texts)
    assert shown.source == "  gold: as it was read"


def test_a_key_clashes_even_where_its_audience_is_faulty() -> None:
    write("audiences/a.yaml", f"audiences:\n  gold: {entry('Gold')}\n")
    write("audiences/b.yaml", "audiences:\n  gold: {}\n")
    assert "duplicate-key" in {problem.rule for problem in problems()}


def test_problems_of_all_files_and_of_the_folder_come_together() -> None:
    write("audiences/a.yaml", b"\xff")
    write("audiences/b.yaml", "audiences: [\n")
    write("audiences/c.yaml", f"audiences:\n  gold: {entry('Gold')}\n  silver: {{}}\n")
    write("audiences/d.yaml", f"audiences:\n  gold: {entry('Other')}\n")
    os.mkfifo("audiences/e.yaml")
    assert [(one.origin.file, one.rule) for one in problems()] == [
        ("audiences/a.yaml", "not-utf-8"),
        ("audiences/b.yaml", "syntax"),
        *[("audiences/c.yaml", "missing-field")] * 3,
        ("audiences/d.yaml", "duplicate-key"),
        ("audiences/e.yaml", "not-a-file"),
    ]


def test_a_file_in_the_way_of_the_folder() -> None:
    write("audiences", "audiences: {}")
    assert [one.rule for one in problems()] == ["no-folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read() -> None:
    write("audiences/a.yaml", "audiences: {}")
    Path("audiences/a.yaml").chmod(0)
    (problem,) = problems()
    assert (problem.rule, problem.message) == (
        "file-unreadable",
        "cannot be read: Permission denied",
    )


def test_a_file_that_is_gone_by_the_time_it_is_read() -> None:
    (problem,) = _read("gone.yaml").problems
    assert (problem.rule, problem.message) == (
        "file-unreadable",
        "cannot be read: No such file or directory",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 30_000,
        b"audiences: " + b"{a: " * 30_000,
        b"audiences:\n  a: {name: " + b"x" * 5_000_000 + b", namespace: b, originName: c}\n",
        b"audiences:\n  ? " + b"x" * 5_000_000 + b"\n  : {}\n",
        b"audiences: {a: {nam: x}}\n---\n" * 1_000,
        b"defaults: {namespace: x}\n---\n" * 1_000,
    ],
    ids=["brackets", "braces", "5-mb-text", "5-mb-key", "faulty-documents", "repeated-defaults"],
)
@pytest.mark.timeout(20)
def test_input_made_to_hurt_is_answered_soon_and_in_few_words(raw: bytes) -> None:
    write("audiences/a.yaml", raw)
    for problem in problems():
        assert len(problem.message) < 200
