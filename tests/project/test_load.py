"""aepctl.yaml and the environment variables: which wins, what is missing, what stays secret."""

import traceback
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from goldens import Golden
from project_samples import (
    FILE,
    SECRET,
    load,
    one_environment,
    problems,
    project_of,
    refused,
    write,
)

from aepctl.errors import AepctlError, InvalidInput, SafetyRefusal
from aepctl.model.target import Target
from aepctl.project.environment import Environment
from aepctl.project.load import load_project
from aepctl.project.project import Project
from aepctl.project.said import AIS_URL, IMS_URL, UPS_URL
from aepctl.render.display import Paint
from aepctl.render.text import problems_text

pytestmark = pytest.mark.usefixtures("folder")


class TestEnvironment:
    """Which environment is meant."""

    def test_the_flag_wins_over_the_variable_and_that_over_the_default(self) -> None:
        assert load(FILE, "local", AEPCTL_ENV="stage").name == "local"
        assert load(FILE, AEPCTL_ENV="stage").name == "stage"
        assert load(FILE).name == "dev"

    def test_an_empty_variable_is_not_set(self) -> None:
        assert load(FILE, AEPCTL_ENV="").name == "dev"

    def test_the_only_one_needs_no_default(self) -> None:
        assert load(one_environment("")).name == "dev"

    def test_among_several_one_must_be_named(self) -> None:
        text = FILE.replace("default_environment: dev", "")
        assert refused(text) == (
            "aepctl.yaml has several environments (dev, stage, local): choose one with --env",
            "or set AEPCTL_ENV, or `default_environment:` in the file",
        )
        assert load(text, "stage").name == "stage"

    def test_an_unknown_one_is_refused_with_a_suggestion(self) -> None:
        said = "there is no environment `stgae` in aepctl.yaml, but AEPCTL_ENV names it"
        assert refused(FILE, AEPCTL_ENV="stgae") == (said, "did you mean stage?")

    def test_one_like_no_other_lists_what_is_known(self) -> None:
        said = "there is no environment `xyz` in aepctl.yaml, but AEPCTL_ENV names it"
        assert refused(FILE, AEPCTL_ENV="xyz") == (said, "available: dev, stage, local")

    def test_the_default_must_be_there_too(self) -> None:
        text = FILE.replace("default_environment: dev", "default_environment: prod")
        said = "there is no environment `prod` in aepctl.yaml, but `default_environment` names it"
        assert refused(text)[0] == said

    def test_without_a_file_the_variables_are_enough(self) -> None:
        environ = {"AEP_ORG_ID": "ORG@AdobeOrg", "AEP_SANDBOX": "prod"}
        settings = load_project({}).environment(environ)
        assert settings.name == "default"
        assert settings.state == "state/default.json"
        assert settings.target == Target("ORG@AdobeOrg", "prod", "https://platform.adobe.io")
        assert load_project({}).environment(environ, "prod").state == "state/prod.json"

    @pytest.mark.parametrize("name", ["../prod", ".", "a/b", "a b", "ä", "a\n", "x" * 129])
    def test_a_name_becomes_part_of_file_names_so_it_is_a_plain_one(self, name: str) -> None:
        with pytest.raises(AepctlError, match="cannot be the name of an environment"):
            load_project({}).environment(
                {"AEP_ORG_ID": "ORG@AdobeOrg", "AEP_SANDBOX": "prod"}, name
            )

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n---\n"])
    def test_a_file_with_nothing_in_it_is_like_none(self, text: str) -> None:
        project = project_of(text)
        assert project == Project("audiences", None, {}, found=True)
        environ = {"AEP_ORG_ID": "ORG@AdobeOrg", "AEP_SANDBOX": "prod"}
        assert project.environment(environ).name == "default"


