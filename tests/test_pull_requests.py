"""The action, and docs/pull-requests.md and promotion.md: what they run is what aepctl has."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from pipeline_page import (
    ACTION,
    FILES,
    PAGE,
    PIPELINES,
    ROOT,
    action_environment,
    bash,
    scripts,
    step,
    steps,
)
from projects import Project
from review_samples import PLAN, REPORT, TARGET

from aepctl.cli.main import cli
from aepctl.plan.drift import Drift
from aepctl.project.everywhere import Part
from aepctl.render.drifted import Where, view_of_drift
from aepctl.render.everywhere import Everywhere, view_of_everywhere
from aepctl.render.formats import of_plan
from aepctl.render.github import outputs
from aepctl.render.report import view_of_report
from aepctl.render.view import View, view_of_plan

EVERYWHERE = Everywhere(
    "plan", (Part("prod", "aepctl", of_plan(PLAN)),), ("prod",), ("plan",), "changes"
)
SCRIPTS = [*scripts(ACTION), *scripts(PIPELINES), *re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)]


def commands() -> Iterator[str]:
    """Every `aepctl …` that a script of the page runs, or that its text names."""
    for script in SCRIPTS:
        for line in script.replace("\\\n", " ").splitlines():
            found = re.match(r"\s*(?:exec )?(aepctl .*)", line)
            if found:
                yield found[1]
    yield from re.findall(r"`(aepctl [^`]+)`", PAGE)


def options(command: click.Command) -> set[str]:
    return {name for one in command.params for name in one.opts}


def unknown(words: list[str]) -> list[str]:
    """The options among the words of a command line that aepctl does not have there."""
    wrong, command = [], cli
    for word in words:
        if word == "--":
            break
        if word.startswith("-"):
            name = word.partition("=")[0]
            wrong += [] if name in options(command) else [f"{command.name} {name}"]
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]  # type: ignore[assignment]
    return wrong


class TestWhatIsRun:
    def test_the_page_has_all_its_files(self) -> None:
        assert set(FILES) == {
            ".github/workflows/plan.yml",
            ".github/workflows/apply.yml",
            ".github/workflows/queue.yml",
            ".github/workflows/drift.yml",
            ".github/workflows/plan-all.yml",
            ".github/workflows/promote.yml",
            ".gitlab-ci.yml",
            "promote/.gitlab-ci.yml",
            "promote/aepctl.yaml",
            ".pre-commit-config.yaml",
            "aepctl.yaml",
            "audiences/loyalty.yaml",
        }
        assert all(PIPELINES)
        assert len(SCRIPTS) > 10

    @pytest.mark.parametrize("number", range(len(SCRIPTS)))
    def test_every_script_is_bash_and_takes_nothing_from_outside_as_code(self, number: int) -> None:
        script = SCRIPTS[number]
        assert "${{" not in script
        done = subprocess.run(
            ["bash", "-n"], input=script, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")

    def test_every_command_and_option_exists(self) -> None:
        found = list(commands())
        assert len(found) > 5
        assert [(line, unknown(shlex.split(line)[1:])) for line in found if "…" not in line] == [
            (line, []) for line in found if "…" not in line
        ]

    def test_every_input_and_output_of_the_action_is_real_and_on_the_page(self) -> None:
        used = [one for one in steps() if one.get("uses", "").startswith("your-org/aepctl@")]
        assert {one["with"]["command"] for one in used} == {"plan", "apply", "drift"}
        assert {name for one in used for name in one["with"]} <= set(ACTION["inputs"])
        for name in [*ACTION["inputs"], *ACTION["outputs"]]:
            assert f"`{name}`" in PAGE
        for name, output in ACTION["outputs"].items():
            assert output["value"] == f"${{{{ steps.aepctl.outputs.{name} }}}}"

    @pytest.mark.parametrize(
        ("kind", "view"),
        [
            ("plan", view_of_plan(PLAN)),
            ("apply", view_of_report(REPORT)),
            ("drift", view_of_drift(Drift(), Where("prod", TARGET, "aepctl"))),
            ("plan, all-environments", view_of_everywhere(EVERYWHERE)),
        ],
    )
    def test_the_action_passes_on_every_output_that_aepctl_writes(
        self, kind: str, view: View
    ) -> None:
        """An output whose description names commands is theirs; the others are every one's."""
        declared = set()
        for name, output in ACTION["outputs"].items():
            commands, colon, _ = output["description"].partition(": ")
            if not colon or {*commands.split(", ")} & {*kind.split(", ")}:
                declared.add(name)
        assert declared == set(outputs(view, 0))


