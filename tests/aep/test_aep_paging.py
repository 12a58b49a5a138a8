"""Lists are read page by page, and believed where they are known to be whole."""

import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import count, islice
from typing import Any

import pytest
from fakes import FakeClock, audience
from lists import element, page, read

from aepctl.aep.paging import MAX_PAGES, MAX_ROUNDS, PAGE_SIZE, USUAL_SIZE
from aepctl.aep.reader import AudienceReader
from aepctl.aep.repeating import MAX_ATTEMPTS
from aepctl.errors import PlatformError
from aepctl.replies import Reply, Response


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

    def test_a_platform_that_refuses_so_large_a_page_is_asked_for_usual_ones(self) -> None:
        refused = Response(400, b'{"message": "limit"}')
        reader, connection, waited = read(
            refused, page(element("a"), total=2, following=1), page(element("b"), total=2), page(),
        )  # fmt: skip
        assert [one.audience.name for one in reader.list_all()] == ["a", "b"]
        assert reader.list_inactive() == ()
        sizes = [int(asked["limit"]) for asked in connection.queries]
        assert (sizes, waited) == ([PAGE_SIZE, *[USUAL_SIZE] * 3], [])

    def test_one_that_refuses_usual_ones_too_is_an_error_at_once(self) -> None:
        reader, connection, _ = read(*[Response(400, b'{"message": "no"}')] * 2)
        with pytest.raises(PlatformError, match="400: no"):
            reader.list_all()
        assert len(connection.queries) == 2

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

    @pytest.mark.parametrize(
        ("shown", "total"), [(0, 5), (3, 5), (99, 100)], ids=["none", "some", "all but one"]
    )
    def test_a_list_that_shows_fewer_than_it_counts_is_an_error(
        self, shown: int, total: int
    ) -> None:
        """However often it says the same: what it leaves out may be what is looked for."""
        short = page(*(element(str(n)) for n in range(shown)), total=total)
        reader, connection, waited = read(*[short] * 9)
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert caught.value.message == (
            f"the platform's list of audiences shows {shown} of {total}: what it leaves out may "
            "be what is looked for"
        )
        assert caught.value.hint == (
            "run it again when nobody else changes audiences; if it stays so, these credentials "
            "may not see all of them"
        )
        assert len(connection.queries) == MAX_ROUNDS
        assert waited == [0.25, 0.5, 1.0, 2.0]

    def test_a_list_that_becomes_whole_is_believed(self) -> None:
        whole = page(element("a"), element("b"))
        reader, connection, _ = read(page(element("a"), total=2), whole)
        assert [one.audience.name for one in reader.list_all()] == ["a", "b"]
        assert len(connection.queries) == 2

    def test_a_search_is_believed_no_sooner(self) -> None:
        reader, _, _ = read(*[page(total=1)] * 9)
        with pytest.raises(PlatformError, match="shows 0 of 1"):
            reader.search(audience("gold"), None)

    def test_the_most_that_any_page_counts_is_what_there_is(self) -> None:
        reader, connection, _ = read(
            page(element("a"), total=3, following=1), page(element("b"), total=2),
            page(element("a"), total=3, following=1), page(element("b"), element("c"), total=3),
        )  # fmt: skip
        assert [one.audience.name for one in reader.list_all()] == ["a", "b", "c"]
        assert len(connection.queries) == 4

    def test_elements_are_told_apart_by_both_their_ids(self) -> None:
        """An `id` that several have hides none of them."""
        same = [element(name, id="same") for name in "abc"]
        reader, _, _ = read(page(*same))
        assert [one.audience.name for one in reader.list_all()] == ["a", "b", "c"]

    def test_by_its_number_within_its_page_where_one_has_no_id(self) -> None:
        bare = [{"name": 7}, {"id": ""}, {"id": ""}, {"id": None, "audienceId": ["A"]}]
        reader, connection, _ = read(page(*bare))  # type: ignore[arg-type]
        assert reader.list_all() == ()
        assert len(connection.queries) == 1

    @pytest.mark.parametrize("odd", [7, {"name": 7}], ids=repr)
    def test_and_by_its_page(self, odd: Any) -> None:
        """Both are the first ones of their pages, and behind both nothing comes."""
        pages = [{"_page": {"next": 1}}, {}]
        reader, connection, _ = read(*(said(odd, **more) for more in [*pages, {}]), said())
        assert reader.list_all() == ()
        assert [asked["start"] for asked in connection.queries] == ["0", "1", "1", "2"]

    def test_one_with_the_platforms_id_alone_is_known_by_it(self) -> None:
        """So it counts once where it moves to the next page."""
        bare = {"id": "s"}
        reader, connection, _ = read(
            page(element("a"), bare, total=3, following=2), page(bare, element("b"), total=3)
        )
        assert [one.audience.name for one in reader.list_all()] == ["a", "b"]
        assert len(connection.queries) == 2

    def test_an_id_of_digits_is_another_than_that_number(self) -> None:
        reader, connection, _ = read(page({"id": 7}, {"id": "7"}))
        assert reader.list_all() == ()
        assert len(connection.queries) == 1

    def test_one_that_is_listed_twice_does_not_stand_for_another(self) -> None:
        reader, _, _ = read(*[page(element("a"), element("a"))] * 9)
        with pytest.raises(PlatformError, match="shows 1 of 2"):
            reader.list_all()

    def test_a_list_that_never_settles_is_an_error(self) -> None:
        reader, _, _ = read(*(page(element(str(n)), total=9) for n in range(9)))
        with pytest.raises(PlatformError, match="shows 1 of 9"):
            reader.list_all()

    def test_a_circle_is_an_error(self) -> None:
        reader, connection, _ = read(*[page(element("a"), total=5, following=1)] * 9)
        with pytest.raises(PlatformError) as caught:
            reader.list_all()
        assert caught.value.message == (
            "the platform's list of audiences cannot be used: the page start=1 brings nothing new, "
            "and names another"
        )
        assert caught.value.hint == "nothing was sent; run it again, and tell Adobe if it stays so"
        assert len(connection.queries) == 2

    def test_pages_that_bring_nothing_new_are_an_error_whatever_they_name(self) -> None:
        names = iter(range(1, 99))
        reader, connection, _ = read(
            *(page(element("a"), total=5, following=f"next-{next(names)}") for _ in range(9))
        )
        with pytest.raises(PlatformError, match="start=next-1 brings nothing new"):
            reader.list_all()
        assert len(connection.queries) == 2

    @pytest.mark.parametrize("total", [0, 5])
    def test_an_empty_page_that_names_another_is_an_error(self, total: int) -> None:
        reader, connection, _ = read(page(total=total, following=1))
        with pytest.raises(PlatformError, match="start=0 brings nothing new"):
            reader.list_all()
        assert len(connection.queries) == 1

    def test_pages_without_end_are_an_error(self) -> None:
        endless = (page(element(str(n)), following=n + 1) for n in count())
        reader, connection, _ = read(*islice(endless, MAX_PAGES + 1))
        with pytest.raises(PlatformError, match=f"has more than {MAX_PAGES} pages"):
            reader.list_all()
        assert len(connection.queries) == MAX_PAGES

    @pytest.mark.parametrize(
        "body",
        [
            '{"children": [], "_page": {"totalCount": -1}}',
            '{"children": [], "_page": {"totalCount": null}}',
            '{"children": [], "totalCount": null, "_page": {"totalCount": 0}}',
            '{"children": [], "_page": {"totalCount": 3, "totalCount": 0}}',
            '{"children": [], "_page": {"totalCount": 3}, "_page": {"totalCount": 0}}',
            '{"children": [{"name": "a"}], "children": [], "_page": {"totalCount": 0}}',
            '{"children": [], "_page": {"totalCount": 1, "next": "\\ud800"}}',
            '{"children": [], "_page": {"totalCount": 1, "next": "1\\r\\n"}}',
            '{"children": [], "_page": {"totalCount": 1, "next": "%s"}}' % ("9" * 100_000),
        ],
    )
    def test_what_says_no_count_or_no_page_that_can_be_is_no_list(self, body: str) -> None:
        reader, _, _ = read(*[Response(200, body.encode())] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError, match="an answer that cannot be read"):
            reader.list_all()

    @pytest.mark.parametrize(
        "no_list", [{"status": 503}, {"complete": False}], ids=["of an error", "cut"]
    )
    def test_a_whole_list_in_an_answer_that_is_none_is_not_believed(self, no_list: Any) -> None:
        reader, _, waited = read(replace(page(), **no_list), page(element("a")))
        assert names(reader) == ["a"]
        assert waited == [0.25]

    @pytest.mark.parametrize("name", ["errors", "error", "error_code", "errorMessage", "fault"])
    def test_what_speaks_of_an_error_is_no_list_however_whole(self, name: str) -> None:
        body = {"children": [], "_page": {"totalCount": 0}, name: {"message": "shard 2 is away"}}
        reader, _, _ = read(*[Response(200, json.dumps(body).encode())] * MAX_ATTEMPTS)
        with pytest.raises(PlatformError, match=r"an answer that speaks of an error: .*is away"):
            reader.list_all()

    @pytest.mark.parametrize("nothing", [None, [], {}, ""])
    def test_one_that_speaks_of_none_is(self, nothing: object) -> None:
        body = {"children": [], "_page": {"totalCount": 0}, "errors": nothing}
        reader, _, _ = read(Response(200, json.dumps(body).encode()))
        assert reader.list_all() == ()


