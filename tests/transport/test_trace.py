"""What is told of an exchange holds nothing that opens anything."""

import pytest

from aepctl.transport.trace import shown


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://a.invalid/x?start=0&limit=5", "https://a.invalid/x?start=0&limit=5"),
        ("https://me:word@a.invalid:8443/x", "https://a.invalid:8443/x"),
        ("https://a.invalid/x?sig=abc&sv=1", "https://a.invalid/x?sig=…&sv=1"),
        ("https://a.invalid/x?X-Amz-Signature=abc", "https://a.invalid/x?X-Amz-Signature=…"),
        ("https://a.invalid/x?access_token=abc#part", "https://a.invalid/x?access_token=…"),
        ("https://a.invalid/x?client_secret=a%26b=c", "https://a.invalid/x?client_secret=…"),
        ("https://[a.invalid", "an address that cannot be read"),
    ],
)
def test_a_url_is_shown_without_what_opens_anything(url: str, told: str) -> None:
    assert shown(url) == told
