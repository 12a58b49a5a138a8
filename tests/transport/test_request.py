"""A request as it is sent: what every request needs beside the headers that are asked for."""

import httpx
import pytest

from aepctl.transport.request import request_to

HEADERS = {"User-Agent": "aepctl/1", "x-request-id": "r 1", "Connection": "close"}


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("POST", "https://platform.invalid/core/ais/audiences?only=true", b'{"name": "\xc3\xa4"}'),
        ("PATCH", "http://127.0.0.1:8080/a%2Fb", b"[]"),
        ("DELETE", "https://platform.invalid:443/a b/\u00e4", None),
        ("GET", "http://[::1]:80?name=a+b&c=\u00e4", None),
        ("GET", "https://PLATFORM.b\u00fccher.invalid", None),
    ],
)
def test_it_is_what_httpx_would_send(method: str, url: str, body: bytes | None) -> None:
    theirs = httpx.Request(method, url, headers=HEADERS, content=body)
    for _ in range(2):  # the second time it is made of what is known of the address
        ours = request_to(method, url, HEADERS, body)
        assert ours.method == theirs.method.encode()
        assert ours.headers == theirs.headers.raw
        address = theirs.url
        assert (ours.url.scheme, ours.url.host, ours.url.port, ours.url.target) == (
            address.raw_scheme,
            address.raw_host,
            address.port,
            address.raw_path,
        )
        assert b"".join(ours.stream) == theirs.content  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [{"x": "\u00e4"}, {"\u00e4": "x"}])
def test_a_header_is_ascii_or_nothing_is_made(headers: dict[str, str]) -> None:
    with pytest.raises(UnicodeEncodeError):
        request_to("GET", "https://platform.invalid", headers, None)
