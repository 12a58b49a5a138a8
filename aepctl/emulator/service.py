"""The service as a whole: what the routes share."""

from collections import deque
from typing import NamedTuple

from aepctl.emulator.answers import Answer, Call
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

    def log(self, call: Call, answer: Answer) -> None:
        result = answer.fault or answer.status
        self._log.append(
            LoggedRequest(call.method, call.path, answer.name, result, call.request_id)
        )

    def logged(self) -> list[LoggedRequest]:
        return list(self._log)
