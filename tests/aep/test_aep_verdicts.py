"""The three tables: what was seen of a create, a patch and a delete, and what it means. Pure."""

import json
from collections.abc import Callable

import pytest
from fakes import audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.advice import EXPLAINED
from aepctl.aep.verdicts import (
    Done,
    NotSent,
    Refused,
    RetryReason,
    Unknown,
    Verdict,
    classify_delete,
)
from aepctl.aep.verdicts import classify_create as classify_any_create
from aepctl.aep.verdicts import classify_patch as classify_any_patch
from aepctl.model.audience import Audience, Ids
from aepctl.model.failure import Failure
from aepctl.model.steps import Create, Patch
from aepctl.replies import NoResponse, NothingSent, Reply, Response

CREATE = Create(audience("Gold"))
PATCH = Patch(Ids("A", "P"), audience("Gold"), audience("Gold", "Shiny"))


def classify_create(reply: Reply) -> Verdict:
    return classify_any_create(reply, CREATE)


def classify_patch(reply: Reply) -> Verdict:
    return classify_any_patch(reply, PATCH)


Classify = Callable[[Reply], Verdict]
ALL = pytest.mark.parametrize("classify", [classify_create, classify_patch, classify_delete])
CHANGING = pytest.mark.parametrize("classify", [classify_patch, classify_delete])

GOOD = b'{"name": "Gold", "audienceId": "A"}'
ERROR = b'{"error_code": "403010", "message": "no"}'
NOT_THERE = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113430-404", "title": "not found"}'
REFUSING = (400, 403, 404, 405, 413, 415, 422)


def failure(status: int) -> Failure:
    return Failure("no", "403010", status)


# The same for every step


@ALL
def test_nothing_sent_is_not_sent(classify: Classify) -> None:
    assert classify(NothingSent("no connection")) == NotSent(
        Failure("nothing was sent: no connection")
    )


@ALL
def test_a_connection_that_broke_is_unknown(classify: Classify) -> None:
    assert classify(NoResponse("no answer in time")) == Unknown(Failure("no answer in time"))


@ALL
@pytest.mark.parametrize("status", REFUSING)
@pytest.mark.parametrize("complete", [True, False])
def test_what_was_refused_outright_is_refused_in_the_platforms_words(
    classify: Classify, status: int, complete: bool
) -> None:
    reply = Response(status, ERROR, complete, request_id="theirs")
    assert classify(reply) == Refused(Failure("no", "403010", status, "theirs"))


@ALL
def test_401_is_refused_and_another_token_may_help(classify: Classify) -> None:
    assert classify(Response(401, ERROR)) == Refused(failure(401), RetryReason.NEW_TOKEN)


@ALL
@pytest.mark.parametrize("seconds", [None, 0.0, 7.0])
def test_429_is_refused_for_now(classify: Classify, seconds: float | None) -> None:
    reply = Response(429, ERROR, retry_after=seconds)
    assert classify(reply) == Refused(failure(429), RetryReason.RATE_LIMITED, seconds)


@ALL
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308, 399])
def test_a_redirect_is_unknown(classify: Classify, status: int) -> None:
    assert classify(Response(status, ERROR)) == Unknown(failure(status))


@ALL
def test_a_server_side_timeout_is_unknown(classify: Classify) -> None:
    assert classify(Response(408, ERROR)) == Unknown(failure(408))


@ALL
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
def test_every_5xx_is_unknown(classify: Classify, status: int) -> None:
    assert classify(Response(status, GOOD)) == Unknown(Failure(GOOD.decode(), None, status))


@ALL
def test_how_long_a_failing_platform_wants_to_be_left_alone_is_kept(classify: Classify) -> None:
    verdict = classify(Response(503, retry_after=7.0))
    assert isinstance(verdict, Unknown)
    assert verdict.retry_after == 7.0
    assert verdict.failure.message == "HTTP 503 without a readable explanation"


@ALL
def test_a_success_that_is_cut_short_is_unknown(classify: Classify) -> None:
    reply = Response(200, GOOD, complete=False, request_id="theirs")
    assert classify(reply) == Unknown(
        Failure("answered 200, but the answer is cut short", None, 200, "theirs")
    )


# Create


@pytest.mark.parametrize("status", [200, 201, 202, 207, 299])
def test_success_with_an_id_is_created(status: int) -> None:
    assert classify_create(Response(status, GOOD)) == Done(Ids("A"))


def test_both_ids_of_revision_3_are_kept() -> None:
    body = b'{"id": "P", "name": "Gold", "audienceId": "A"}'
    assert classify_create(Response(200, body)) == Done(Ids("A", "P"))


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (204, b""), (200, b"<html>"), (201, b'{"name": "Gold"}')]
)
def test_a_success_without_a_usable_id_is_unknown(status: int, body: bytes) -> None:
    message = f"answered {status}, but the answer holds no audienceId"
    assert classify_create(Response(status, body, request_id="theirs")) == Unknown(
        Failure(message, None, status, "theirs")
    )


