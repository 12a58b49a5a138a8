"""aepctl.yaml and the environment variables: which wins, what is missing, what stays secret."""

import os
import traceback
from dataclasses import FrozenInstanceError
from itertools import combinations
from pathlib import Path

import pytest
from goldens import Golden

from aepctl.credentials import SCOPES, Credentials, Secret, credentials
from aepctl.errors import AepctlError, CredentialsError
from aepctl.render.display import Paint
from aepctl.render.problems import problems_text
from aepctl.settings import AIS_URL, IMS_URL, UPS_URL, Settings, Target, is_loopback, load_settings
from aepctl.yamldoc import InvalidInput

pytestmark = pytest.mark.usefixtures("folder")

SECRET = "hunter2-äö"
FILE = """
default_environment: dev
environments:
  dev: {org: DEV@AdobeOrg, sandbox: dev}
  stage: {org: STAGE@AdobeOrg, sandbox: stage}
  local: {endpoint: emulator, sandbox: dev}
"""


def write(text: str) -> None:
    Path("aepctl.yaml").write_text(text, "utf-8")


def one_environment(fields: str) -> str:
    return f"environments: {{dev: {{org: ORG, sandbox: dev, {fields}}}}}"


def load(text: str = FILE, environment: str | None = None, **environ: str) -> Settings:
    write(text)
    return load_settings(environ, environment)


def refused(text: str, **environ: str) -> tuple[str, str | None]:
    with pytest.raises(AepctlError) as raised:
        load(text, **environ)
    return raised.value.what, raised.value.next


def problems(text: str) -> list[tuple[int, int, str, str | None]]:
    with pytest.raises(InvalidInput) as raised:
        load(text)
    return [
        (one.origin.line, one.origin.column, one.message, one.hint) for one in raised.value.problems
    ]


class TestEnvironment:
    """Which environment is meant."""

    def test_the_flag_wins_over_the_variable_and_that_over_the_default(self) -> None:
        assert load(FILE, "local", AEPCTL_ENV="stage").environment == "local"
        assert load(FILE, AEPCTL_ENV="stage").environment == "stage"
        assert load(FILE).environment == "dev"

    def test_an_empty_variable_is_not_set(self) -> None:
        assert load(FILE, AEPCTL_ENV="").environment == "dev"

    def test_the_only_one_needs_no_default(self) -> None:
        assert load(one_environment("")).environment == "dev"

    def test_among_several_one_must_be_named(self) -> None:
        text = FILE.replace("default_environment: dev", "")
        assert refused(text) == (
            "which environment? aepctl.yaml has dev, stage, local",
            "use --env NAME or AEPCTL_ENV, or set `default_environment:`",
        )
        assert load(text, "stage").environment == "stage"

    def test_an_unknown_one_is_refused_with_a_suggestion(self) -> None:
        said = "there is no environment `stgae` in aepctl.yaml"
        assert refused(FILE, AEPCTL_ENV="stgae") == (said, "did you mean stage?")

    def test_one_like_no_other_lists_what_is_known(self) -> None:
        said = "there is no environment `xyz` in aepctl.yaml"
        assert refused(FILE, AEPCTL_ENV="xyz") == (said, "known: dev, stage, local")

    def test_the_default_must_be_there_too(self) -> None:
        text = FILE.replace("default_environment: dev", "default_environment: prod")
        assert refused(text)[0] == "there is no environment `prod` in aepctl.yaml"

    def test_without_a_file_the_variables_are_enough(self) -> None:
        environ = {"AEP_ORG_ID": "ORG", "AEP_SANDBOX": "prod"}
        settings = load_settings(environ)
        assert settings.environment == "default"
        assert settings.state == "state/default.json"
        assert settings.target == Target("ORG", "prod", "https://platform.adobe.io")
        assert load_settings(environ, "prod").state == "state/prod.json"

    @pytest.mark.parametrize("name", ["../prod", ".", "a/b", "a b", "ä", "a\n", "x" * 129])
    def test_a_name_becomes_part_of_file_names_so_it_is_a_plain_one(self, name: str) -> None:
        with pytest.raises(AepctlError, match="cannot be the name of an environment"):
            load_settings({"AEP_ORG_ID": "ORG", "AEP_SANDBOX": "prod"}, name)

    @pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n---\n"])
    def test_a_file_with_nothing_in_it_is_like_none(self, text: str) -> None:
        settings = load(text, AEP_ORG_ID="ORG", AEP_SANDBOX="prod")
        assert (settings.environment, settings.manifests) == ("default", "audiences")


