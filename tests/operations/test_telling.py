"""A store of one machine that tells what it reads, and for whom it waits."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from fakes import FakeClock, Heard

from aepctl.errors import StateLocked
from aepctl.operations.telling import ToldStore
from aepctl.state.stores.base import Stored


class Busy:
    """Somebody else has the lock for so long."""

    where, log_name, lineage = "state/prod.json", "state/prod.journal", None

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        self._clock = clock
        self._free = clock.seconds + seconds

    def read(self) -> Stored:
        return Stored(b'{"format": "1.0",\n"serial": 12,\n"audiences": {}}\n', b"{}\n")

    def held_by(self) -> str | None:
        return "`aepctl apply`" if self._clock.seconds < self._free else None

    @contextmanager
    def hold(self, holder: Mapping[str, str], *, wait: float) -> Iterator[Any]:
        self._clock.sleep(min(wait, max(self._free - self._clock.seconds, 0)))
        if self._clock.seconds < self._free:
            raise StateLocked("locked")
        yield "held"


def waited(busy: float, wait: float, **how: float) -> tuple[list[str], object]:
    clock, log = FakeClock(), Heard(**how)
    store = ToldStore(Busy(clock, busy), clock, log)  # type: ignore[arg-type]
    with store.hold({}, wait=wait) as held:
        return log.told, held


def test_whoever_waits_for_a_lock_is_told_every_ten_seconds() -> None:
    told, held = waited(25, 60)
    lock = "for the lock of state/prod.json, held by `aepctl apply`"
    times = ("1 min", "50 s", "40 s")
    assert told == [f"waiting, at most {time}, {lock}" for time in times]
    assert held == "held"


def test_a_lock_that_is_free_needs_no_words() -> None:
    assert waited(0, 60) == ([], "held")


def test_where_it_stays_locked_that_is_raised_after_the_whole_time() -> None:
    clock, log = FakeClock(), Heard()
    store = ToldStore(Busy(clock, 500), clock, log)  # type: ignore[arg-type]
    with pytest.raises(StateLocked), store.hold({}, wait=25):
        pass
    assert clock.seconds == 125
    with pytest.raises(StateLocked), store.hold({}, wait=0):
        pass
    assert clock.seconds == 125


def test_an_error_of_the_work_is_not_taken_for_one_of_the_lock() -> None:
    clock, log = FakeClock(), Heard()
    store = ToldStore(Busy(clock, 0), clock, log)  # type: ignore[arg-type]
    with pytest.raises(StateLocked, match="of the work"), store.hold({}, wait=25):
        raise StateLocked("of the work")


def test_what_is_read_is_told_with_its_serial() -> None:
    clock, log = FakeClock(), Heard()
    ToldStore(Busy(clock, 0), clock, log).read()  # type: ignore[arg-type]
    (notice,) = log.notices
    assert notice.fields == {"serial": 12}
    assert notice.message.startswith("state/prod.json: serial 12, ")
    assert notice.message.endswith(", and a journal of 3 bytes")
