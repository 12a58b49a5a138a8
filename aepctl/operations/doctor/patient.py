"""One environment under examination, and what the checks have learned of it so far."""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from aepctl.errors import AepctlError, InternalError
from aepctl.model.checkup import Status
from aepctl.operations.context import Context
from aepctl.patience import duration
from aepctl.project.environment import Environment
from aepctl.project.project import Project

if TYPE_CHECKING:
    from aepctl.aep.connection import Connection
    from aepctl.project.credentials import Credentials
    from aepctl.replies import Reply
    from aepctl.state.model import State
    from aepctl.state.shared_store import SharedStore
    from aepctl.state.stores.base import StateStore
    from aepctl.transport import Exchanged, TransportFactory

EXCHANGE_SECONDS = 5.0
"""Of one exchange. Whoever answers later than that is in trouble."""
STORE_SECONDS = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found."""

    text: str
    status: Status = Status.OK
    hint: str | None = None


@dataclass(slots=True)
class Patient:
    """`name`: which environment was asked for. The rest is there once its check has been made."""

    context: Context
    name: str | None = None
    program: str = "aepctl"
    allow_outside: bool = False
    project: Project | None = None
    environment: Environment | None = None
    credentials: "Credentials | None" = None
    factory: "TransportFactory | None" = None
    exchanges: "list[Exchanged]" = field(default_factory=list)
    connection: "Connection | None" = None
    sandboxes: "Reply | None" = None
    audiences: "Reply | None" = None
    store: "StateStore | SharedStore | None" = None
    state: "State | None" = None
    held: str | None = None
    lock_id: str | None = None
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def called(self) -> str | None:
        """The environment's name, as far as it is known."""
        return self.name if self.environment is None else self.environment.name

    @property
    def linked(self) -> "Connection":
        """A connection with a token, which an earlier check has made."""
        if self.connection is None:
            raise InternalError("no token was had")
        return self.connection

    @property
    def where(self) -> Environment:
        """The environment, which the first check has found."""
        if self.environment is None:
            raise InternalError("no environment was found")
        return self.environment

    @property
    def urls(self) -> dict[str, str]:
        """The addresses by their settings."""
        where = self.where
        return {"ais_url": where.ais_url, "ups_url": where.ups_url, "ims_url": where.ims_url}


def about(seconds: float) -> str:
    """A span of time as people say it: nobody needs the seconds of a day."""
    unit = next((one for one in (3600, 60) if seconds >= 2 * one), 1)
    return duration(round(seconds / unit) * unit)


def within(seconds: float, works: Sequence[Callable[[], T]]) -> list[T | AepctlError | None]:
    """What each comes to, done beside each other: a value, or its error. None where that takes
    longer; it goes on in its thread. Whatever else they raise is raised here.
    """
    queues: list[SimpleQueue[T | BaseException]] = [SimpleQueue() for _ in works]

    def do(work: Callable[[], T], answers: "SimpleQueue[T | BaseException]") -> None:
        try:
            answers.put(work())
        except BaseException as error:  # noqa: BLE001 - for whoever waits for it
            answers.put(error)

    for work, answers in zip(works, queues, strict=True):
        threading.Thread(target=do, args=(work, answers), name="doctor", daemon=True).start()
    return [_answer(answers, seconds) for answers in queues]


def _answer(answers: "SimpleQueue[T | BaseException]", seconds: float) -> T | AepctlError | None:
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        return None
    if isinstance(found, BaseException) and not isinstance(found, AepctlError):
        raise found
    return found
