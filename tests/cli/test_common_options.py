"""`--env` and `--chdir`, before a command and after it; and what messages suggest to run."""

from collections.abc import Callable

import pytest
from projects import ORG, Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind

Start = Callable[..., Emulator]

TWO = f"""\
default_environment: dev
environments:
  dev: {{org: {ORG}, sandbox: dev}}
  prod: {{org: {ORG}, sandbox: prod}}
"""


@pytest.fixture
def two(project: Project) -> Project:
    project.write("aepctl.yaml", TWO)
    project.want("gold")
    return project


@pytest.mark.parametrize(
    "words",
    [
        ("--env", "prod", "plan"),
        ("plan", "--env", "prod"),
        ("plan", "--env=prod"),
        ("--env", "dev", "plan", "--env", "prod"),
        ("--chdir", ".", "plan", "--env", "prod"),
    ],
    ids=" ".join,
)
def test_the_environment_may_be_named_on_either_side(two: Project, words: tuple[str, ...]) -> None:
    assert "Plan for prod " in two.run(*words).out


@pytest.mark.parametrize(
    "words", [("state", "--env", "prod", "intents"), ("state", "intents", "--env", "prod")]
)
def test_commands_of_a_group_take_it_in_the_middle_and_at_the_end(
    two: Project, words: tuple[str, ...]
) -> None:
    assert two.run(*words).out == "No open intents.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--chdir", "there", "validate"),
        ("validate", "--chdir", "there"),
        ("validate", "--chdir=there"),
    ],
    ids=" ".join,
)
def test_the_folder_may_be_named_on_either_side(project: Project, words: tuple[str, ...]) -> None:
    project.want("gold", "silver", file="there/audiences/all.yaml")
    assert project.run(*words).out == "2 audiences, no problems.\n"
    assert project.run("validate").code == 1  # and back again


def test_a_file_that_is_an_argument_is_in_that_folder(project: Project) -> None:
    project.write("there/aepctl.yaml", TWO)
    project.write("there/rescued", "a log\n")
    result = project.run("state", "recover", "rescued", "--chdir", "there")
    assert "rescued contains nothing that aepctl has rescued" in result.err


def test_a_folder_that_is_not_there_is_told(project: Project) -> None:
    result = project.run("validate", "--chdir", "nowhere")
    assert (result.code, result.err) == (
        1,
        "error: --chdir nowhere: No such file or directory [folder-unusable]\n",
    )


