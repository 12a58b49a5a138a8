"""The secrets, which come from environment variables only."""

import os
import traceback
from itertools import combinations

import pytest
from project_samples import FILE, SECRET, load

from aepctl.errors import CredentialsError
from aepctl.project.credentials import SCOPES, Credentials, Secret, credentials

pytestmark = pytest.mark.usefixtures("folder")

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
            assert all(name in raised.value.message for name in missing)
            assert not any(name in raised.value.message for name in client & names)

    def test_all_that_is_missing_is_named_at_once(self) -> None:
        with pytest.raises(CredentialsError) as raised:
            credentials(load(), {})
        what = "no credentials for `dev`: AEP_CLIENT_ID and AEP_CLIENT_SECRET not set"
        next_ = "set AEP_CLIENT_ID and AEP_CLIENT_SECRET, or AEP_ACCESS_TOKEN and AEP_API_KEY"
        assert (raised.value.message, raised.value.hint) == (what, next_)

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
        settings = load(FILE, "local")
        assert revealed(credentials(settings, {})) == ("emulator", "emulator", None, "")
        assert revealed(credentials(settings, GIVEN)) == ("emulator", "emulator", None, "")

    @pytest.mark.parametrize("name", [*GIVEN, "AEP_SCOPES"])
    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("hunter2-ä", "contains characters that are not allowed in an HTTP header"),
            ("hunter2\x1b", "contains characters that are not allowed in an HTTP header"),
            ("hunter2\x00", "contains characters that are not allowed in an HTTP header"),
            ("hunter2\u200b", "contains characters that are not allowed in an HTTP header"),
            ("hunter2\r\nx-evil: 1", "has a line break in the middle"),
            ("hunter2\nhunter3", "has a line break in the middle"),
            ("${hunter2}", "holds the name of a variable that nobody replaced"),
            ("${{ secrets.hunter2 }}", "holds the name of a variable that nobody replaced"),
            ("$(cat hunter2)", "holds the name of a variable that nobody replaced"),
            ("<your-hunter-here>", "holds the name of a variable that nobody replaced"),
            ("$AEP_HUNTER", "holds the name of a variable that nobody replaced"),
        ],
    )
    def test_what_cannot_be_one_is_refused_with_the_reason_and_not_shown(
        self, name: str, text: str, what: str
    ) -> None:
        with pytest.raises(CredentialsError) as raised:
            credentials(load(), {**GIVEN, name: text})
        assert raised.value.message.startswith(f"{name} {what}")
        assert "hunter" not in "".join(traceback.format_exception(raised.value)).lower()

    @pytest.mark.parametrize("name", list(GIVEN))
    @pytest.mark.parametrize(
        "text", ["hunter2 hunter3", '{"access_token": "hunter2"}', 'hunter"2', "curl -H hunter2"]
    )
    def test_what_none_of_them_ever_has_is_refused(self, name: str, text: str) -> None:
        with pytest.raises(CredentialsError) as raised:
            credentials(load(), {**GIVEN, name: text})
        message = f"{name} contains blanks, quotes or braces, which it never has"
        assert raised.value.message == message
        assert raised.value.hint == f"set {name} to the value alone, without what stood around it"
        assert "hunter" not in "".join(traceback.format_exception(raised.value))

    @pytest.mark.parametrize(
        "text",
        [
            "the-token\n", " the-token\r\n", '"the-token"', "'the-token'", "“the-token”",
            "Bearer the-token", "bearer  the-token", '"Bearer the-token"', "Bearer 'the-token'",
            "Authorization: Bearer the-token", "`the-token`\n",
        ],
    )  # fmt: skip
    def test_what_was_copied_with_a_token_is_no_part_of_it(self, text: str) -> None:
        found = credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": text})
        assert found.access_token is not None
        assert found.access_token.reveal() == "the-token"

    @pytest.mark.parametrize("name", ["AEP_CLIENT_ID", "AEP_CLIENT_SECRET", "AEP_API_KEY"])
    def test_nor_are_quotes_and_blanks_of_anything_else(self, name: str) -> None:
        plain = revealed(credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": ""}))
        quoted = {**GIVEN, "AEP_ACCESS_TOKEN": "", name: f' "{GIVEN[name]}"\n'}
        assert revealed(credentials(load(), quoted)) == plain

    @pytest.mark.parametrize("text", ["Bearer", "Bearer ", '"Bearer"', "Authorization: bearer\n"])
    def test_what_stands_before_a_token_is_none(self, text: str) -> None:
        assert credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": text}).access_token is None

    def test_quotes_around_nothing_are_nothing(self) -> None:
        found = credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": '""'})
        assert found.access_token is None

    def test_a_token_that_hides_a_client_is_known_to(self) -> None:
        assert credentials(load(), GIVEN).hides_client
        for name in ("AEP_CLIENT_ID", "AEP_CLIENT_SECRET"):
            assert not credentials(load(), {**GIVEN, name: ""}).hides_client
        assert not credentials(load(), {**GIVEN, "AEP_ACCESS_TOKEN": ""}).hides_client

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
    assert load().name == "dev"
    with pytest.raises(CredentialsError):
        credentials(load(), {})
