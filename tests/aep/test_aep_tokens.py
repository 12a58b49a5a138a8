"""Where tokens come from: the flow of Adobe IMS, against the emulator and against worse."""

import json
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl

import pytest
from fakes import FakeClock, Heard, audience
from raw_server import (
    RawServer,
    Step,
    answer,
    close,
    connected,
    created,
    cut,
    free_port,
    hang,
    platform_at,
)

from aepctl.aep.ims import TOKEN_LIFE_SECONDS
from aepctl.aep.repeating import MAX_ATTEMPTS
from aepctl.aep.tokens import TOKEN_MARGIN_SECONDS, GivenToken, ImsToken
from aepctl.aep.verdicts import Done, Refused
from aepctl.aep.writer import AudienceWriter
from aepctl.emulator import Behaviour, Fault, FaultKind, serve
from aepctl.errors import CredentialsError
from aepctl.model.steps import Create
from aepctl.patience import Patience
from aepctl.project.credentials import SCOPES, Credentials, Secret
from aepctl.project.redaction import Redaction
from aepctl.transport import MAX_BODY_BYTES, TransportFactory

SECRET = "test-secret&more"
GOLD = Create(audience("Gold"))
ASKING = Credentials(api_key="client", client_id="client", client_secret=Secret(SECRET))


def granted(token: str, **more: Any) -> Step:
    return answer(200, json.dumps({"access_token": token, "token_type": "bearer", **more}))


@contextmanager
def ims_at(
    url: str, clock: FakeClock | None = None, *, timeout: float = 30.0
) -> Iterator[ImsToken]:
    redaction = Redaction()
    redaction.add(SECRET)
    transport = TransportFactory(timeout_seconds=timeout, redaction=redaction).transport()
    try:
        yield ImsToken(transport, url, ASKING, clock or FakeClock())
    finally:
        transport.close()


def refusal(url: str, *, timeout: float = 30.0) -> CredentialsError:
    """The error where no token can be had; it never shows the secret."""
    with ims_at(url, timeout=timeout) as ims, pytest.raises(CredentialsError) as caught:
        ims.current()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert SECRET not in repr(vars(ims))
    return caught.value


def test_a_given_token_is_the_only_one() -> None:
    token = GivenToken(Secret("given"))
    assert token.current() == "given"
    assert token.renew("given") is False
    assert "given" not in repr(vars(token))


def test_ims_is_asked_as_adobe_documents_it() -> None:
    with RawServer(granted("t1", expires_in=86399)) as server, ims_at(server.url) as ims:
        assert ims.current() == "t1"
        (request,) = server.requests
    assert request.line == "POST /ims/token/v3 HTTP/1.1"
    assert request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(request.body.decode(), strict_parsing=True)) == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": SECRET,
        "scope": SCOPES,
    }


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), None, "", "soon", 10**400])
def test_a_life_that_is_no_number_is_the_usual_one(odd: object) -> None:
    script = (granted("t1", expires_in=odd), granted("t2"))
    clock = FakeClock()
    with RawServer(*script) as server, ims_at(server.url, clock) as ims:
        assert ims.current() == "t1"
        clock.sleep(TOKEN_LIFE_SECONDS)
        assert ims.current() == "t2"


def test_a_token_is_asked_for_once_and_renewed_a_little_before_its_end() -> None:
    clock = FakeClock()
    script = (granted("t1", expires_in=1000), granted("t2", expires_in=1000))
    with RawServer(*script) as server, ims_at(server.url, clock) as ims:
        assert [ims.current() for _ in range(3)] == ["t1"] * 3
        clock.seconds += 1000 - TOKEN_MARGIN_SECONDS - 1
        assert ims.current() == "t1"
        clock.seconds += 1
        assert ims.current() == "t2"
        assert len(server.requests) == 2


def test_a_life_may_be_a_text_and_blanks_around_a_token_are_no_part_of_it() -> None:
    clock = FakeClock()
    script = (granted(" t1 ", expires_in="1000"), granted("t2"))
    with RawServer(*script) as server, ims_at(server.url, clock) as ims:
        assert ims.current() == "t1"
        clock.seconds += 1000 - TOKEN_MARGIN_SECONDS
        assert ims.current() == "t2"


def test_a_token_without_an_end_lasts_the_usual_24_hours() -> None:
    clock = FakeClock()
    with RawServer(granted("t1"), granted("t2")) as server, ims_at(server.url, clock) as ims:
        ims.current()
        clock.seconds += 86399 - TOKEN_MARGIN_SECONDS - 1
        assert ims.current() == "t1"
        clock.seconds += 1
        assert ims.current() == "t2"