class TestTheAction:
    """Its scripts, run as GitHub runs them, with an aepctl that only tells how it was called."""

    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        program = tmp_path / "temp/aepctl/bin/aepctl"
        program.parent.mkdir(parents=True)
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, os, sys\n"
            "json.dump([os.getpid(), *sys.argv[1:]], open('called.json', 'w'))\n"
            "sys.exit(int(os.environ.get('EXIT', '0')))\n"
        )
        program.chmod(0o755)
        return tmp_path

    def run(self, work: Path, number: int, **inputs: str) -> subprocess.CompletedProcess[str]:
        environment = action_environment(number, work / "temp", **inputs)
        more = {"GITHUB_PATH": str(work / "path"), "EXIT": inputs.pop("exit_code", "0")}
        return bash(ACTION["runs"]["steps"][number]["run"], work, **environment, **more)

    def called(self, work: Path, **inputs: str) -> list[str]:
        assert self.run(work, 1, **inputs).returncode == 0
        return list(json.loads((work / "called.json").read_text())[1:])

    def test_validates(self, work: Path) -> None:
        assert self.called(work, command="validate") == ["validate", "--write", "github:"]

    def test_plans(self, work: Path) -> None:
        inputs = {"environment": "prod", "plan_file": "plan.json", "markdown_file": "plan.md"}
        assert self.called(work, command="plan", args="--target\nloyalty *\n", **inputs) == [
            "--env", "prod", "plan", "--write", "github:", "--write", "markdown:plan.md",
            "--out", "plan.json", "--target", "loyalty *",
        ]  # fmt: skip

    def test_lines_that_end_as_on_windows_are_the_same(self, work: Path) -> None:
        inputs = {"environment": "prod\r", "plan_file": "plan.json\r", "markdown_file": "plan.md\r"}
        args = "--target\r\nloyalty *\r\n\r\n--detailed-exitcode\r"
        assert self.called(work, command="plan\r", args=args, **inputs) == [
            "--env", "prod", "plan", "--write", "github:", "--write", "markdown:plan.md",
            "--out", "plan.json", "--target", "loyalty *", "--detailed-exitcode",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "args", ["--target gold --detailed-exitcode", "-o json", "--target\tgold", "a\n--target b"]
    )
    def test_several_arguments_in_a_line_are_told(self, work: Path, args: str) -> None:
        result = self.run(work, 1, command="plan", args=args)
        assert result.returncode == 64
        assert "::error title=aepctl::args: write one argument to a line" in result.stdout
        assert not (work / "called.json").exists()

    def test_a_value_may_have_blanks(self, work: Path) -> None:
        words = self.called(work, command="plan", args="--out=my plan.json\nhtml:a b.html\n")
        assert words[-2:] == ["--out=my plan.json", "html:a b.html"]

    def test_all_environments_at_once(self, work: Path) -> None:
        inputs = {"all_environments": "true", "plan_file": "plans"}
        words = self.called(work, command="plan", **inputs)
        assert words == ["plan", "--all-environments", "--write", "github:", "--out", "plans"]
        words = self.called(work, command="drift", all_environments="true\r", args="--unmanaged")
        assert words == ["drift", "--all-environments", "--write", "github:", "--unmanaged"]

    @pytest.mark.parametrize("words", [("apply", "true"), ("plan", "yes"), ("validate", "true")])
    def test_all_environments_is_a_word_of_plan_and_drift(
        self, work: Path, words: tuple[str, str]
    ) -> None:
        result = self.run(work, 1, command=words[0], all_environments=words[1])
        assert result.returncode == 64
        assert "::error title=aepctl::all-environments" in result.stdout

    def test_applies_a_saved_plan(self, work: Path) -> None:
        assert self.called(work, command="apply", plan_file="-plan.json") == [
            "apply", "--write", "github:", "--", "-plan.json",
        ]  # fmt: skip

    def test_uses_only_options_that_exist(self, work: Path) -> None:
        for command in ("validate", "plan", "apply", "drift"):
            words = self.called(
                work, command=command, environment="x", plan_file="p", markdown_file="m"
            )
            assert unknown(words) == []

    @pytest.mark.parametrize("name", ["environment", "plan_file", "markdown_file", "args"])
    def test_runs_nothing_that_an_input_says(self, work: Path, name: str) -> None:
        hostile = "$(touch pwned)`touch pwned`; touch pwned #\"' * ${HOME}"
        words = self.called(work, command="plan", **{name: hostile})
        assert any(hostile in word for word in words)
        assert not (work / "pwned").exists()

    @pytest.mark.parametrize("command", ["", "state", "plan; touch pwned", "--help"])
    def test_refuses_other_commands(self, work: Path, command: str) -> None:
        result = self.run(work, 1, command=command)
        assert result.returncode == 64
        assert "::error" in result.stdout
        assert not (work / "called.json").exists()

    def test_passes_on_the_exit_code(self, work: Path) -> None:
        assert self.run(work, 1, command="apply", exit_code="4").returncode == 4

    def test_aepctl_takes_the_place_of_the_shell_so_that_signals_reach_it(self, work: Path) -> None:
        assert "\nexec " in ACTION["runs"]["steps"][1]["run"]

    def test_installs_once_a_job(self, work: Path) -> None:
        (work / "temp/aepctl/installed").write_text(str(ROOT))
        assert self.run(work, 0, python="no-such-python").returncode == 0
        assert self.run(work, 0, python="no-such-python").returncode == 0
        assert self.run(work, 0, python="no-such-python", version="other").returncode == 1

    def test_later_steps_find_aepctl_and_nothing_else_of_its_environment(self, work: Path) -> None:
        (work / "temp/aepctl/installed").write_text(str(ROOT))
        assert self.run(work, 0).returncode == 0
        (folder,) = map(Path, (work / "path").read_text().split())
        assert [one.name for one in folder.iterdir()] == ["aepctl"]
        later = bash("aepctl state history", work, PATH=f"{folder}:{os.environ['PATH']}")
        assert later.returncode == 0, later.stderr

    def test_says_when_python_is_too_old(self, work: Path) -> None:
        (work / "python").write_text("#!/bin/sh\nexit 1\n")
        (work / "python").chmod(0o755)
        result = self.run(work, 0, python=str(work / "python"))
        assert result.returncode == 1
        assert "::error title=aepctl::Python 3.11 or newer is needed" in result.stdout

    @pytest.mark.rig
    @pytest.mark.timeout(600)
    def test_installs_the_aepctl_that_it_came_with(self, work: Path) -> None:
        result = self.run(work, 0, python=sys.executable)
        assert result.returncode == 0, result.stdout + result.stderr
        done = subprocess.run(
            [work / "temp/aepctl/bin/aepctl", "--version"],
            cwd=work, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout.startswith("aepctl ")


class TestTheComment:
    @pytest.fixture
    def work(self, tmp_path: Path) -> Path:
        """A folder with a `gh` that tells how it was called; it finds $OURS."""
        program = tmp_path / "bin/gh"
        program.parent.mkdir()
        program.write_text(
            '#!/bin/sh\necho "$*" >> calls\ncase "$*" in *--jq*) printf "%s" "$OURS" ;; esac\n'
        )
        program.chmod(0o755)
        return tmp_path

    @pytest.fixture(params=["plan", "plan-all"])
    def workflow(self, request: pytest.FixtureRequest) -> str:
        return f".github/workflows/{request.param}.yml"

    def calls(self, work: Path, workflow: str, **environment: str) -> list[str]:
        script = step("Comment", workflow)["run"]
        path = f"{work / 'bin'}:{os.environ['PATH']}"
        known = {"PATH": path, "GITHUB_REPOSITORY": "o/r", "PULL": "7", "CHANGES": "true"}
        done = bash(script, work, **(known | environment))
        assert done.returncode == 0, done.stderr
        calls = (work / "calls").read_text() if (work / "calls").exists() else ""
        return [line for line in calls.splitlines() if line.startswith("api --silent")]

    @pytest.fixture
    def plan(self, work: Path) -> None:
        (work / "plan.md").write_text("<!-- aepctl plan-id=x environment=prod -->\n")

    def test_is_made_once(self, work: Path, workflow: str, plan: None) -> None:
        made = "api --silent --method POST repos/o/r/issues/7/comments --field body=@plan.md"
        assert self.calls(work, workflow, OURS="") == [made]

    def test_is_updated_afterwards(self, work: Path, workflow: str, plan: None) -> None:
        made = "api --silent --method PATCH repos/o/r/issues/comments/41 --field body=@plan.md"
        assert self.calls(work, workflow, OURS="41\n42\n") == [made]
        (work / "calls").unlink()
        assert self.calls(work, workflow, OURS="41\n", CHANGES="false") == [made]

    def test_is_found_by_its_first_line_alone(self, work: Path) -> None:
        """One environment's and that of all stand beside each other; an error may have none."""
        for name, own, other in (("plan", "prod", "*"), ("plan-all", "*", "prod")):
            script = step("Comment", f".github/workflows/{name}.yml")["run"]
            (pattern,) = re.findall(r'test\("(.*?)"\)', script)
            head = "<!-- aepctl plan-id={} environment={} -->\n"
            assert re.search(pattern, head.format("-", own))
            assert re.search(pattern, head.format("-", "-"))
            assert not re.search(pattern, head.format("-", other))

    def test_is_left_out_where_there_is_nothing_to_say(
        self, work: Path, workflow: str, plan: None
    ) -> None:
        assert self.calls(work, workflow, OURS="", CHANGES="false") == []
        (work / "plan.md").unlink()
        assert self.calls(work, workflow, OURS="41") == []


def test_the_table_on_the_page_is_what_a_plan_of_all_environments_prints(
    project: Project,
) -> None:
    project.write(
        "aepctl.yaml",
        "environments:\n"
        "  dev: {endpoint: emulator, sandbox: dev}\n"
        "  prod: {endpoint: emulator, sandbox: prod, on_removal: delete}\n",
    )
    others = [f"other-{number}" for number in range(10)]
    project.want("loyalty-gold", "loyalty-silver", *others)
    project.know("dev", "loyalty-gold", "loyalty-silver", "loyalty-old", *others)
    project.know("prod", "loyalty-gold", "loyalty-old", *others)
    state = project.root / "state/prod.json"
    state.write_text(state.read_text().replace("Name loyalty-gold", "Gold"))
    (shown,) = re.findall(r"in its order:\n\n```text\n(.*?)```", PAGE, re.DOTALL)
    assert project.run("plan", "--all-environments").out.startswith(shown)


class TestTheCommentOnGitLab:
    @pytest.mark.parametrize(
        ("notes", "said"),
        [
            (
                [],
                "--request POST --form body=<plan.md https://gl/projects/4/merge_requests/7/notes",
            ),
            (
                [(1, "Hello"), (41, "<!-- aepctl plan-id=- environment=* -->\n"), (42, "")],
                "--request PUT --form body=<plan.md https://gl/projects/4/merge_requests/7/notes/41",
            ),
        ],
    )
    def test_is_made_once_and_updated_afterwards(
        self, tmp_path: Path, notes: list[tuple[int, str]], said: str
    ) -> None:
        listed = json.dumps([{"id": number, "body": body} for number, body in notes])
        program = tmp_path / "bin/curl"
        program.parent.mkdir()
        program.write_text(
            '#!/bin/sh\necho "$*" >> calls\n'
            f"case \"$*\" in *per_page*) printf '%s' '{listed}' ;; esac\n"
        )
        program.chmod(0o755)
        (tmp_path / "plan.md").write_text("<!-- aepctl plan-id=- environment=* -->\n")
        (script,) = yaml.safe_load(FILES["promote/.gitlab-ci.yml"])["comment"]["script"]
        done = bash(
            script, tmp_path, PATH=f"{program.parent}:{os.environ['PATH']}",
            CI_API_V4_URL="https://gl", CI_PROJECT_ID="4", CI_MERGE_REQUEST_IID="7",
            AEPCTL_COMMENT_TOKEN="test-token",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert said in (tmp_path / "calls").read_text()
