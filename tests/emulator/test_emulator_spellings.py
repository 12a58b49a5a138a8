"""A platform that keeps names otherwise, is unique without regard to that, or hides what sleeps."""

from collections.abc import Callable

import pytest
from emulator_client import Client

from aepctl.emulator import Behaviour

Start = Callable[..., Client]


@pytest.mark.parametrize(
    ("spelling", "kept"),
    [
        ("sent", ("Café  Gold ", "agora", "Own")),
        ("trimmed", ("Café Gold", "agora", "Own")),
        ("upper", ("CAFÉ  GOLD ", "AGORA", "OWN")),
        ("lower", ("café  gold ", "agora", "own")),
        ("decomposed", ("Cafe\u0301  Gold ", "agora", "Own")),
        ("kinds", ("Café  Gold ", "AGORA", "OWN")),
        ("replaced", ("Café  Gold ", "agora", "CUSTOM_UPLOAD")),
        ("ascii", ("Caf  Gold ", "agora", "Own")),
    ],
)
def test_names_are_kept_in_another_spelling(
    start: Start, spelling: str, kept: tuple[str, str, str]
) -> None:
    client = start(spelling=spelling)
    made = client.created(name="Café  Gold ", namespace="agora", originName="Own")
    assert (made["name"], made["namespace"], made["originName"]) == kept


@pytest.mark.parametrize("name", ["gold", "GOLD", " Gold ", "Go\u200bld"], ids=ascii)
def test_one_that_is_unique_refuses_the_same_name_in_any_spelling(start: Start, name: str) -> None:
    client = start(unique=True)
    client.created(name="Gold")
    assert client.create(name=name).status_code == 409
    assert client.create(name="Golden").status_code == 200
    assert client.create(name=name, namespace="another").status_code == 200


@pytest.mark.parametrize("state", ["draft", "inactive", "archived", "deleted"])
def test_what_is_created_has_the_state_that_was_chosen(start: Start, state: str) -> None:
    assert start(lifecycle=state).created(name="Gold")["lifecycleState"] == state


def test_inactive_ones_show_only_where_they_are_asked_for(start: Start) -> None:
    client = start(lifecycle="inactive", hide_inactive=True)
    made = client.created(name="Gold")
    assert client.names() == []
    assert client.names({"property": "lifecycleState==inactive"}) == ["Gold"]
    assert client.names({"property": "lifecycleState==draft"}) == []
    assert client.names({"property": f"audienceId=={made['audienceId']}"}) == ["Gold"]
    assert client.names({"property": "name==Gold"}) == []


@pytest.mark.parametrize(
    "wrong", [{"spelling": "odd"}, {"lifecycle": "odd"}, {"statuses": "odd"}], ids=str
)
def test_what_no_platform_does_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="'odd' is no "):
        Behaviour(**wrong)  # type: ignore[arg-type]
