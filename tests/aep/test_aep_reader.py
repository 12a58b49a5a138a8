"""Reading audiences: retried freely, compared exactly on our side. Lists: see test_aep_paging."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes import FakeClock, Heard, audience
from lists import element, page, read
from raw_server import connected

from aepctl.aep.paging import PAGE_SIZE
from aepctl.aep.reader import AudienceReader
from aepctl.aep.repeating import MAX_ATTEMPTS
from aepctl.aep.writer import AudienceWriter
from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, serve
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.steps import Create
from aepctl.patience import Patience
from aepctl.replies import NoResponse, NothingSent, Reply, Response


class TestElements:
    def test_times_are_seconds_in_either_field(self) -> None:
        reader, _, _ = read(
            page(element("a", creationTime=1500), element("b", createEpoch=2), element("c"))
        )
        assert [one.created for one in reader.list_all()] == [1.5, 2.0, None]

    @pytest.mark.parametrize(
        ("said", "created"), [(1, 0.001), (0, None), (-1, None), (1e15, None), (True, None),
                              ("1500", None), (float("nan"), None)],
    )  # fmt: skip
    def test_what_can_be_no_time_is_none(self, said: object, created: float | None) -> None:
        reader, _, _ = read(page(element("a", creationTime=said)))
        assert reader.list_all()[0].created == created

    def test_what_is_after_the_year_9999_is_no_time(self) -> None:
        """Milliseconds in place of seconds, say: nobody could be told when that is."""
        odd = element("a", createEpoch=1_700_000_000_000), element("b", creationTime=9e14)
        assert [one.created for one in read(page(*odd))[0].list_all()] == [None, None]

    def test_segments_of_the_platforms_own_are_passed_over(self) -> None:
        own = {"id": "s", "audienceId": "s", "name": "s", "type": "SegmentDefinition"}
        reader, _, _ = read(page(own, element("a", type="ExternalAudience"), {"id": "bare"}))
        assert [one.audience.name for one in reader.list_all()] == ["a"]

    @pytest.mark.parametrize("description", [None, "", " \n"])
    def test_no_description_is_none_however_it_is_said(self, description: str | None) -> None:
        reader, _, _ = read(page(element("a", description=description)))
        assert reader.list_all()[0].audience == audience("a")

    def test_what_cannot_be_read_is_kept_in_mind_with_the_reason(self) -> None:
        odd = element("odd", audienceId="")
        reader, _, _ = read(page(odd, element("a"), {"id": "bare"}))
        assert [one.audience.name for one in reader.list_all()] == ["a"]
        assert reader.unreadable == {("odd", "agora", "Agora_Collaboration"): "`audienceId`"}

    def test_half_a_character_is_a_question_mark_and_whole_ones_stay(self) -> None:
        """JSON may hold half a surrogate pair; nothing could be written then."""
        reader, _, _ = read(page(element("Größe", description="shiny \ud83d")))
        assert reader.list_all()[0].audience == audience("Größe", "shiny ?")

    def test_a_namespace_that_is_empty_is_so(self) -> None:
        reader, _, _ = read(page(element("a", namespace="")))
        assert reader.list_all()[0].audience == replace(audience("a"), namespace="")


SANDBOX = (
    "check `sandbox` in aepctl.yaml (or AEP_SANDBOX), and whether these credentials may use it"
)
ODD_IDS = [7, "", None, " ", "a\nb", ["A"], True, "\ud800"]
FOREIGN = [
    {"name": 7, "id": "x"}, {"name": None}, {"name": "foreign", "audienceId": 7},
    {"name": "foreign", "audienceId": None, "type": "ExternalSegment"}, {"type": 7}, {"name": []},
    7, None, "text", [], {"name": "gold", "audienceId": 7, "type": "SegmentDefinition"},
    {"name": "gold", "audienceId": "x"}, {"name": "gold", "namespace": "crm", "audienceId": 7},
    {"name": "\ud800", "namespace": "agora", "originName": "o", "audienceId": "x"},
]  # fmt: skip


class TestOddElements:
    """Elements are read one by one."""

    @pytest.mark.parametrize("odd", FOREIGN, ids=repr)
    def test_what_cannot_be_ours_is_passed_over(self, odd: Any) -> None:
        reader, _, _ = read(page(element("a"), odd, element("b")), ours=[audience("gold").identity])
        found = [one.audience.name for one in reader.list_all()]
        assert [name for name in found if name in "ab"] == ["a", "b"]

    def test_it_counts_all_the_same(self) -> None:
        reader, connection, _ = read(page({"name": 7}, 7, None, element("a"), total=4))
        assert len(reader.list_all()) == 1
        assert len(connection.queries) == 1

    @pytest.mark.parametrize("odd", ODD_IDS, ids=repr)
    def test_one_with_our_name_and_an_odd_id_is_named_and_refused(self, odd: object) -> None:
        listed = page(element("a"), element("Gold ", audienceId=odd))
        reader, _, _ = read(listed, ours=[audience("gold").identity])
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert caught.value.message == (
            "the platform lists an audience named 'Gold ', as one of ours is, but its `audienceId` "
            "cannot be used: whether it is ours cannot be told"
        )
        assert caught.value.hint == (
            "look at it on the platform; where it is not ours, give one of the two another name"
        )

    @pytest.mark.parametrize("odd", ODD_IDS, ids=repr)
    def test_an_odd_id_of_the_platforms_own_is_as_good_as_none(self, odd: object) -> None:
        reader, _, _ = read(page(element("a", id=odd)))
        assert [one.ids for one in reader.list_all()] == [Ids("a-a")]

    @pytest.mark.parametrize("how", ["list_inactive", "find"])
    def test_so_is_one_in_any_other_list(self, how: str) -> None:
        reader, connection, _ = read(
            page(element("gold", audienceId=7)), ours=[audience("gold").identity]
        )
        with pytest.raises(PlatformError, match="named 'gold', as one of ours"):
            reader.find("A") if how == "find" else reader.list_inactive()
        assert len(connection.queries) == 1

    @pytest.mark.parametrize(
        ("says", "what"),
        [
            ({"type": "ExternalSegment"}, "`namespace`, `originName`"),
            ({"type": "ExternalAudience", "originName": "Agora_Collaboration"}, "`namespace`"),
            ({"namespace": "agora"}, "`originName`"),
            ({"originName": "Agora_Collaboration"}, "`namespace`"),
        ],
        ids=repr,
    )
    def test_so_is_one_that_leaves_out_whose_it_is_and_is_an_external_one(
        self, says: dict[str, Any], what: str
    ) -> None:
        """By its type, or by half of what says whose it is; of others see FOREIGN."""
        bare = {"id": "P", "audienceId": "A", "name": "gold"}
        reader, _, _ = read(page({**bare, **says}), ours=[audience("gold").identity])
        with pytest.raises(PlatformError, match=f"'gold'.*its {what} cannot be used"):
            reader.list_all()

    def test_so_is_one_that_a_search_for_our_own_id_finds(self) -> None:
        reader, connection, _ = read(page(element("gold", audienceId=7)))
        with pytest.raises(PlatformError, match="named 'gold', as one of ours"):
            reader.search(audience("gold"), "mine")
        assert len(connection.queries) == 1

    def test_so_is_one_that_a_search_finds(self) -> None:
        reader, _, _ = read(page(element("gold", audienceId=7)))
        with pytest.raises(PlatformError, match="named 'gold', as one of ours"):
            reader.search(audience("gold"), None)

    @pytest.mark.parametrize(
        ("more", "what"),
        [
            ({"namespace": None}, "`namespace`"),
            ({"originName": 7, "namespace": None, "audienceId": ""},
             "`namespace`, `originName`, `audienceId`"),
        ],
        ids=["namespace", "several"],
    )  # fmt: skip
    def test_or_does_not_say_whether_it_is_ours(self, more: dict[str, Any], what: str) -> None:
        ours = [Audience("gold", "agora", "7").identity, audience("gold").identity]
        reader, _, _ = read(page(element("gold", **more)), ours=ours)
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert f"but its {what} cannot be used" in caught.value.message

    @pytest.mark.parametrize("field", ["audienceId", "name", "namespace"])
    def test_so_is_one_that_says_two_things_at_once(self, field: str) -> None:
        one = json.dumps(element("Gold"))
        said = one[:-1] + f', "{field}": {json.dumps(element("Gold")[field])}}}'
        body = f'{{"children": [{said}, {json.dumps(element("a"))}], "_page": {{"totalCount": 2}}}}'
        reader, _, _ = read(Response(200, body.encode()), ours=[audience("Gold").identity])
        with pytest.raises(PlatformError, match=f"'Gold'.*its `{field}` cannot be used"):
            reader.list_all()

    def test_another_that_says_two_things_at_once_spoils_nothing(self) -> None:
        said = json.dumps(element("Other"))[:-1] + ', "audienceId": "B"}'
        children = f"[{said}, {json.dumps(element('Gold'))}]"
        body = f'{{"children": {children}, "_page": {{"totalCount": 2}}}}'
        reader, _, _ = read(Response(200, body.encode()), ours=[audience("Gold").identity])
        assert [one.audience.name for one in reader.list_all()] == ["Gold"]

    def test_a_name_of_digits_that_became_a_number_is_ours(self) -> None:
        reader, _, _ = read(page({**element("x"), "name": 2026}), ours=[audience("2026").identity])
        with pytest.raises(PlatformError, match="named '2026', as one of ours"):
            reader.list_all()


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

    def test_retry_after_is_the_least_that_is_waited(self) -> None:
        reader, _, waited = read(
            Response(429, retry_after=7.0), Response(503, retry_after=0.0), page()
        )
        reader.list_all()
        assert waited == [7.0, 0.5]

    def test_one_that_is_longer_than_we_are_ready_for_is_told_with_the_time(self) -> None:
        reader, connection, waited = read(Response(429, b"slow down", retry_after=3600.0))
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert caught.value.message == "cannot list audiences: 429: slow down"
        assert caught.value.hint == (
            "the platform asks to wait 1 h, until 2026-01-31 13:00:00+00:00, and --max-wait is "
            "5 min: run it again then"
        )
        assert (len(connection.queries), waited) == (1, [])

    def test_a_wait_that_is_noticed_is_told(self) -> None:
        told: list[str] = []
        reader, _, waited = read(
            Response(429, b"slow down", retry_after=2.1), Response(429, retry_after=2.0), page(),
            patience=Patience(log=Heard(told)),
        )  # fmt: skip
        reader.list_all()
        assert waited == [2.1, 2.0]
        assert told == ["waiting 2.1 s: cannot list audiences yet: 429: slow down"]

    def test_an_answer_of_no_use_is_the_last_on_its_connection(self) -> None:
        reader, connection, _ = read(Response(200, b'{"name": "a", "audienceId": "A"}'), page())
        reader.list_all()
        assert connection.reconnected == 1

    @pytest.mark.parametrize("status", [404, 405, 301])
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

    def test_403_says_what_may_be_done(self) -> None:
        body = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113752-403", "title": "no"}'
        reader, _, _ = read(Response(403, body))
        with pytest.raises(ListForbidden) as info:
            reader.list_all()
        assert info.value.message == (
            "these credentials may not list audiences: UPAPI-113752-403: no"
        )
        assert info.value.hint == "get the right to view segments"
        assert info.value.may_ignore

    @pytest.mark.parametrize(
        ("status", "body", "hint"),
        [
            (403, {"error_code": "403000", "message": "no"}, "check AEP_API_KEY"),
            (403, {"error_code": "403003", "message": "no"}, "check AEP_API_KEY"),
            (403, {"message": "The API key is not valid"}, "check AEP_API_KEY"),
            (
                403,
                {"error_code": "403025", "message": "no"},
                "check `org` in aepctl.yaml, and the product profile of these credentials",
            ),
            (
                403,
                {"message": "Sandbox prod2 not found"},
                SANDBOX,
            ),
            (
                404,
                {"message": "The sandbox does not exist"},
                SANDBOX,
            ),
            (
                403,
                {"type": "https://ns.adobe.com/aep/errors/UPAPI-113740-403", "title": "no"},
                "this organisation is not enabled for it: ask Adobe, or whoever administers it",
            ),
            (403, {"error_code": "403010", "message": "no"}, "get another token"),
            (401, {"error_code": "401013", "message": "no"}, "get another token"),
            (
                400,
                {"error_code": "400003", "message": "Missing header"},
                "check `org` in aepctl.yaml (or AEP_ORG_ID) and `sandbox`",
            ),
            (404, {"message": "no"}, "check `ups_url` in aepctl.yaml"),
            (307, {}, "check `ups_url` in aepctl.yaml: it leads elsewhere"),
            (
                407,
                {},
                "a proxy asks who you are: give its user and password in HTTPS_PROXY",
            ),
            (400, {"message": "Sandbox prod2 not found"}, "run it again"),
            (
                403,
                {"message": "no"},
                "check the rights of these credentials, `org` and `sandbox`",
            ),
        ],
    )
    def test_what_is_wrong_is_named_and_no_question_of_looking(
        self, status: int, body: dict[str, str], hint: str
    ) -> None:
        """Going on without a look is offered for the one code that is about the right to look."""
        reader, _, _ = read(*[Response(status, json.dumps(body).encode())] * 2)
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert type(caught.value) is PlatformError
        assert caught.value.hint == hint
        assert "--existing" not in f"{caught.value.message}{caught.value.hint}"

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
        assert caught.value.hint == "check `ups_url` in aepctl.yaml"

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
        assert not caught.value.may_ignore

    def test_an_answer_that_is_cut_is_asked_for_again(self) -> None:
        whole = element_answer()
        reader, connection, _ = read(replace(whole, complete=False), whole)
        assert reader.get(GOLD) is not None
        assert len(connection.paths) == 2

    def test_an_answer_about_another_audience_is_not_this_ones(self) -> None:
        reader, connection, _ = read(element_answer(audienceId="a-other"), element_answer())
        found = reader.get(GOLD)
        assert found is not None
        assert found.ids.audience_id == "a-gold"
        assert (len(connection.paths), connection.reconnected) == (2, 1)

    def test_without_the_platforms_own_id_nothing_can_be_asked(self) -> None:
        reader, connection, _ = read()
        with pytest.raises(ValueError, match="own `id` of A is not known"):
            reader.get(Ids("A"))
        assert connection.paths == []


@pytest.fixture(scope="module")
def there() -> Iterator[Emulator]:
    fault = Fault(kind=FaultKind.LIST_ERROR, times=1)
    with serve(behaviour=Behaviour(faults=(fault,))) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def reader(there: Emulator) -> Iterator[AudienceReader]:
    with connected(there.url) as connection:
        writer = AudienceWriter(connection)
        for number in range(2 * PAGE_SIZE + 5):
            writer.send(Create(audience(f"Audience {number}")), str(number))
        yield AudienceReader(connection, FakeClock())


class TestAgainstThePlatform:
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
