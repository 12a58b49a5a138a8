"""What counts as a rescued journal in a text, and what is said where nothing in it does."""

import pytest
from fakes import AT, TARGET, audience

from aepctl.errors import StateError
from aepctl.model.audience import Ids
from aepctl.model.steps import Create
from aepctl.state.events import Begun, Ended, Ending
from aepctl.state.frames import framed
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.model import Intent, Run
from aepctl.state.rescued import START, Rescued, is_journal, read_rescued

LOG = "job.log"
INTENT = Intent("i-1", "run-1", "gold", Create(audience("gold")), AT)
DONE = Ended("i-1", Ending.DONE, "run-1", AT, Ids("A-gold"))
HEADER = encode_header("L", 3, TARGET, Run("run-1", AT, "aepctl apply")).decode()
BEGUN, ENDED = encode_event(Begun(INTENT)).decode(), encode_event(DONE).decode()
JOURNAL = HEADER + BEGUN + ENDED
"""Its lines are long: a frame of it has several pieces."""


def events(rescued: Rescued) -> list[tuple[object, ...]]:
    """What each journal says; they know which file it was."""
    assert {one.name for one in rescued.journals} <= {LOG}
    return [tuple(event for _, event in one.events) for one in rescued.journals]


def refused(text: str) -> tuple[str, str | None]:
    with pytest.raises(StateError) as caught:
        read_rescued(text, LOG)
    return caught.value.message, caught.value.hint


def test_whole_frames_count_and_what_else_lost_lines_is_told() -> None:
    cut = framed(HEADER + BEGUN).splitlines()[1:]
    other = [line for line in cut if line]
    rescued = read_rescued("\n".join(["error: full", *other, framed(JOURNAL)]), LOG)
    assert events(rescued) == [(Begun(INTENT), DONE)]
    count = len(cut) + 1
    assert rescued.left_out == (f"what has lost its lines 1 of {count} was left out",)


@pytest.mark.parametrize("blank", ["", "\n", " \n\n"])
def test_a_journal_alone_counts_as_it_is(blank: str) -> None:
    rescued = read_rescued(blank + JOURNAL + blank, LOG)
    assert (events(rescued), rescued.left_out) == ([(Begun(INTENT), DONE)], ())


def test_its_last_line_needs_no_line_feed() -> None:
    rescued = read_rescued(JOURNAL.rstrip("\n"), LOG)
    assert (events(rescued), rescued.left_out) == ([(Begun(INTENT), DONE)], ())


@pytest.mark.parametrize("left", [1, 8, len(ENDED) - 2])
def test_its_last_line_is_skipped_where_it_is_cut_short(left: int) -> None:
    rescued = read_rescued(HEADER + BEGUN + ENDED[:left], LOG)
    assert events(rescued) == [(Begun(INTENT),)]
    assert rescued.left_out == ("the last line is cut short and was skipped",)


def test_one_that_is_cut_short_in_its_first_line_has_nothing() -> None:
    cut = ("the last line is cut short and was skipped",)
    assert read_rescued(HEADER[:-9], LOG) == Rescued((), cut)


@pytest.mark.parametrize(
    ("text", "journal"),
    [
        (JOURNAL, True),
        (HEADER, True),
        (f"\n{HEADER}\n{BEGUN}", True),
        (HEADER[:-9], True),
        (f"{HEADER}some words\n{BEGUN}", False),
        (f"some words\n{JOURNAL}", False),
        (f"some words\n{HEADER}some words\n", False),
        (BEGUN + ENDED, False),
        (BEGUN, False),
        ("", False),
        ("\n\n", False),
    ],
)
def test_nothing_but_journal_lines_is_a_journal(text: str, journal: bool) -> None:
    assert is_journal(text) is journal


def test_frames_that_are_not_whole_are_refused_with_what_is_missing() -> None:
    first, second = framed(JOURNAL).splitlines(), framed(HEADER).splitlines()
    message, hint = refused("\n".join([*first[1:], *second[:-1]]))
    assert message == (
        f"job.log: what was rescued is incomplete; missing or altered are its lines 1 of "
        f"{len(first)}; {len(second)} of {len(second)}"
    )
    assert hint == (
        "pass the whole log, as it was written; or read the IDs in it, and record each: "
        "`aepctl state resolve KEY --adopt ID`"
    )


def test_frames_behind_other_text_are_refused_with_how_to_bring_them_forward() -> None:
    log = "".join(f"name: {line}\n" for line in framed(JOURNAL).splitlines())
    message, hint = refused(log)
    assert message == (
        "job.log: there is other text before its `aepctl-rescue` lines, so they are not taken in: "
        "a name in a log could look like one"
    )
    assert hint == (
        "if that is what your log puts before each line, remove it: "
        "`sed -n 's/^.*\\(aepctl-rescue [0-9]*\\/\\)/\\1/p'`"
    )


def test_journal_lines_among_other_text_are_refused_with_how_to_look_them_over() -> None:
    message, hint = refused(f"error: full\n{JOURNAL}")
    assert message == (
        "job.log: there is other text among its journal lines, so they are not taken in: a name in "
        "a log could look like one"
    )
    assert hint == (
        "an earlier aepctl printed them: look them over, and put these lines alone into a file, "
        f"each from `{START}` on; the first is the one of the type `journal`"
    )


@pytest.mark.parametrize("text", ["", "error: full\n", "aepctl-rescue is no line of it\n"])
def test_a_text_without_any_is_refused(text: str) -> None:
    assert refused(text) == (
        "job.log contains nothing that aepctl has rescued",
        "pass the output of the failed apply, or its log",
    )
