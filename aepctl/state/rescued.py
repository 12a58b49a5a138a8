"""Finding rescued journals in a text: what an apply printed, or the file that a run left."""

from dataclasses import dataclass

from aepctl.errors import StateError
from aepctl.state.frames import MARK, Frames, read_frames
from aepctl.state.journal import JournalContents
from aepctl.state.journal_codec import read_journal
from aepctl.texts import json_of

START = '{"type": "'


@dataclass(frozen=True, slots=True)
class Rescued:
    """The journals of a text, and what of it does not count: sentences without their full stops."""

    journals: tuple[JournalContents, ...]
    left_out: tuple[str, ...] = ()


def read_rescued(text: str, file: str) -> Rescued:
    """The journals in a text: what an apply printed, in whatever log, or a journal itself.

    In a log only whole frames count. A file that is nothing but journal lines is a journal; its
    last line may be cut short, as its writer died. Raises StateError.
    """
    frames = read_frames(text)
    journals = [read_journal(one.encode(), file) for one in frames.texts]
    if any(journals):
        left_out = tuple(f"what has lost its lines {one} was left out" for one in frames.incomplete)
        return Rescued(tuple(one for one in journals if one is not None), left_out)
    if is_journal(text):
        return _journal_alone(text, file)
    raise _why_none(text, file, frames)


def _why_none(text: str, file: str, frames: Frames) -> StateError:
    if frames.incomplete:
        return StateError(
            f"{file}: what was rescued is incomplete; missing or altered are its lines "
            f"{'; '.join(frames.incomplete)}",
            hint="pass the whole log, as it was written; or read the IDs in it, and record each: "
            "`aepctl state resolve KEY --adopt ID`",
            code="rescue-incomplete",
        )
    if frames.misplaced:
        return StateError(
            f"{file}: there is other text before its `{MARK}` lines, so they are not taken in: a "
            "name in a log could look like one",
            hint=f"if that is what your log puts before each line, remove it: "
            f"`sed -n 's/^.*\\({MARK} [0-9]*\\/\\)/\\1/p'`",
            code="rescue-among-text",
        )
    if START in text:
        return StateError(
            f"{file}: there is other text among its journal lines, so they are not taken in: a "
            "name in a log could look like one",
            hint="an earlier aepctl printed them: look them over, and put these lines alone into a "
            f"file, each from `{START}` on; the first is the one of the type `journal`",
            code="rescue-among-text",
        )
    return StateError(
        f"{file} contains nothing that aepctl has rescued",
        hint="pass the output of the failed apply, or its log",
        code="nothing-rescued",
    )


def is_journal(text: str) -> bool:
    """Whether it is nothing but journal lines, but for a last one that is cut short."""
    # Not splitlines(): a description may hold characters that it takes for the end of a line.
    *whole, last = text.split("\n")
    lines = [line for line in whole if line.strip()]
    first = next(iter((*lines, last)))
    return first.startswith(f'{START}journal"') and all(line.startswith(START) for line in lines)


def _journal_alone(text: str, file: str) -> Rescued:
    *lines, last = text.split("\n")
    lines = [line for line in lines if line.strip()]
    whole = _whole(last)
    lines += [last] if whole else []
    journal = read_journal("".join(f"{line}\n" for line in lines).encode(), file)
    cut = () if whole or not last.strip() else ("the last line is cut short and was skipped",)
    return Rescued(() if journal is None else (journal,), cut)


def _whole(line: str) -> bool:
    try:
        json_of(line)
    except ValueError:
        return False
    return True
