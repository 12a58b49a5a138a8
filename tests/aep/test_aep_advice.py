"""What a person can do about an answer, or about none."""

import pytest

from aepctl.aep.advice import Advice, unreached
from aepctl.aep.explanations import ErrorBody

PROXY = "a proxy asks who you are: give its user and password in HTTPS_PROXY"
CERTIFICATE = "its certificate is not trusted here: check `ims_url`, or name yours in SSL_CERT_FILE"
NAME = "check the name in `ims_url`, and whether this machine can look it up"


@pytest.mark.parametrize(
    ("reason", "cure"),
    [
        ("the proxy refused (407 Proxy Authentication Required)", PROXY),
        ("the proxy refused (403)", "check the proxy that HTTPS_PROXY names, and NO_PROXY"),
        (
            "no connection to x ([Errno 111] refused) (through the proxy that ALL_PROXY names)",
            "check the proxy that ALL_PROXY names, and NO_PROXY",
        ),
        ("no connection to x ([SSL: CERTIFICATE_VERIFY_FAILED] self-signed)", CERTIFICATE),
        (
            "no connection to x ([SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:992))",
            "check `ims_url`, and whether a proxy has to be named in HTTPS_PROXY",
        ),
        ("no connection to x ([Errno -2] Name or service not known)", NAME),
        ("no connection to x ([Errno -3] Temporary failure in name resolution)", NAME),
        ("no connection to x ([Errno 8] nodename nor servname provided, or not known)", NAME),
        (
            "no connection to x ([Errno 111] Connection refused)",
            "check the network and `ims_url`, then run it again",
        ),
        ("connecting to x took too long", "check the network and `ims_url`, then run it again"),
    ],
)  # fmt: skip
def test_a_connection_that_was_not_made_has_a_cure_by_its_cause(reason: str, cure: str) -> None:
    assert unreached(reason, "ims_url") == cure


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ErrorBody("no", "UPAPI-113434-400")),
        (400, ErrorBody("There is a problem with sandbox: not found", "400")),
        (409, ErrorBody("exists")),
        (429, ErrorBody("slow down", "403010")),
        (500, ErrorBody("The sandbox is invalid")),
        (403, ErrorBody("no")),
    ],
)
def test_about_what_is_no_matter_of_the_whole_run_there_is_no_advice(
    status: int, error: ErrorBody
) -> None:
    assert Advice("token", "ais_url").about(status, error) is None
