"""aepctl fmt: which files, what is written, what is said, how it ends."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from projects import Project, Result

from aepctl.operations import fmt as operation
from aepctl.render.schemas import schema
from aepctl.state.stores.disk import Disk

SETTINGS = "environments:\n    local: {endpoint: emulator, sandbox: dev}\n"
ROUGH = "audiences:\n    gold: {'name': Gold, namespace: agora, originName: Tests}\n"
FINE = "audiences:\n  gold: {name: Gold, namespace: agora, originName: Tests}\n"
BROKEN = "audiences: {gold: {nmae: Gold}}\n"


@pytest.fixture
def rough(project: Project) -> Project:
    project.write("aepctl.yaml", SETTINGS)
    project.write("audiences/fine.yaml", FINE.replace("old", "reen"))
    project.write("audiences/rough.yaml", ROUGH)
    return project


def texts(project: Project, *files: str) -> list[str]:
    return [(project.root / file).read_text() for file in files]


def valid(result: Result) -> Any:
    """The document, which is as its schema says."""
    jsonschema.Draft202012Validator(schema("fmt")).validate(result.json)
    return result.json


def test_all_of_the_project_is_formatted(rough: Project) -> None:
    result = rough.run("fmt")
    assert result.out == (
        "formatted aepctl.yaml\nformatted audiences/rough.yaml\n"
        "2 files formatted, 1 left as it is.\n"
    )
    assert (result.code, result.err) == (0, "")
    assert texts(rough, "audiences/rough.yaml") == [FINE]
    assert rough.run("fmt").out == "0 files formatted, 3 left as they are.\n"


def test_check_names_what_is_not_formatted_and_writes_nothing(rough: Project) -> None:
    result = rough.run("fmt", "--check", "audiences")
    assert result.out == "not formatted audiences/rough.yaml\n1 file not formatted, 1 formatted.\n"
    assert (result.code, result.err) == (1, "Next: `aepctl fmt audiences`\n")
    assert texts(rough, "audiences/rough.yaml") == [ROUGH]
    assert rough.run("fmt", "audiences/rough.yaml").code == 0
    assert rough.run("fmt", "--check", "audiences").code == 0


def test_diff_is_alone_on_standard_output_and_can_be_applied(rough: Project) -> None:
    rough.write("audiences/rough.yaml", ROUGH[:-1])
    rough.write("audiences/two words.yaml", "moved: [ ]\n")
    rough.write('audiences/"tab\t".yaml', "moved: [ ]\n")
    result = rough.run("fmt", "--diff")
    assert result.code == 0
    assert result.err.startswith("4 files not formatted, 1 formatted.\n")
    assert texts(rough, "audiences/rough.yaml") == [ROUGH[:-1]]
    assert "\\ No newline at end of file" in result.out
    subprocess.run(["git", "apply"], input=result.out, text=True, check=True, cwd=rough.root)
    assert texts(rough, "audiences/rough.yaml") == [FINE]
    assert rough.run("fmt", "--check", "--diff").code == 0


def test_what_has_problems_is_told_and_left_and_the_others_are_formatted(rough: Project) -> None:
    rough.write("audiences/broken.yaml", BROKEN)
    rough.write("notes.txt", "x")
    rough.write("aepctl.yaml", f"unknown: 1\n{SETTINGS}")
    result = rough.run("fmt", "audiences", "aepctl.yaml", "notes.txt", "none.yaml", "/etc/x.yaml")
    assert result.code == 1
    assert result.out.endswith("1 file formatted, 1 left as it is, 5 with problems.\n")
    for said in (
        "audiences/broken.yaml:1:20: unknown field `nmae`",
        "aepctl.yaml:1:1: unknown field `unknown`",
        "notes.txt: is not a manifest",
        "none.yaml: cannot be read: No such file or directory",
        "/etc/x.yaml: leads out of the folder of aepctl.yaml",
    ):
        assert said in result.err
    assert texts(rough, "audiences/broken.yaml", "audiences/rough.yaml") == [BROKEN, FINE]


def test_links_and_modes_stay(rough: Project) -> None:
    (rough.root / "audiences/.kept").mkdir()
    there = rough.write("audiences/.kept/linked.yaml", ROUGH.replace("old", "ray"))
    there.chmod(0o640)
    link = rough.root / "audiences/linked.yaml"
    link.symlink_to(".kept/linked.yaml")
    result = rough.run("fmt", "audiences", "audiences/.kept/linked.yaml")
    assert result.out.count("linked.yaml") == 1  # one file, by whatever name
    assert link.is_symlink()
    assert there.read_text() == FINE.replace("old", "ray")
    assert there.stat().st_mode & 0o777 == 0o640


def test_what_is_read_only_is_left(rough: Project) -> None:
    (rough.root / "audiences/rough.yaml").chmod(0o444)
    result = rough.run("fmt")
    assert result.code == 1
    assert "audiences/rough.yaml: is read-only, and left as it is" in result.err
    assert "`chmod u+w audiences/rough.yaml`" in result.err
    assert texts(rough, "audiences/rough.yaml") == [ROUGH]
    assert rough.run("fmt", "--check").code == 1


@pytest.mark.parametrize("now", [None, FINE.replace("Gold", "Silver")], ids=["gone", "changed"])
def test_what_somebody_changes_meanwhile_is_left(
    rough: Project, monkeypatch: pytest.MonkeyPatch, now: str | None
) -> None:
    file = rough.root / "audiences/rough.yaml"
    usual = operation.formatted

    def formatted(name: str, raw: bytes, *, settings: bool) -> object:
        if name.endswith("rough.yaml"):
            file.write_text(now) if now else file.unlink()
        return usual(name, raw, settings=settings)

    monkeypatch.setattr(operation, "formatted", formatted)
    result = rough.run("fmt")
    assert result.code == 1
    assert result.out.startswith("formatted aepctl.yaml\n1 file formatted, 1 left")
    said = "was changed by somebody else" if now else "cannot be written: No such file"
    assert f"audiences/rough.yaml: {said}" in result.err
    assert (file.read_text() if file.exists() else None) == now


def test_a_full_disk_leaves_the_file_whole(rough: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Disk, "write", full)
    result = rough.run("fmt")
    assert result.code == 1
    assert "audiences/rough.yaml: cannot be written: No space left on device" in result.err
    assert texts(rough, "audiences/rough.yaml") == [ROUGH]
    assert {one.name for one in (rough.root / "audiences").iterdir()} == {"fine.yaml", "rough.yaml"}


def test_a_bug_leaves_its_file_and_ends_with_70(
    rough: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from aepctl.manifests import formatted as module

    monkeypatch.setattr(module, "_said", lambda tree: [str(id(tree))])
    rough.write("audiences/broken.yaml", BROKEN)
    result = rough.run("fmt")
    assert result.code == 70
    assert "error: aepctl.yaml: what would be written does not hold the same" in result.err
    assert "error: audiences/rough.yaml: what would be written does not hold" in result.err
    assert "unknown field `nmae`" in result.err
    assert "this is a bug in aepctl" in result.err
    assert texts(rough, "audiences/rough.yaml", "aepctl.yaml") == [ROUGH, SETTINGS]


def test_what_init_makes_is_formatted(project: Project) -> None:
    assert project.run("init", "--ci", "github").code == 0
    assert project.run("fmt", "--check").out == "0 files not formatted, 2 formatted.\n"


def test_a_project_without_manifests_says_so(project: Project) -> None:
    result = project.run("fmt")
    assert result.code == 1
    assert "audiences: there is no such folder" in result.err


def test_standard_input_is_not_formatted_with_files(project: Project) -> None:
    assert project.run("fmt", "-", "a.yaml").code == 64


@pytest.mark.parametrize(
    ("words", "text", "code", "out", "err"),
    [
        ((), FINE, 0, FINE, ""),
        (("--check",), ROUGH, 1, "not formatted standard input\n1 file not formatted, 0", ""),
        (("--diff",), ROUGH, 0, "--- a/standard input\t\n", ""),
        ((), BROKEN, 1, "", "standard input:1:20: unknown field `nmae`"),
    ],
)
def test_standard_input(
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    text: str,
    code: int,
    out: str,
    err: str,
) -> None:
    monkeypatch.setattr("aepctl.files.read_stream", lambda _, most: text.encode())
    result = project.run("fmt", *words, "-")
    assert result.code == code
    assert result.out.startswith(out)
    assert err in result.err


@pytest.mark.rig
def test_an_editor_pipes_what_it_shows(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aepctl", "fmt", "-"]
    result = subprocess.run(
        command, input=ROUGH, capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert (result.stdout, result.stderr) == (FINE, "")


class TestAsJson:
    def test_check_names_what_is_not_formatted_for_programs(self, rough: Project) -> None:
        result = rough.run("fmt", "--check", "-o", "json", "audiences")
        assert valid(result)["files"] == [
            {"file": "audiences/rough.yaml", "status": "not-formatted"}
        ]
        assert (result.code, result.err, result.json["error"]) == (1, "", None)
        assert result.json["summary"] == {"changed": 1, "same": 1, "broken": 0}
        assert texts(rough, "audiences/rough.yaml") == [ROUGH]

    def test_what_cannot_be_read_stands_beside_it(self, rough: Project) -> None:
        rough.write("audiences/broken.yaml", BROKEN)
        result = rough.run("fmt", "--check", "-o", "json", "audiences", "nowhere.yaml")
        told = valid(result)
        assert [one["file"] for one in told["files"]] == ["audiences/rough.yaml"]
        rules = {one["file"]: one["rule"] for one in told["problems"]}
        assert rules["nowhere.yaml"] == "file-unreadable"
        assert told["summary"] == {"changed": 1, "same": 1, "broken": len(rules)}
        assert (result.code, told["error"]["code"]) == (1, "invalid-input")
        assert "nowhere.yaml: cannot be read" in result.err

    def test_what_was_formatted_is_named_likewise(self, rough: Project) -> None:
        result = rough.run("fmt", "-o", "json", "audiences")
        assert valid(result)["files"] == [{"file": "audiences/rough.yaml", "status": "formatted"}]
        assert result.code == 0
        assert texts(rough, "audiences/rough.yaml") == [FINE]

    def test_settings_that_do_not_say_which_files_there_are(self, rough: Project) -> None:
        rough.write("aepctl.yaml", "{")
        told = valid(rough.run("fmt", "--check", "-o", "json"))
        assert (told["files"], told["summary"], told["error"]["exitCode"]) == ([], None, 1)

    @pytest.mark.parametrize("words", [("--diff",), ("-",)])
    def test_standard_output_has_the_document_or_the_text(
        self, rough: Project, words: tuple[str, ...]
    ) -> None:
        result = rough.run("fmt", "-o", "json", *words)
        assert (result.code, valid(result)["error"]["code"]) == (64, "usage")
