"""What the emulator does on purpose: how it behaves, and which faults it shows.

A fault is a switch with a rate, so that a test can say "every third create is committed and then
never answered". Rates come from a seed: the same requests meet the same faults.
"""

import math
import random
from dataclasses import dataclass
from enum import StrEnum

from aepctl.emulator.documents import LIFECYCLES
from aepctl.emulator.spellings import SPELLINGS


class FaultKind(StrEnum):
    """One way to go wrong. Those that begin with `list` happen to lists, all others to creates."""

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
    NO_ID = "no-id"  # 200 without an audienceId, committed
    UNAUTHORIZED = "unauthorized"  # 401, not committed
    REDIRECT = "redirect"  # 307, not committed
    CONFLICT = "conflict"  # 409, not committed
    SWAPPED = "swapped"  # 200 with the answer of the create before, committed
    LIST_ERROR = "list-error"  # 503 on a list
    LIST_RATE_LIMIT = "list-rate-limit"  # 429 on a list
    LIST_SHORT = "list-short"  # a list without its newest element, which it counts


ON_LISTS = frozenset({FaultKind.LIST_ERROR, FaultKind.LIST_RATE_LIMIT, FaultKind.LIST_SHORT})

REVISIONS = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One switch. `match` is a part of the audience's name (on lists: of the name asked for)."""

    kind: FaultKind
    rate: float = 1.0
    times: int | None = None
    match: str = ""
    retry_after: str | None = None
    status: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"a fault's rate lies between 0 and 1, not {self.rate}")
        if self.times is not None and self.times < 0:
            raise ValueError(f"a fault fires 0 times or more, not {self.times}")
        if self.status is not None and self.status not in self._statuses():
            raise ValueError(f"{self.kind} cannot have the status {self.status}")
        if not (self.retry_after or "").isascii() or not (self.retry_after or "").isprintable():
            raise ValueError("Retry-After is ASCII text")

    def _statuses(self) -> range:
        return range(300, 400) if self.kind is FaultKind.REDIRECT else range(400, 600)


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How the platform behaves. Durations are in seconds.

    Revision 3 of the create call answers with `id` as well, and honours an `audienceId` that the
    client gives; 1 and 2 differ only in their address. `spelling`: how names are kept, one of
    SPELLINGS. `unique`: a name that exists in any spelling is answered with 409. `lifecycle`: the
    state of what is created. `hide_inactive`: a list shows inactive audiences only where it is
    asked for them.
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
    spelling: str = "sent"
    unique: bool = False
    lifecycle: str = "published"
    hide_inactive: bool = False

    def __post_init__(self) -> None:
        if self.spelling not in SPELLINGS:
            raise ValueError(f"{self.spelling!r} is no way to keep names: {', '.join(SPELLINGS)}")
        if self.lifecycle not in (*LIFECYCLES, "deleted"):
            raise ValueError(f"{self.lifecycle!r} is no state of an audience")
        if self.revision not in REVISIONS:
            raise ValueError(f"there is no revision {self.revision} of the create call")
        durations = (self.latency, self.list_lag, self.token_ttl)
        if not all(math.isfinite(seconds) and seconds >= 0 for seconds in durations):
            raise ValueError("latency, list_lag and token_ttl are finite, and 0 or more")


class FaultInjector:
    """A behaviour at work: decides which fault a request meets, and counts the firings."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        # One sequence per fault: adding a second fault does not change when the first one fires.
        self._dice = [random.Random(f"{behaviour.seed}/{i}") for i in range(len(behaviour.faults))]  # noqa: S311
        self._left = [fault.times for fault in behaviour.faults]

    def for_create(self, name: str) -> Fault | None:
        return self._first(name, on_lists=False)

    def for_list(self, name: str) -> Fault | None:
        return self._first(name, on_lists=True)

    def _first(self, name: str, *, on_lists: bool) -> Fault | None:
        for position, fault in enumerate(self.behaviour.faults):
            if (fault.kind in ON_LISTS) is on_lists and fault.match in name:
                left = self._left[position]
                if left != 0 and self._dice[position].random() < fault.rate:
                    self._left[position] = None if left is None else left - 1
                    return fault
        return None
