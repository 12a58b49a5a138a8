"""`${VAR}` in aepctl.yaml: replaced in every value, told where it is missing, never a secret."""

from pathlib import Path

import pytest
from project_samples import SECRET, load, one_environment, problems, project_of, write
from projects import Project

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.target import Target
from aepctl.project.load import load_project
from aepctl.project.model import EnvironmentModel

pytestmark = pytest.mark.usefixtures("folder")

TWO = """\
default_environment: dev
environments:
  dev: {org: DEV@AdobeOrg, sandbox: dev}
  prod:
    org: ${PROD_ORG}
    sandbox: ${PROD_SANDBOX}
"""
VALUES = {
    "org": "MINE@AdobeOrg", "sandbox": "mine", "state": "state/mine.json",
    "ais_url": "https://a.example/x", "ups_url": "https://a.example/y",
    "ims_url": "https://i.example", "settle_seconds": "1.5", "max_creates": "7",
    "lineage": "L-1", "lock_lease_seconds": "60",
    "audience_ids": "client", "max_deletes": "3", "on_removal": "delete", "protected": "true",
}  # fmt: skip
PROD = {"PROD_ORG": "PROD@AdobeOrg", "PROD_SANDBOX": "prod"}


def told(text: str, name: str, **environ: str) -> list[tuple[int, int, str, str | None]]:
    """What is wrong with the environment `name`."""
    project = project_of(text, environ)
    with pytest.raises(InvalidInput) as raised:
        project.environment(environ, name)
    return [
        (one.origin.line, one.origin.column, one.message, one.hint) for one in raised.value.problems
    ]


class TestValues:
    """Any value of any field may be, or hold, a variable."""

    def test_every_field(self) -> None:
        fields = "".join(f"    {name}: ${{V_{name}}}\n" for name in VALUES)
        text = f"manifests: ${{FOLDER}}\nenvironments:\n  dev:\n{fields}"
        environ = {f"V_{name}": value for name, value in VALUES.items()}
        found = load(text, FOLDER="wanted", **environ)
        assert {*VALUES, "endpoint"} == {*EnvironmentModel.model_fields}
        assert found.target == Target("MINE@AdobeOrg", "mine", "https://a.example")
        assert (found.ais_url, found.ups_url) == ("https://a.example/x", "https://a.example/y")
        assert (found.ims_url, found.state) == ("https://i.example", "state/mine.json")
        assert (found.settle_seconds, found.max_creates, found.audience_ids) == (1.5, 7, "client")
        assert (found.on_removal, found.max_deletes, found.protected) == ("delete", 3, True)
        assert found.manifests == "wanted"

    def test_the_endpoint(self) -> None:
        text = "environments: {dev: {endpoint: '${E}', sandbox: dev}}"
        assert load(text, E="emulator").target.endpoint == "emulator"

    def test_the_default_environment(self) -> None:
        text = TWO.replace("default_environment: dev", "default_environment: ${WHICH}")
        assert load(text, WHICH="dev").name == "dev"

    def test_a_part_of_a_value_and_several(self) -> None:
        text = one_environment("state: 'state/${TEAM}-${TIER}.json'")
        assert load(text, TEAM="crm", TIER="gold").state == "state/crm-gold.json"

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("$${TEAM}", "${TEAM}"), ("a$${", "a${"), ("5$", "5$"), ("a$b", "a$b"), ("$$", "$$")],
    )
    def test_two_dollars_are_the_characters_themselves(self, written: str, meant: str) -> None:
        text = f"environments: {{dev: {{org: ORG@AdobeOrg, sandbox: '{written}'}}}}"
        assert load(text, TEAM="x").target.sandbox == meant

    def test_what_a_variable_holds_is_not_looked_through_again(self) -> None:
        text = "environments: {dev: {org: ORG@AdobeOrg, sandbox: '${ONE}'}}"
        assert load(text, ONE="${TWO}", TWO="x").target.sandbox == "${TWO}"

    def test_names_are_no_values(self) -> None:
        ((_, _, message, _),) = problems("environments: {'${NAME}': {}}", NAME="dev")
        assert message == "invalid key `${NAME}`"

    def test_what_it_brings_is_checked_as_if_it_stood_there(self) -> None:
        ((line, column, message, hint),) = problems(one_environment("state: '${S}'"), S="x.yaml")
        assert (line, column) == (1, 62)
        assert message.startswith("`state`: a path that ends in .json was expected")
        assert hint == "the value comes from S"

    def test_it_leads_no_state_out_of_the_folder(self) -> None:
        ((_, _, message, _),) = problems(one_environment("state: '${S}/x.json'"), S="/elsewhere")
        assert message == "`/elsewhere/x.json` leads out of the folder of aepctl.yaml"