def said(*elements: dict[str, Any], **more: object) -> Response:
    return Response(200, json.dumps({"children": elements, **more}).encode())


def names(reader: AudienceReader) -> list[str]:
    return [one.audience.name for one in reader.list_all()]


class TestCounts:
    def test_a_count_beside_the_list_is_one(self) -> None:
        reader, connection, _ = read(said(element("a"), totalCount=1))
        assert names(reader) == ["a"]
        assert len(connection.queries) == 1

    def test_of_two_counts_the_larger_one_counts(self) -> None:
        for top, within in ((5, 1), (1, 5)):
            whole = said(element("a"), totalCount=top, _page={"totalCount": within})
            reader, _, _ = read(*[whole] * MAX_ROUNDS)
            with pytest.raises(PlatformError, match="shows 1 of 5"):
                reader.list_all()

    @pytest.mark.parametrize("beside", [{}, {"_page": {}}, {"_page": None}])
    def test_an_empty_list_that_counts_nothing_is_not_believed(self, beside: Any) -> None:
        """So a list looks that something went wrong with."""
        reader, connection, _ = read(*[said(**beside)] * MAX_ROUNDS)
        with pytest.raises(PlatformError, match="is empty and counts nothing: what it leaves out"):
            reader.list_all()
        assert len(connection.queries) == MAX_ROUNDS

    def test_one_that_shows_more_than_it_counts_is_asked_what_comes_after_that(self) -> None:
        both, second, none = (page(*some, total=1) for some in (
            (element("a"), element("b")), (element("b"),), ()
        ))  # fmt: skip
        reader, connection, _ = read(both, second, none)
        assert names(reader) == ["a", "b"]
        assert [asked["start"] for asked in connection.queries] == ["0", "1", "2"]

    def test_and_not_believed_where_more_comes(self) -> None:
        both, more = (page(element("a"), element(name), total=1) for name in "bc")
        reader, _, _ = read(*[both, more] * MAX_ROUNDS)
        with pytest.raises(PlatformError, match="shows 2, counts 1, and goes on: what it leaves"):
            reader.list_all()


