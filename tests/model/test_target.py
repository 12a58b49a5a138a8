"""One server, however its address is spelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.model.target import EMULATOR, Target, normal_endpoint

ADOBE = "https://platform.adobe.io"


@pytest.mark.parametrize(
    "spelled",
    [
        "https://platform.adobe.io",
        "https://platform.adobe.io/",
        "https://platform.adobe.io/core/ais",
        "https://platform.adobe.io:443",
        "https://platform.adobe.io:0443/core/ais",
        "https://platform.adobe.io:",
        "HTTPS://Platform.ADOBE.io",
        "https://platform.adobe.io.",
        "https://platform.adobe.io.:443",
    ],
)
def test_the_same_server_is_the_same_target(spelled: str) -> None:
    assert Target("org", "dev", spelled) == Target("org", "dev", ADOBE)
    assert Target("org", "dev", spelled).endpoint == ADOBE


@pytest.mark.parametrize(
    ("spelled", "endpoint"),
    [
        ("https://platform.adobe.io:8443", "https://platform.adobe.io:8443"),
        ("http://127.0.0.1:80/core", "http://127.0.0.1"),
        ("http://127.0.0.1:443", "http://127.0.0.1:443"),
        ("https://127.0.0.1:80", "https://127.0.0.1:80"),
        ("http://[0:0:0:0:0:0:0:1]:8080", "http://[::1]:8080"),
        ("http://[::0001]:80", "http://[::1]"),
        ("http://LocalHost:8080", "http://localhost:8080"),
    ],
)
def test_another_port_or_scheme_is_another_server(spelled: str, endpoint: str) -> None:
    assert normal_endpoint(spelled) == endpoint


@pytest.mark.parametrize(
    "other",
    [EMULATOR, "", "https://", "https://[::1", "https://host:port", "ftp://host", "https://u@host"],
)
def test_what_is_no_address_stays_as_it_is(other: str) -> None:
    assert normal_endpoint(other) == other


@given(st.text(max_size=30) | st.from_regex(r"https?://[a-zA-Z0-9.:\[\]-]{0,20}", fullmatch=True))
def test_one_spelling_stays_what_it_is(text: str) -> None:
    assert normal_endpoint(normal_endpoint(text)) == normal_endpoint(text)
