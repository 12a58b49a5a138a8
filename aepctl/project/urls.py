"""Addresses as people may write them, and what is this machine."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

URL = r"(?a)(?i:https?)://([\w-]+(\.[\w-]+)*|\[[\da-f:.]+\])(:\d{1,5})?(/[!-~]*)?"


def safe_url(url: str) -> str:
    """An https URL, or http to this machine; without userinfo, query or fragment.

    Raises ValueError that says what was expected, and does not repeat the URL.
    """
    if re.search("[@?#]", url):
        raise ValueError("a plain URL was expected: no user, no `?…`, no `#…`")
    if not re.fullmatch(URL, url):
        raise ValueError("a URL such as https://platform.adobe.io/core/ais was expected")
    parts = urlsplit(url)
    if parts.port == 0:  # asking for it refuses what is too large
        raise ValueError("a port from 1 to 65535 was expected")
    if parts.scheme == "http" and not is_loopback(str(parts.hostname)):
        raise ValueError("plain http is for this machine (127.0.0.1) only; use https")
    return url.rstrip("/")


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether the host is this machine for sure, without asking any name server."""
    import ipaddress  # noqa: PLC0415 - most addresses are https

    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
