"""The outcome table of the create call: what was seen, and what it means. Pure."""

import pytest

from aepctl.aep.replies import Answer, Broken, NotSent
from aepctl.aep.wire import CreatedIds
from aepctl.apply.outcomes import Created, Failure, Refused, Retry, Unknown, judge

GOOD = b'{"name": "Gold", "audienceId": "A"}'
ERROR = b'{"error_code": "403010", "message": "no"}'
REFUSING = (400, 403, 404, 405, 413, 415, 422)


@pytest.mark.parametrize("status", [200, 201, 202, 207, 299])
def test_success_with_an_id_is_created(status: int) -> None:
    assert judge(Answer(status, GOOD)) == Created(CreatedIds("A", None))


def test_both_ids_of_revision_3_are_kept() -> None:
    body = b'{"id": "P", "name": "Gold", "audienceId": "A"}'
    assert judge(Answer(200, body)) == Created(CreatedIds("A", "P"))


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(200, GOOD, complete=False), "answered 200, but the answer is cut short"),
        (Answer(200, GOOD[:-5], complete=False), "answered 200, but the answer is cut short"),
        (Answer(200, b""), "answered 200, but the answer holds no audienceId"),
        (Answer(204, b""), "answered 204, but the answer holds no audienceId"),
        (Answer(200, b"<html>"), "answered 200, but the answer holds no audienceId"),
        (Answer(200, b'{"name": "Gold"}'), "answered 200, but the answer holds no audienceId"),
    ],
)
def test_success_without_a_usable_id_is_unknown(answer: Answer, message: str) -> None:
    assert judge(answer) == Unknown(Failure(message, None, answer.status))


@pytest.mark.parametrize("status", REFUSING)
@pytest.mark.parametrize("complete", [True, False])
def test_what_was_refused_outright_is_refused_in_the_platforms_words(
    status: int, complete: bool
) -> None:
    reply = Answer(status, ERROR, complete, request_id="theirs")
    assert judge(reply) == Refused(Failure("no", "403010", status, "theirs"))


def test_401_is_refused_and_another_token_may_help() -> None:
    assert judge(Answer(401, ERROR)) == Refused(Failure("no", "403010", 401), Retry.NEW_TOKEN)


@pytest.mark.parametrize("after", [None, 0.0, 7.0])
def test_429_is_refused_for_now(after: float | None) -> None:
    reply = Answer(429, ERROR, retry_after=after)
    assert judge(reply) == Refused(Failure("no", "403010", 429), Retry.RATE_LIMITED, after)


def test_nothing_sent_is_refused_and_may_be_tried_again() -> None:
    expected = Refused(Failure("nothing was sent: no connection"), Retry.NOT_SENT)
    assert judge(NotSent("no connection")) == expected


def test_a_connection_that_broke_is_unknown() -> None:
    assert judge(Broken("no answer in time")) == Unknown(Failure("no answer in time"))


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_is_unknown(status: int) -> None:
    assert isinstance(judge(Answer(status, GOOD)), Unknown)


def test_a_server_side_timeout_is_unknown() -> None:
    assert judge(Answer(408, ERROR)) == Unknown(Failure("no", "403010", 408))


def test_a_conflict_is_to_be_looked_up_for_it_says_that_something_is_there() -> None:
    assert judge(Answer(409, ERROR)) == Unknown(Failure("no", "403010", 409), exists=True)


def test_no_other_status_is_sure_enough_to_be_refused() -> None:
    refused = {n for n in range(100, 1000) if isinstance(judge(Answer(n, ERROR)), Refused)}
    assert refused == {*REFUSING, 401, 429}


def test_no_other_status_is_created() -> None:
    made = {n for n in range(100, 1000) if isinstance(judge(Answer(n, GOOD)), Created)}
    assert made == set(range(200, 300))
