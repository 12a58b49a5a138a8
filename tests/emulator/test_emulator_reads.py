"""Listing audiences and reading them by id."""

import time
from typing import Any

import httpx
import pytest
from emulator_client import Client, Start

from aepctl.emulator import Behaviour

NAMES = ["Alpha", "beta", "Gamma", "delta", "Epsilon"]


@pytest.fixture
def filled(client: Client) -> Client:
    for name in NAMES:
        client.create(name=name, description=f"All of {name.upper()}")
    return client


def walk(client: Client, **params: Any) -> tuple[list[str], list[int | str | None]]:
    """Follow the answers from page to page; also the values of `next` that were met."""
    names, nexts, start = [], [], 0
    while True:
        answer = client.listed({**params, "start": start}).json()
        names += [one["name"] for one in answer["children"]]
        nexts.append(answer["_page"].get("next"))
        if not nexts[-1]:
            return names, nexts
        start = nexts[-1]


def test_the_newest_audience_comes_first(filled: Client) -> None:
    assert filled.names() == NAMES[::-1]


def test_pages_follow_each_other(filled: Client) -> None:
    names, nexts = walk(filled, limit=2)
    assert names == NAMES[::-1]
    assert nexts[:2] == [2, "4"]  # a number and a string, as Adobe's documents show both


def test_a_page_tells_totals_and_links_to_the_next_one(filled: Client) -> None:
    answer = filled.listed({"limit": 2, "sort": "name:asc"}).json()
    assert answer["_page"] == {"totalCount": 5, "pageSize": 2, "next": 2}
    href = "@/audiences?start=2&limit=2&totalCount=5&sort=name%3Aasc"
    assert answer["_links"] == {"next": {"href": href}}


def test_the_last_page_ends_in_all_the_ways_that_occur(filled: Client) -> None:
    ends = []
    for limit, name in ((5, ""), (2, "epsilon"), (2, "lt"), (3, "am")):
        page = filled.listed({"limit": limit, "name": name}).json()
        ends.append(page["_page"].get("next", "absent"))
        assert page["_links"] == {}
    assert set(map(repr, ends)) == {"''", "0"}
    assert "next" not in filled.listed({"name": "nobody"}).json()["_page"]


def test_a_page_past_the_end_is_empty(filled: Client) -> None:
    answer = filled.listed({"start": 99}).json()
    assert (answer["children"], answer["_page"]["totalCount"]) == ([], 5)


def test_a_page_holds_100_audiences_unless_asked_otherwise(client: Client) -> None:
    for number in range(101):
        client.create(name=f"{number}")
    assert client.listed().json()["_page"] == {"totalCount": 101, "pageSize": 100, "next": 100}
    assert len(client.names({"limit": 1000})) == 101


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": value} for value in ("0", "-1", "1001", "ten", "", "9" * 5000, "1.5")),
        *({"start": value} for value in ("-1", "x", "")),
        *({"sort": value} for value in ("name", "name:up", ":asc")),
        *({"property": value} for value in ("audienceId", "audienceId=x", "==x")),
    ],
)
def test_nonsense_in_the_query_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = client.listed(query)
    assert answer.status_code == 400
    assert next(iter(query)) in answer.json()["title"]


def test_a_property_matches_exactly(filled: Client) -> None:
    wanted = filled.emulator.audiences[1]
    for attribute in ("audienceId", "id", "name", "_etag", "creationTime"):
        matching = filled.names({"property": f"{attribute}=={wanted[attribute]}"})
        assert "beta" in matching
    assert filled.names({"property": "name==bet"}) == []
    assert filled.names({"property": "nothing==x"}) == []
    assert len(filled.names({"property": "isSystem==false"})) == 5


def test_several_filters_must_all_match(filled: Client) -> None:
    both = [("property", "namespace==agora"), ("property", "name==beta")]
    assert filled.names(both) == ["beta"]
    assert filled.names([*both, ("description", "gamma")]) == []


def test_a_property_may_contain_the_operator_and_other_signs(client: Client) -> None:
    client.create(name="a==b & c+d")
    assert client.names({"property": "name==a==b & c+d"}) == ["a==b & c+d"]


def test_name_and_description_match_parts_in_any_case(filled: Client) -> None:
    assert filled.names({"name": "TA"}) == ["delta", "beta"]
    assert filled.names({"description": "of gam"}) == ["Gamma"]


def test_the_name_filter_knows_other_letters_than_english_ones(client: Client) -> None:
    client.create(name="GRÖSSE")
    assert client.names({"name": "größe"}) == ["GRÖSSE"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name:asc", ["Alpha", "Epsilon", "Gamma", "beta", "delta"]),
        ("name:desc", ["delta", "beta", "Gamma", "Epsilon", "Alpha"]),
        ("labels:asc", NAMES),
    ],
)
def test_lists_are_sorted_as_asked(filled: Client, sort: str, expected: Any) -> None:
    assert filled.names({"sort": sort}) == expected