class TestMissing:
    """One that is not set is an error at its place, for whoever needs the value."""

    def test_it_is_told_with_its_place_and_what_to_do(self) -> None:
        assert told(TWO, "prod", PROD_SANDBOX="prod") == [
            (
                5,
                10,
                "`org` of `prod`: the variable PROD_ORG is not set",
                "set it (`export PROD_ORG=…`), or write the value itself",
            )
        ]

    def test_all_of_them_are_told(self) -> None:
        assert [line for line, *_ in told(TWO, "prod")] == [5, 6]
        ((_, _, message, hint),) = told(one_environment("state: '${A}/${B}/${A}.json'"), "dev")
        assert message == "`state` of `dev`: the variables A and B are not set"
        assert hint == "set them (`export A=…`), or write the value itself"

    def test_an_empty_one_is_not_set(self) -> None:
        ((_, _, message, _),) = told(TWO, "prod", **(PROD | {"PROD_ORG": ""}))
        assert message == "`org` of `prod`: the variable PROD_ORG is not set"

    def test_those_of_another_environment_are_not_needed(self) -> None:
        assert load(TWO, "dev").target.sandbox == "dev"
        assert load(TWO, "prod", **PROD).target.sandbox == "prod"

    def test_the_default_one_is_needed_where_nothing_else_names_one(self) -> None:
        text = TWO.replace("default_environment: dev", "default_environment: ${WHICH}")
        assert load(text, "dev").name == "dev"
        assert load(text, AEPCTL_ENV="dev").name == "dev"
        with pytest.raises(InvalidInput) as raised:
            load(text)
        (problem,) = raised.value.problems
        assert problem.message == "`default_environment`: the variable WHICH is not set"

    @pytest.mark.parametrize("fields", ["ais_url: '${A}'", "endpoint: '${E}'"])
    def test_what_is_not_known_is_compared_with_nothing(self, fields: str) -> None:
        assert project_of(one_environment(fields)).environments

    def test_the_same_text_is_the_same_target_whatever_it_is(self) -> None:
        same = "org: '${ORG}', sandbox: '${BOX}', ais_url: '${U}/a', ups_url: '${U}/u'"
        ((line, _, message, hint),) = problems(
            f"environments:\n  one: {{{same}}}\n  two: {{{same}}}\n"
        )
        assert (line, message[:5]) == (3, "`two`")
        assert hint == "remove one of the two, or write `state: state/one.json` for `two`"
        other = same.replace("BOX", "OTHER")
        assert project_of(f"environments:\n  one: {{{same}}}\n  two: {{{other}}}\n").environments


class TestWhatIsNoVariable:
    @pytest.mark.parametrize("written", ["${}", "${A:-x}", "${a b}", "${1A}", "${A", "x${$A}"])
    def test_it_is_refused_whatever_is_set(self, written: str) -> None:
        ((_, _, message, hint),) = problems(one_environment(f"state: '{written}.json'"), A="x")
        assert message.startswith("`state` of `dev`: `${")
        assert message.endswith("` names no variable")
        assert hint == "write ${NAME}; `$${` stands for `${` itself"

    def test_without_braces_it_was_meant_with_them(self) -> None:
        ((_, _, message, hint),) = problems("environments: {dev: {sandbox: $BOX}}", BOX="x")
        assert message == "`sandbox` of `dev`: `$BOX` is not replaced here"
        assert hint == "write ${BOX}"


