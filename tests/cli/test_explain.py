"""aepctl explain, and the codes in brackets that lead to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from projects import Project

from aepctl.render.catalogue import catalogue

SETTINGS = "environments:\n  dev: {endpoint: emulator, sandbox: dev}\n"
TWO = f"{SETTINGS}  prod: {{endpoint: emulator, sandbox: prod, protected: true}}\n"


def test_it_tells_cause_example_and_cure_of_a_code(project: Project) -> None:
    result = project.run("explain", "state-locked")
    one = catalogue()["state-locked"]
    assert result.code == 0
    assert result.out.startswith(f"state-locked (exit code 5)\n{one.summary}\n")
    assert one.example in " ".join(result.out.split())
    assert "\nWhat to do:\n- Wait for it: `aepctl apply --lock-timeout 10m`." in result.out


def test_texts_are_wrapped_at_the_terminals_width(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    result = project.run("explain", "unknown")
    assert max(map(len, result.out.splitlines())) <= 60


def test_no_command_is_broken_where_a_line_ends(project: Project) -> None:
    shown = project.run("explain", "decide").out
    assert "`aepctl state resolve KEY --adopt ID`" in shown
    assert "`aepctl state resolve KEY --recreate`" in shown


def test_without_a_code_it_lists_all(project: Project) -> None:
    result = project.run("explain")
    assert all(f"\n  {code} " in result.out for code in catalogue())


def test_as_json(project: Project) -> None:
    (one,) = project.run("explain", "4", "-o", "json").json["codes"]
    assert (one["code"], one["exitCode"], one["example"]) == ("exit-4", 4, None)
    assert len(project.run("explain", "-o", "json").json["codes"]) == len(catalogue())


def test_one_that_is_not_there_is_an_error_with_what_is_close(project: Project) -> None:
    result = project.run("explain", "state-loked")
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        "error: no code `state-loked` [no-such-code]\n  did you mean `state-locked`?\n"
    )
    document = project.run("explain", "zzz", "-o", "json").json
    assert (document["codes"], document["error"]["code"]) == ([], "no-such-code")
    assert document["error"]["next"] == "`aepctl explain` lists all codes"


def test_in_each_format_the_code_of_an_error_is_there(project: Project) -> None:
    project.write("aepctl.yaml", SETTINGS)
    words = [f"--write={name}:out.{name}" for name in ("text", "markdown", "html", "junit", "json")]
    assert project.run("plan", "--env", "x", *words).code == 1
    code = "no-such-environment"
    text = {name: (project.root / f"out.{name}").read_text() for name in ("text", "markdown")}
    assert text["text"].splitlines()[0].endswith(f"aepctl.yaml [{code}]")
    assert f"in aepctl.yaml `` `[{code}]`\n" in text["markdown"]
    assert f"<code>[{code}]</code>" in (project.root / "out.html").read_text()
    assert f'in aepctl.yaml [{code}]"' in (project.root / "out.junit").read_text()
    assert json.loads((project.root / "out.json").read_text())["error"]["code"] == code


def test_the_code_of_a_problem_is_its_rule(project: Project) -> None:
    project.write("audiences/a.yaml", "audiences:\n  a: {}\n  a: {}\n")
    result = project.run("validate", "--write=markdown:a.md", "--write=html:a.html")
    assert "a.yaml:3:3: duplicate key `a` (first defined on line 2) [duplicate-key]\n" in result.err
    assert " `[duplicate-key]`" in (project.root / "a.md").read_text()
    assert "<code>[duplicate-key]</code>" in (project.root / "a.html").read_text()


def test_a_usage_error_and_a_bug_have_theirs(project: Project) -> None:
    assert project.run("plan", "--tarjet").err.endswith(" [usage]\n")
    assert project.run("schema").err.endswith(", import, doctor, fmt [usage]\n")

    def stumble(_: str) -> None:
        raise ZeroDivisionError

    broken = project.run("validate", read_manifests=stumble)
    assert broken.err.splitlines()[0].endswith("[bug]")


@dataclass(frozen=True)
class Real:
    """A command that meets with an error: its code, what there is, and what is run."""

    code: str
    words: tuple[str, ...]
    prepare: Callable[[Project], object] = lambda project: project.write("aepctl.yaml", SETTINGS)

    def __str__(self) -> str:
        return self.code


def with_file(path: str, text: str, settings: str = SETTINGS) -> Callable[[Project], object]:
    def prepare(project: Project) -> None:
        project.write("aepctl.yaml", settings)
        project.want("gold")
        project.write(path, text)

    return prepare


WANTED = with_file("x", "")
REAL = [
    Real("no-settings", ("plan",), lambda project: None),
    Real("setting-missing", ("plan",), with_file("x", "", "environments: {prod: {sandbox: s}}\n")),
    Real("which-environment", ("plan",), with_file("x", "", TWO)),
    Real("no-such-environment", ("plan", "--env", "production"), with_file("x", "", TWO)),
    Real("folder-unusable", ("--chdir", "nowhere", "plan")),
    Real("no-such-target", ("plan", "--target", "loyalty-god"), WANTED),
    Real("file-unreadable", ("apply", "plan.json"), WANTED),
    Real("plan-unreadable", ("apply", "report.json"), with_file("report.json", "{}")),
    Real("protected", ("apply", "--env", "prod"), with_file("x", "", TWO)),
    Real("approval-missing", ("apply",), WANTED),
    Real("no-open-intent", ("state", "resolve", "gold", "--abandon"), WANTED),
    Real("no-such-key", ("state", "show", "golden"), WANTED),
    Real("state-damaged", ("state", "list"), with_file("state/dev.json", "{")),
    Real(
        "state-of-another-version",
        ("state", "list"),
        with_file("state/dev.json", '{"format": "99.0"}'),
    ),
    Real("nothing-rescued", ("state", "recover", "job.log"), with_file("job.log", "hello\n")),
    Real("lock-of-a-file", ("state", "unlock", "x"), WANTED),
    Real("export-folder", ("export", "--to", "../elsewhere"), WANTED),
]


@pytest.mark.parametrize("real", REAL, ids=str)
def test_what_is_explained_is_what_happens(project: Project, real: Real) -> None:
    """The command ends with that code and exit code, and its first line is like the example's."""
    real.prepare(project)
    result = project.run(*real.words)
    one = catalogue()[real.code]
    first = next(line for line in result.err.splitlines() if line.startswith("error: "))
    assert (first.rpartition(" ")[2], result.code) == (f"[{real.code}]", one.exit_code)
    assert skeleton(first) == skeleton(one.example.splitlines()[0])


def skeleton(line: str) -> str:
    """The words of a message without the names, paths and numbers in it."""
    return " ".join(word for word in line.split() if word.strip("`':;,.").isalpha())
