"""The service as a whole: what the routes share."""

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from aepctl.emulator.answers import Answer, Call
from aepctl.emulator.checks import Caller
from aepctl.emulator.documents import Document
from aepctl.emulator.faults import Behaviour, FaultInjector
from aepctl.emulator.store import Store
from aepctl.emulator.tokens import Tokens

LOGGED = 100_000  # requests remembered


class LoggedRequest(NamedTuple):
    """One request to the audience API: `result` is the status, or the fault that it met."""

    method: str
    path: str
    name: str | None
    result: int | str
    x_request_id: str


class Service:
    def __init__(self, store: Store, behaviour: Behaviour) -> None:
        self.store = store
        self.tokens = Tokens()
        self.faults = FaultInjector(behaviour)
        self._log: deque[LoggedRequest] = deque(maxlen=LOGGED)

    @property
    def behaviour(self) -> Behaviour:
        return self.faults.behaviour

    def another(self, caller: Caller, document: Document) -> Document:
        """The newest audience that is not this one, if there is any."""
        others = (one for one in self.store.within(caller)[::-1] if one["id"] != document["id"])
        return next(others, document)

    def remove(self, document: Document) -> None:
        """From now on it is gone, but lists may go on showing it."""
        now = time.time_ns() // 1_000_000
        lag = self.behaviour.delete_lag
        self.store.remove(document, now if lag else None, forget_before=now - int(lag * 1000))

    def lately_deleted(self, caller: Caller) -> Sequence[Document]:
        """What lists still show."""
        lag = self.behaviour.delete_lag
        return self.store.deleted(caller, time.time() * 1000 - lag * 1000) if lag else ()

    def log(self, call: Call, answer: Answer) -> None:
        result = answer.fault or answer.status
        self._log.append(
            LoggedRequest(call.method, call.path, answer.name, result, call.request_id)
        )

    def logged(self) -> list[LoggedRequest]:
        return list(self._log)