def test_the_sample_sorts_by_time_of_update(filled: Client) -> None:
    first = filled.emulator.audiences[0]
    change = [{"op": "add", "path": "/description", "value": "changed"}]
    filled.call("PATCH", f"{filled.ups}/{first['id']}", json=change)
    assert filled.names({"sort": "updateTime:desc"})[0] == first["name"]


@pytest.mark.parametrize(
    ("entity_type", "count"), [("_xdm.context.profile", 5), ("_xom.context.account", 0)]
)
def test_external_audiences_are_audiences_of_people(
    filled: Client, entity_type: str, count: int
) -> None:
    assert len(filled.names({"entityType": entity_type})) == count


def test_organisations_and_sandboxes_are_isolated(client: Client) -> None:
    here = client.created()
    other_org = {"x-gw-ims-org-id": "0000000000000000000000@AdobeOrg"}
    for elsewhere in ({"x-sandbox-name": "prod"}, other_org):
        assert client.listed(headers=elsewhere).json()["children"] == []
        url = f"{client.ups}/{here['id']}"
        for method, body in (("GET", None), ("DELETE", None), ("PUT", {}), ("PATCH", [])):
            answer = client.call(method, url, headers=elsewhere, json=body)
            assert answer.status_code == 404
        bulk = {"ids": [{"id": here["id"]}]}
        answer = client.call("POST", f"{client.ups}/bulk-get", headers=elsewhere, json=bulk)
        assert answer.status_code == 404
    assert client.emulator.audiences == [here]


def test_one_audience_is_found_by_id_not_by_audience_id(client: Client) -> None:
    created = client.created()
    found = client.call("GET", f"{client.ups}/{created['id']}")
    assert (found.status_code, found.json()) == (200, created)
    answer = client.call("GET", f"{client.ups}/{created['audienceId']}")
    message = (
        f"The audience entity {created['audienceId']} is not found. "
        "Use a valid entity and try again."
    )
    assert answer.status_code == 404
    assert answer.json() == {
        "requestId": answer.headers["x-request-id"],
        "errors": {"404": [{"code": 404, "message": message}]},
        "type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404",
        "title": message,
        "status": 404,
    }


def bulk_get(client: Client, *ids: str) -> httpx.Response:
    return client.call("POST", f"{client.ups}/bulk-get", json={"ids": [{"id": i} for i in ids]})


def test_bulk_get_answers_for_each_id(client: Client) -> None:
    created = client.created()
    answer = bulk_get(client, created["id"], "missing")
    assert answer.status_code == 207
    assert answer.json() == {
        "results": {
            created["id"]: created,
            "missing": {
                "requestId": answer.headers["x-request-id"],
                "errors": {"404": [{"code": 404, "message": "Not found."}]},
            },
        }
    }


def test_bulk_get_of_nothing_known_is_not_found(client: Client) -> None:
    answer = bulk_get(client, "a", "b")
    assert answer.status_code == 404
    assert answer.json()["errors"]["404"] == [
        {"code": "UPAPI-113000-404", "message": "The entity a,b is not found."}
    ]


@pytest.mark.parametrize("count", [0, 101])
def test_bulk_get_takes_1_to_100_ids(client: Client, count: int) -> None:
    answer = bulk_get(client, *map(str, range(count)))
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPAPI-113015-400")
    assert answer.json()["errors"]["400"][0]["code"] == "UPAPI-113015-400"


@pytest.mark.parametrize("body", [{}, {"ids": "x"}, {"ids": ["x"]}, {"ids": [{}]}, []])
def test_bulk_get_refuses_other_bodies(client: Client, body: Any) -> None:
    answer = client.call("POST", f"{client.ups}/bulk-get", json=body)
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/UPLIB-101206-500")


def test_a_new_audience_shows_after_the_lists_lag(start: Start) -> None:
    client = start(list_lag=60)
    created = client.created()
    assert client.names() == []
    assert client.call("GET", f"{client.ups}/{created['id']}").status_code == 404
    assert bulk_get(client, created["id"]).status_code == 404
    client.emulator.behaviour = Behaviour(list_lag=0.001)
    time.sleep(0.005)
    assert client.names() == ["Sample"]


def test_a_credential_may_be_forbidden_to_list(start: Start) -> None:
    client = start(forbid_list=True)
    assert client.create().status_code == 200
    answer = client.listed()
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/UPAPI-113752-403")
    (error,) = answer.json()["errors"]["403"]
    assert error["code"] == "UPAPI-113752-403"
    assert "/sandboxes/dev/segments" in error["message"]
