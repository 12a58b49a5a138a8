"""What a token says of itself, and what is to be said of it."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from aepctl.errors import AepctlError
from aepctl.model.checkup import Status
from aepctl.operations.doctor.access import claims, ends_at, judged
from aepctl.project.credentials import Credentials

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ORG = "1BD6382559DF0C130A49422D@AdobeOrg"
GIVEN = Credentials(api_key="test-key")


def made(**said: object) -> str:
    """A token that says this."""
    part = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{part}.signature"


def adobes(begun: datetime, hours: float) -> dict[str, str]:
    """Adobe writes times as texts, in milliseconds."""
    created = int(begun.timestamp() * 1000)
    return {"created_at": str(created), "expires_in": str(int(hours * 3_600_000))}


@pytest.mark.parametrize("token", ["", "test-token", "a.b.c", "a.!!.c", "a.W10.c", "x" * 9000])
def test_what_is_no_such_token_says_nothing(token: str) -> None:
    assert claims(token) == {}
    assert ends_at(claims(token)) is None


def test_it_says_until_when_it_is_good_in_either_way() -> None:
    begun = NOON - timedelta(hours=1)
    for said in (adobes(begun, 24), {"exp": (begun + timedelta(hours=24)).timestamp()}):
        assert ends_at(claims(made(**said))) == NOON + timedelta(hours=23)
    assert ends_at({"exp": "soon"}) is None
    assert ends_at({"exp": 1e30}) is None


def test_one_that_is_good_is_told_with_its_end() -> None:
    found = judged(adobes(NOON, 24), GIVEN, ORG, NOON)
    assert (found.status, found.text) == (Status.OK, "AEP_ACCESS_TOKEN: good for 24 h")


def test_one_that_is_over_fails() -> None:
    with pytest.raises(AepctlError) as raised:
        judged(adobes(NOON, -2), GIVEN, ORG, NOON)
    assert raised.value.message == "AEP_ACCESS_TOKEN has expired, 2 h ago"
    assert raised.value.code == "token-refused"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (adobes(NOON, 0.1), "it ends soon"),
        ({"client_id": "other"}, "it was given to another client than the API key names"),
        ({"org_id": "OTHER@AdobeOrg"}, f"it is of OTHER@AdobeOrg, not of {ORG}"),
    ],
)
def test_one_that_may_be_the_wrong_one_is_a_warning(said: dict[str, object], words: str) -> None:
    found = judged(said, GIVEN, ORG, NOON)
    assert found.status is Status.WARNING
    assert found.text.endswith(f"; {words}")
