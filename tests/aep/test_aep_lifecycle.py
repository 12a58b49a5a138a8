"""What the platform says of an audience's life, and asking for what a list may leave out."""

import json
from collections.abc import Mapping

import pytest
from fakes import FakeClock

from aepctl.aep.listed import decode_audience
from aepctl.aep.reader import AudienceReader
from aepctl.model.audience import Ids
from aepctl.replies import Reply, Response

FIELDS = {"id": "P", "audienceId": "A", "name": "Gold", "namespace": "agora", "originName": "Own"}


class Platform:
    """Answers every read with one audience, and remembers the questions."""

    def __init__(self, **fields: object) -> None:
        self.one = {**FIELDS, **fields}
        self.asked: list[str | None] = []

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        self.asked.append(query.get("property"))
        if path != "/audiences":
            return Response(200, json.dumps(self.one).encode())
        page = {"children": [self.one], "_page": {"totalCount": 1}}
        return Response(200, json.dumps(page).encode())

    def renew_token(self) -> bool:
        return False


def lifecycle(**fields: object) -> str | None:
    observed = decode_audience(json.dumps({**FIELDS, **fields}).encode())
    assert observed is not None
    return observed.lifecycle


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, None),
        ({"lifecycleState": "published"}, "published"),
        ({"lifecycleState": "ARCHIVED"}, "archived"),
        ({"lifecycle": "Deleted"}, "deleted"),
        ({"lifecycleState": None, "lifecycle": "draft"}, "draft"),
        ({"lifecycleState": 7}, None),
        ({"lifecycleState": {"odd": 1}}, None),
    ],
    ids=str,
)
def test_the_state_is_read_however_it_is_written(
    fields: dict[str, object], said: str | None
) -> None:
    assert lifecycle(**fields) == said


@pytest.mark.parametrize(
    ("state", "gone", "asleep"),
    [
        ("published", False, False),
        ("active", False, False),
        ("draft", False, True),
        ("inactive", False, True),
        ("archived", True, False),
        ("deleted", True, False),
    ],
)
def test_what_is_gone_or_asleep(state: str, gone: bool, asleep: bool) -> None:
    observed = decode_audience(json.dumps({**FIELDS, "lifecycleState": state}).encode())
    assert observed is not None
    assert (observed.is_gone, observed.is_asleep) == (gone, asleep)


@pytest.mark.parametrize(
    ("state", "there"), [("archived", False), ("deleted", False), ("draft", True)]
)
def test_one_that_is_gone_is_not_read_as_there(state: str, there: bool) -> None:
    reader = AudienceReader(Platform(lifecycleState=state), FakeClock())
    assert (reader.get(Ids("A", "P")) is not None) is there


def test_inactive_ones_are_asked_for_by_their_state() -> None:
    platform = Platform(lifecycleState="inactive")
    (one,) = AudienceReader(platform, FakeClock()).list_inactive()
    assert one.is_asleep
    assert platform.asked == ["lifecycleState==inactive"]


def test_one_is_found_by_its_id_and_by_nothing_that_only_looks_like_it() -> None:
    platform = Platform()
    assert len(AudienceReader(platform, FakeClock()).find("A")) == 1
    assert platform.asked == ["audienceId==A"]
    assert AudienceReader(platform, FakeClock()).find("B") == ()
    assert platform.asked[1:] == ["audienceId==B", None, "lifecycleState==inactive"]
