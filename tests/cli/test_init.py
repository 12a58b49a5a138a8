"""aepctl init: a project that runs as it is, and nothing of what is there already is touched."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from goldens import UPDATE
from pipeline_page import FILES
from projects import Project, tree

from aepctl.operations.starting import PIPELINES, template
from aepctl.render.schemas import schema_text

TEMPLATES = Path(__file__).resolve().parents[2] / "aepctl/operations/templates"
ALWAYS = {
    "aepctl.yaml", "audiences/sample.yaml", "schemas/manifest.json", "schemas/aepctl.json",
    ".gitignore", ".gitattributes",
}  # fmt: skip


def next_commands(out: str) -> list[list[str]]:
    """The commands that it says to run, without the program's name."""
    listed = re.search(r"^Next:\n((?:  .*\n)+)", out, re.MULTILINE)
    assert listed
    return [shlex.split(line)[1:] for line in listed[1].splitlines()]


def test_what_it_makes_is_valid_and_can_be_planned(project: Project) -> None:
    result = project.run("init")
    assert (result.code, result.err) == (0, "")
    assert set(tree(project.root)) == ALWAYS
    assert next_commands(result.out) == [["validate"], ["plan"], ["apply"]]
    validated = project.run("validate")
    assert (validated.code, validated.out) == (0, "1 audience, no problems.\n")
    planned = project.run("plan", "-o", "json").json
    assert (planned["environment"], planned["summary"]["create"]) == ("local", 1)
    assert set(tree(project.root)) == ALWAYS


@pytest.mark.rig
def test_it_runs_on_the_emulator_as_it_is_and_git_takes_nothing_of_that(project: Project) -> None:
    made = project.run("init", "my project").out
    *_, apply = next_commands(made)
    assert project.run(*apply, "--auto-approve").out.endswith("Apply for local: 1 created.\n")
    assert project.run(*apply).out.endswith("Nothing to do.\n")
    folder = project.root / "my project"
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=folder, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert set(listed) == {*ALWAYS, "state/.gitignore"}


@pytest.mark.parametrize("ci", PIPELINES)
def test_with_a_pipeline_the_real_environment_keeps_its_state_in_git(
    project: Project, ci: str
) -> None:
    result = project.run("init", "--ci", ci)
    assert result.code == 0
    assert set(tree(project.root)) == ALWAYS | {*PIPELINES[ci]}  # type: ignore[index]
    for file in PIPELINES[ci]:  # type: ignore[index]
        assert (project.root / file).read_text() == FILES[file]
    settings = yaml.safe_load((project.root / "aepctl.yaml").read_text())["environments"]
    on_the_page = yaml.safe_load(FILES["aepctl.yaml"])["environments"]["prod"]
    assert settings["prod"] == {**on_the_page, "protected": True}
    assert project.run("validate").code == 0
    assert project.run("plan").code == 0
    assert "`aepctl --env prod state init`" in result.out
    assert "a variable AEP_PROD_ORG" not in project.run("--env", "local", "plan").err


def test_without_one_it_is_an_example_that_says_the_same(project: Project) -> None:
    project.run("init")
    text = (project.root / "aepctl.yaml").read_text()
    assert list(yaml.safe_load(text)["environments"]) == ["local"]
    project.run("init", "other", "--ci", "github")
    uncommented = re.sub(r"^  # (.*)", r"  \1", text, flags=re.MULTILINE)
    assert uncommented == (project.root / "other/aepctl.yaml").read_text()


@pytest.mark.parametrize("ci", PIPELINES)
def test_the_pipelines_are_those_of_the_page(ci: str) -> None:
    """After a change of docs/pull-requests.md: `make goldens`."""
    for file, name in PIPELINES[ci].items():  # type: ignore[index]
        if UPDATE:
            (TEMPLATES / name).write_text(FILES[file])
        assert template(name) == FILES[file]


def test_editors_find_the_schema_that_the_first_line_names(project: Project) -> None:
    project.run("init")
    for file, name in (("aepctl.yaml", "config"), ("audiences/sample.yaml", "manifest")):
        first, *_ = (project.root / file).read_text().splitlines()
        path = first.removeprefix("# yaml-language-server: $schema=")
        assert ((project.root / file).parent / path).read_text() == schema_text(name)


