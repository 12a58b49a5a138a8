"""Every format of every outcome: a whole document, the same counts, the same exit code."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import Project, Result

from aepctl.cli.formats import repository_prefix
from aepctl.emulator import Emulator, Fault, FaultKind
from aepctl.manifests import Manifests, read_manifests
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]
FORMATS = ["text", "json", "markdown", "html", "gitlab", "codequality", "junit"]
ON_STDOUT = ["text", "json", "markdown", "html"]


def whole(name: str, text: str) -> Any:
    """The document, proven to be one from its beginning to its end."""
    if name in {"json", "gitlab", "codequality"}:
        return json.loads(text)
    if name == "junit":
        return ET.fromstring(text)
    if name == "markdown":
        assert text.startswith("<!-- aepctl plan-id=")
    if name == "html":
        assert text.startswith("<!doctype html>")
        assert text.rstrip().endswith("</html>")
    assert text.endswith("\n")
    return text


def creates(project: Project, platform: Start) -> list[str]:
    project.settle_on(platform())
    project.want("gold", "silver")
    return ["apply", "--auto-approve"]


def nothing(project: Project, platform: Start) -> list[str]:
    project.settle_on(platform())
    project.want()
    return ["apply", "--auto-approve"]


def refused(project: Project, platform: Start) -> list[str]:
    project.settle_on(platform(Fault(kind=FaultKind.REFUSE, match="gold")))
    project.want("gold", "silver")
    return ["apply", "--auto-approve"]


def unknown(project: Project, platform: Start) -> list[str]:
    project.settle_on(platform(Fault(kind=FaultKind.DROP_AFTER, match="gold")))
    project.want("gold", "silver")
    return ["apply", "--auto-approve"]


def a_decision(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    project.apply()
    text = (project.root / "audiences/all.yaml").read_text()
    project.write("audiences/all.yaml", text.replace("gold: {", "aurum: {"))
    return ["apply", "--auto-approve"]


def not_approved(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    return ["apply"]


def no_credentials(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    project.setenv("AEP_ACCESS_TOKEN", "")
    return ["apply", "--auto-approve"]


def faulty_manifests(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    project.write("audiences/faulty.yaml", "audiences: {x: {nmae: y}}\n")
    return ["apply", "--auto-approve"]


def a_plan(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    return ["plan", "--detailed-exitcode"]


def a_plan_of_nothing(project: Project, platform: Start) -> list[str]:
    nothing(project, platform)
    return ["plan", "--detailed-exitcode"]


def a_plan_of_faulty_manifests(project: Project, platform: Start) -> list[str]:
    faulty_manifests(project, platform)
    return ["plan"]


def validation(project: Project, platform: Start) -> list[str]:
    creates(project, platform)
    return ["validate"]


def validation_of_faults(project: Project, platform: Start) -> list[str]:
    faulty_manifests(project, platform)
    return ["validate"]


OUTCOMES = {
    creates: 0, nothing: 0, refused: 1, unknown: 4, a_decision: 3, not_approved: 3,
    no_credentials: 1, faulty_manifests: 1, a_plan: 2, a_plan_of_nothing: 0,
    a_plan_of_faulty_manifests: 1, validation: 0, validation_of_faults: 1,
}  # fmt: skip


def run(project: Project, words: list[str], formats: list[str], **world: Any) -> Result:
    writes = [word for name in formats for word in ("--write", f"{name}:out.{name}")]
    return project.run(*words, *writes, **world)


@pytest.mark.parametrize("output", ON_STDOUT)
@pytest.mark.parametrize(
    ("outcome", "code"), OUTCOMES.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_every_format_is_a_whole_document_with_the_same_exit_code(
    project: Project,
    platform: Start,
    outcome: Callable[[Project, Start], list[str]],
    code: int,
    output: str,
) -> None:
    words = outcome(project, platform)
    result = run(project, [*words, "-o", output], FORMATS)
    assert result.code == code
    if output != "text":
        whole(output, result.out)
    for name in FORMATS:
        whole(name, (project.root / f"out.{name}").read_text())


def test_a_lock_and_a_bug_have_documents_too(project: Project, platform: Start) -> None:
    words = creates(project, platform)
    another = {"command": "another"}
    with FileStore(str(project.root / "state/prod.json")).hold(another, wait=0):
        assert run(project, words, FORMATS).code == 5
    for name in FORMATS:
        whole(name, (project.root / f"out.{name}").read_text())

    def stumble(*_: object) -> None:
        raise ZeroDivisionError

    assert run(project, ["plan", "-o", "markdown"], FORMATS, read_manifests=stumble).code == 70
    for name in FORMATS:
        whole(name, (project.root / f"out.{name}").read_text())


def test_all_formats_agree_on_the_counts(project: Project, platform: Start) -> None:
    project.settle_on(platform(Fault(kind=FaultKind.REFUSE, match="gold")))
    project.want("gold", "silver", "bronze")
    run(project, ["plan"], FORMATS)
    documents = {n: whole(n, (project.root / f"out.{n}").read_text()) for n in FORMATS}
    assert documents["json"]["summary"]["create"] == 3
    assert documents["gitlab"] == {"create": 3, "update": 0, "delete": 0}
    assert "3 to create" in documents["text"]
    assert "3 to create" in documents["markdown"]
    assert len(documents["junit"].findall(".//testcase")) == 3
    assert run(project, ["apply", "--auto-approve"], FORMATS).code == 1
    documents = {n: whole(n, (project.root / f"out.{n}").read_text()) for n in FORMATS}
    assert documents["json"]["summary"]["refused"] == 1
    assert "1 refused, 2 created" in documents["text"]
    assert len(documents["junit"].findall(".//failure")) == 1


def test_a_plan_is_named_in_its_markdown_as_in_its_file(project: Project, platform: Start) -> None:
    creates(project, platform)
    result = project.run("plan", "-o", "markdown", "--out", "plan.json", "--write", "html:all.html")
    plan_id = json.loads((project.root / "plan.json").read_text())["plan"]
    assert result.out.startswith(f"<!-- aepctl plan-id={plan_id} environment=prod -->\n")
    assert plan_id in (project.root / "all.html").read_text()


def test_markdown_keeps_to_its_budget_and_says_where_the_rest_is(
    project: Project, platform: Start
) -> None:
    project.settle_on(platform())
    project.want(*(f"key-{number}" for number in range(300)))
    result = project.run(
        "plan", "-o", "markdown", "--max-bytes", "2000", "--write", "html:all.html"
    )
    assert len(result.out.encode()) <= 2000
    assert "all.html" in result.out


class TestGitHub:
    @pytest.fixture
    def step(self, project: Project) -> Project:
        project.setenv("GITHUB_STEP_SUMMARY", str(project.root / "summary.md"))
        project.setenv("GITHUB_OUTPUT", str(project.root / "outputs"))
        project.setenv("GITHUB_WORKSPACE", str(project.root.parent))
        return project

    @staticmethod
    def outputs(project: Project) -> dict[str, str]:
        lines = iter((project.root / "outputs").read_text().splitlines())
        found = {}
        for line in lines:
            name, delimiter = line.split("<<")
            found[name] = next(lines)
            assert next(lines) == delimiter
        return found

    def test_a_plan_gives_a_summary_and_outputs(self, step: Project, platform: Start) -> None:
        creates(step, platform)
        assert step.run("plan", "--github", "--out", "plan.json").code == 0
        outputs = self.outputs(step)
        plan_id = json.loads((step.root / "plan.json").read_text())["plan"]
        assert (outputs["changes"], outputs["to_create"]) == ("true", "2")
        assert (outputs["plan_id"], outputs["exit_code"]) == (plan_id, "0")
        assert "2 to create" in (step.root / "summary.md").read_text()

    def test_problems_are_annotated_where_they_stand_in_the_repository(
        self, step: Project, platform: Start
    ) -> None:
        faulty_manifests(step, platform)
        result = step.run("validate", "--write", "github:")
        assert result.code == 1
        assert f"::error file={step.root.name}/audiences/faulty.yaml,line=1" in result.err
        assert self.outputs(step)["exit_code"] == "1"

    @pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
    @pytest.mark.parametrize("absolute", [False, True])
    def test_reports_name_files_from_the_repository(
        self, step: Project, platform: Start, variable: str, absolute: bool
    ) -> None:
        """However the folder of manifests is written: nothing else is shown at its line."""
        faulty_manifests(step, platform)
        step.setenv("GITHUB_WORKSPACE", "")
        step.setenv(variable, str(step.root.parent))
        text = (step.root / "aepctl.yaml").read_text()
        folder = step.root / "audiences" if absolute else "./audiences/"
        step.write("aepctl.yaml", f"manifests: {folder}\n{text}")
        result = step.run("validate", "--github", "--write", "codequality:quality.json")
        file = f"{step.root.name}/audiences/faulty.yaml"
        assert f"::error file={file},line=1" in result.err
        (issue,) = {
            one["location"]["path"] for one in json.loads((step.root / "quality.json").read_text())
        }
        assert issue == file

    def test_a_folder_that_leads_nowhere_or_is_gone_keeps_no_report_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is looked at when all is done."""
        (tmp_path / "loop").symlink_to("loop")
        (gone := tmp_path / "gone").mkdir()
        monkeypatch.chdir(gone)
        monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "loop"))
        assert repository_prefix() == ""
        gone.rmdir()
        assert repository_prefix() == ""

    def test_an_apply_gives_its_outcomes(self, step: Project, platform: Start) -> None:
        words = refused(step, platform)
        result = step.run(*words, "--github", "-o", "json")
        assert result.code == 1
        assert self.outputs(step)["refused"] == "1"
        assert "::error" in result.err
        assert result.json["summary"]["refused"] == 1

    def test_elsewhere_it_says_that_there_is_no_place_for_it(
        self, project: Project, platform: Start
    ) -> None:
        project.setenv("GITHUB_OUTPUT", "")
        project.setenv("GITHUB_STEP_SUMMARY", "")
        creates(project, platform)
        result = project.run("plan", "--github")
        assert result.code == 0
        assert "GITHUB_OUTPUT is not set" in result.err


