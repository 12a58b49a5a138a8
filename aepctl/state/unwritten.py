"""What happened and is not in a shared store yet: in this machine's file meanwhile."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from aepctl.state.events import Begun, Event
from aepctl.state.frames import framed
from aepctl.state.journal_codec import encode_event, encode_header, in_ascii
from aepctl.state.model import Intent, Run, State
from aepctl.state.rescue import unkept
from aepctl.state.rescue_file import RescueFile


class Unwritten:
    """Events with their numbers, each outcome with its intent. Not for two threads at once."""

    def __init__(self, file: RescueFile) -> None:
        self._file = file
        self._events: list[tuple[int, Event, Intent | None]] = []
        self._leftovers: tuple[int, Sequence[Path]] = (0, ())

    def rescued(self, now: State, there: State | None, saved: State, run: Run) -> str | None:
        """What only this process knows, for `state recover`; `there`: what the store has."""
        pending = [(event, intent) for _, event, intent in self._events]
        events = unkept(now, there, pending, run.at)
        lines = header(saved, run) + b"".join(map(encode_event, events))
        return framed(in_ascii(lines)) if events else None

    def add(self, number: int, event: Event, intent: Intent | None, saved: State, run: Run) -> bool:
        """Whether this machine keeps it."""
        self._events.append((number, event, intent))
        try:
            first = b"" if self._file.begun else header(saved, run)
            self._file.append(first, _lines(event, intent))
        except OSError:
            return False
        return True

    def took_in(self, files: Sequence[Path], number: int) -> None:
        """What these files of earlier runs hold is among the events up to this number."""
        self._leftovers = number, files

    def written(self, number: int, saved: State, run: Run) -> None:
        """The store has all up to this number, under this state; `run` as it goes on."""
        self._events = [one for one in self._events if one[0] > number]
        lines = b"".join(_lines(event, intent) for _, event, intent in self._events)
        with suppress(OSError):  # what is in it although the store has it is taken in without harm
            self._file.restart(header(saved, run), lines)
            since, files = self._leftovers
            if number >= since:
                self._leftovers = 0, ()
                for path in files:
                    path.unlink(missing_ok=True)

    def close(self) -> None:
        """Write nothing any more. A file that still has something stays."""
        with suppress(OSError):  # every line that counts was synced
            self._file.close()


def header(saved: State, run: Run) -> bytes:
    """The first line of a journal that goes on from this state."""
    return encode_header(str(saved.lineage), saved.serial, saved.target, run)


def _lines(event: Event, intent: Intent | None) -> bytes:
    """The event so that it can be understood by itself."""
    return (b"" if intent is None else encode_event(Begun(intent))) + encode_event(event)