class TestWhatIsThere:
    def test_is_left_as_it_is_and_named_with_what_it_lacks(self, project: Project) -> None:
        project.write(".gitignore", ".aepctl\n/state/local.*\n*.pyc\n")
        project.write("schemas/manifest.json", "mine\n")
        project.write("README.md", "mine\n")
        (project.root / ".gitattributes").symlink_to("nowhere")
        before = tree(project.root)
        result = project.run("init", "--ci", "gitlab")
        assert result.code == 0
        assert {**tree(project.root), **before} == tree(project.root)
        assert "Exists, left as it is:\n  schemas/manifest.json\n  .gitignore" in result.out
        assert "you may want to add: state/*.lock  state/.*.tmp  /plan.*\n" in result.out
        assert (project.root / ".gitattributes").is_symlink()
        assert not (project.root / "nowhere").exists()
        assert project.run("validate").code == 0

    def test_where_there_are_manifests_no_sample_is_made(self, project: Project) -> None:
        project.want("gold")
        result = project.run("init")
        assert "There are manifests in audiences/ already, so no sample was made.\n" in result.out
        assert not (project.root / "audiences/sample.yaml").exists()
        assert project.run("validate").code == 0

    @pytest.mark.parametrize("name", ["aepctl.yaml", "aepctl.yml", ".aepctl.yaml"])
    def test_a_project_stops_it(self, project: Project, name: str) -> None:
        project.write(f"here/{name}", "")
        before = tree(project.root)
        result = project.run("init", "here")
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith(f"error: here/{name} is there")
        assert "nothing was made" in result.err
        assert tree(project.root) == before
        if name == "aepctl.yaml":
            assert "`aepctl --chdir here validate` checks it" in result.err

    def test_what_is_in_the_way_is_told_all_at_once_and_nothing_is_made(
        self, project: Project
    ) -> None:
        elsewhere = project.root / "elsewhere"
        elsewhere.mkdir()
        project.write("new/audiences", "a file")
        (project.root / "new/schemas").symlink_to(elsewhere)
        (project.root / "new/.gitignore").mkdir()
        result = project.run("init", "new")
        assert (result.code, result.out) == (1, "")
        for said in (
            "nothing was made: 3 problems [init-folder]\n",
            "new/schemas is a symbolic link, where a folder is needed\n",
            "new/audiences is a file, where a folder is needed\n",
            "new/.gitignore is a folder, where a file is needed\n",
        ):
            assert said in result.err
        there = sorted(one.name for one in (project.root / "new").iterdir())
        assert there == [".gitignore", "audiences", "schemas"]
        assert [*elsewhere.iterdir()] == []

    @pytest.mark.parametrize(
        ("folder", "code", "said"),
        [
            ("file", 1, "file is a file, where a folder is needed"),
            ("file/below", 1, "file/below is out of reach (Not a directory)"),
            ("gone", 1, "gone is a symbolic link to nothing"),
            ("loop", 1, "loop is out of reach (Too many levels of symbolic links)"),
            ("a" * 300, 1, "is out of reach (File name too long)"),
            ("", 64, "the name of a folder is empty: is a variable not set?"),
            ("$HOME/x", 64, "`$HOME` is not replaced here"),
        ],
    )
    def test_a_folder_that_cannot_be_one_is_told(
        self, project: Project, folder: str, code: int, said: str
    ) -> None:
        project.write("file", "")
        (project.root / "gone").symlink_to("nowhere")
        (project.root / "loop").symlink_to("loop")
        result = project.run("init", folder)
        assert (result.code, result.out) == (code, "")
        assert said in result.err


class TestPlaces:
    def test_the_commands_to_run_next_lead_to_the_folder(self, project: Project) -> None:
        (project.root / "a b").mkdir()
        result = project.run("--chdir", "a b", "init", "new/deep")
        assert (project.root / "a b/new/deep/aepctl.yaml").is_file()
        for words in next_commands(result.out)[:2]:
            assert project.run(*words).code == 0

    def test_a_pipeline_that_the_host_would_not_read_is_refused(self, project: Project) -> None:
        (project.root / ".git").mkdir()
        result = project.run("init", "team", "--ci", "github")
        assert (result.code, list(tree(project.root))) == (1, [])
        assert "at the top of a repository alone" in result.err
        assert project.run("init", "team").code == 0
        assert project.run("init", "--ci", "github").code == 0

    def test_what_was_cut_short_can_be_run_again(self, project: Project) -> None:
        project.run("init")
        (project.root / "aepctl.yaml").unlink()
        result = project.run("init")
        assert result.code == 0
        assert result.out.startswith("Made:\n  aepctl.yaml ")

    def test_a_current_folder_that_is_gone_is_told(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project.root / "gone").mkdir()
        monkeypatch.chdir(project.root / "gone")
        (project.root / "gone").rmdir()
        result = project.run("init")
        assert (result.code, result.out) == (1, "")
        assert "the current folder cannot be used" in result.err

    def test_a_disk_that_takes_nothing_is_told(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write("audiences/.keep", "")
        (project.root / "audiences").chmod(0o500)
        if os.access(project.root / "audiences", os.W_OK):
            pytest.skip("nothing is read-only for this user")
        result = project.run("init")
        assert (result.code, result.out) == (1, "")
        assert "cannot be written: Permission denied; made before it: schemas/" in result.err