def test_a_conflict_is_to_be_looked_up_for_it_says_that_something_is_there() -> None:
    assert classify_create(Response(409, ERROR)) == Unknown(failure(409), exists=True)


def test_no_other_status_is_sure_enough_for_a_create_to_be_refused() -> None:
    refused = {
        n for n in range(100, 1000) if isinstance(classify_create(Response(n, ERROR)), Refused)
    }
    assert refused == {*REFUSING, 401, 429}


def test_that_no_such_audience_is_there_does_not_make_a_create_done() -> None:
    assert classify_create(Response(404, NOT_THERE)) == Refused(
        Failure("not found", "UPAPI-113430-404", 404)
    )


# An answer that is not this request's


@pytest.mark.parametrize(
    ("echo", "what"),
    [
        ({"name": "Silver"}, "name 'Silver', and 'Gold' was sent"),
        ({"name": ""}, "name '', and 'Gold' was sent"),
        ({"name": 7}, "name '7', and 'Gold' was sent"),
        ({"name": "S" * 1000}, f"name {'S' * 100!r}, and 'Gold' was sent"),
    ],
)
def test_an_answer_that_repeats_another_audience_is_not_this_creates(
    echo: dict[str, object], what: str
) -> None:
    body = json.dumps({"audienceId": "A", **echo}).encode()
    message = f"the answer is not this request's: it has the {what}"
    assert classify_create(Response(200, body, request_id="theirs")) == Unknown(
        Failure(message, None, 200, "theirs")
    )


@pytest.mark.parametrize(
    ("sent", "echo", "what"),
    [
        ("Gold", {"name": "Gold", "namespace": "crm"}, "namespace 'crm', and 'agora' was sent"),
        ("Gold", {"namespace": "crm"}, "namespace 'crm', and 'agora' was sent"),
        (
            "Gold",
            {"name": " GOLD", "originName": "Other"},
            "originName 'Other', and 'Agora_Collaboration' was sent",
        ),
        ("Größe Gold", {"name": "Gre Gold"}, "name 'Gre Gold', and 'Größe Gold' was sent"),
        ("Größe Gold", {"name": "Gr??e Gold"}, "name 'Gr??e Gold', and 'Größe Gold' was sent"),
        ("A → B", {"name": "A B"}, "name 'A B', and 'A → B' was sent"),
        ("Café", {"name": "cafe"}, "name 'cafe', and 'Café' was sent"),
        ("会員", {"name": "??"}, "name '??', and '会員' was sent"),
        ("Äß und Öl", {"name": "und l"}, "name 'und l', and 'Äß und Öl' was sent"),
        ("a é a ö a", {"name": "a a a"}, "name 'a a a', and 'a é a ö a' was sent"),
        ("aéböa b", {"name": "a? b?a b"}, "name 'a? b?a b', and 'aéböa b' was sent"),
        ("an é ü an", {"name": "anan"}, "name 'anan', and 'an é ü an' was sent"),
    ],
)
def test_one_that_may_be_kept_otherwise_has_an_id_and_is_never_sent_again(
    sent: str, echo: dict[str, object], what: str
) -> None:
    """Looked for by what was sent it is not found, however often: a person decides."""
    body = json.dumps({"audienceId": "A", **echo}).encode()
    message = f"answered with the audienceId A, but the {what}"
    step = Create(Audience(sent, "agora", "Agora_Collaboration"))
    assert classify_any_create(Response(200, body, request_id="mine"), step) == Unknown(
        Failure(message, None, 200, "mine"), exists=True
    )


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("Größe Gold", "Silver"),
        ("Größe Gold", "Größe Silver"),
        ("Größe Gold", "Gre Golden"),
        ("Größe", "The Größe"),
        ("Café au lait", "Caf lait au"),
        ("Größe für Gold", "Gre fr"),
        ("Größe für Gold", "Gre Gold"),
        ("Größe für Gold", "Gr für Größe Gold"),
        ("bébéb", "bb"),
        ("abébc", "abc"),
        ("Café", 7),
    ],
)
def test_other_words_are_not_lost_letters(sent: str, said: object) -> None:
    body = json.dumps({"audienceId": "A", "name": said}).encode()
    step = Create(Audience(sent, "agora", "Agora_Collaboration"))
    verdict = classify_any_create(Response(200, body), step)
    assert isinstance(verdict, Unknown)
    assert not verdict.exists


