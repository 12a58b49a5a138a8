"""Many audiences read at once: what is said of each, and of which nothing is."""

import json
from typing import Any

import pytest
from fakes import audience
from lists import element, read

from aepctl.aep.bulk import decode_many
from aepctl.aep.reader import MAX_BULK
from aepctl.aep.repeating import MAX_ATTEMPTS
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Ids, Observed
from aepctl.replies import NoResponse, NothingSent, Reply, Response

NO_SUCH = {"requestId": "r", "errors": {"404": [{"code": 404, "message": "Not found."}]}}
NONE_OF_THEM = Response(404, b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113000-404"}')


def ids(name: str) -> Ids:
    return Ids(f"a-{name}", f"id-{name}")


def there(name: str) -> Observed:
    return Observed(audience(name), ids(name))


def answer(results: Any, status: int = 207) -> Response:
    return Response(status, json.dumps({"results": results}).encode())


@pytest.mark.parametrize("status", [200, 207])
def test_each_is_there_or_is_not(status: int) -> None:
    said = answer({"id-a": element("a"), "id-b": NO_SUCH}, status)
    assert decode_many(said, [ids("a"), ids("b")]) == {"a-a": there("a"), "a-b": None}


@pytest.mark.parametrize("lifecycle", ["ARCHIVED", "deleted"])
def test_what_is_archived_is_not_there(lifecycle: str) -> None:
    said = answer({"id-a": element("a", lifecycleState=lifecycle)})
    assert decode_many(said, [ids("a")]) == {"a-a": None}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id-a": None},
        {"id-a": {}},
        {"id-a": "404"},
        {"id-a": {"errors": {"403": [{"code": 403}]}}},
        {"id-a": {"errors": {"404": [], "500": []}}},
        {"id-a": {"errors": {}}},
        {"id-a": {"errors": ["404"]}},
        {"id-a": element("b")},
        {"id-a": element("a", audienceId="another")},
        {"id-a": element("a", id="another")},
        {"id-a": element("a", type="SegmentDefinition")},
        {"id-a": {**element("a"), "name": 7}},
        {"a-a": element("a")},
    ],
    ids=repr,
)
def test_of_what_cannot_be_the_answer_nothing_is_said(said: dict[str, Any]) -> None:
    """It is read by itself then; nothing is taken for gone that is not said to be."""
    assert decode_many(answer(said), [ids("a")]) == {}


def test_what_was_not_asked_for_is_passed_over() -> None:
    assert decode_many(answer({"id-a": element("a"), "id-b": element("b")}), [ids("a")]) == {
        "a-a": there("a")
    }


def test_a_404_for_all_of_them_says_nothing_of_any() -> None:
    """It may be that of a gateway that does not know the way."""
    assert decode_many(NONE_OF_THEM, [ids("a")]) == {}
    assert decode_many(Response(404, b"<html>"), [ids("a")]) == {}


@pytest.mark.parametrize(
    "reply",
    [
        Response(207, b'{"results": {}}', complete=False),
        Response(207, b"<html>"),
        Response(207, b"[]"),
        Response(200, b'{"results": []}'),
        Response(200, b"{}"),
        Response(204),
        Response(400, b'{"results": {}}'),
        Response(503, b'{"results": {}}'),
    ],
    ids=repr,
)
def test_what_is_no_answer_is_none(reply: Response) -> None:
    assert decode_many(reply, [ids("a")]) is None


class TestReader:
    """AudienceReader.get_many."""

    def test_a_hundred_are_asked_for_at_once(self) -> None:
        names = [f"n{number}" for number in range(MAX_BULK + 1)]
        said = [
            answer({f"id-{name}": element(name) for name in some})
            for some in (names[:MAX_BULK], names[MAX_BULK:])
        ]
        reader, connection, _ = read(*said)
        found = reader.get_many([ids(name) for name in names])
        assert found == {f"a-{name}": there(name) for name in names}
        assert connection.paths == ["/audiences/bulk-get"] * 2
        assert [len(one["ids"]) for one in connection.bodies] == [MAX_BULK, 1]
        assert connection.bodies[1] == {"ids": [{"id": f"id-{names[-1]}"}]}

    def test_none_is_no_question(self) -> None:
        reader, connection, _ = read()
        assert reader.get_many([]) == {}
        assert connection.paths == []

    @pytest.mark.parametrize(
        "trouble",
        [
            Response(503),
            Response(429),
            NoResponse("x"),
            NothingSent("x"),
            Response(200, b"<html>"),
            Response(207, b"<html>"),
            Response(207, b'{"results"', complete=False),
        ],
        ids=repr,
    )
    def test_it_is_asked_again_as_for_a_list(self, trouble: Reply) -> None:
        reader, _, waited = read(trouble, answer({"id-a": element("a")}))
        assert reader.get_many([ids("a")]) == {"a-a": there("a")}
        assert waited == [0.25]

    def test_but_not_for_ever(self) -> None:
        reader, _, _ = read(*[Response(503, b'{"message": "busy"}')] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError, match="cannot read audiences: 503: busy"):
            reader.get_many([ids("a")])

    def test_403_says_that_these_credentials_may_not(self) -> None:
        body = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113752-403", "title": "no"}'
        reader, _, _ = read(Response(403, body))
        with pytest.raises(ListForbidden, match="may not read audiences"):
            reader.get_many([ids("a")])