class TestTarget:
    """Organisation, sandbox, endpoint, and the files of an environment."""

    def test_what_is_not_said_is_as_documented(self) -> None:
        assert load() == Environment(
            name="dev",
            state="state/dev.json",
            target=Target("DEV@AdobeOrg", "dev", "https://platform.adobe.io"),
            ais_url="https://platform.adobe.io/core/ais",
            ups_url="https://platform.adobe.io/data/core/ups",
            ims_url="https://ims-na1.adobelogin.com",
            program="aepctl --env dev",
            siblings=("dev", "stage", "local"),
        )
        assert (load().ais_url, load().ups_url, load().ims_url) == (AIS_URL, UPS_URL, IMS_URL)

    def test_everything_can_be_said(self) -> None:
        fields = (
            "state: state/x.json, ais_url: 'https://va7.example.com:8443/ais/', "
            "ups_url: https://ups.example.com, ims_url: https://ims.example.com"
        )
        text = f"manifests: wanted\n{one_environment(fields)}"
        assert project_of(text).manifests == "wanted"
        settings = load(text)
        assert settings == Environment(
            name="dev",
            state="state/x.json",
            target=Target("ORG@AdobeOrg", "dev", "https://va7.example.com:8443"),
            ais_url="https://va7.example.com:8443/ais",
            ups_url="https://ups.example.com",
            ims_url="https://ims.example.com",
            manifests="wanted",
            siblings=("dev",),
        )

    @pytest.mark.parametrize(
        ("variable", "what", "written"),
        [("AEP_ORG_ID", "org", "DEV@AdobeOrg"), ("AEP_SANDBOX", "sandbox", "dev")],
    )
    def test_a_variable_and_the_file_must_agree(
        self, variable: str, what: str, written: str
    ) -> None:
        """It may have been left in the shell, for another environment."""
        with pytest.raises(SafetyRefusal) as raised:
            load(FILE, "dev", **{variable: "other"})
        assert raised.value.exit_code == 3
        assert raised.value.message == (
            f"{variable} is `other`, but `dev` has the {what} `{written}` in aepctl.yaml"
        )
        assert str(raised.value.hint).startswith(
            f"`unset {variable}`; or remove `{what}:` of `dev`"
        )
        assert load(FILE, "dev", **{variable: f" {written}\n"}) == load(FILE, "dev")

    def test_a_variable_chooses_what_the_file_leaves_open(self) -> None:
        text = "environments: {dev: {sandbox: dev}, prod: {org: ORG@AdobeOrg}}"
        assert load(text, "dev", AEP_ORG_ID="MINE@AdobeOrg").target.org == ("MINE@AdobeOrg")
        assert load(text, "prod", AEP_SANDBOX="mine").target.sandbox == "mine"

    def test_white_space_around_them_does_not_count(self) -> None:
        target = load(AEP_ORG_ID=" DEV@AdobeOrg\n", AEP_SANDBOX=" ").target
        assert (target.org, target.sandbox) == ("DEV@AdobeOrg", "dev")
        text = one_environment("").replace("ORG@AdobeOrg", "' ORG@AdobeOrg '")
        assert load(text).target.org == "ORG@AdobeOrg"

    @pytest.mark.parametrize(
        ("org", "hint"),
        [
            ("1BD6382559DF0C130A49422D", "write 1BD6382559DF0C130A49422D@AdobeOrg"),
            ("ORG", "it looks like 1BD6382559DF0C130A49422D@AdobeOrg"),
            ("ORG@adobeorg", "it looks like 1BD6382559DF0C130A49422D@AdobeOrg"),
            ("ORG@AdobeOrg@AdobeOrg", "it looks like 1BD6382559DF0C130A49422D@AdobeOrg"),
            ("me@example.com", "it looks like 1BD6382559DF0C130A49422D@AdobeOrg"),
            ("@AdobeOrg", "it looks like 1BD6382559DF0C130A49422D@AdobeOrg"),
        ],
    )
    def test_what_is_no_organisation_is_refused_before_a_state_is_pinned_to_it(
        self, org: str, hint: str
    ) -> None:
        what = f"is {org!r}, but the ID of an organisation ends in @AdobeOrg"
        chosen = FILE.replace("org: DEV@AdobeOrg, ", "")
        assert refused(chosen, AEP_ORG_ID=org) == (f"AEP_ORG_ID {what}", hint)
        text = FILE.replace("DEV@AdobeOrg", f"'{org}'")
        assert refused(text) == (f"`org` of `dev` {what}", hint)

    @pytest.mark.parametrize(
        ("fields", "field", "variable"),
        [("sandbox: dev", "org", "AEP_ORG_ID"), ("org: ORG@AdobeOrg", "sandbox", "AEP_SANDBOX")],
    )
    def test_a_missing_one_is_named(self, fields: str, field: str, variable: str) -> None:
        assert refused(f"environments: {{dev: {{{fields}}}}}") == (
            f"the environment `dev` has no {field}",
            f"set `{field}:` in aepctl.yaml, or {variable}",
        )

    def test_the_emulator_has_an_organisation_of_its_own(self) -> None:
        assert load(FILE, "local").target == Target("emulator@AdobeOrg", "dev", "emulator")

    def test_the_emulator_serves_other_organisations_as_well(self) -> None:
        assert load(FILE, "local", AEP_ORG_ID="ORG@AdobeOrg").target.org == ("ORG@AdobeOrg")

    @pytest.mark.parametrize("text", ["Müller", "a\x1bb", "a\nb"])
    def test_what_no_header_can_carry_is_refused_and_not_shown(self, text: str) -> None:
        what, _ = refused(FILE, AEP_ORG_ID=text)
        assert what == "AEP_ORG_ID contains characters that are not allowed in an HTTP header"
        what, _ = refused(FILE, AEP_SANDBOX=text)
        assert what == "AEP_SANDBOX contains characters that are not allowed in an HTTP header"

    def test_what_the_file_says_wrong_is_said_of_the_file(self) -> None:
        what, _ = refused("environments: {dev: {org: Müller, sandbox: dev}}")
        assert what == "`org` of `dev` contains characters that are not allowed in an HTTP header"

    def test_limits_and_ids_can_be_set(self) -> None:
        fields = "settle_seconds: 1.5, max_creates: 0, audience_ids: client"
        settings = load(one_environment(fields))
        assert (settings.settle_seconds, settings.max_creates) == (1.5, 0)
        assert settings.audience_ids == "client"

    @pytest.mark.parametrize(
        "field",
        [
            "settle_seconds: -1",
            "settle_seconds: 3601",
            "settle_seconds: nan",
            "settle_seconds: soon",
            "max_creates: -1",
            "max_creates: 1.5",
            "max_creates: many",
            "max_deletes: -1",
            "audience_ids: mine",
            "on_removal: keep",
        ],
    )
    def test_limits_are_numbers_in_range(self, field: str) -> None:
        name, value = field.split(": ")
        ((line, column, message, _),) = problems(one_environment(field))
        assert (line, column) == (1, one_environment(field).rindex(value) + 1)
        assert message.startswith(f"`{name}`: input should be")

    def test_what_may_be_deleted_can_be_set(self) -> None:
        usual = load(FILE)
        assert (usual.on_removal, usual.max_deletes, usual.protected) == ("retain", 10, False)
        given = load(one_environment("on_removal: delete, max_deletes: 0, protected: true"))
        assert (given.on_removal, given.max_deletes, given.protected) == ("delete", 0, True)
        assert not load(one_environment("protected: false")).protected

    @pytest.mark.parametrize("word", ["yes", "True", "on", "1", "''", "[true]"])
    def test_yes_and_no_are_true_and_false(self, word: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"protected: {word}"))
        assert message == "`protected`: `true` or `false` was expected"

    @pytest.mark.parametrize(("given", "seconds"), [("", 30.0), ("0", 0.0), ("2.5", 2.5)])
    def test_how_long_to_settle_may_be_a_variable(self, given: str, seconds: float) -> None:
        assert load(AEPCTL_SETTLE_SECONDS=given).settle_seconds == seconds

    @pytest.mark.parametrize("given", ["soon", "-1", "1e9", "99999", " 1", "nan"])
    def test_which_must_be_a_number_too(self, given: str) -> None:
        assert refused(FILE, AEPCTL_SETTLE_SECONDS=given) == (
            "AEPCTL_SETTLE_SECONDS must be a number of seconds, for example 30",
            f"it is {given!r}",
        )

    def test_settings_do_not_change(self) -> None:
        with pytest.raises(FrozenInstanceError):
            load().state = "state/other.json"  # type: ignore[misc]