class TestLinks:
    LINK = {"next": {"href": "@/audiences?start=1&limit=1"}}  # noqa: RUF012 - never changed

    def test_a_link_is_followed_where_nothing_else_names_the_next_page(self) -> None:
        last = said(element("b"), _links={"next": {"href": None}})
        nothing = said()
        reader, connection, _ = read(
            said(element("a"), _links=self.LINK), last, last, nothing
        )  # behind the first one, and behind the last one
        assert names(reader) == ["a", "b"]
        assert [asked["start"] for asked in connection.queries] == ["0", "1", "1", "2"]

    def test_also_where_the_list_counts_no_more_than_it_shows(self) -> None:
        """It says two things: what it links to shows which of them is so."""
        one = {"_page": {"totalCount": 1}}
        reader, _, _ = read(said(element("a"), **one, _links=self.LINK), said(**one))
        assert names(reader) == ["a"]
        hides = said(element("a"), **one, _links=self.LINK), said(element("b"), **one)
        reader, _, _ = read(*hides, said(element("b"), **one), said(**one))
        assert names(reader) == ["a", "b"]

    @pytest.mark.parametrize(
        "link",
        [None, "next", {"next": "x"}, {"next": {}}, {"next": {"href": 7}},
         {"next": {"href": "@/audiences?limit=1"}}, {"next": {"href": "@/audiences"}},
         {"next": {"href": "https://[/audiences?start=1"}}],
        ids=repr,
    )  # fmt: skip
    def test_one_that_names_no_page_is_none(self, link: object) -> None:
        reader, connection, _ = read(said(element("a"), totalCount=1, _links=link))
        assert names(reader) == ["a"]
        assert len(connection.queries) == 1

    def test_a_next_page_too_many_is_empty(self) -> None:
        whole = {"total": 1, "following": 1}
        reader, connection, _ = read(page(element("a"), **whole), page(**whole))
        assert names(reader) == ["a"]
        assert len(connection.queries) == 2


