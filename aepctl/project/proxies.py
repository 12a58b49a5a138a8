"""The proxies that the environment variables name. A proxy's URL may hold a password: never shown.

Source of what they mean: curl's manual, HTTPS_PROXY, ALL_PROXY and NO_PROXY. There is no HTTP_PROXY
here: whatever is no https goes to this machine, and no proxy stands in between.
"""

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit

from aepctl.errors import AepctlError

SCHEMES = ("http", "https", "socks5", "socks5h")
DEFAULT_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
PASSED_BY = "NO_PROXY"
HOST = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
ADVICE = (
    "write it as http://HOST:PORT, https://, socks5:// or socks5h://; special characters in a "
    "password as %XX; or unset it"
)


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, and the variable that names it. `user` and `password` are as the proxy wants them.

    `connects_to` is its URL without them.
    """

    variable: str
    scheme: str
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str = field(default="", repr=False)

    @property
    def connects_to(self) -> str:
        """Where a connection goes."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def proxy_for(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy on the way to this https URL; None where it is reached directly.

    Raises AepctlError that names the variable where it is of no use.
    """
    variable, value = _first(environ, "HTTPS_PROXY", "ALL_PROXY")
    parts = urlsplit(url)
    if not value or _passes_by(parts.hostname or "", parts.port or 443, environ):
        return None
    proxy = _proxy(variable, value)
    if proxy.scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
        raise AepctlError(
            f"{variable} names a SOCKS proxy, which needs the package socksio",
            hint="pip install 'aepctl[socks]'",
            code="not-installed",
        )
    return proxy


def unusable_exceptions(environ: Mapping[str, str]) -> tuple[str, ...]:
    """A sentence for each entry of NO_PROXY that says nothing, without the entry itself."""
    variable, value = _first(environ, PASSED_BY)
    return tuple(
        f"{variable}: entry {number} is no host, address or network, and is passed over"
        for number, entry in enumerate(_entries(value), start=1)
        if entry and entry != "*" and _exception(entry) is None
    )


def _first(environ: Mapping[str, str], *names: str) -> tuple[str, str]:
    """The first variable that is set, in small letters or in capitals, and its value."""
    for name in names:
        for spelling in (name.lower(), name):
            if value := environ.get(spelling, "").strip():
                return spelling, value
    return names[0], ""


def _proxy(variable: str, value: str) -> Proxy:
    trouble = _trouble(value)
    if trouble is not None:
        said = f"{variable} is not the URL of a proxy that can be used: {trouble}"
        raise AepctlError(said, hint=ADVICE, code="proxy-unusable")
    parts = _parts(value)
    user = None if parts.username is None else unquote(parts.username)
    password = unquote(parts.password or "")
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return Proxy(variable, parts.scheme, parts.hostname or "", port, user, password)


def _parts(value: str) -> SplitResult:
    return urlsplit(value if "://" in value else f"http://{value}")


def _trouble(value: str) -> str | None:
    """Why it names no proxy, without any of it."""
    try:
        parts = _parts(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "its host or its port cannot be one"
    more = parts.path not in {"", "/"} or parts.query or parts.fragment
    checks = (
        (not value.isprintable(), "there is something invisible in it"),
        (parts.scheme not in SCHEMES, f"its scheme is none of {', '.join(SCHEMES)}"),
        (not host, "it has no host"),
        (bool(more), "there is more behind its host and port"),
        (not _is_host(host) or port == 0, "its host or its port cannot be one"),
        ("://" not in value and port is None, "it has neither a scheme nor a port"),
    )
    return next((said for wrong, said in checks if wrong), None)


def _is_host(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return HOST.fullmatch(host) is not None
    return True


def _entries(value: str) -> Iterator[str]:
    return (entry.strip() for entry in value.split(","))


def _passes_by(host: str, port: int, environ: Mapping[str, str]) -> bool:
    _, value = _first(environ, PASSED_BY)
    for entry in _entries(value):
        if entry == "*":
            return True
        found = _exception(entry)
        if found is not None and found[1] in {None, port} and _within(host.lower(), found[0]):
            return True
    return False


def _exception(entry: str) -> tuple[str, int | None] | None:
    """Which hosts an entry is about, and at which port: a name, an address or a network."""
    entry = entry.split("://", 1)[-1]
    try:
        return str(ip_network(entry, strict=False)), None
    except ValueError:
        pass  # it is no network, so it is read as a name
    try:
        parts = urlsplit(f"//{entry.removeprefix('*').removeprefix('.')}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    return (host, port) if _is_host(host) and parts.netloc and not parts.path else None


def _within(host: str, of: str) -> bool:
    try:
        return ip_address(host) in ip_network(of)
    except ValueError:
        return host == of or host.endswith(f".{of}")
