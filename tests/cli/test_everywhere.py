"""plan and drift --all-environments: what fails in one environment stops no other."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from projects import Project, Result, tree
from sandbox import edit

from aepctl.emulator import Emulator
from aepctl.errors import AepctlError, InternalError, StateLocked
from aepctl.operations.context import system_context
from aepctl.render.schemas import schema

Start = Callable[..., Emulator]
FILES = ("text", "json", "markdown", "html", "junit", "gitlab", "codequality")
ALL = "--all-environments"


def settings(**more: str) -> str:
    """Three environments on platforms of their own; `more` has what is added to one of them."""
    lines = (f"  {one}: {{endpoint: emulator, sandbox: {one}{more.get(one, '')}}}" for one in NAMES)
    return "environments:\n" + "\n".join(lines) + "\n"


NAMES = ("dev", "stage", "prod")


@pytest.fixture
def three(project: Project) -> Project:
    """dev has both, stage lacks one, and prod has neither."""
    project.write("aepctl.yaml", settings())
    project.want("gold", "silver")
    project.know("dev", "gold", "silver")
    project.know("stage", "gold")
    return project


def valid(result: Result, name: str = "plan-all") -> Any:
    errors = jsonschema.Draft202012Validator(schema(name)).iter_errors(result.json)
    assert [one.message for one in errors] == []
    return result.json


def test_one_table_has_what_differs_in_any_environment(three: Project) -> None:
    result = three.run("plan", ALL)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "        dev  stage     prod\n"
        "silver  ·    + create  + create\n"
        "gold    ·    ·         + create\n"
        "\n"
        "Plan for all environments:\n"
        "  dev    2 unchanged\n"
        "  stage  1 to create, 1 unchanged\n"
        "  prod   2 to create\n"
        "No state yet in prod: none at state/prod.json: an apply looks on the platform first, and "
        "adopts what is there\n"
        "In full: `aepctl --env stage plan`, `aepctl --env prod plan`\n"
    )
    full = three.run("plan", ALL, "--verbose").out
    assert full.startswith(result.out)
    assert three.run("--env", "prod", "plan").out in full
    assert three.run("plan", ALL, "--detailed-exitcode").code == 2


def test_a_failure_is_told_in_its_column_and_its_section_and_stops_no_other(three: Project) -> None:
    three.write("aepctl.yaml", settings(stage=", state: '${STAGE_STATE}'"))
    result = three.run("plan", ALL, "--detailed-exitcode", "--chdir", ".")
    assert result.code == 1
    assert "gold    ·    ✗      + create\n" in result.out
    assert "  stage  failed\n" in result.out
    assert "the variable STAGE_STATE is not set [" in result.out
    assert "error in stage: 1 problem [invalid-input]\n" in result.out
    assert "`aepctl --chdir . --env prod plan`" in result.out
    document = valid(three.run("plan", ALL, "-o", "json"))
    assert document["summary"] == {"environments": 3, "changed": ["prod"], "failed": ["stage"]}
    assert document["error"]["message"] == "1 of 3 environments failed: stage"
    dev, stage, _ = document["environments"]
    assert dev == three.run("--env", "dev", "plan", "-o", "json").json
    assert (stage["environment"], stage["error"]["exitCode"]) == ("stage", 1)


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ({"stage": StateLocked("held"), "prod": AepctlError("no")}, 1),
        ({"stage": StateLocked("held", hint="see `aepctl state history`")}, 5),
        ({"stage": StateLocked("held"), "prod": InternalError("odd")}, 70),
    ],
)
def test_the_worst_exit_code_wins(
    three: Project, errors: dict[str, AepctlError], code: int
) -> None:
    open_store = system_context().open_store

    def opened(environment: Any) -> Any:
        if environment.name in errors:
            raise errors[environment.name]
        return open_store(environment)

    result = three.run("plan", ALL, "-o", "json", open_store=opened)
    assert result.code == code
    assert valid(result)["error"]["exitCode"] == code
    assert "error: stage: held" in result.err
    hint = result.json["environments"][1]["error"]["next"]
    assert hint in {None, "see `aepctl --env stage state history`"}


@pytest.mark.parametrize("broken", [(), ("prod",), NAMES])
def test_every_format_is_whole_on_every_outcome(three: Project, broken: tuple[str, ...]) -> None:
    three.write("aepctl.yaml", settings(**dict.fromkeys(broken, ", lineage: '${NONE}'")))
    three.setenv("GITHUB_STEP_SUMMARY", str(three.root / "summary"))
    three.setenv("GITHUB_OUTPUT", str(three.root / "outputs"))
    result = three.run(
        "plan", ALL, "--github", *(w for n in FILES for w in ("--write", f"{n}:{n}"))
    )
    assert result.code == (1 if broken else 0)
    said = {name: (three.root / name).read_text() for name in (*FILES, "summary", "outputs")}
    head = "<!-- aepctl plan-id=- environment=* -->\n## Plan for all environments\n"
    assert said["markdown"].startswith(head)
    assert said["summary"].startswith(head)
    assert said["html"].endswith("</html>\n")
    assert said["html"].count('class="part"') == 3 - len(broken)
    assert said["text"].startswith(result.out)
    document = json.loads(said["json"])
    assert document["summary"]["failed"] == list(broken)
    counts = {"create": 3, "update": 0, "delete": 0}
    assert json.loads(said["gitlab"]) == ({} if broken else counts)
    assert len(json.loads(said["codequality"])) == len(broken)
    suites = ET.fromstring(said["junit"])
    assert [one.get("name") for one in suites] == [f"aepctl plan {one}" for one in NAMES]
    assert len(suites.findall(".//failure")) == len(broken)
    assert f"{json.dumps(list(broken))}\n" in said["outputs"]
    assert result.err.count("::error file=aepctl.yaml") == len(broken)


def test_what_is_wrong_with_the_manifests_is_told_once(three: Project) -> None:
    three.edit("audiences/all.yaml", "name: Name gold", "nmae: Name gold")
    result = three.run("plan", ALL, "-o", "json")
    assert (result.code, result.err.count("unknown field `nmae`")) == (1, 1)
    document = valid(result)
    assert (document["environments"], len(document["problems"])) == ([], 2)


def test_no_other_word_or_variable_chooses_an_environment(three: Project) -> None:
    three.setenv("AEPCTL_ENV", "none")
    assert three.run("plan", ALL).code == 0
    for words in (["--env", "dev"], ["--check", "plan.json"]):
        result = three.run("plan", ALL, *words)
        assert result.code == 64
        assert f"cannot be combined with {words[0]}" in result.err
    assert three.run("drift", ALL, "--env", "dev").code == 64


def test_a_target_has_to_be_in_one_environment_not_in_all(three: Project) -> None:
    three.know("dev", "old")
    both = ("--target", "old", "--target", "sil*")
    result = three.run("plan", ALL, *both)
    assert (result.code, "old     . forget" in result.out) == (0, True)
    assert "only old sil*:" in result.out
    assert three.run("plan", ALL, "--target", "old", "--out", "plans").code == 0
    assert json.loads((three.root / "plans/prod.json").read_text())["changes"] == []
    assert three.run("plan", ALL, *both, "--out", "plans").code == 0
    saved = {one: json.loads((three.root / f"plans/{one}.json").read_text()) for one in NAMES}
    assert [one["targets"] for one in saved.values()] == [["old", "sil*"], ["sil*"], ["sil*"]]
    nowhere = three.run("plan", ALL, "--target", "none", "-o", "json")
    assert (nowhere.code, valid(nowhere)["environments"]) == (1, [])
    assert "no audience matches --target 'none' in any environment" in nowhere.err
    three.write("aepctl.yaml", settings(prod=", lineage: '${NONE}'"))
    perhaps = three.run("plan", ALL, "--target", "none", "-o", "json")
    assert perhaps.code == 1
    assert valid(perhaps)["warnings"] == [
        "no audience matches --target 'none' in any environment that could be looked at"
    ]


class TestSavedPlans:
    def test_each_environment_has_its_own_in_the_folder(self, three: Project) -> None:
        assert three.run("plan", ALL, "--out", "new/plans").code == 0
        plans = three.root / "new/plans"
        assert sorted(one.name for one in plans.iterdir()) == [
            "dev.json",
            "prod.json",
            "stage.json",
        ]
        assert three.run("plan", "--check", "new/plans/stage.json").code == 0
        single = three.run("--env", "prod", "plan", "--out", "prod.json")
        assert single.code == 0
        assert (plans / "prod.json").read_text() == (three.root / "prod.json").read_text()

    def test_nothing_is_left_of_an_earlier_one_where_an_environment_fails(
        self, three: Project
    ) -> None:
        three.run("plan", ALL, "--out", "plans")
        three.write("plans/other.json", "kept")
        three.write("aepctl.yaml", settings(stage=", lineage: other"))
        assert three.run("plan", ALL, "--out", "plans").code == 1
        left = sorted(one.name for one in (three.root / "plans").iterdir())
        assert left == ["dev.json", "other.json", "prod.json"]
        three.edit("audiences/all.yaml", "name: Name gold", "nmae: Name gold")
        assert three.run("plan", ALL, "--out", "plans").code == 1
        assert [one.name for one in (three.root / "plans").iterdir()] == ["other.json"]

    def test_no_file_that_the_project_reads_is_one_of_them(self, three: Project) -> None:
        before = tree(three.root)
        result = three.run("plan", ALL, "--out", "state")
        assert result.code == 64
        assert "--out state/dev.json: it is the state of `dev`" in result.err
        three.write("file", "")
        blocked = three.run("plan", ALL, "--out", "file/plans")
        assert (blocked.code, "--out file/plans cannot be written" in blocked.err) == (1, True)
        assert tree(three.root) == before | {"file": b""}


def test_drift_looks_at_all_that_it_can(project: Project, platform: Start) -> None:
    there = platform()
    project.settle_on(there)
    project.want("gold")
    project.apply()
    edit(there, "Name gold", description="edited")
    head, one = (project.root / "aepctl.yaml").read_text().split("  prod:\n")
    other = one.replace("sandbox: prod", "sandbox: ${NONE}")
    project.write("aepctl.yaml", f"{head}  prod:\n{one}  other:\n{other}")
    words = ("drift", ALL, "--ignore", "none.name")
    result = project.run(*words)
    assert result.code == 1
    assert "gold  * changed  ✗\n" in result.out
    assert result.out.count("--ignore none.name is about no audience") == 1
    assert "`aepctl --env prod drift`" in result.out
    document = valid(project.run(*words, "-o", "json"), "drift-all")
    assert document["summary"] == {"environments": 2, "changed": ["prod"], "failed": ["other"]}
    project.setenv("NONE", "empty")
    assert project.run(*words).code == 2
    refreshed = project.run("plan", ALL, "--refresh")
    assert (refreshed.code, "gold  * edited" in refreshed.out) == (0, True)
    assert "Plan for all environments, with a look at the platform:" in refreshed.out