def test_a_token_that_ends_at_once_is_used_once() -> None:
    script = (granted("t1", expires_in=1), granted("t2", expires_in=1))
    with RawServer(*script) as server, ims_at(server.url) as ims:
        assert [ims.current(), ims.current()] == ["t1", "t2"]


def test_a_refused_token_is_dropped_but_not_the_one_that_replaced_it() -> None:
    with RawServer(granted("t1"), granted("t2")) as server, ims_at(server.url) as ims:
        assert ims.current() == "t1"
        assert ims.renew("t1") is True
        assert ims.current() == "t2"
        assert ims.renew("t1") is True  # another thread's 401, for the old one
        assert ims.current() == "t2"
        assert len(server.requests) == 2


def test_many_threads_that_need_a_token_ask_for_one() -> None:
    found: list[str] = []
    with RawServer(granted("t1"), granted("t2")) as server, ims_at(server.url) as ims:

        def work() -> None:
            found.append(ims.current())
            ims.renew("t1")
            found.append(ims.current())

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.requests) == 2
    assert set(found) == {"t1", "t2"}


def test_a_bad_secret_is_told_in_the_words_of_ims() -> None:
    with serve(behaviour=Behaviour(client_secret="another")) as emulator:
        error = refusal(emulator.url)
    assert error.message == (
        f"could not get an access token: {emulator.url}/ims/token/v3 answered 401, invalid_client: "
        "invalid client_secret parameter"
    )
    assert error.hint == "check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES"


def test_an_ims_that_cannot_be_reached_is_named() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    error = refusal(url)
    head = f"could not get an access token: {url}/ims/token/v3 cannot be reached: no connection to "
    assert error.message.startswith(head)
    assert error.hint == "check the network and `ims_url`, then run it again"


UNUSABLE = {
    "closed": (close, "cannot be reached: the connection was closed without an answer"),
    "silent": (hang, "cannot be reached: no answer in time"),
    "garbled": (answer(200, b"no gzip", {"Content-Encoding": "gzip"}), "is encoded"),
    "cut": (cut("A"), "is cut short"),
    "endless": (answer(200, b" " * (MAX_BODY_BYTES + 1)), "is too large"),
    "no token": (answer(200, '{"token_type": "bearer"}'), "holds none"),
    "empty token": (answer(200, '{"access_token": ""}'), "holds none"),
    "blank token": (answer(200, '{"access_token": "  "}'), "holds none"),
    "no header": (answer(200, '{"access_token": "a\\nb"}'), "not allowed in an HTTP header"),
    "not json": (answer(200, "<html>"), "holds none"),
    "empty": (answer(200), "holds none"),
    "moved": (answer(307, headers={"Location": "/elsewhere"}), "answered 307: HTTP 307 without"),
    "failing": (answer(500, '{"message": "sorry"}'), "answered 500: sorry"),
}
PASSING = {"closed", "silent", "garbled", "cut", "endless", "failing"}
"""What is asked again: it may pass."""


@pytest.mark.parametrize(
    "fault",
    [pytest.param(one, marks=[pytest.mark.rig] if one == "silent" else []) for one in UNUSABLE],
)
def test_an_answer_without_a_token_is_a_clear_error(fault: str) -> None:
    step, said = UNUSABLE[fault]
    attempts = MAX_ATTEMPTS if fault in PASSING else 1
    with RawServer(*[step] * attempts, answer(403)) as server:
        error = refusal(server.url, timeout=0.2 if step is hang else 30.0)
        assert server.heard(attempts)
    assert said in error.message
    assert error.message.startswith("could not get an access token: ")


def test_what_ims_said_wrongly_is_not_shown_where_it_may_be_a_token() -> None:
    with RawServer(answer(200, f'{{"access_token": ["{SECRET}"]}}')) as server:
        error = refusal(server.url)
    assert "holds none" in error.message


@pytest.mark.parametrize("status", [201, 206, 302, 400, 403])
@pytest.mark.parametrize("body", ['{"access_token": "fresh-one"}', "<p>accessToken=fresh-one</p>"])
def test_nor_is_a_fresh_one_that_comes_with_another_status(status: int, body: str) -> None:
    """It is in nobody's list of what is taken out of messages."""
    with RawServer(answer(status, body)) as server:
        error = refusal(server.url)
    assert "fresh-one" not in error.message
    assert f"answered {status}: it may hold a token, and is not shown" in error.message


def test_without_a_token_no_create_is_sent() -> None:
    with RawServer(answer(400)) as server, connected(server.url, ASKING) as connection:
        with pytest.raises(CredentialsError):
            AudienceWriter(connection).send(GOLD, "r")
        assert (len(server.requests), server.creates) == (1, 0)