class TestWriting:
    @pytest.mark.parametrize("word", ["json", "json:", "xml:x", "github:x", ":x"])
    def test_words_that_mean_nothing_are_usage_errors(
        self, project: Project, platform: Start, word: str
    ) -> None:
        creates(project, platform)
        result = project.run("plan", "--write", word)
        assert result.code == 64
        assert "--write" in result.err

    def test_a_file_that_cannot_be_written_is_found_out_before_anything_is_sent(
        self, project: Project, platform: Start
    ) -> None:
        words = creates(project, platform)
        result = project.run(
            *words, "-o", "json", "--write", "json:no/where", "--write", "junit:out.xml"
        )
        assert result.code == 1
        assert "--write json:no/where cannot be written: No such file or directory" in result.err
        assert result.json["error"]["exitCode"] == 1
        assert not (project.root / "state").exists()
        whole("junit", (project.root / "out.xml").read_text())

    def test_one_that_cannot_be_written_any_more_fails_the_run_but_not_the_work(
        self, project: Project, platform: Start
    ) -> None:
        words = creates(project, platform)
        (project.root / "out").mkdir()

        def without_folder(folder: str) -> Manifests:
            (project.root / "out").rmdir()
            return read_manifests(folder)

        result = project.run(
            *words,
            *("--write", "json:out/a.json", "--write", "junit:out.xml"),
            read_manifests=without_folder,
        )
        assert result.code == 1
        assert "--write json:out/a.json cannot be written: No such file" in result.err
        assert len(project.ids()) == 2
        whole("junit", (project.root / "out.xml").read_text())


class TestWhatAnErrorIsAbout:
    """The document of an error names the environment as far as it is known."""

    def test_once_it_is_resolved_with_its_target(self, project: Project, platform: Start) -> None:
        words = [*no_credentials(project, platform), "-o", "json"]
        document = project.run(*words).json
        assert (document["environment"], document["target"]["sandbox"]) == ("prod", "prod")

    def test_before_that_as_it_was_asked_for(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {prod: {sandbox: s}}\n")
        document = project.run("plan", "-o", "json", "--env", "prod").json
        assert (document["environment"], document["target"]) == ("prod", None)
        document = project.run("plan", "-o", "json").json
        assert (document["environment"], document["target"]) == (None, None)
