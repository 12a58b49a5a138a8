"""What a person can do about an answer that is true for the whole run: by code, status and words.

Sources: AEP troubleshooting guide, "Request header errors"; Segmentation Service API, 403.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aepctl.aep.explanations import ErrorBody

NO_VIEW_RIGHT = "UPAPI-113752-403"
"""The code of "attribute-based access control": these credentials are good, and lack a right."""
ORGANISATION = "check `org` in aepctl.yaml (or AEP_ORG_ID)"
CODES: Mapping[str, str] = {
    "400003": f"{ORGANISATION} and `sandbox`",
    "403000": "check AEP_API_KEY",
    "403003": "check AEP_API_KEY",
    "403025": "check `org` in aepctl.yaml, and the product profile of these credentials",
    "UPAPI-113740-403": (
        "this organisation is not enabled for it: ask Adobe, or whoever administers it"
    ),
}
DEPENDENTS = "UPAPI-113631-403"
"""The code, with status 400, of a delete. Source: Segmentation Service API, 400."""
EXPLAINED: Mapping[str, str] = {
    DEPENDENTS: "other audiences depend on it, and the platform does not say which: look on its "
    "page there what uses it, end that first, then run this again",
}
"""What is wrong with one audience alone, where the platform's own words leave it open."""
WORDS = (
    (r"\bapi[ -]?key\b.*\b(invalid|required|missing|not valid|unknown)", "check AEP_API_KEY"),
    (
        r"\bsandbox\b.*\b(not found|not exist|invalid|unknown|inactive|disabled|deleted)",
        "check `sandbox` in aepctl.yaml (or AEP_SANDBOX), and whether these credentials may use it",
    ),
    (r"\borgani[sz]ation\b.*\b(not enabled|not found|invalid|unknown)", ORGANISATION),
)
"""What is said without a code of its own, with 403 or 404. A 400 is about what was sent."""
WORDY = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
RUN_AGAIN = "run it again"
VIEW_RIGHT = "get the right to view segments"
NO_RIGHT = "check the rights of these credentials, `org` and `sandbox`"
PROXY = "a proxy asks who you are: give its user and password in HTTPS_PROXY"
TOKEN_CODES = frozenset({"401013", "403010"})
"""The token is not valid, or missing: 401 or 403."""


UNREACHED = (
    ("407|proxy authentication", PROXY),
    (r"\bproxy that all_proxy names", "check the proxy that ALL_PROXY names, and NO_PROXY"),
    (r"\bproxy\b", "check the proxy that HTTPS_PROXY names, and NO_PROXY"),
    (
        "certificate|self.signed",
        "its certificate is not trusted here: check `{address}`, or name yours in SSL_CERT_FILE",
    ),
    (r"\b(ssl|tls)\b", "check `{address}`, and whether a proxy has to be named in HTTPS_PROXY"),
    (
        "name or service|name resolution|getaddrinfo|nodename|no address|not known",
        "check the name in `{address}`, and whether this machine can look it up",
    ),
)
"""What to do about a connection that was not made, by what is said of it."""


def unreached(reason: str, address: str) -> str:
    """What to do where nothing could be sent; `address` names the setting that says where to."""
    found = (cure for words, cure in UNREACHED if re.search(words, reason, re.IGNORECASE))
    cure = next(found, "check the network and `{address}`, then run it again")
    return cure.format(address=address)


def explained(error: ErrorBody) -> str:
    """The platform's own words, and what they mean where they leave that open."""
    meaning = EXPLAINED.get(error.code or "")
    return error.message if meaning is None else f"{error.message.rstrip('.')}: {meaning}"


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about refusals. `token`: about a token that is refused.

    `address` names the setting that says where was asked.
    """

    token: str
    address: str

    def about(self, status: int, error: ErrorBody) -> str | None:
        """What to do about this answer; None where it says nothing that holds for every request."""
        forbidden = status == HTTPStatus.FORBIDDEN
        if status == HTTPStatus.UNAUTHORIZED or (forbidden and error.code in TOKEN_CODES):
            return self.token
        by_words = _by_words(error.message) if status in WORDY else None
        return CODES.get(error.code or "") or by_words or self._by_status(status)

    def _by_status(self, status: int) -> str | None:
        if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            return PROXY
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}:
            return f"check `{self.address}` in aepctl.yaml"
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            return f"check `{self.address}` in aepctl.yaml: it leads elsewhere"
        return None


def _by_words(message: str) -> str | None:
    found = (cure for words, cure in WORDS if re.search(words, message, re.IGNORECASE))
    return next(found, None)
