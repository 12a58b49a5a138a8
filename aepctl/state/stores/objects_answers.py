"""What an object store answered in place of a success, as much of it as may be shown.

obstore's texts hold URLs, headers and whole bodies, so none of them is passed on: only the status,
the store's own code for it (letters) and the region, and words of ours.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto


class How(Enum):
    """How a request ended that was no success."""

    ANSWERED = auto()
    REDIRECTED = auto()
    UNREACHED = auto()
    """No connection: nothing was sent."""
    UNTRUSTED = auto()
    """A server without a certificate that this machine trusts: nothing was sent either."""
    NO_CREDENTIALS = auto()
    """There was nothing to sign the request with, so it was not sent."""
    SLOW = auto()
    BROKEN = auto()
    """Sent, or perhaps sent, and no answer that can be used."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One such answer. `code` is the store's own, `region` where the bucket is."""

    how: How
    status: int = 0
    code: str = ""
    region: str = ""

    def __str__(self) -> str:
        words = {
            How.UNREACHED: "nobody answers there",
            How.UNTRUSTED: "its certificate is not trusted here",
            How.NO_CREDENTIALS: "there are no usable credentials",
            How.SLOW: "no whole answer in time",
            How.BROKEN: "the connection broke, or the answer makes no sense",
        }
        if self.how in words:
            return words[self.how]
        told = f"HTTP status {self.status}" if self.status else "a redirect"
        return f"{told} ({self.code})" if self.code else told


_STATUS = re.compile(r"Server returned non-2xx status code: (\d{3})")
_CODE = re.compile(r"<Code>([A-Za-z]{1,64})</Code>")
_REGION = re.compile(r"<Region>([a-z0-9-]{2,40})</Region>")
_CONNECT = re.compile(r"kind: Connect,|legacy::Error\(\s*Connect,")
_CREDENTIALS = re.compile(
    r"The operation lacked valid authentication credentials for path External "  # boto3 raised
    r"|Generic \w+ error: (Error performing token request|Error getting token response"
    r"|Error reading federated token file|'az account get-access-token'|Failed to parse azure cli)"
)
_REQUEST = re.compile(r"Error performing ([A-Z]+) (\S+)")
_FOR_CREDENTIALS = re.compile(
    r"\w+://(169\.254\.|[^/]+/(latest/api/token$|latest/meta-data/iam/|computeMetadata/))"
)


def fault_of(error: Exception) -> Fault:
    """What is behind an exception of obstore's. Where that is not clear: BROKEN."""
    if isinstance(error, TimeoutError):
        return Fault(How.SLOW)
    text = str(error)
    if _was_for_credentials(text):
        return Fault(How.NO_CREDENTIALS)
    status, code, region = _STATUS.search(text), _CODE.search(text), _REGION.search(text)
    if status is not None:
        return Fault(
            How.REDIRECTED if status[1].startswith("3") else How.ANSWERED,
            int(status[1]),
            code[1] if code else "",
            region[1] if region else "",
        )
    if "Received redirect without LOCATION" in text:
        return Fault(How.REDIRECTED)
    if _CONNECT.search(text):
        return Fault(How.UNTRUSTED if "InvalidCertificate" in text else How.UNREACHED)
    return Fault(How.SLOW if "kind: Timeout" in text else How.BROKEN)


def _was_for_credentials(text: str) -> bool:
    """Whether it was before the request for the document, which is a GET or PUT elsewhere.

    The first request that is named counts: a server's body may name others.
    """
    if _CREDENTIALS.match(text):
        return True
    request = _REQUEST.search(text)
    if request is None:
        return False
    return request[1] == "POST" or _FOR_CREDENTIALS.match(request[2]) is not None
