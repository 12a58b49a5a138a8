"""State on an HTTP server that speaks Terraform's state protocol: `https://…`, GitLab included.

The protocol has no conditional write. One is made of its lock: take it, read, compare, write as
its holder, give it back.
"""

from collections.abc import Mapping
from secrets import token_hex
from uuid import uuid4

from aepctl.errors import StateError
from aepctl.log import Log
from aepctl.project.redaction import Redaction
from aepctl.state.stores.documents import (
    TOO_LARGE,
    Document,
    DocumentStore,
    maybe_written,
    overtaken,
    unreadable,
    unwritten,
)
from aepctl.state.stores.http_address import authorization, parse_http
from aepctl.state.stores.http_answers import Refused, SerialTaken, Unanswered
from aepctl.state.stores.http_calls import Calls
from aepctl.state.stores.http_envelope import Envelope, NoEnvelope, unwrapped, wrapped
from aepctl.state.stores.http_lock import Bounds, Lock
from aepctl.state.stores.http_probe import probe
from aepctl.transport import MAX_BODY_BYTES, TransportFactory, http_trace

GITLAB_PAUSE_SECONDS = 2.0
"""GitLab keeps every version that is ever written, and a write is four requests."""


def open_http(address: str, environ: Mapping[str, str]) -> DocumentStore:
    """The store at this address. Raises AepctlError: a wrong address, half of the credentials."""
    return HttpDocuments(address, environ)


class HttpDocuments:
    """The document behind one address."""

    def __init__(
        self, address: str, environ: Mapping[str, str], bounds: Bounds | None = None
    ) -> None:
        redaction = Redaction()
        self._address = parse_http(address)
        self._bounds = bounds or Bounds()
        self._factory = TransportFactory(environ=environ, redaction=redaction)
        self._calls = Calls(self._address, self._factory, authorization(environ, redaction))
        self._lock = Lock(self._calls, self._bounds)
        self.pause_seconds = GITLAB_PAUSE_SECONDS if self._address.gitlab else 0.0

    @property
    def where(self) -> str:
        return self._address.where

    def trace(self, log: Log) -> None:
        self._factory.trace = http_trace(log)

    def get(self) -> Document | None:
        try:
            found = self._read(self._bounds.put)
        except Refused as refused:
            raise unreadable(
                self.where,
                refused.why,
                hint=refused.hint,
                passing=refused.passing,
                code=refused.code,
            ) from None
        return None if found is None else Document(found.data, found.version)

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        most = (MAX_BODY_BYTES - 1000) * 3 // 4  # as text, three bytes take four
        if len(data) > most:
            raise unwritten(
                self.where, f"it has {len(data)} bytes, more than {most}", code=TOO_LARGE
            )
        until = self._calls.clock.monotonic() + self._bounds.put - self._bounds.unlock_call
        try:
            lock_id = self._lock.take(_first_line(note))
            try:
                return self._replace(lock_id, data, expected, until)
            finally:
                # Also where it is not known whether it was written: after this it never will be.
                self._lock.give_back(lock_id)
        except Refused as refused:
            raise unwritten(self.where, refused.why, hint=refused.hint, code=refused.code) from None
        except Unanswered as unanswered:
            raise maybe_written(self.where, unanswered.why) from None

    def prepare(self) -> None:
        """See that the server keeps what the protocol promises. There is nothing to make."""
        try:
            probe(self._calls, self._lock, self._bounds)
        except Refused as refused:
            raise StateError(
                f"{self.where}: cannot be prepared: {refused.why}",
                hint=refused.hint,
                code=refused.code or "store-unsafe",
            ) from None
        self.get()

    def break_lock(self, lock_id: str) -> bool:
        """Break the server's lock of this ID; whether it is not there any more.

        No harm comes of it where somebody is at work after all: the write fails.
        """
        return bool(lock_id) and self._lock.give_back(lock_id)

    def _replace(self, lock_id: str, data: bytes, expected: str | None, until: float) -> str:
        """Raises Overtaken, Refused, Unanswered."""
        now = self._read(until - self._calls.clock.monotonic())
        if (now.version if now else None) != expected:
            raise overtaken(self.where)
        new = Envelope(
            data,
            serial=now.serial + 1 if now else 1,
            lineage=now.lineage if now else str(uuid4()),
            write=token_hex(16),
        )
        try:
            self._calls.post(lock_id, wrapped(new), until - self._calls.clock.monotonic())
        except SerialTaken:
            raise overtaken(self.where) from None
        return new.version

    def _read(self, seconds: float) -> Envelope | None:
        """Raises Refused."""
        body = self._calls.get(seconds)
        try:
            return None if body is None else unwrapped(body)
        except NoEnvelope as error:
            raise Refused(error.why, error.hint) from None


def _first_line(note: str) -> str:
    return note.partition("\n")[0][:200]
