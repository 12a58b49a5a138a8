"""What happened and is not in a shared store yet."""

from dataclasses import replace
from pathlib import Path

import pytest
from fakes import AT, TARGET, FaultyDisk, MemoryDisk, audience

from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create, Forget
from aepctl.state.events import Begun, Ended, Ending, Event, Noted
from aepctl.state.frames import read_frames
from aepctl.state.journal_codec import read_journal
from aepctl.state.model import Intent, Run, State
from aepctl.state.rescue_file import RescueFile
from aepctl.state.unwritten import Unwritten

FOLDER = Path("rescue")
FILE = FOLDER / "prod@run-1.journal"
RUN = Run("run-1", AT, "aepctl apply")
SAVED = State("L", 3, TARGET)
INTENT = Intent("i-1", "run-1", "gold", Create(audience("gold")), AT)
DONE = Ended("i-1", Ending.DONE, "run-1", AT, Ids("A-gold"))
SILVER = Noted("silver", Adopt(Known(audience("silver"), Ids("A-silver"))), AT, "run-1")
FORGOTTEN = Noted("old", Forget(), AT, "run-1")


class Kept:
    """A run whose store has `saved`, on this disk."""

    def __init__(self, *, fails: bool = False) -> None:
        self.disk = MemoryDisk()
        seam = FaultyDisk(self.disk, at=0, lasting=True) if fails else self.disk
        self.unwritten = Unwritten(RescueFile(FOLDER, "prod", "run-1", disk=seam))

    def add(self, number: int, event: Event, intent: Intent | None = None) -> bool:
        return self.unwritten.add(number, event, intent, SAVED, RUN)

    @property
    def events(self) -> tuple[Event, ...] | None:
        """What the next run would find in the file; None where there is none."""
        data = self.disk.read(FILE)
        return None if data is None else read(data)


def read(data: bytes) -> tuple[Event, ...]:
    contents = read_journal(data, "file")
    assert contents is not None
    assert (contents.lineage, contents.run.id) == ("L", "run-1")
    return tuple(event for _, event in contents.events)


def test_an_outcome_is_kept_with_its_intent_so_that_it_stands_by_itself() -> None:
    kept = Kept()
    assert kept.add(1, DONE, INTENT) is True
    assert kept.add(2, SILVER) is True
    assert kept.events == (Begun(INTENT), DONE, SILVER)


def test_what_the_store_has_by_its_number_is_kept_no_longer() -> None:
    kept = Kept()
    for number, event in ((3, FORGOTTEN), (5, SILVER)):
        kept.add(number, event)
    kept.unwritten.written(2, SAVED, RUN)
    assert kept.events == (FORGOTTEN, SILVER)
    kept.unwritten.written(3, SAVED, RUN)
    assert kept.events == (SILVER,)
    kept.unwritten.written(5, SAVED, RUN)
    assert kept.events is None


def test_what_is_left_goes_on_from_the_state_that_was_written() -> None:
    kept = Kept()
    kept.add(1, DONE, INTENT)
    kept.unwritten.written(0, replace(SAVED, serial=4), replace(RUN, part=2))
    data = kept.disk.read(FILE)
    assert data is not None
    contents = read_journal(data, "file")
    assert contents is not None
    assert (contents.serial, contents.run.part) == (4, 2)
    assert [event for _, event in contents.events] == [Begun(INTENT), DONE]


def test_a_machine_that_cannot_keep_it_says_so_and_the_store_has_to() -> None:
    kept = Kept(fails=True)
    assert kept.add(1, DONE, INTENT) is False
    kept.unwritten.written(1, SAVED, RUN)
    kept.unwritten.close()
    assert kept.events is None


def test_a_file_that_cannot_be_written_anew_or_closed_is_no_failure() -> None:
    """What is in it although the store has it is taken in without harm."""
    kept = Kept()
    kept.add(1, DONE, INTENT)

    def fails(*_: object) -> None:
        raise OSError

    kept.disk.close = fails  # type: ignore[method-assign]
    kept.unwritten.written(1, SAVED, RUN)
    kept.add(2, SILVER)
    kept.unwritten.close()
    assert kept.unwritten.rescued(SAVED, SAVED, SAVED, RUN) is not None


def rescued(kept: Kept, now: State, there: State | None) -> tuple[Event, ...] | None:
    told = kept.unwritten.rescued(now, there, SAVED, RUN)
    if told is None:
        return None
    assert told.isascii()
    (text,) = read_frames(told).texts
    return read(text.encode())


def test_what_only_this_process_knows_is_told_in_frames() -> None:
    kept = Kept(fails=True)
    kept.add(1, DONE, INTENT)
    assert rescued(kept, SAVED, SAVED) == (Begun(INTENT), DONE)
    kept.unwritten.written(1, SAVED, RUN)
    assert rescued(kept, SAVED, SAVED) is None


def test_and_so_is_what_the_store_has_lost() -> None:
    known = Known(audience("Größe"), Ids("A-1"))
    now = replace(SAVED, audiences={"new": known})
    assert rescued(Kept(), now, None) == (Noted("new", Adopt(known), AT, "run-1"),)
    assert rescued(Kept(), now, now) is None


@pytest.fixture
def left(tmp_path: Path) -> list[Path]:
    """Files of earlier runs, one of which somebody has removed meanwhile."""
    files = [tmp_path / name for name in ("a", "b", "c")]
    for path in (files[0], files[2]):
        path.touch()
    return files


def test_files_of_earlier_runs_go_once_what_they_hold_is_written(left: list[Path]) -> None:
    kept = Kept()
    kept.unwritten.took_in(left, 4)
    kept.unwritten.written(3, SAVED, RUN)
    assert [path.exists() for path in left] == [True, False, True]
    kept.unwritten.written(4, SAVED, RUN)
    assert [path.exists() for path in left] == [False, False, False]


def test_once(left: list[Path]) -> None:
    """A file of that name that is there later is another run's."""
    kept = Kept()
    kept.unwritten.took_in(left, 0)
    kept.unwritten.written(0, SAVED, RUN)
    left[0].touch()
    kept.unwritten.written(1, SAVED, RUN)
    assert left[0].exists()


def test_a_new_run_has_none_of_them() -> None:
    kept = Kept()
    kept.unwritten.written(0, SAVED, RUN)
    assert kept.disk.names == {}