@pytest.mark.parametrize(
    "echo",
    [
        {},
        {"name": None},
        {"name": "Gold"},
        {"name": " GOLD\u00a0"},
        {"name": "\uff27old"},
        {"name": "Go\u200bld", "namespace": "AGORA", "originName": "agora_collaboration "},
    ],
    ids=repr,
)
def test_one_that_repeats_it_in_another_spelling_or_not_at_all_is(
    echo: dict[str, object],
) -> None:
    """What it shows is how the platform keeps it, and no later edit."""
    body = json.dumps({"audienceId": "A", **echo}).encode()
    sent = {"name": "Gold", "namespace": "agora", "originName": "Agora_Collaboration"}
    shown = Audience.of(sent | {name: str(said) for name, said in echo.items() if said})
    observed = None if shown == Audience.of(sent) else shown
    assert classify_create(Response(200, body)) == Done(Ids("A"), observed)


def test_an_answer_that_shows_another_audience_is_not_this_patchs() -> None:
    body = b'{"id": "Q", "audienceId": "B", "name": "Gold", "namespace": "agora"}'
    assert classify_patch(Response(200, body)) == Unknown(
        Failure(
            "the answer is not this request's: it has the audienceId B, and A was to be changed",
            None,
            200,
        )
    )


# Patch


def test_a_patch_is_done_with_the_audience_as_the_answer_shows_it() -> None:
    body = (
        b'{"id": "P", "audienceId": "A", "name": "Gold", "description": "Shiny", '
        b'"namespace": "agora", "originName": "Agora_Collaboration"}'
    )
    assert classify_patch(Response(200, body)) == Done(observed=audience("Gold", "Shiny"))


def test_an_audience_that_is_gone_cannot_be_changed() -> None:
    assert classify_patch(Response(404, NOT_THERE)) == Refused(
        Failure("not found", "UPAPI-113430-404", 404)
    )


# Delete


def test_an_audience_that_is_gone_is_deleted() -> None:
    assert classify_delete(Response(404, NOT_THERE)) == Done()


@pytest.mark.parametrize("body", [b"", b"<html>", ERROR])
def test_any_other_404_does_not_say_that_the_audience_is_gone(body: bytes) -> None:
    verdict = classify_delete(Response(404, body))
    assert isinstance(verdict, Refused)
    assert (verdict.failure.status, verdict.retry) == (404, None)


def test_an_audience_that_others_depend_on_is_refused() -> None:
    body = b'{"type": "https://ns.adobe.com/aep/errors/UPAPI-113631-403", "title": "in use"}'
    why = f"in use: {EXPLAINED['UPAPI-113631-403']}"
    assert classify_delete(Response(400, body)) == Refused(Failure(why, "UPAPI-113631-403", 400))


# Patch and delete


@CHANGING
@pytest.mark.parametrize(("status", "body"), [(204, b""), (200, b""), (200, b"{}"), (202, GOOD)])
def test_a_success_without_an_audience_is_done_all_the_same(
    classify: Classify, status: int, body: bytes
) -> None:
    assert classify(Response(status, body)) == Done()


@CHANGING
@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"OK", b"[]"])
def test_a_page_that_somebody_in_between_answers_with_is_unknown(
    classify: Classify, body: bytes
) -> None:
    assert classify(Response(200, body, request_id="theirs")) == Unknown(
        Failure("answered 200, but the answer is not the platform's", None, 200, "theirs")
    )


@CHANGING
@pytest.mark.parametrize("status", [402, 406, 409, 410, 412, 423, 425, 451])
def test_every_other_4xx_says_that_nothing_was_changed(classify: Classify, status: int) -> None:
    assert classify(Response(status, ERROR)) == Refused(failure(status))


@CHANGING
def test_no_status_but_a_4xx_is_sure_enough_to_be_refused(classify: Classify) -> None:
    refused = {n for n in range(100, 1000) if isinstance(classify(Response(n, ERROR)), Refused)}
    assert refused == set(range(400, 500)) - {408}


# All tables at once


@ALL
def test_no_status_but_a_2xx_is_done(classify: Classify) -> None:
    done = {n for n in range(100, 1000) if isinstance(classify(Response(n, GOOD)), Done)}
    assert done == set(range(200, 300))


@ALL
@settings(derandomize=True, deadline=None)
@given(
    st.integers(100, 999),
    st.sampled_from([b"", GOOD, ERROR, NOT_THERE, b"<html>", b"{", b"\xff"]),
    st.booleans(),
    st.none() | st.floats(0, 1e9),
)
def test_every_answer_has_a_verdict_and_only_a_refusal_may_be_tried_again(
    classify: Classify, status: int, body: bytes, complete: bool, retry_after: float | None
) -> None:
    match classify(Response(status, body, complete, retry_after)):
        case Done():
            assert 200 <= status < 300 or (classify, body) == (classify_delete, NOT_THERE)
        case Refused(said, retry):
            assert 400 <= status < 500
            assert (retry is not None) == (status in {401, 429})
            assert said.message
        case Unknown(said, exists):
            assert exists == (status == 409)
            assert said.message
        case NotSent():
            pytest.fail("something was sent")
