"""The service as a whole: what the routes share."""

import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from aepctl.emulator.answers import Answer, Call
from aepctl.emulator.checks import Caller
from aepctl.emulator.documents import Document
from aepctl.emulator.faults import Behaviour, FaultInjector
from aepctl.emulator.store import Lag, Store
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
    """What all requests share: audiences, tokens, faults, and the log of what was asked."""

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

    def replace(self, document: Document, *, unique: bool = False) -> bool:
        """See Store.replace. Lists may go on showing it as it was."""
        return self.store.replace(document, self._lag(self.behaviour.update_lag), unique=unique)

    def remove(self, document: Document) -> None:
        """From now on it is gone, but lists may go on showing it."""
        self.store.remove(document, self._lag(self.behaviour.delete_lag))

    def listed(self, caller: Caller) -> Sequence[Document]:
        """What lists show, oldest first: they lag behind changes and deletions."""
        documents = self.store.within(caller)
        if not (self.behaviour.update_lag or self.behaviour.delete_lag):
            return documents
        now = {one["id"]: one for one in documents}
        shown = {**now, **self._still_shown(caller, frozenset(now))}
        return sorted(shown.values(), key=lambda one: one["creationTime"])

    def lately_deleted(self, caller: Caller, identifier: str) -> Document | None:
        """What lists still show of one that is gone."""
        if not self.behaviour.delete_lag or self.store.find(caller, identifier):
            return None
        return self._still_shown(caller, frozenset()).get(identifier)

    def _still_shown(self, caller: Caller, alive: frozenset[str]) -> dict[str, Document]:
        """By their ids, the oldest of what lists have not yet forgotten."""
        shown: dict[str, Document] = {}
        for ended, one in self.store.past(caller):
            behaviour = self.behaviour
            lag = behaviour.update_lag if one["id"] in alive else behaviour.delete_lag
            if ended > _now() - lag * 1000:
                shown.setdefault(one["id"], one)
        return shown

    def _lag(self, seconds: float) -> Lag | None:
        longest = max(self.behaviour.update_lag, self.behaviour.delete_lag)
        return Lag(_now(), _now() - int(longest * 1000)) if seconds else None

    def log(self, call: Call, answer: Answer) -> None:
        result = answer.fault or answer.status
        self._log.append(
            LoggedRequest(call.method, call.path, answer.name, result, call.request_id)
        )

    def logged(self) -> list[LoggedRequest]:
        return list(self._log)


def _now() -> int:
    return time.time_ns() // 1_000_000