class TestTarget:
    """Organisation, sandbox, endpoint, and the files of an environment."""

    def test_what_is_not_said_is_as_documented(self) -> None:
        assert load() == Settings(
            environment="dev",
            manifests="audiences",
            state="state/dev.json",
            target=Target("DEV@AdobeOrg", "dev", "https://platform.adobe.io"),
            ais_url="https://platform.adobe.io/core/ais",
            ups_url="https://platform.adobe.io/data/core/ups",
            ims_url="https://ims-na1.adobelogin.com",
        )
        assert (load().ais_url, load().ups_url, load().ims_url) == (AIS_URL, UPS_URL, IMS_URL)

    def test_everything_can_be_said(self) -> None:
        fields = (
            "state: state/x.json, ais_url: 'https://va7.example.com:8443/ais/', "
            "ups_url: https://ups.example.com, ims_url: https://ims.example.com"
        )
        settings = load(f"manifests: wanted\n{one_environment(fields)}")
        assert settings == Settings(
            environment="dev",
            manifests="wanted",
            state="state/x.json",
            target=Target("ORG", "dev", "https://va7.example.com:8443"),
            ais_url="https://va7.example.com:8443/ais",
            ups_url="https://ups.example.com",
            ims_url="https://ims.example.com",
        )

    def test_the_variables_win_over_the_file(self) -> None:
        target = load(AEP_ORG_ID="ORG@AdobeOrg", AEP_SANDBOX="prod").target
        assert (target.org, target.sandbox) == ("ORG@AdobeOrg", "prod")

    def test_white_space_around_them_does_not_count(self) -> None:
        target = load(AEP_ORG_ID=" ORG@AdobeOrg\n", AEP_SANDBOX=" ").target
        assert (target.org, target.sandbox) == ("ORG@AdobeOrg", "dev")
        text = one_environment("").replace("ORG", "' ORG '")
        assert load(text).target.org == "ORG"

    @pytest.mark.parametrize(
        ("fields", "field", "variable"),
        [("sandbox: dev", "org", "AEP_ORG_ID"), ("org: ORG", "sandbox", "AEP_SANDBOX")],
    )
    def test_a_missing_one_is_named(self, fields: str, field: str, variable: str) -> None:
        assert refused(f"environments: {{dev: {{{fields}}}}}") == (
            f"the environment `dev` has no {field}",
            f"set `{field}:` in aepctl.yaml, or {variable}",
        )

    def test_the_emulator_has_an_organisation_of_its_own(self) -> None:
        assert load(environment="local").target == Target("emulator@AdobeOrg", "dev", "emulator")

    def test_the_emulator_serves_other_organisations_as_well(self) -> None:
        assert load(FILE, "local", AEP_ORG_ID="ORG").target.org == "ORG"

    @pytest.mark.parametrize("text", ["Müller", "a\x1bb", "a\nb"])
    def test_what_no_header_can_carry_is_refused_and_not_shown(self, text: str) -> None:
        what, _ = refused(FILE, AEP_ORG_ID=text)
        assert what == "AEP_ORG_ID holds characters that no HTTP header can carry"
        what, _ = refused(FILE, AEP_SANDBOX=text)
        assert what == "AEP_SANDBOX holds characters that no HTTP header can carry"

    def test_what_the_file_says_wrong_is_said_of_the_file(self) -> None:
        what, _ = refused("environments: {dev: {org: Müller, sandbox: dev}}")
        assert what == "`org` of `dev` holds characters that no HTTP header can carry"

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
            "audience_ids: mine",
        ],
    )
    def test_limits_are_numbers_in_range(self, field: str) -> None:
        name, value = field.split(": ")
        ((line, column, message, _),) = problems(one_environment(field))
        assert (line, column) == (1, one_environment(field).rindex(value) + 1)
        assert message.startswith(f"`{name}`: input should be")

    @pytest.mark.parametrize(("given", "seconds"), [("", 30.0), ("0", 0.0), ("2.5", 2.5)])
    def test_how_long_to_settle_may_be_a_variable(self, given: str, seconds: float) -> None:
        assert load(AEPCTL_SETTLE_SECONDS=given).settle_seconds == seconds

    @pytest.mark.parametrize("given", ["soon", "-1", "1e9", "99999", " 1", "nan"])
    def test_which_must_be_a_number_too(self, given: str) -> None:
        what, _ = refused(FILE, AEPCTL_SETTLE_SECONDS=given)
        assert what == "AEPCTL_SETTLE_SECONDS is no number of seconds, such as 30"

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
                "known here: endpoint, org, sandbox, state, ais_url, ups_url, ims_url, "  # noqa: ISC004
                "settle_seconds, max_creates, audience_ids",
            ),
        ]

    @pytest.mark.parametrize(
        ("text", "place", "message"),
        [
            ("manifests: [a]", (1, 12), "`manifests` is a list"),
            ("manifests: ''", (1, 12), "`manifests` is blank"),
            ("manifests:", (1, 11), "`manifests` has no value"),
            ("environments: dev", (1, 15), "`environments` is text"),
            ("environments: {dev: }", (1, 21), "`dev` has no value"),
            ("environments: {'a b': {}}", (1, 16), "`a b` cannot be a key"),
            ("default_environment: a b", (1, 22), "`default_environment` cannot be used"),
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
            load_settings({})
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
            load_settings({})
        assert SECRET not in problems_text(raised.value.problems, Paint(on=True))
        assert SECRET not in "".join(traceback.format_exception(raised.value))

    def test_problems_of_settings_as_they_are_shown(self, golden: Golden) -> None:
        write("manifest: x\nenvironments:\n  a b: {}\n  prod:\n    ais_url: http://example.com\n")
        with pytest.raises(InvalidInput) as raised:
            load_settings({})
        golden("settings.txt", problems_text(raised.value.problems, Paint(on=False)) + "\n")


class TestUrls:
    """Where requests may go."""

    @pytest.mark.parametrize(
        "url",
        [
            "https://platform.adobe.io/core/ais",
            "https://platform-va7.adobe.io:443/core/ais",
            "HTTPS://PLATFORM.adobe.io",
            "http://localhost:8080/core/ais",
            "http://127.0.0.1",
            "http://127.1.2.3:1/",
            "http://[::1]:65535/x",
        ],
    )
    def test_https_anywhere_and_http_to_this_machine(self, url: str) -> None:
        assert load(one_environment(f"ais_url: '{url}'")).ais_url == url.rstrip("/")

    @pytest.mark.parametrize(
        "url",
        [
            "http://platform.adobe.io",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "http://[::2]",
            "http://2130706433",
            "http://0x7f.0.0.1",
        ],
    )
    @pytest.mark.parametrize("field", ["ais_url", "ups_url", "ims_url"])
    def test_plain_http_to_anywhere_else_is_refused(self, field: str, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"{field}: '{url}'"))
        said = "plain http is for this machine (127.0.0.1) only; use https"
        assert message == f"`{field}`: {said}"

    @pytest.mark.parametrize(
        "url",
        [
            "https://user:password@example.com",
            "https://user@example.com",
            "https://@example.com",
            "https://example.com?a=b",
            "https://example.com?",
            "https://example.com#a",
        ],
    )
    def test_a_user_a_query_or_a_fragment_is_refused(self, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: '{url}'"))
        assert message == "`ais_url`: a plain URL was expected: no user, no `?…`, no `#…`"

    @pytest.mark.parametrize(
        "url",
        [
            "platform.adobe.io",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://",
            "https:///core/ais",
            "https://exa mple.com",
            "https://exämple.com",
            "https://example.com/ü",
            "https://example..com",
            "https://example.com:https",
            r"https://example.com\x",
            "https://[::1",
        ],
    )
    def test_what_is_no_url_is_refused(self, url: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: '{url}'"))
        said = "a URL such as https://platform.adobe.io/core/ais was expected"
        assert message == f"`ais_url`: {said}"

    @pytest.mark.parametrize("port", ["0", "65536", "99999"])
    def test_a_port_out_of_range_is_refused(self, port: str) -> None:
        ((_, _, message, _),) = problems(one_environment(f"ais_url: 'https://a:{port}'"))
        assert "port" in message

    @pytest.mark.parametrize(
        ("host", "is_it"),
        [
            ("localhost", True),
            ("127.0.0.1", True),
            ("127.255.255.254", True),
            ("::1", True),
            ("localhost.", False),
            ("ip6-localhost", False),
            ("0.0.0.0", False),
            ("::", False),
            ("128.0.0.1", False),
            ("", False),
        ],
    )
    def test_this_machine_is_known_without_asking_any_name_server(
        self, host: str, is_it: bool
    ) -> None:
        assert is_loopback(host) is is_it


GIVEN = {
    "AEP_ACCESS_TOKEN": "the-token",
    "AEP_CLIENT_ID": "the-client",
    "AEP_CLIENT_SECRET": "the-secret",
    "AEP_API_KEY": "the-key",
}
COMBINATIONS = [
    frozenset(names) for count in range(len(GIVEN) + 1) for names in combinations(GIVEN, count)
]


def revealed(found: Credentials) -> tuple[str, str | None, str | None, str]:
    token, secret = found.access_token, found.client_secret
    return (
        found.api_key,
        token and token.reveal(),
        secret and secret.reveal(),
        found.client_id,
    )


class TestCredentials:
    """The secrets, which come from environment variables only."""

    @pytest.mark.parametrize("names", COMBINATIONS, ids=lambda names: "+".join(sorted(names)))
    def test_each_combination_gives_credentials_or_names_what_is_missing(
        self, names: frozenset[str]
    ) -> None:
        environ = {name: GIVEN[name] for name in names}
        api_key = environ.get("AEP_API_KEY", environ.get("AEP_CLIENT_ID"))
        client = {"AEP_CLIENT_ID", "AEP_CLIENT_SECRET"}
        if "AEP_ACCESS_TOKEN" in names and api_key is not None:
            expected = (api_key, "the-token", None, "")
            assert revealed(credentials(load(), environ)) == expected
        elif "AEP_ACCESS_TOKEN" not in names and client <= names:
            expected = (api_key, None, "the-secret", "the-client")
            assert revealed(credentials(load(), environ)) == expected
        else:
            with pytest.raises(CredentialsError) as raised:
                credentials(load(), environ)
            missing = {"AEP_API_KEY"} if "AEP_ACCESS_TOKEN" in names else client - names
            assert all(name in raised.value.what for name in missing)
            assert not any(name in raised.value.what for name in client & names)

    def test_all_that_is_missing_is_named_at_once(self) -> None:
        with pytest.raises(CredentialsError) as raised:
            credentials(load(), {})
        what = "no credentials for `dev`: AEP_CLIENT_ID and AEP_CLIENT_SECRET not set"
        next_ = "set AEP_CLIENT_ID and AEP_CLIENT_SECRET, or AEP_ACCESS_TOKEN and AEP_API_KEY"
        assert (raised.value.what, raised.value.next) == (what, next_)

    def test_an_empty_variable_is_not_set_and_white_space_does_not_count(self) -> None:
        environ = {**GIVEN, "AEP_ACCESS_TOKEN": " \n", "AEP_API_KEY": "", "AEP_SCOPES": ""}
        environ["AEP_CLIENT_SECRET"] = "the-secret\n"
        found = credentials(load(), environ)
        assert revealed(found) == ("the-client", None, "the-secret", "the-client")
        assert found.scopes == SCOPES

    def test_scopes_can_be_given(self) -> None:
        assert (
            credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": "", "AEP_SCOPES": "a,b"}).scopes
            == "a,b"
        )

    def test_the_emulator_needs_none(self) -> None:
        settings = load(environment="local")
        assert revealed(credentials(settings, {})) == ("emulator", "emulator", None, "")
        assert revealed(credentials(settings, GIVEN)) == ("emulator", "emulator", None, "")

    @pytest.mark.parametrize("name", [*GIVEN, "AEP_SCOPES"])
    @pytest.mark.parametrize(
        "text", ["hunter2-ä", "hunter2\x1b", "hunter2\r\nx-evil: 1", "hunter2\x00"]
    )
    def test_what_no_header_can_carry_is_refused_and_not_shown(self, name: str, text: str) -> None:
        with pytest.raises(CredentialsError) as raised:
            credentials(load(), {**GIVEN, name: text})
        assert raised.value.what == f"{name} holds characters that no HTTP header can carry"
        assert "hunter2" not in "".join(traceback.format_exception(raised.value))

    def test_no_representation_shows_a_secret(self) -> None:
        for environ in (GIVEN, {**GIVEN, "AEP_ACCESS_TOKEN": ""}):
            found = credentials(load(), environ)
            for shown in (repr(found), str(found), f"{found}", repr(vars_of(found))):
                assert "the-secret" not in shown
                assert "the-token" not in shown

    def test_a_secret_shows_itself_only_when_asked_to(self) -> None:
        secret = Secret(SECRET)
        assert secret.reveal() == SECRET
        for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", f"{[secret]}"):
            assert SECRET not in shown
        with pytest.raises(TypeError):
            vars(secret)
        with pytest.raises(TypeError):
            secret + "x"  # type: ignore[operator]


def vars_of(found: Credentials) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__slots__}


def test_nothing_is_read_from_the_environment_behind_the_callers_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AEPCTL_ENV", "AEP_ORG_ID", "AEP_SANDBOX", *GIVEN):
        monkeypatch.setitem(os.environ, name, "stage")
    assert load().environment == "dev"
    with pytest.raises(CredentialsError):
        credentials(load(), {})