class TestSuggestedCommands:
    """Every one can be pasted as it stands."""

    def open_in_prod(self, project: Project, platform: Start) -> Emulator:
        there = platform(Fault(kind=FaultKind.DROP_BEFORE))
        project.settle_on(there)
        text = (project.root / "aepctl.yaml").read_text()
        project.write("aepctl.yaml", f"{text}  dev: {{org: {ORG}, sandbox: dev}}\n")
        project.want("gold")
        return there

    def test_after_an_unknown_outcome(self, project: Project, platform: Start) -> None:
        self.open_in_prod(project, platform)
        result = project.apply("--env", "prod")
        assert result.code == 4
        assert "Next: run `aepctl --env prod apply` again" in result.out
        listed = project.run("state", "intents", "--env", "prod").out
        assert "`aepctl --env prod state resolve gold --adopt ID`" in listed

    def test_after_a_rename(self, project: Project, platform: Start) -> None:
        there = self.open_in_prod(project, platform)
        there.behaviour = Behaviour()
        assert project.apply("--env", "prod").code == 0
        text = (project.root / "audiences/all.yaml").read_text()
        project.write("audiences/all.yaml", text.replace("gold: {", "aurum: {"))
        result = project.run("plan", "--env", "prod")
        assert "say so there: `moved: [{from: gold, to: aurum}]`" in result.out
        result = project.apply("--env", "prod")
        assert result.code == 3
        assert "undecided  aurum: " in result.out
        assert "Apply for prod: 1 undecided." in result.out
        assert project.run("--env", "prod", "state", "mv", "gold", "aurum").code == 0
        assert project.apply("--env", "prod").code == 0

    def test_where_too_much_would_be_created(self, project: Project, platform: Start) -> None:
        project.settle_on(platform(), max_creates=1)
        text = (project.root / "aepctl.yaml").read_text()
        project.write("there/aepctl.yaml", f"{text}  dev: {{org: {ORG}, sandbox: dev}}\n")
        project.want("gold", "silver", file="there/audiences/all.yaml")
        result = project.run("--chdir", "there", "apply", "--auto-approve", "--env", "prod")
        assert result.code == 3
        again = "`aepctl --chdir there --env prod apply --yes-create 2`"
        assert again in result.err

    def test_a_plan_for_a_review_has_the_command_that_applies_it(self, project: Project) -> None:
        project.write("there/aepctl.yaml", TWO.replace("dev}", "dev, protected: true}"))
        project.want("gold", file="there/audiences/all.yaml")
        here = ("--chdir", "there", "plan", "--env", "prod", "-o", "markdown")

        def told(*words: str) -> str:
            return project.run(*here, *words).out.partition("To apply it:")[2].strip("`sh\n")

        begin = "aepctl --chdir there --env prod apply"
        assert told() == begin
        allowed = TWO.replace("prod}", "prod, max_creates: 0}")
        project.write("there/aepctl.yaml", allowed.replace("dev}", "dev, protected: true}"))
        assert told() == f"{begin} --yes-create 1"
        project.write("there/aepctl.yaml", TWO.replace("dev}", "dev, protected: true}"))
        assert told("--target", "gold", "--overwrite") == f"{begin} --overwrite --target gold"
        assert told("--out", "a plan") == f"{begin} 'a plan'"
        assert told("--check", "a plan") == f"{begin} 'a plan'"
        assert told("--env", "dev") == ""  # which only a saved plan may change
        assert told("--env", "dev", "--out", "dev.json").endswith("--env dev apply dev.json")
        project.want(file="there/audiences/all.yaml")
        assert told() == ""

    def test_the_only_environment_needs_no_naming(self, project: Project, platform: Start) -> None:
        project.settle_on(platform(Fault(kind=FaultKind.DROP_BEFORE)))
        project.want("gold")
        assert "Next: run `aepctl apply` again" in project.apply().out


class TestValidate:
    """Needs no environment, and checks for all of them."""

    def test_without_knowing_which_environment(self, two: Project) -> None:
        two.write("aepctl.yaml", TWO.replace("default_environment: dev\n", ""))
        assert two.run("plan").code == 1
        assert two.run("validate").out == "1 audience, no problems: dev 1, prod 1.\n"

    def test_without_organisation_or_sandbox(self, two: Project) -> None:
        two.write("aepctl.yaml", "environments: {dev: {}}\n")
        assert two.run("validate").code == 0

    def test_an_environment_that_is_not_there_is_told(self, two: Project) -> None:
        result = two.run("validate", "--env", "stage")
        assert result.err == (
            "error: there is no environment `stage` in aepctl.yaml [no-such-environment]\n"
            "  available: dev, prod\n"
        )


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out", ""),
        ("plan", "--check", ""),
        ("apply", ""),
        ("state", "push", ""),
        ("state", "recover", ""),
        ("state", "mv", "--from-file", ""),
    ],
    ids=" ".join,
)
def test_a_file_without_a_name_is_a_usage_error(project: Project, words: tuple[str, ...]) -> None:
    result = project.run(*words)
    assert (result.code, result.out) == (64, "")
    assert "the name of a file is empty: is a variable not set?" in result.err


@pytest.mark.parametrize(
    ("words", "what"),
    [(("--env", "", "apply"), "an environment"), (("plan", "--chdir="), "a folder")],
    ids=["env", "chdir"],
)
def test_an_empty_name_does_not_silently_mean_another(
    two: Project, words: tuple[str, ...], what: str
) -> None:
    result = two.run(*words)
    assert (result.code, result.out) == (64, "")
    assert f"the name of {what} is empty: is a variable not set? [usage]" in result.err
