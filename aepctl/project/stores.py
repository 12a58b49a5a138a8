"""Where `state:` may say that state is kept: a file, or a store that a team shares."""

import re
from urllib.parse import urlsplit

SCHEMES = ("git", "s3", "gs", "az", "postgresql", "https", "http")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
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
    url = address.partition(":")[2] if scheme == "git" and "://" in address else address
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the address cannot be read as a URL") from None
    if parts.password is not None or (parts.username and parts.scheme in {"http", "https"}):
        raise ValueError(
            "an address holds no user with a password: credentials come from the environment only"
        )
    return address
