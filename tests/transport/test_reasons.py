"""Why nothing came of an exchange: in words that can be shown."""

import httpcore
import pytest
from fakes import FakeClock

from aepctl.errors import AepctlError
from aepctl.transport.bounds import Budget, OutOfTime, TooMuch
from aepctl.transport.reasons import reason_of

URL = "https://platform.invalid/secret-path"
REASONS: dict[str, tuple[Exception, str]] = {
    "ours": (AepctlError("HTTPS_PROXY is odd", hint="unset it"), "HTTPS_PROXY is odd"),
    "too much": (TooMuch("more than 64 KiB"), "the answer has more than 64 KiB"),
    "time, before it was sent": (OutOfTime(), "connecting to platform.invalid took too long"),
    "connecting": (
        httpcore.ConnectTimeout("x"),
        "connecting to platform.invalid took too long",
    ),
    "no connection": (
        httpcore.ConnectError("[Errno 111] Connection refused"),
        "no connection to platform.invalid ([Errno 111] Connection refused)",
    ),
    "no connection, without a word": (
        httpcore.ConnectError(""),
        "no connection to platform.invalid",
    ),
    "a proxy": (httpcore.ProxyError("407 Said"), "the proxy refused (407 Said)"),
    "no answer": (httpcore.ReadTimeout("x"), "no answer in time"),
    "no HTTP": (httpcore.RemoteProtocolError("illegal"), "what came back is no HTTP"),
    "closed": (
        httpcore.RemoteProtocolError("Server disconnected without sending a response."),
        "the connection was closed without an answer",
    ),
    "sending": (httpcore.WriteTimeout("x"), "sending took too long"),
    "broken": (httpcore.ReadError("x"), "the connection broke before an answer"),
    "broken while sending": (httpcore.WriteError("x"), "the connection broke while sending"),
    "anything": (KeyError("test-token"), "it could not be sent (KeyError)"),
}


@pytest.mark.parametrize("case", REASONS)
def test_each_error_has_a_reason_without_path_or_header(case: str) -> None:
    error, said = REASONS[case]
    assert reason_of(error, URL, Budget(5.0, FakeClock())) == said


def test_out_of_time_once_it_was_sent_is_no_answer_in_time() -> None:
    budget = Budget(5.0, FakeClock())
    budget.writing(b"POST")
    assert reason_of(OutOfTime(), URL, budget) == "no answer in time"


@pytest.mark.parametrize(
    ("url", "host"), [("", "nowhere"), ("https://[::1", "an address that cannot be read")]
)
def test_an_address_without_a_host_has_a_word_all_the_same(url: str, host: str) -> None:
    said = reason_of(httpcore.ConnectError(""), url, Budget(5.0, FakeClock()))
    assert said == f"no connection to {host}"


def test_what_the_other_side_said_is_made_visible_and_cut() -> None:
    said = reason_of(httpcore.ProxyError("a\x1b[31m\n" + "b" * 300), URL, Budget(5.0, FakeClock()))
    assert said == f"the proxy refused (a [31m {'b' * 193})"