class TestFile:
    """What is wrong with aepctl.yaml."""

    def test_unknown_fields_are_told_with_place_and_suggestion(self) -> None:
        text = "manifest: x\nenvironments:\n  dev:\n    snadbox: dev\n    colour: red\n"
        assert problems(text) == [
            (1, 1, "unknown field `manifest`", "did you mean manifests?"),
            (4, 5, "unknown field `snadbox`", "did you mean sandbox?"),
            (
                5,
                5,
                "unknown field `colour`",
                "allowed fields: endpoint, org, sandbox, state, lineage, lock_lease_seconds, "  # noqa: ISC004
                "ais_url, ups_url, ims_url, "
                "settle_seconds, max_creates, max_deletes, on_removal, protected, audience_ids",
            ),
        ]

    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("manifests: [a]", (1, 12), "`manifests`: expected text, found a list"),
            ("manifests: ''", (1, 12), "`manifests` is blank"),
            ("manifests:", (1, 11), "`manifests` has no value"),
            ("environments: dev", (1, 15), "`environments`: expected a mapping, found text"),
            ("environments: {dev: }", (1, 21), "`dev` has no value"),
            ("environments: {'a b': {}}", (1, 16), "invalid key `a b`"),
            ("default_environment: a b", (1, 22), "`default_environment` is not allowed"),
            ("environments: {a: {endpoint: x}}", (1, 30), "`endpoint`: input should be 'emulator'"),
            ("environments: {a: {state: x}}", (1, 27), "`state`: a path that ends in .json was"),
            ("a: b\n---\nc: d", (3, 1), "a second document"),
            ("[", (2, 1), "not valid YAML: while parsing a flow node did not find expected node"),
            ("\ufeff", (1, 1), "starts with a byte order mark"),
        ],
    )
    def test_faults_have_a_place(self, text: str, place: tuple[int, int], message: str) -> None:
        ((line, column, said, _),) = problems(text)
        assert (line, column) == place
        assert said.startswith(message)

    def test_all_faults_are_told(self) -> None:
        assert len(problems("manifests: ''\nx: y\nenvironments: {a: {state: b, c: d}}")) == 4

    def test_a_file_that_cannot_be_read(self, folder: Path) -> None:
        Path("aepctl.yaml").mkdir()
        with pytest.raises(InvalidInput) as raised:
            load_project({})
        (problem,) = raised.value.problems
        assert (problem.origin.line, problem.message) == (0, "cannot be read: Is a directory")

    @pytest.mark.parametrize(
        "text",
        [
            f"client_secret: {SECRET}",
            f"environments: {{dev: {{access_token: {SECRET}, state: x}}}}",
            f"environments: {{dev: {{ims_url: 'https://user:{SECRET}@example.com'}}}}",
            f"environments: {{dev: {{ims_url: 'https://{SECRET}@exam\u2100ple.com'}}}}",
            f"token: [{SECRET}",
            f"token: {SECRET}: x",
            f"a: b\n---\ntoken: {SECRET}",
        ],
    )
    def test_a_secret_that_does_not_belong_there_is_not_shown(self, text: str) -> None:
        write(text)
        with pytest.raises(InvalidInput) as raised:
            load_project({})
        assert SECRET not in problems_text(raised.value.problems, Paint(on=True))
        assert SECRET not in "".join(traceback.format_exception(raised.value))

    def test_problems_of_settings_as_they_are_shown(self, golden: Golden) -> None:
        write("manifest: x\nenvironments:\n  a b: {}\n  prod:\n    ais_url: http://example.com\n")
        with pytest.raises(InvalidInput) as raised:
            load_project({})
        golden("settings.txt", problems_text(raised.value.problems, Paint(on=False)) + "\n")


