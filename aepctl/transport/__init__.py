"""One exchange over HTTP, within bounds. The only importer of httpx.

Redirects are not followed, certificates are always checked, cookies are not kept, nothing is sent a
second time, and no proxy stands between us and this machine.
"""

from aepctl.transport.bounds import MAX_BODY_BYTES, MAX_HEAD_BYTES, TIMEOUT_SECONDS
from aepctl.transport.exchange import Transport
from aepctl.transport.factory import TransportFactory
from aepctl.transport.trace import Exchanged, Peer, http_trace

__all__ = [
    "MAX_BODY_BYTES",
    "MAX_HEAD_BYTES",
    "TIMEOUT_SECONDS",
    "Exchanged",
    "Peer",
    "Transport",
    "TransportFactory",
    "http_trace",
]
