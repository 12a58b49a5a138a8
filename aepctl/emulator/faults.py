"""What the emulator does on purpose: how it behaves, and which faults it shows.

A fault is a switch with a rate, so that a test can say "every third create is committed and then
never answered". Rates come from a seed: the same requests meet the same faults.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aepctl.emulator.documents import LIFECYCLES
from aepctl.emulator.spellings import SPELLINGS


class Operation(StrEnum):
    """What a fault happens to."""

    CREATE = "create"
    LIST = "list"
    GET = "get"
    BULK_GET = "bulk-get"
    PATCH = "patch"
    DELETE = "delete"
    SANDBOXES = "sandboxes"
    RIGHTS = "rights"


class FaultKind(StrEnum):
    """One way to go wrong. Those that begin with `list` happen to lists only."""

    REFUSE = "refuse"  # 400, not committed
    RATE_LIMIT = "rate-limit"  # 429, not committed
    ERROR_BEFORE = "error-before"  # 503, not committed
    ERROR_AFTER = "error-after"  # 500, committed
    DROP_BEFORE = "drop-before"  # closed without an answer, not committed
    DROP_AFTER = "drop-after"  # closed without an answer, committed
    HANG_AFTER = "hang-after"  # never answered, committed
    CUT_BODY = "cut-body"  # half of the answer, then closed; committed
    HTML_BODY = "html-body"  # 200 with a web page, committed
    EMPTY_BODY = "empty-body"  # 200 with nothing, committed
    NO_ID = "no-id"  # the answer without its IDs, committed
    UNAUTHORIZED = "unauthorized"  # 401, not committed
    REDIRECT = "redirect"  # 307, not committed
    CONFLICT = "conflict"  # 409, not committed
    SWAPPED = "swapped"  # 200 with another audience (of a create: the one before), committed
    LIST_ERROR = "list-error"  # 503 on a list
    LIST_RATE_LIMIT = "list-rate-limit"  # 429 on a list
    LIST_SHORT = "list-short"  # a list without its newest element, which it counts
    FORBIDDEN = "forbidden"  # 403 of access control, not committed
    DEPENDENTS = "dependents"  # 400 as if others depended on it, not committed
    STALE = "stale"  # a read by id shows what was deleted, as long as lists do
    EDITED = "edited"  # right after this answer somebody else edits the description


_READS = frozenset(
    {
        *(FaultKind.DROP_BEFORE, FaultKind.HANG_AFTER, FaultKind.UNAUTHORIZED, FaultKind.REDIRECT),
        *(FaultKind.CUT_BODY, FaultKind.HTML_BODY, FaultKind.EMPTY_BODY),
    }
)
_ANSWERS = frozenset({FaultKind.REFUSE, FaultKind.RATE_LIMIT, FaultKind.ERROR_BEFORE})
_WRITES = frozenset({FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.CONFLICT})
_BODIES = frozenset({FaultKind.CUT_BODY, FaultKind.NO_ID, FaultKind.SWAPPED})
_LISTS = frozenset({FaultKind.LIST_ERROR, FaultKind.LIST_RATE_LIMIT, FaultKind.LIST_SHORT})

POSSIBLE: Mapping[Operation, frozenset[FaultKind]] = {
    Operation.CREATE: _READS | _ANSWERS | _WRITES | _BODIES,
    Operation.LIST: _READS | _LISTS,
    Operation.GET: _READS
    | _ANSWERS
    | _BODIES
    | {FaultKind.FORBIDDEN, FaultKind.STALE, FaultKind.EDITED},
    Operation.BULK_GET: _READS
    | _ANSWERS
    | {FaultKind.FORBIDDEN, FaultKind.STALE, FaultKind.EDITED},
    Operation.PATCH: _READS | _ANSWERS | _WRITES | _BODIES | {FaultKind.FORBIDDEN},
    Operation.DELETE: (_READS | _ANSWERS | _WRITES | {FaultKind.FORBIDDEN, FaultKind.DEPENDENTS})
    - {FaultKind.CUT_BODY},  # its answer has none
    Operation.SANDBOXES: _READS | _ANSWERS | {FaultKind.FORBIDDEN},
    Operation.RIGHTS: _READS | _ANSWERS | {FaultKind.FORBIDDEN},
}
"""Which kinds can happen to what."""


def spelled(operation: Operation, kind: FaultKind) -> str:
    """How `--fault` and the log call it: a kind by itself happens to creates."""
    return kind.value if operation is Operation.CREATE or kind in _LISTS else f"{operation}-{kind}"


SPELLED: Mapping[str, tuple[Operation, FaultKind]] = {
    spelled(operation, kind): (operation, kind)
    for operation, kinds in POSSIBLE.items()
    for kind in FaultKind
    if kind in kinds
}
"""What each spelling means."""

REVISIONS = (1, 2, 3)
STATUSES: Mapping[str, int] = {"guide": 200, "openapi": 201}
"""What a patch and a put are answered with, by the document of Adobe's that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One switch. `match` is a part of the audience's name (on lists: of the name asked for).

    `on`: what it happens to; without it, to creates, and a kind of lists to lists.
    """

    kind: FaultKind
    on: Operation | None = None
    rate: float = 1.0
    times: int | None = None
    match: str = ""
    retry_after: str | None = None
    status: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in POSSIBLE[self.operation]:
            raise ValueError(f"{self.kind} cannot happen to {self.operation}")
        if not 0 <= self.rate <= 1:
            raise ValueError(f"a fault's rate lies between 0 and 1, not {self.rate}")
        if self.times is not None and self.times < 0:
            raise ValueError(f"a fault fires 0 times or more, not {self.times}")
        if self.status is not None and self.status not in self._statuses():
            raise ValueError(f"{self.kind} cannot have the status {self.status}")
        if not (self.retry_after or "").isascii() or not (self.retry_after or "").isprintable():
            raise ValueError("Retry-After is ASCII text")

    @property
    def operation(self) -> Operation:
        return self.on or (Operation.LIST if self.kind in _LISTS else Operation.CREATE)

    @property
    def name(self) -> str:
        return spelled(self.operation, self.kind)

    def _statuses(self) -> range:
        return range(300, 400) if self.kind is FaultKind.REDIRECT else range(400, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the platform behaves. Durations are in seconds.

    Revision 3 of the create call answers with `id` as well, and honours an `audienceId` that the
    client gives; 1 and 2 differ only in their address. `spelling`: how names are kept, one of
    SPELLINGS. `unique`: a name that exists in any spelling is answered with 409. `lifecycle`: the
    state of what is created. `hide_inactive`: a list shows inactive audiences only where it is
    asked for them. `update_lag`, `delete_lag`: lists go on showing what was changed or deleted.
    `sandboxes`: those that there are; none named: all. `forbid_write`: the credentials may only
    read. `statuses`: whose success a change has, one of STATUSES. `max_length`: of a name and of a
    description; Adobe documents none.
    """

    latency: float = 0.0
    revision: int = 1
    list_lag: float = 0.0
    faults: tuple[Fault, ...] = ()
    seed: int = 0
    token_ttl: int = 86399
    strict_tokens: bool = False
    client_secret: str | None = None
    forbid_list: bool = False
    forbid_write: bool = False
    sandboxes: tuple[str, ...] = ()
    spelling: str = "sent"
    unique: bool = False
    lifecycle: str = "published"
    hide_inactive: bool = False
    update_lag: float = 0.0
    delete_lag: float = 0.0
    statuses: str = "guide"
    max_length: int | None = None

    def __post_init__(self) -> None:
        if self.spelling not in SPELLINGS:
            raise ValueError(f"{self.spelling!r} is no way to keep names: {', '.join(SPELLINGS)}")
        if self.lifecycle not in (*LIFECYCLES, "deleted"):
            raise ValueError(f"{self.lifecycle!r} is no state of an audience")
        if self.revision not in REVISIONS:
            raise ValueError(f"there is no revision {self.revision} of the create call")
        if self.statuses not in STATUSES:
            raise ValueError(f"{self.statuses!r} is no source of statuses: {', '.join(STATUSES)}")
        lags = (self.list_lag, self.update_lag, self.delete_lag)
        durations = (self.latency, *lags, self.token_ttl)
        if not all(math.isfinite(seconds) and seconds >= 0 for seconds in durations):
            raise ValueError("latency, lags and token_ttl are finite, and 0 or more")


class FaultInjector:
    """A behaviour at work: decides which fault a request meets, and counts the firings."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        # One sequence per fault: adding a second fault does not change when the first one fires.
        self._dice = [random.Random(f"{behaviour.seed}/{i}") for i in range(len(behaviour.faults))]  # noqa: S311
        self._left = [fault.times for fault in behaviour.faults]

    def meets(self, operation: Operation, name: str, *, deleted: bool = False) -> Fault | None:
        """The fault that this request meets. `deleted`: what it is about is gone."""
        for position, fault in enumerate(self.behaviour.faults):
            if fault.operation is not operation or fault.match not in name:
                continue
            if fault.kind is FaultKind.STALE and not deleted:
                continue
            left = self._left[position]
            if left != 0 and self._dice[position].random() < fault.rate:
                self._left[position] = None if left is None else left - 1
                return fault
        return None