def test_after_a_401_a_connection_asks_for_another_token() -> None:
    refused = answer(401, '{"error_code": "401013", "message": "expired"}')
    script = (granted("t1"), refused, granted("t2"), created("A"))
    with RawServer(*script) as server, connected(server.url, ASKING) as connection:
        writer = AudienceWriter(connection)
        assert isinstance(writer.send(GOLD, "r"), Refused)
        assert writer.renew_token() is True
        assert isinstance(writer.send(GOLD, "r"), Done)
        used = [one.header("Authorization") for one in server.requests if "audiences" in one.line]
    assert used == ["Bearer t1", "Bearer t2"]


def test_a_platform_with_strict_tokens_accepts_those_that_it_gave() -> None:
    behaviour = Behaviour(strict_tokens=True, faults=(Fault(kind=FaultKind.UNAUTHORIZED, times=1),))
    with serve(behaviour=behaviour) as emulator, connected(emulator.url, ASKING) as connection:
        writer = AudienceWriter(connection)
        assert isinstance(writer.send(GOLD, "r"), Refused)
        writer.renew_token()
        assert isinstance(writer.send(GOLD, "r"), Done)


def test_one_token_serves_all_connections_of_a_platform() -> None:
    with RawServer(granted("t1")) as server, platform_at(server.url, ASKING) as platform:
        for _ in range(2):
            connection = platform.connect()
            AudienceWriter(connection).send(GOLD, "r")
            connection.close()
        assert sum("/ims/" in request.line for request in server.requests) == 1


# A fault that passes


@pytest.mark.parametrize(
    "fault",
    [answer(503), answer(500), answer(429), answer(408), close, cut("A")],
    ids=["503", "500", "429", "408", "closed", "cut"],
)
def test_a_fault_that_passes_is_waited_for(fault: Step) -> None:
    clock = FakeClock()
    with RawServer(fault, fault, granted("t1")) as server, ims_at(server.url, clock) as ims:
        assert ims.current() == "t1"
        assert len(server.requests) == 3
    first, second = clock.slept
    assert 0.125 <= first <= 0.25 <= second <= 0.5


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (400, "check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES"),
        (401, "check AEP_CLIENT_ID, AEP_CLIENT_SECRET and AEP_SCOPES"),
        (403, "check `ims_url`, and what stands between this machine and it"),
        (404, "check `ims_url`, and what stands between this machine and it"),
        (307, "check `ims_url`, and what stands between this machine and it"),
        (407, "a proxy asks who you are: give its user and password in HTTPS_PROXY"),
        (429, "run it again"),
        (500, "run it again"),
        (503, "run it again"),
    ],
)
def test_only_400_and_401_are_the_clients_own_doing(status: int, hint: str) -> None:
    with RawServer(*[answer(status, "no")] * MAX_ATTEMPTS) as server:
        error = refusal(server.url)
    assert error.hint == hint
    assert error.message.endswith(f"answered {status}: no")


def test_a_token_service_is_waited_for_as_long_as_it_asks() -> None:
    clock, told = FakeClock(), []
    script = (answer(503, headers={"Retry-After": "7"}), granted("t1"))
    with RawServer(*script) as server:
        transport = TransportFactory().transport()
        ims = ImsToken(transport, server.url, ASKING, clock, Patience(log=Heard(told)))
        assert ims.current() == "t1"
        transport.close()
    assert clock.slept == [7.0]
    (said,) = told
    assert said == (
        f"waiting 7 s: could not get an access token: {server.url}/ims/token/v3 answered 503: "
        "HTTP 503 without a readable explanation"
    )


def test_one_that_asks_for_more_than_we_are_ready_for_is_told_with_the_time() -> None:
    with RawServer(answer(503, headers={"Retry-After": "3600"})) as server:
        error = refusal(server.url)
        assert len(server.requests) == 1
    assert error.hint == (
        "the platform asks to wait 1 h, until 2026-01-31 13:00:00+00:00, and --max-wait is 5 min: "
        "run it again then"
    )


def test_a_stale_token_that_hides_good_credentials_is_named() -> None:
    both = Credentials(api_key="key", access_token=Secret("stale"), hides_client=True)
    with platform_at("http://127.0.0.1:1", both) as platform:
        assert platform.connect().token_advice == (
            "the token in AEP_ACCESS_TOKEN is expired, or of no use here: set a new one, or unset "
            "it: AEP_CLIENT_ID and AEP_CLIENT_SECRET are set as well"
        )
    assert GivenToken(Secret("stale")).advice == (
        "the token in AEP_ACCESS_TOKEN is expired, or of no use here: set a new one"
    )
