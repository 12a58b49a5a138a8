"""Whose audiences a command is about."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

EMULATOR = "emulator"
"""The endpoint of the embedded platform."""
DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Target:
    """An organisation's sandbox at an endpoint. State is pinned to it.

    However the endpoint was spelled, here and in what is read from files, it has one spelling.
    """

    org: str
    sandbox: str
    endpoint: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "endpoint", normal_endpoint(self.endpoint))


def normal_endpoint(url: str) -> str:
    """Scheme, host and port of a URL, as one spelling for one server: what is left out by default
    is, and letters are small. Anything else comes back as it is.
    """
    try:
        parts = urlsplit(url)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return url
    if parts.scheme not in DEFAULT_PORTS or not host or parts.username is not None:
        return url
    return f"{parts.scheme}://{host}" + ("" if port in _implied(parts.scheme) else f":{port}")


def _implied(scheme: str) -> set[int | None]:
    return {None, DEFAULT_PORTS[scheme]}


def _host(name: str) -> str:
    """Small letters, without the dot of the root; an address in its shortest form."""
    try:
        address = ip_address(name)
    except ValueError:
        return name.lower().removesuffix(".")
    return f"[{address}]" if address.version == 6 else str(address)  # noqa: PLR2004 - IPv6