class TestProgram:
    """How a suggested command begins, so that it can be pasted as it stands."""

    def test_one_of_several_environments_is_named(self) -> None:
        assert load(FILE).command("apply") == "aepctl --env dev apply"
        assert load(FILE, "stage").command("state", "mv", "a", "b") == (
            "aepctl --env stage state mv a b"
        )

    def test_the_only_one_needs_no_naming(self) -> None:
        assert load(one_environment("")).command("plan") == "aepctl plan"

    def test_one_that_only_a_variable_names_is_named(self) -> None:
        environ = {"AEP_ORG_ID": "ORG@AdobeOrg", "AEP_SANDBOX": "prod"}
        assert load_project({}).environment(environ).program == "aepctl"
        assert load_project({}).environment(environ, "prod").program == "aepctl --env prod"

    def test_it_goes_on_from_how_the_program_was_called(self) -> None:
        found = project_of(FILE).environment({}, program="aepctl --chdir there")
        assert found.command("plan") == "aepctl --chdir there --env dev plan"

    def test_words_that_a_shell_would_take_apart_are_quoted(self) -> None:
        assert load(one_environment("")).command("state", "mv", "a b") == "aepctl state mv 'a b'"


def test_without_a_file_the_message_names_the_folder(folder: Path) -> None:
    with pytest.raises(AepctlError) as raised:
        load_project({}).environment({})
    assert raised.value.message == f"no aepctl.yaml in {folder}, and AEP_ORG_ID is not set"
    assert raised.value.hint == (
        "`aepctl init` makes a new project here; or use --chdir to name the folder that has it"
    )


def test_within_a_project_the_folder_above_that_has_the_file_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "aepctl.yaml").write_text("environments: {}\n")
    (folder / "audiences" / "crm").mkdir(parents=True)
    monkeypatch.chdir(folder / "audiences" / "crm")
    with pytest.raises(AepctlError) as raised:
        load_project({}).environment({})
    assert raised.value.hint == f"{folder} has one: go there, or use `--chdir ../..`"
