"""Asking the platform a question that changes nothing: again, where that may help."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, Protocol, TypeVar

from aepctl.aep.advice import (
    NO_RIGHT,
    NO_VIEW_RIGHT,
    RUN_AGAIN,
    TOKEN_CODES,
    VIEW_RIGHT,
    Advice,
    unreached,
)
from aepctl.aep.body import read_json
from aepctl.aep.explanations import ErrorBody, decode_error, speaks_of_error
from aepctl.aep.repeating import MAX_ATTEMPTS, may_pass, pause
from aepctl.backoff import Jitter
from aepctl.clock import Clock
from aepctl.errors import ListForbidden, PlatformError
from aepctl.patience import Patience
from aepctl.replies import NoResponse, NothingSent, Reply, Response

LIST = "list audiences"
UNREACHED = "platform-unreachable"

T = TypeVar("T")


class ReadConnection(Protocol):
    """A connection that can read. See connection.Connection."""

    @property
    def token_advice(self) -> str:
        """What to do where the token is refused."""
        ...

    def get(self, path: str, query: Mapping[str, str]) -> Reply: ...
    def look_up(self, path: str, body: bytes) -> Reply: ...
    def renew_token(self) -> bool: ...
    def reconnect(self) -> None: ...


class _Trouble(NamedTuple):
    """What went wrong, whether asking again may help, and what a person can do about it."""

    what: str
    code: str
    again: bool = False
    hint: str = RUN_AGAIN


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are asked: over which connection, and how patiently. For one thread."""

    connection: ReadConnection
    clock: Clock
    patience: Patience = field(default_factory=Patience)
    jitter: Jitter = random.random

    def ask(
        self,
        path: str,
        query: Mapping[str, str],
        decode: Callable[[Response], T | None],
        purpose: str,
    ) -> T:
        """What `decode` makes of an answer; None from it means that the answer is of no use.

        Raises PlatformError, ListForbidden.
        """
        return self._ask(lambda: self.connection.get(path, query), decode, purpose)

    def look_up(
        self, path: str, body: bytes, decode: Callable[[Response], T | None], purpose: str
    ) -> T:
        """As `ask`, where the question itself is too long for an address."""
        return self._ask(lambda: self.connection.look_up(path, body), decode, purpose)

    def _ask(
        self, send: Callable[[], Reply], decode: Callable[[Response], T | None], purpose: str
    ) -> T:
        renewed = False
        trouble = _Trouble("never asked", code=UNREACHED)
        for attempt in range(MAX_ATTEMPTS):
            reply = send()
            value = decode(reply) if isinstance(reply, Response) else None
            if value is not None:
                return value
            self.connection.reconnect()  # whatever else is on it may not be for us either
            _check_allowed(reply, purpose)
            trouble = self._explain(reply)
            again = trouble.again
            if isinstance(reply, Response) and reply.status == HTTPStatus.UNAUTHORIZED:
                again = not renewed and self.connection.renew_token()
                renewed = True
            if not again:
                break
            if attempt < MAX_ATTEMPTS - 1:
                self._pause(reply, attempt, purpose, trouble)
        raise PlatformError(
            f"cannot {purpose}: {trouble.what}", hint=trouble.hint, code=trouble.code
        )

    def pause(self, attempt: int, why: str, asked: float | None = None) -> None:
        """Wait before the attempt after this one, at least as long as was asked for."""
        pause(attempt, why, asked, clock=self.clock, patience=self.patience, jitter=self.jitter)

    def _pause(self, reply: Reply, attempt: int, purpose: str, trouble: _Trouble) -> None:
        asked = reply.retry_after if isinstance(reply, Response) else None
        too_long = self.patience.too_long(asked or 0.0, self.clock.now())
        if too_long is not None:
            raise PlatformError(
                f"cannot {purpose}: {trouble.what}", hint=too_long, code=trouble.code
            )
        self.pause(attempt, f"cannot {purpose} yet: {trouble.what}", asked)

    def _explain(self, reply: Reply) -> _Trouble:
        match reply:
            case NothingSent(reason):
                return _Trouble(
                    reason, code=UNREACHED, again=True, hint=unreached(reason, "ups_url")
                )
            case NoResponse(reason):
                return _Trouble(reason, code=UNREACHED, again=True)
            case Response(status) if status in {HTTPStatus.OK, HTTPStatus.MULTI_STATUS}:
                said = f"an answer that {reply.flaw or _flaw(reply)}"
                return _Trouble(said, code="platform-answer-unusable", again=True)
            case Response(status):
                error = decode_error(status, reply.body)
                head = " ".join(part for part in (str(status), error.code) if part)
                again = may_pass(status)
                advice = Advice(self.connection.token_advice, "ups_url").about(status, error)
                other = NO_RIGHT if status == HTTPStatus.FORBIDDEN else RUN_AGAIN
                said, code = f"{head}: {error.message}", _code(status, error, again=again)
                return _Trouble(said, code=code, again=again, hint=advice or other)


def _code(status: int, error: ErrorBody, *, again: bool) -> str:
    if status == HTTPStatus.UNAUTHORIZED or error.code in TOKEN_CODES:
        return "token-refused"
    return "platform-busy" if again else "platform-refused"


def _flaw(reply: Response) -> str:
    """What is wrong with an answer of success that came whole."""
    try:
        is_error = speaks_of_error(read_json(reply.body))
    except ValueError:
        is_error = False
    if not is_error:
        return "cannot be read"
    return f"speaks of an error: {decode_error(reply.status, reply.body).message}"


def _check_allowed(reply: Reply, purpose: str) -> None:
    """Raise ListForbidden where these credentials are good, but may not read.

    Only there an apply may go on without a look: any other 403 says that something is wrong.
    """
    if not isinstance(reply, Response) or reply.status != HTTPStatus.FORBIDDEN:
        return
    error = decode_error(reply.status, reply.body)
    if error.code == NO_VIEW_RIGHT:
        raise ListForbidden(
            f"these credentials may not {purpose}: {error.code}: {error.message}",
            hint=VIEW_RIGHT,
            may_ignore=purpose == LIST,
        )