class TestSecrets:
    """What stands in aepctl.yaml is shown in plans, and a pull request can change it."""

    @pytest.mark.parametrize(
        "name",
        ["AEP_CLIENT_SECRET", "AEP_ACCESS_TOKEN", "AEP_API_KEY", "GITHUB_TOKEN", "PGPASSWORD",
         "AWS_SECRET_ACCESS_KEY", "CI_JOB_JWT", "SSH_PRIVATE_KEY"],
    )  # fmt: skip
    @pytest.mark.parametrize("field", ["sandbox", "ims_url", "state"])
    def test_no_variable_that_is_called_like_one_is_taken(self, field: str, name: str) -> None:
        text = f"environments: {{dev: {{{field}: 'https://x.example/${{{name}}}'}}}}"
        ((_, _, message, _),) = problems(text, **{name: SECRET})
        assert message == (
            f"`{field}` of `dev`: {name} is called like a secret, which does not belong here"
        )
        assert problems(text) == problems(text, **{name: SECRET})

    @pytest.mark.parametrize("secret", ["AEP_CLIENT_SECRET", "AEP_ACCESS_TOKEN"])
    @pytest.mark.parametrize("form", ["{}", "https://x.example/{}/y", "https://u:{}@x.example"])
    def test_no_value_that_holds_one_is_taken_or_shown(self, secret: str, form: str) -> None:
        environ = {secret: "test-secret-1", "ADDRESS": form.format("test-secret-1")}
        for field in ("sandbox", "ims_url"):
            text = f"environments: {{dev: {{{field}: '${{ADDRESS}}'}}}}"
            ((_, _, message, hint),) = problems(text, **environ)
            assert message == f"`{field}` of `dev`: ADDRESS: there is a secret in it"
            assert "test-secret-1" not in f"{message}{hint}"

    def test_nor_the_address_with_a_password_of_anything_else(self) -> None:
        text = "environments: {dev: {sandbox: '${CI_REPOSITORY}'}}"
        ((_, _, message, _),) = problems(text, CI_REPOSITORY="https://ci:test-pass@git.example/x")
        assert message == "`sandbox` of `dev`: CI_REPOSITORY: there is a secret in it"

    @pytest.mark.parametrize("name", ["TOKEN_URL", "PROD_ORG", "KEYSPACE", "PASS_THROUGH"])
    def test_others_are_fine(self, name: str) -> None:
        text = f"environments: {{dev: {{org: ORG@AdobeOrg, sandbox: '${{{name}}}'}}}}"
        assert load(text, **{name: "dev"}).target.sandbox == "dev"

    @pytest.mark.parametrize("value", [f"https://{SECRET}@x", f"https://x/?{SECRET}", SECRET])
    def test_what_is_wrong_with_a_value_does_not_show_it(self, value: str) -> None:
        write(one_environment("ims_url: '${URL}'"))
        with pytest.raises(AepctlError) as raised:
            load_project({"URL": value})
        assert SECRET not in repr(vars(raised.value))


class TestCommands:
    def test_validate_needs_no_variable_but_for_the_folder_of_manifests(
        self, project: Project
    ) -> None:
        project.write("aepctl.yaml", TWO)
        project.want("gold")
        assert project.run("validate").code == 0
        assert project.run("--env", "dev", "plan").code == 0
        project.write("aepctl.yaml", f"manifests: ${{FOLDER}}\n{TWO}")
        result = project.run("validate")
        assert result.code == 1
        assert "aepctl.yaml:1:12: `manifests`: the variable FOLDER is not set" in result.err
        project.setenv("FOLDER", "audiences")
        assert project.run("validate").code == 0

    @pytest.mark.parametrize(
        "words", [("plan",), ("apply", "--auto-approve"), ("state", "rm", "x")]
    )
    def test_every_other_command_needs_those_of_its_environment(
        self, project: Project, words: tuple[str, ...]
    ) -> None:
        project.write("aepctl.yaml", TWO)
        project.want("gold")
        result = project.run("--env", "prod", *words)
        assert result.code == 1
        assert "aepctl.yaml:5:10: `org` of `prod`: the variable PROD_ORG is not set" in result.err
        assert not (project.root / "state").exists()

    def test_no_report_goes_over_a_state_that_a_variable_names(self, project: Project) -> None:
        project.write("aepctl.yaml", f"{TWO}    state: state/${{FILE}}.json\n")
        project.want("gold")
        project.setenv("FILE", "main")
        result = project.run("--env", "dev", "plan", "--out", "state/main.json")
        assert (result.code, Path("state/main.json").exists()) == (64, False)
