"""Printing what no store took: the last way to keep an ID."""

from collections.abc import Iterator

from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_status


def print_rescued(lines: str, program: str) -> None:
    """The lines, and what to do with them. `program` begins the command."""
    print_status(
        "These IDs could not be recorded. Keep the next lines, or this log, in a file, then"
    )
    print_status(f"run `{program} state recover FILE`:")
    print_status(lines.rstrip())


def print_rescued_by(error: BaseException, invocation: Invocation) -> None:
    """The lines that came with the error that ended a command, if any did."""
    if lines := rescued_by(error):
        print_rescued(lines, invocation.own_program)


def rescued_by(error: BaseException) -> str:
    """What a run that ended with this error could only give to it; empty where all was kept."""
    return "".join(note for one in _and_its_causes(error) for note in _notes(one))


def _and_its_causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: BaseException | None = error
    while waiting is not None and id(waiting) not in seen:
        seen.add(id(waiting))
        yield waiting
        waiting = waiting.__cause__ or waiting.__context__


def _notes(error: BaseException) -> list[str]:
    from aepctl.state.frames import MARK

    notes: list[str] = getattr(error, "__notes__", [])
    return [note for note in notes if note.startswith(MARK)]
