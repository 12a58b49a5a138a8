"""What a journal says, in whichever format it was written, and how a wrong line is told."""

from dataclasses import dataclass
from typing import NoReturn

from pydantic import ValidationError

from aepctl.model.target import Target
from aepctl.state.checks import refuse
from aepctl.state.events import Event
from aepctl.state.model import Run
from aepctl.wording import first_error

REPAIR = (
    "nothing was changed; only aepctl writes this file, so restore its last good version from Git "
    "or from the job that wrote it"
)


@dataclass(frozen=True, slots=True)
class JournalContents:
    """What a run has noted since the state document had `serial`.

    `events` are each with its line in the file `name`; `size` counts the bytes of whole lines.
    `old` is one of format 1.0, whose writer dropped the intents of keys that became known.
    """

    name: str
    run: Run
    lineage: str
    serial: int
    target: Target
    events: tuple[tuple[int, Event], ...]
    size: int
    old: bool = False


def refuse_line(name: str, number: int, error: ValidationError) -> NoReturn:
    """Raise StateError for a line that does not fit its format."""
    where, message = first_error(error)
    place = ".".join(str(part) for part in where)
    place = f"{place}: " if place else ""
    refuse(name, number, f"not a journal line: {place}{message}", REPAIR)
