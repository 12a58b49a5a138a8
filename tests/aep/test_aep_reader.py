"""Reading lists: page by page as the answer says, retried freely, compared exactly on our side."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from fakes import FakeClock, audience
from raw_server import connected

from aepctl.aep.reader import MAX_ATTEMPTS, PAGE_SIZE, AudienceReader
from aepctl.aep.writer import AudienceWriter
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, serve
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Ids, Observed
from aepctl.model.steps import Create
from aepctl.replies import NoResponse, NothingSent, Reply, Response


def element(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}", "audienceId": f"a-{name}", "name": name, "namespace": "agora",
        "originName": "Agora_Collaboration", "type": "ExternalSegment", **more,
    }  # fmt: skip


def page(*elements: dict[str, Any], total: int | None = None, following: object = None) -> Response:
    paging = {"totalCount": len(elements) if total is None else total, "pageSize": PAGE_SIZE}
    if following is not None:
        paging["next"] = following  # type: ignore[assignment]
    return Response(200, json.dumps({"children": elements, "_page": paging}).encode())


class Connection:
    """A connection that answers reads from a script."""

    def __init__(self, script: Iterable[Reply], *, renews: bool = True) -> None:
        self._script = iter(script)
        self._renews = renews
        self.paths: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.renewed = 0

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        self.paths.append(path)
        self.queries.append(dict(query))
        return next(self._script)

    def renew_token(self) -> bool:
        self.renewed += 1
        return self._renews


def read(*script: Reply, renews: bool = True) -> tuple[AudienceReader, Connection, list[float]]:
    """A reader over this script, what it asked, and how long it waited."""
    connection, clock = Connection(script, renews=renews), FakeClock()
    return AudienceReader(connection, clock, jitter=lambda: 1.0), connection, clock.slept


class TestPaging:
    @pytest.mark.parametrize("last", [None, 0, "0", ""])
    @pytest.mark.parametrize("second", [7, "7", "a-token"])
    def test_goes_on_as_the_answer_says(self, second: object, last: object) -> None:
        reader, connection, _ = read(
            page(element("a"), element("b"), total=3, following=second),
            page(element("c"), total=3, following=last),
        )
        assert [one.audience.name for one in reader.list_all()] == ["a", "b", "c"]
        assert [asked["start"] for asked in connection.queries] == ["0", str(second)]
        assert {asked["limit"] for asked in connection.queries} == {str(PAGE_SIZE)}

    def test_an_element_that_moves_to_the_next_page_counts_once(self) -> None:
        reader, _, _ = read(
            page(element("a"), element("b"), total=3, following=2),
            page(element("b"), element("c"), total=3),
        )
        assert [one.audience.name for one in reader.list_all()] == ["a", "b", "c"]

    def test_a_list_that_lost_an_element_on_the_way_is_read_again(self) -> None:
        reader, connection, _ = read(
            page(element("a"), total=2, following=1), page(total=2),
            page(element("a"), total=2, following=1), page(element("b"), total=2),
        )  # fmt: skip
        assert [one.audience.name for one in reader.list_all()] == ["a", "b"]
        assert len(connection.queries) == 4

    def test_a_total_that_counts_what_is_not_listed_is_believed_once(self) -> None:
        reader, connection, _ = read(*[page(element("a"), total=9)] * 2)
        assert [one.audience.name for one in reader.list_all()] == ["a"]
        assert len(connection.queries) == 2

    def test_a_list_that_never_settles_is_an_error(self) -> None:
        reader, _, _ = read(*(page(element(str(n)), total=9) for n in range(9)))
        with pytest.raises(PlatformError, match="keeps changing"):
            reader.list_all()

    def test_a_circle_is_an_error(self) -> None:
        reader, _, _ = read(*[page(element("a"), total=5, following=1)] * 9)
        with pytest.raises(PlatformError, match="paging repeats the page start=1"):
            reader.list_all()

    def test_an_answer_without_paging_is_the_whole_list(self) -> None:
        reader, _, _ = read(Response(200, json.dumps({"children": [element("a")]}).encode()))
        assert len(reader.list_all()) == 1


class TestElements:
    def test_times_are_seconds_in_either_field(self) -> None:
        reader, _, _ = read(
            page(element("a", creationTime=1500), element("b", createEpoch=2), element("c"))
        )
        assert [one.created for one in reader.list_all()] == [1.5, 2.0, None]

    def test_segments_of_the_platforms_own_are_passed_over(self) -> None:
        own = {"id": "s", "audienceId": "s", "name": "s", "type": "SegmentDefinition"}
        reader, _, _ = read(page(own, element("a", type="ExternalAudience"), {"id": "bare"}))
        assert [one.audience.name for one in reader.list_all()] == ["a"]

    @pytest.mark.parametrize("description", [None, ""])
    def test_no_description_is_none_however_it_is_said(self, description: str | None) -> None:
        reader, _, _ = read(page(element("a", description=description)))
        assert reader.list_all()[0].audience == audience("a")


class TestFinding:
    def test_the_contains_filter_is_made_exact(self) -> None:
        near = [element("gold"), element("Gold"), element("gold 2")]
        other = element("gold", id="x", audienceId="x", namespace="other")
        reader, connection, _ = read(page(*near, other))
        (found,) = reader.search(audience("gold"), None)
        assert found.ids.audience_id == "a-gold"
        assert connection.queries[0]["name"] == "gold"

    def test_an_id_is_found_exactly(self) -> None:
        reader, connection, _ = read(page(element("gold", audienceId="mine")))
        assert [one.ids.audience_id for one in reader.search(audience("gold"), "mine")] == ["mine"]
        assert connection.queries[0]["property"] == "audienceId==mine"

    def test_a_platform_that_gave_its_own_id_is_asked_for_the_name(self) -> None:
        reader, connection, _ = read(page(), page(element("gold")))
        assert [one.ids.audience_id for one in reader.search(audience("gold"), "mine")] == [
            "a-gold"
        ]
        assert "name" in connection.queries[1]


RETRIED = [
    Response(429), Response(408), Response(500), Response(503), NoResponse("x"), NothingSent("x"),
    Response(200, b"<html>"), Response(200, b'{"children"', complete=False), Response(200, b""),
]  # fmt: skip


class TestRetrying:
    @pytest.mark.parametrize("trouble", RETRIED, ids=repr)
    def test_a_read_is_asked_again(self, trouble: Reply) -> None:
        reader, _, waited = read(trouble, page(element("a")))
        assert len(reader.list_all()) == 1
        assert waited == [0.25]

    def test_with_longer_and_longer_pauses_and_not_for_ever(self) -> None:
        reader, connection, waited = read(*[Response(503, b'{"message": "busy"}')] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError, match="cannot list audiences: 503: busy"):
            reader.list_all()
        assert waited == [0.25, 0.5, 1.0, 2.0, 4.0]
        assert set(connection.paths) == {"/audiences"}
        assert len(connection.queries) == MAX_ATTEMPTS

    def test_retry_after_is_heeded_within_reason(self) -> None:
        reader, _, waited = read(
            Response(429, retry_after=7.0), Response(429, retry_after=9999.0), page()
        )
        reader.list_all()
        assert waited == [7.0, 60.0]

    @pytest.mark.parametrize("status", [400, 404, 301])
    def test_what_will_not_change_is_an_error_at_once(self, status: int) -> None:
        reader, connection, _ = read(Response(status, b'{"message": "no"}'))
        with pytest.raises(PlatformError, match=f"{status}: no"):
            reader.list_all()
        assert len(connection.queries) == 1

    def test_401_gets_a_new_token_once(self) -> None:
        reader, connection, _ = read(Response(401), page(element("a")))
        assert len(reader.list_all()) == 1
        assert connection.renewed == 1
        reader, connection, _ = read(Response(401), Response(401))
        with pytest.raises(PlatformError, match="401"):
            reader.list_all()
        reader, connection, _ = read(Response(401), renews=False)
        with pytest.raises(PlatformError, match="401"):
            reader.list_all()

    def test_403_says_what_may_be_done_and_what_it_risks(self) -> None:
        body = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113752-403", "title": "no"}'
        reader, _, _ = read(Response(403, body))
        with pytest.raises(ListForbidden) as info:
            reader.list_all()
        assert info.value.message == (
            "these credentials may not list audiences: UPAPI-113752-403: no"
        )
        assert info.value.hint == (
            "get the right to view segments; or use --existing ignore, which creates without "
            "looking: what exists already (after a lost state, say) is then made twice"
        )

    def test_any_other_403_does_not_offer_to_go_on_without_looking(self) -> None:
        reader, _, _ = read(Response(403, b'{"message": "no"}'))
        with pytest.raises(ListForbidden) as info:
            reader.list_all()
        assert info.value.message == "these credentials may not list audiences: 403: no"
        assert info.value.hint == "get the right to view segments"

    @pytest.mark.parametrize(
        ("code", "hint"),
        [
            ("403000", "check AEP_API_KEY"),
            ("403003", "check AEP_API_KEY"),
            (
                "403025",
                "check `org` in aepctl.yaml, and the product profile of these credentials",
            ),
        ],
    )
    def test_credentials_that_are_wrong_are_an_error_and_no_question_of_rights(
        self, code: str, hint: str
    ) -> None:
        body = json.dumps({"error_code": code, "message": "no"}).encode()
        reader, connection, _ = read(Response(403, body))
        with pytest.raises(PlatformError) as info:
            reader.list_all()
        assert type(info.value) is PlatformError
        assert info.value.message == f"cannot list audiences: 403 {code}: no"
        assert info.value.hint == hint
        assert len(connection.queries) == 1

    @pytest.mark.parametrize(
        ("reply", "hint"),
        [
            (NothingSent("no"), "check the network and `ups_url`, then run it again"),
            (NoResponse("no"), "run it again"),
        ],
    )
    def test_a_platform_that_cannot_be_reached_is_a_matter_of_the_network(
        self, reply: Reply, hint: str
    ) -> None:
        reader, _, _ = read(*[reply] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError) as info:
            reader.list_all()
        assert (info.value.message, info.value.hint) == ("cannot list audiences: no", hint)


def element_answer(**more: Any) -> Response:
    return Response(200, json.dumps(element("gold", **more)).encode())


GONE = Response(404, b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404"}')
GOLD = Ids("a-gold", "id/gold")


class TestGetting:
    def test_an_audience_is_read_by_the_platforms_own_id(self) -> None:
        reader, connection, _ = read(element_answer(description="Shiny"))
        assert reader.get(GOLD) == Observed(
            audience("gold", "Shiny"), Ids("a-gold", "id-gold"), None
        )
        assert connection.paths == ["/audiences/id%2Fgold"]
        assert connection.queries == [{}]

    def test_what_the_platform_says_is_not_there_is_none(self) -> None:
        reader, connection, _ = read(GONE)
        assert reader.get(GOLD) is None
        assert len(connection.paths) == 1

    def test_any_other_404_is_an_error(self) -> None:
        reader, _, _ = read(Response(404, b'{"message": "no such page"}'))
        with pytest.raises(PlatformError) as caught:
            reader.get(GOLD)
        assert caught.value.message == "cannot read the audience a-gold: 404: no such page"
        assert caught.value.hint == "run it again"

    @pytest.mark.parametrize("trouble", [Response(503), NothingSent("x"), Response(200, b"<html>")])
    def test_it_is_asked_again_as_for_a_list(self, trouble: Reply) -> None:
        reader, _, waited = read(trouble, element_answer())
        assert reader.get(GOLD) is not None
        assert waited == [0.25]

    def test_what_is_no_external_audience_is_an_error_and_not_gone(self) -> None:
        reader, _, _ = read(*[element_answer(type="SegmentDefinition")] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError, match="a-gold: an answer that cannot be read"):
            reader.get(GOLD)

    def test_403_says_that_these_credentials_may_not(self) -> None:
        body = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113752-403", "title": "no"}'
        reader, _, _ = read(Response(403, body))
        with pytest.raises(ListForbidden) as caught:
            reader.get(GOLD)
        assert caught.value.message == (
            "these credentials may not read the audience a-gold: UPAPI-113752-403: no"
        )
        assert caught.value.hint == "get the right to view segments"

    def test_without_the_platforms_own_id_nothing_can_be_asked(self) -> None:
        reader, connection, _ = read()
        with pytest.raises(ValueError, match="own `id` of A is not known"):
            reader.get(Ids("A"))
        assert connection.paths == []


class TestAgainstThePlatform:
    @pytest.fixture
    def there(self) -> Iterator[Emulator]:
        fault = Fault(kind=FaultKind.LIST_ERROR, times=1)
        with serve(behaviour=Behaviour(faults=(fault,))) as emulator:
            yield emulator

    @pytest.fixture
    def reader(self, there: Emulator) -> Iterator[AudienceReader]:
        with connected(there.url) as connection:
            writer = AudienceWriter(connection)
            for number in range(2 * PAGE_SIZE + 5):
                writer.send(Create(audience(f"Audience {number}")), str(number))
            yield AudienceReader(connection, FakeClock())

    def test_all_pages_are_read(self, reader: AudienceReader, there: Emulator) -> None:
        assert {one.ids.audience_id for one in reader.list_all()} == {
            one["audienceId"] for one in there.audiences
        }

    def test_one_is_found_among_many(self, reader: AudienceReader, there: Emulator) -> None:
        (found,) = reader.search(audience("Audience 20"), None)
        assert found.audience.name == "Audience 20"
        assert found.created is not None
        assert reader.search(audience("audience 20"), None) == ()
        assert reader.get(found.ids) == found
        assert reader.get(Ids(found.ids.audience_id, "not-there")) is None
