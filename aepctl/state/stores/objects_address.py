"""The addresses of objects: `s3://bucket/key`, `gs://bucket/key`, `az://container/key`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import parse_qsl, urlsplit

from aepctl.errors import AepctlError
from aepctl.project.urls import safe_url

BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]")
PART = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._=+,~-]+")
"""Between two slashes. What every object store takes, and writes in a URL as it is."""
LONGEST_KEY = 900
NAME = re.compile(r"[a-z_]{1,20}")


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of object stores: what it calls things, and what an address may say of it."""

    scheme: str
    bucket: str
    extra: str
    options: Mapping[str, re.Pattern[str] | None]
    """By name: what the value must look like; None: a URL."""


S3 = Kind(
    "s3",
    "bucket",
    "s3",
    MappingProxyType({"region": re.compile(r"[a-z0-9-]{2,40}"), "endpoint": None}),
)
GCS = Kind("gs", "bucket", "gcs", MappingProxyType({}))
AZURE = Kind(
    "az",
    "container",
    "azure",
    MappingProxyType({"account": re.compile(r"[a-z0-9]{3,24}"), "endpoint": None}),
)
KINDS = MappingProxyType({kind.scheme: kind for kind in (S3, GCS, AZURE)})


@dataclass(frozen=True, slots=True)
class Address:
    """Where an object is. Holds nothing that is secret."""

    kind: Kind
    bucket: str
    key: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.kind.scheme}://{self.bucket}/{self.key}"


def read_address(text: str) -> Address:
    """Read what `state:` says. Raises AepctlError, which repeats nothing that could be secret."""
    scheme, mark, rest = text.partition("://")
    kind = KINDS.get(scheme.lower())
    if kind is None or not mark:
        raise AepctlError(
            "an object's address begins with s3://, gs:// or az://", code="state-address"
        )
    place, _, query = rest.partition("?")
    if re.search("[@:]", place):
        raise _refused(kind, "an address holds no user, password or port", hint=_LOGIN)
    if "#" in rest:
        raise _refused(kind, "an address has no part behind `#`")
    bucket, _, key = place.partition("/")
    if not BUCKET.fullmatch(bucket):
        raise _refused(kind, _why_no_bucket(kind, bucket))
    if not all(PART.fullmatch(part) for part in key.split("/")) or len(key) > LONGEST_KEY:
        raise _refused(
            kind,
            f"no usable key follows the {kind.bucket}: words of letters, digits and - _ . = + , ~"
            f" with one `/` between two of them, {LONGEST_KEY} characters at most",
        )
    return Address(kind, bucket, key, MappingProxyType(_options(kind, query)))


def _why_no_bucket(kind: Kind, bucket: str) -> str:
    if not bucket:
        return f"no name of a {kind.bucket} follows `{kind.scheme}://`"
    return (
        f"what follows `{kind.scheme}://` is no name of a {kind.bucket}: letters, digits and - _ . "
        "between two letters or digits, 3 characters at least"
    )


_LOGIN = "credentials come from the environment variables or files of the store's own tools"


def _options(kind: Kind, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True) if query else []
    except ValueError:
        raise _refused(kind, "what follows `?` is not NAME=VALUE&NAME=VALUE") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in kind.options:
            shown = f"no option `{name}`" if NAME.fullmatch(name) else "no such option"
            known = " and ".join(f"`{one}`" for one in kind.options) or "none"
            raise _refused(kind, f"there is {shown} for {kind.scheme}:// (known: {known})")
        if name in found:
            raise _refused(kind, f"the option `{name}` is there twice")
        found[name] = _checked(kind, name, value)
    return found


def _checked(kind: Kind, name: str, value: str) -> str:
    pattern = kind.options[name]
    if pattern is None:
        return checked_endpoint(kind, f"the option `{name}`", value)
    if not pattern.fullmatch(value):
        raise _refused(kind, f"the option `{name}` has no usable value")
    return value


def checked_endpoint(kind: Kind, name: str, value: str) -> str:
    """The address of a server, from an option or a variable: https, or http to this machine."""
    try:
        return safe_url(value)
    except ValueError as error:
        raise _refused(kind, f"{name}: {error}") from None


def is_plain(endpoint: str | None) -> bool:
    """Whether what is sent there is not encrypted: `checked_endpoint` lets this machine only."""
    return endpoint is not None and urlsplit(endpoint).scheme == "http"


def _refused(kind: Kind, why: str, *, hint: str | None = None) -> AepctlError:
    example = f"write it as {kind.scheme}://{kind.bucket.upper()}/aepctl/prod.json"
    return AepctlError(
        f"the address of the state ({kind.scheme}://…): {why}",
        hint=hint or example,
        code="state-address",
    )
