"""Where `state:` may say that state is kept: a file, or a store that a team shares."""

import re
from urllib.parse import parse_qsl, urlsplit

SCHEMES = ("git", "s3", "gs", "az", "postgresql", "https", "http")
_HUSHED = r"(?i)secret|token|passw|passphrase|credential|api_?key|access_?key|^sig$"
_SSH_USER = r"git:[^/@]*:[^/]*@[^/]*:"
"""What git itself would take for a host, a path and an `@` in it."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_ELSEWHERE = "credentials come from the environment only"
_EXPECTED = (
    "a path that ends in .json was expected, or the address of a store: git:origin, s3://…, "
    "gs://…, az://…, postgresql://…, https://…"
)


def scheme_of(address: str) -> str | None:
    """The scheme of a shared store's address; None for a path."""
    found = _SCHEME.match(address)
    return found[1].lower() if found else None


def check_address(address: str) -> str:
    """The address, if it may be one. Raises ValueError that does not repeat it.

    What its engine makes of the rest is told when it is used.
    """
    scheme = scheme_of(address)
    if scheme is None:
        if not address.endswith(".json"):
            raise ValueError(_EXPECTED)
        return address
    if scheme not in SCHEMES:
        raise ValueError(f"state cannot be kept in `{scheme}:`; {_EXPECTED}")
    if scheme != "git" and not address.startswith("//", len(scheme) + 1):
        raise ValueError(f"`//` was expected after `{scheme}:`, as in `{scheme}://…`")
    url = address.partition(":")[2] if scheme == "git" and "://" in address else address
    try:
        parts = urlsplit(url)
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    except ValueError:
        raise ValueError("the address cannot be read as a URL") from None
    user = parts.username and parts.scheme in {"http", "https"}
    if parts.password is not None or user or re.match(_SSH_USER, address):
        raise ValueError(f"an address holds no user with a password: {_ELSEWHERE}")
    secret = next((name for name in names if re.search(_HUSHED, name)), None)
    if secret is not None:
        raise ValueError(f"an address holds no secret, such as `?{secret}=`: {_ELSEWHERE}")
    return address
