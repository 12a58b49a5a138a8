"""Reading lists: page by page as the answer says, retried freely, compared exactly on our side."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from fakes import audience

from aepctl.aep.client import Platform
from aepctl.aep.listing import PAGE, TRIES, Reader
from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.credentials import Credentials, Secret
from aepctl.emulator import Emulator, Fault, FaultKind
from aepctl.errors import ListForbidden, PlatformError
from aepctl.settings import Settings, Target


def element(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}", "audienceId": f"a-{name}", "name": name, "namespace": "agora",
        "originName": "Agora_Collaboration", "type": "ExternalSegment", **more,
    }  # fmt: skip


def page(*elements: dict[str, Any], total: int | None = None, following: object = None) -> Answer:
    paging = {"totalCount": len(elements) if total is None else total, "pageSize": PAGE}
    if following is not None:
        paging["next"] = following  # type: ignore[assignment]
    return Answer(200, json.dumps({"children": elements, "_page": paging}).encode())


class Getter:
    """A connection that answers reads from a script."""

    def __init__(self, script: Iterable[Reply], *, renews: bool = True) -> None:
        self._script = iter(script)
        self._renews = renews
        self.asked: list[dict[str, str]] = []
        self.renewed = 0

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        assert path == "/audiences"
        self.asked.append(dict(query))
        return next(self._script)

    def renew_token(self) -> bool:
        self.renewed += 1
        return self._renews


def read(*script: Reply, renews: bool = True) -> tuple[Reader, Getter, list[float]]:
    """A reader over this script, what it asked, and how long it waited."""
    getter, waited = Getter(script, renews=renews), list[float]()
    return Reader(getter, pause=waited.append, jitter=lambda: 1.0), getter, waited


class TestPaging:
    @pytest.mark.parametrize("last", [None, 0, "0", ""])
    @pytest.mark.parametrize("second", [7, "7", "a-token"])
    def test_goes_on_as_the_answer_says(self, second: object, last: object) -> None:
        reader, getter, _ = read(
            page(element("a"), element("b"), total=3, following=second),
            page(element("c"), total=3, following=last),
        )
        assert [one.audience.name for one in reader.everything()] == ["a", "b", "c"]
        assert [asked["start"] for asked in getter.asked] == ["0", str(second)]
        assert {asked["limit"] for asked in getter.asked} == {str(PAGE)}

    def test_an_element_that_moves_to_the_next_page_counts_once(self) -> None:
        reader, _, _ = read(
            page(element("a"), element("b"), total=3, following=2),
            page(element("b"), element("c"), total=3),
        )
        assert [one.audience.name for one in reader.everything()] == ["a", "b", "c"]

    def test_a_list_that_lost_an_element_on_the_way_is_read_again(self) -> None:
        reader, getter, _ = read(
            page(element("a"), total=2, following=1), page(total=2),
            page(element("a"), total=2, following=1), page(element("b"), total=2),
        )  # fmt: skip
        assert [one.audience.name for one in reader.everything()] == ["a", "b"]
        assert len(getter.asked) == 4

    def test_a_total_that_counts_what_is_not_listed_is_believed_once(self) -> None:
        reader, getter, _ = read(*[page(element("a"), total=9)] * 2)
        assert [one.audience.name for one in reader.everything()] == ["a"]
        assert len(getter.asked) == 2

    def test_a_list_that_never_settles_is_an_error(self) -> None:
        reader, _, _ = read(*(page(element(str(n)), total=9) for n in range(9)))
        with pytest.raises(PlatformError, match="keeps changing"):
            reader.everything()

    def test_a_circle_is_an_error(self) -> None:
        reader, _, _ = read(*[page(element("a"), total=5, following=1)] * 9)
        with pytest.raises(PlatformError, match="in a circle"):
            reader.everything()

    def test_an_answer_without_paging_is_the_whole_list(self) -> None:
        reader, _, _ = read(Answer(200, json.dumps({"children": [element("a")]}).encode()))
        assert len(reader.everything()) == 1


class TestElements:
    def test_times_are_seconds_in_either_field(self) -> None:
        reader, _, _ = read(
            page(element("a", creationTime=1500), element("b", createEpoch=2), element("c"))
        )
        assert [one.created for one in reader.everything()] == [1.5, 2.0, None]

    def test_segments_of_the_platforms_own_are_passed_over(self) -> None:
        own = {"id": "s", "audienceId": "s", "name": "s", "type": "SegmentDefinition"}
        reader, _, _ = read(page(own, element("a", type="ExternalAudience"), {"id": "bare"}))
        assert [one.audience.name for one in reader.everything()] == ["a"]

    @pytest.mark.parametrize("description", [None, ""])
    def test_no_description_is_none_however_it_is_said(self, description: str | None) -> None:
        reader, _, _ = read(page(element("a", description=description)))
        assert reader.everything()[0].audience == audience("a")


class TestFinding:
    def test_the_contains_filter_is_made_exact(self) -> None:
        near = [element("gold"), element("Gold"), element("gold 2")]
        other = element("gold", id="x", audienceId="x", namespace="other")
        reader, getter, _ = read(page(*near, other))
        (found,) = reader.find(audience("gold"), None)
        assert found.audience_id == "a-gold"
        assert getter.asked[0]["name"] == "gold"

    def test_an_id_is_found_exactly(self) -> None:
        reader, getter, _ = read(page(element("gold", audienceId="mine")))
        assert [one.audience_id for one in reader.find(audience("gold"), "mine")] == ["mine"]
        assert getter.asked[0]["property"] == "audienceId==mine"

    def test_a_platform_that_gave_its_own_id_is_asked_for_the_name(self) -> None:
        reader, getter, _ = read(page(), page(element("gold")))
        assert [one.audience_id for one in reader.find(audience("gold"), "mine")] == ["a-gold"]
        assert "name" in getter.asked[1]


RETRIED = [
    Answer(429), Answer(408), Answer(500), Answer(503), Broken("x"), NotSent("x"),
    Answer(200, b"<html>"), Answer(200, b'{"children"', complete=False), Answer(200, b""),
]  # fmt: skip


class TestRetrying:
    @pytest.mark.parametrize("trouble", RETRIED, ids=repr)
    def test_a_read_is_asked_again(self, trouble: Reply) -> None:
        reader, _, waited = read(trouble, page(element("a")))
        assert len(reader.everything()) == 1
        assert waited == [0.25]

    def test_with_longer_and_longer_pauses_and_not_for_ever(self) -> None:
        reader, getter, waited = read(*[Answer(503, b'{"message": "busy"}')] * TRIES)
        with pytest.raises(PlatformError, match="cannot be listed: 503: busy"):
            reader.everything()
        assert waited == [0.25, 0.5, 1.0, 2.0, 4.0]
        assert len(getter.asked) == TRIES

    def test_retry_after_is_heeded_within_reason(self) -> None:
        reader, _, waited = read(
            Answer(429, retry_after=7.0), Answer(429, retry_after=9999.0), page()
        )
        reader.everything()
        assert waited == [7.0, 60.0]

    @pytest.mark.parametrize("status", [400, 404, 301])
    def test_what_will_not_change_is_an_error_at_once(self, status: int) -> None:
        reader, getter, _ = read(Answer(status, b'{"message": "no"}'))
        with pytest.raises(PlatformError, match=f"{status}: no"):
            reader.everything()
        assert len(getter.asked) == 1

    def test_401_gets_a_new_token_once(self) -> None:
        reader, getter, _ = read(Answer(401), page(element("a")))
        assert len(reader.everything()) == 1
        assert getter.renewed == 1
        reader, getter, _ = read(Answer(401), Answer(401))
        with pytest.raises(PlatformError, match="401"):
            reader.everything()
        reader, getter, _ = read(Answer(401), renews=False)
        with pytest.raises(PlatformError, match="401"):
            reader.everything()

    def test_403_says_what_may_be_done_and_what_it_risks(self) -> None:
        reader, _, _ = read(Answer(403, b'{"error_code": "403025", "message": "profile"}'))
        with pytest.raises(ListForbidden, match="may not list audiences: 403025: profile") as info:
            reader.everything()
        assert "--existing ignore" in str(info.value.next)
        assert "made twice" in str(info.value.next)


class TestAgainstThePlatform:
    @pytest.fixture
    def there(self, platform: Callable[..., Emulator]) -> Emulator:
        return platform(Fault(kind=FaultKind.LIST_ERROR, times=1))

    @pytest.fixture
    def reader(self, there: Emulator) -> Any:
        target = Target("1BD6382559DF0C130A49422D@AdobeOrg", "dev", there.url)
        settings = Settings(
            "test", "audiences", "state/s.json", target,
            f"{there.url}/core/ais", f"{there.url}/data/core/ups", there.url,
        )  # fmt: skip
        platform = Platform(settings, Credentials("test-key", Secret("test-token")))
        connection = platform.connect()
        for number in range(2 * PAGE + 5):
            connection.create(audience(f"Audience {number}"), str(number))
        yield Reader(connection, pause=lambda _: None)
        connection.close()
        platform.close()

    def test_all_pages_are_read(self, reader: Reader, there: Emulator) -> None:
        assert {one.audience_id for one in reader.everything()} == {
            one["audienceId"] for one in there.audiences
        }

    def test_one_is_found_among_many(self, reader: Reader, there: Emulator) -> None:
        (found,) = reader.find(audience("Audience 20"), None)
        assert found.audience.name == "Audience 20"
        assert found.created is not None
        assert reader.find(audience("audience 20"), None) == ()
