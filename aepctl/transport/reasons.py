"""Why an exchange came to nothing, in words that hold no path and no header of the request."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpcore

from aepctl.errors import AepctlError
from aepctl.transport.bounds import Budget, OutOfTime, TooMuch

_REASONS: Mapping[type[Exception], str] = {
    httpcore.ConnectTimeout: "connecting to {host} took too long",
    httpcore.ConnectError: "no connection to {host}{detail}",
    httpcore.ProxyError: "the proxy refused{detail}",
    httpcore.ReadTimeout: "no answer in time",
    httpcore.RemoteProtocolError: "the connection was closed without an answer",
    httpcore.WriteTimeout: "sending took too long",
    httpcore.ReadError: "the connection broke before an answer",
    httpcore.WriteError: "the connection broke while sending",
}
MAX_CHARS = 200
_CLOSED = "Server disconnected"
"""How httpcore begins to say so."""


def reason_of(error: Exception, url: str, budget: Budget) -> str:
    """What happened, without paths or headers: those may hold what must not be shown."""
    kind = type(error)
    match error:
        case AepctlError():
            return error.message
        case TooMuch():
            return f"the answer has {error}"
        case OutOfTime():
            kind = httpcore.ReadTimeout if budget.sent else httpcore.ConnectTimeout
        case httpcore.RemoteProtocolError() if not str(error).startswith(_CLOSED):
            return "what came back is no HTTP"
    reason = _REASONS.get(kind, f"it could not be sent ({kind.__name__})")
    detail = f" ({visible(str(error))})" if str(error) else ""
    return reason.format(host=_host(url), detail=detail)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "nowhere"
    except ValueError:
        return "an address that cannot be read"


def visible(text: str) -> str:
    """The text on one line, without what a terminal would obey."""
    return "".join(one if one.isprintable() else " " for one in text[:MAX_CHARS])
