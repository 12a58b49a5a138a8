"""What the address of a state behind HTTP may say, and where its credentials come from."""

import pytest

from aepctl.errors import AepctlError
from aepctl.project.redaction import Redaction
from aepctl.state.stores.http import open_http
from aepctl.state.stores.http_address import authorization, parse_http

GITLAB = "https://gitlab.example.com/api/v4/projects/42/terraform/state/prod"


def test_the_plain_dialect_locks_at_the_address_itself() -> None:
    address = parse_http("https://state.example.com/prod/")
    assert not address.gitlab
    assert address.where == "https://state.example.com/prod"
    assert address.lock == ("LOCK", "https://state.example.com/prod")
    assert address.unlock("x") == ("UNLOCK", "https://state.example.com/prod?ID=x")
    assert address.locked_by("x") == "https://state.example.com/prod?ID=x"


@pytest.mark.parametrize(
    "url",
    [
        GITLAB,
        "https://h/api/v4/projects/group%2Fproject/terraform/state/eu.prod",
        "https://h/gitlab/api/v4/projects/42/terraform/state/prod",
    ],
)
def test_gitlabs_dialect_is_recognised_by_its_path(url: str) -> None:
    address = parse_http(url)
    assert address.gitlab
    assert address.lock == ("POST", f"{url}/lock")
    assert address.unlock("x") == ("DELETE", f"{url}/lock?ID=x")


@pytest.mark.parametrize("url", [GITLAB, "https://h/state"])
def test_an_unlock_without_an_id_cannot_be_asked_for(url: str) -> None:
    with pytest.raises(ValueError, match="ID"):
        parse_http(url).unlock("")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://state.example.com/prod", "plain http is for this machine"),
        ("https://user:test-token@h/prod", "no user"),
        ("https://test-token@h/prod", "no user"),
        ("https://h/prod?token=test-token", "no user"),
        ("https://h/prod#test-token", "no user"),
        ("https://user:test-token/prod", "such as"),
        ("https://h:0/prod", "port"),
        ("https://h:99999/prod", ""),
        ("https://h/pr od", "such as"),
        ("https:///prod", "such as"),
        ("https://h/api/v4/projects/a/b/terraform/state/prod", "no address of one state in GitLab"),
        (f"{GITLAB}/lock", "no address of one state in GitLab"),
        ("https://h/api/v4/projects/42/terraform/state", "no address of one state in GitLab"),
    ],
)
def test_another_address_is_refused_unseen(url: str, said: str) -> None:
    with pytest.raises(AepctlError) as caught:
        open_http(url, {})
    assert said in caught.value.message
    assert caught.value.hint
    assert "test-token" not in f"{caught.value.message} {caught.value.hint}"


def test_plain_http_to_this_machine_will_do() -> None:
    assert open_http("http://127.0.0.1:8080/prod", {}).where == "http://127.0.0.1:8080/prod"


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"AEPCTL_HTTP_USERNAME": "u"}, "AEPCTL_HTTP_PASSWORD is not"),
        ({"AEPCTL_HTTP_PASSWORD": "test-token"}, "AEPCTL_HTTP_USERNAME is not"),
        ({"AEPCTL_HTTP_USERNAME": "u", "AEPCTL_HTTP_PASSWORD": "test-token\n"}, "PASSWORD holds"),
        ({"AEPCTL_HTTP_USERNAME": "u:v", "AEPCTL_HTTP_PASSWORD": "test-token"}, "USERNAME holds"),
    ],
)
def test_credentials_of_no_use_are_named_and_not_shown(environ: dict[str, str], said: str) -> None:
    with pytest.raises(AepctlError) as caught:
        authorization(environ, Redaction())
    assert said in caught.value.message
    assert "test-token" not in f"{caught.value.message} {caught.value.hint}"


def test_credentials_are_sent_as_basic_and_known_to_the_redaction() -> None:
    redaction = Redaction()
    environ = {"AEPCTL_HTTP_USERNAME": "Zoë", "AEPCTL_HTTP_PASSWORD": "test-token"}
    header = authorization(environ, redaction)["Authorization"]
    assert header == "Basic Wm/Dqzp0ZXN0LXRva2Vu"
    assert redaction.text(f"got {header}, test-token") == "got Basic …, …"
    assert authorization({}, redaction) == {}