class Shelf:
    """A list of so many, given at most `at_once`; its pages name no next one, and count nothing.

    `start` counts `elements` or `pages`, or means `nothing`.
    """

    token_advice = ""

    def __init__(self, there: int, at_once: int, start: str) -> None:
        self._all = [element(f"n{number}") for number in range(there)]
        self._at_once, self._start = at_once, start
        self.asked = 0

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        assert path == "/audiences"
        self.asked += 1
        size = min(self._at_once, int(query["limit"]))
        first = int(query["start"]) * {"elements": 1, "pages": size, "nothing": 0}[self._start]
        return said(*self._all[first : first + size])

    def renew_token(self) -> bool:
        raise AssertionError

    def reconnect(self) -> None:
        raise AssertionError


@pytest.mark.parametrize("start", ["elements", "pages", "nothing"])
@pytest.mark.parametrize("at_once", [1, 2, 50, PAGE_SIZE])
@pytest.mark.parametrize("there", [1, 2, 3, 50, 99, PAGE_SIZE, PAGE_SIZE + 1])
def test_a_list_that_says_nothing_of_its_end_is_whole_or_an_error(
    there: int, at_once: int, start: str
) -> None:
    """Where `start` means nothing, nobody can tell a whole list from the first page of a long one.

    That an answer without paging is the whole list was believed once.
    """
    shelf = Shelf(there, at_once, start)
    reader = AudienceReader(shelf, FakeClock())
    if there <= at_once and start != "nothing":
        assert len(reader.list_all()) == there
        assert shelf.asked <= 3
    else:
        with pytest.raises(PlatformError, match=r"counts nothing, and goes on: what it leaves"):
            reader.list_all()


def test_one_of_one_is_asked_once_what_comes_after_it() -> None:
    shelf = Shelf(1, PAGE_SIZE, "elements")
    assert len(AudienceReader(shelf, FakeClock()).list_all()) == 1
    assert shelf.asked == 2


def test_one_that_changes_meanwhile_is_read_again() -> None:
    reader, connection, waited = read(
        said(element("a")), said(element("b")),  # somebody made it
        said(element("a"), element("b")), said(element("b")), said(),
    )  # fmt: skip
    assert names(reader) == ["a", "b"]
    assert waited == [0.25]
    assert len(connection.queries) == 5
