"""aepctl validate and aepctl plan."""

import pytest
from projects import Project


@pytest.fixture(autouse=True)
def local(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")


def test_validate_reports_every_problem_of_every_file_with_its_place(project: Project) -> None:
    project.write("audiences/a.yaml", "audiences:\n  gold:\n    nmae: Gold\n    namespace: n\n")
    project.write("audiences/b.yaml", "audiences: [\n")
    result = project.run("validate")
    assert result.code == 1
    assert result.out == ""
    assert "audiences/a.yaml:3:5: unknown field `nmae`" in result.err
    assert "   = did you mean name?" in result.err
    assert "audiences/a.yaml:2:3: `name` of `gold` is missing" in result.err
    assert "audiences/a.yaml:2:3: `originName` of `gold` is missing" in result.err
    assert "audiences/b.yaml:2:1: not valid YAML" in result.err
    assert result.err.endswith("error: 4 problems [invalid-input]\n")


def test_validate_in_json_has_the_problems_and_nothing_else_on_standard_output(
    project: Project,
) -> None:
    project.write("audiences/a.yaml", "audiences: {}\nextra: 1\n")
    result = project.run("validate", "-o", "json")
    assert result.code == 1
    (problem,) = result.json["problems"]
    assert problem == {
        "file": "audiences/a.yaml",
        "line": 2,
        "column": 1,
        "rule": "unknown-field",
        "message": "unknown field `extra`",
        "hint": "allowed fields: defaults, audiences, moved, removed",
    }
    project.want("gold")
    (project.root / "audiences/a.yaml").unlink()
    assert project.run("validate", "-o", "json").json["summary"] == {
        "audiences": 1, "problems": 0, "environments": {"local": 1},
    }  # fmt: skip


def test_a_plan_shows_creates_and_needs_no_credentials(project: Project) -> None:
    project.want("gold")
    result = project.run("plan")
    assert result.code == 0
    assert result.out == (
        "+ gold  audiences/all.yaml:3\n"
        "    name         Name gold\n"
        "    namespace    agora\n"
        "    originName   Tests\n"
        "\n"
        "Plan for local (emulator, emulator@AdobeOrg, sandbox dev): 1 to create.\n"
        "No state yet: none at state/local.json: an apply looks on the platform first, and adopts "
        "what is there\n"
    )
    assert not (project.root / "state").exists()


class TestWithoutAState:
    def test_one_that_was_there_is_missed(self, project: Project) -> None:
        """The lock stays where it was: a run had it."""
        project.want("gold")
        assert project.apply().code == 0
        assert "No state" not in project.run("plan").out
        (project.root / "state/local.json").unlink()
        for words in (["plan"], ["plan", "--refresh"], ["list"], ["plan", "--all-environments"]):
            result = project.run(*words)
            told = result.out + result.err
            assert "none at state/local.json, though a run had its lock at " in told
            assert "if it was lost, bring it back" in told
        listed = project.run("list", "-o", "json").json["environments"][0]
        assert listed["noState"] == project.run("plan", "-o", "json").json["noState"]
        assert listed["noState"]["locked"].endswith(" UTC")

    def test_every_format_says_so(self, project: Project) -> None:
        project.want("gold")
        for output in ("markdown", "html"):
            assert "No state yet" in project.run("plan", "-o", output).out

    def test_nothing_is_said_where_nothing_is_wanted(self, project: Project) -> None:
        project.want()
        assert "No state" not in project.run("plan").out

    def test_it_is_an_error_where_the_settings_pin_one(self, project: Project) -> None:
        project.edit("aepctl.yaml", "sandbox: dev", "sandbox: dev, lineage: L")
        project.want("gold")
        for command in ("plan", "list"):
            result = project.run(command)
            assert (result.code, result.out) == (1, "")
            assert "there is no state, but aepctl.yaml names one (lineage L)" in result.err


def test_a_plan_shows_each_field_that_changed_and_what_is_not_wanted(
    project: Project,
) -> None:
    project.want("gold", "silver")
    project.apply()
    project.want("gold")
    project.edit("audiences/all.yaml", "Name gold}", "Name gold, description: Of gold.}")
    result = project.run("plan")
    assert "~ gold  audiences/all.yaml:3\n    description  (none) -> Of gold.\n" in result.out
    assert result.out.startswith(". silver\n    Name silver (audienceId ")
    assert ")\n    no longer in the manifests; stays on the platform\n" in result.out
    assert "1 to forget, 1 to update." in result.out


def test_detailed_exitcode_tells_changes_from_none(project: Project) -> None:
    project.want("gold")
    assert project.run("plan", "--detailed-exitcode").code == 2
    assert project.run("plan").code == 0
    project.apply()
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_a_plan_can_be_kept_to_some_audiences(project: Project) -> None:
    project.want("loyalty-gold", "loyalty-silver", "other")
    result = project.run("plan", "-o", "json", "--target", "loyalty-*", "--target", "other")
    assert [change["key"] for change in result.json["changes"]] == [
        "loyalty-gold", "loyalty-silver", "other",
    ]  # fmt: skip
    assert project.run("plan", "-o", "json", "--target", "other").json["summary"]["create"] == 1
    result = project.run("plan", "--target", "loyalty-glod")
    assert result.code == 1
    assert "did you mean loyalty-gold?" in result.err


def test_json_of_a_failed_plan_is_a_whole_document(project: Project) -> None:
    project.write("audiences/a.yaml", "x: 1\n")
    result = project.run("plan", "-o", "json")
    assert result.code == 1
    assert result.json["changes"] == []
    assert result.json["error"]["exitCode"] == 1
    assert {problem["rule"] for problem in result.json["problems"]} == {
        "unknown-field", "missing-field",
    }  # fmt: skip
