"""The lock of a shared state is a lease: a runner that vanished blocks nobody for ever. Pure.

Its holder renews it and sends nothing to the platform while its last confirmed renewal is older
than half a lease. A waiter takes over only what it has itself watched unrenewed for a whole lease.
So no two machines' clocks are ever compared: a renewal is confirmed from the moment before it was
written, and watched from the moment after it was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_LEASE_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a shared state. `id` names this holding of it; `holder` is for people."""

    id: str
    seconds: float
    holder: Mapping[str, str]

    @property
    def who(self) -> str:
        """The holder in words."""
        return in_words(self.holder)


def in_words(holder: Mapping[str, str]) -> str:
    """A holder, as far as it is known."""
    text = f"`{holder.get('command', 'aepctl')}`"
    text += "".join(
        f"{before}{holder[name]}"
        for name, before in (("by", " of "), ("host", " on "), ("since", ", since "))
        if holder.get(name)
    )
    return f"{text}, {holder['job']}" if holder.get("job") else text


def may_send(confirmed: float, now: float, seconds: float) -> bool:
    """Whether the holder may send: both times are of its own running clock."""
    return now - confirmed < seconds / 2


def renewal_due(confirmed: float, now: float, seconds: float) -> float:
    """In how many seconds the lease is to be renewed, with other writes or by itself."""
    return confirmed + seconds / 3 - now


class Watch:
    """What a waiter has seen of somebody else's lease. Times are of its own running clock."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str | None], float] = {}

    def unrenewed(self, lease: Lease, write_id: str | None, now: float) -> float:
        """For how many seconds this very lease was seen without any write by its holder."""
        seen = (lease.id, write_id)
        self._seen = {seen: self._seen.get(seen, now)}
        return now - self._seen[seen]
