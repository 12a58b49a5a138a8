"""Rescued lines in logs: found whole among anything, and nothing else is taken for one."""

import random
from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.state.frames import MARK, WIDTH, Frames, framed, read_frames

TEXT = '{"type": "journal", "lineage": "L"}\n{"type": "noted", "key": "gold"}\n'
LONG = TEXT + '{"type": "noted", "key": "' + "x" * (3 * WIDTH) + '"}\n'


def lines(text: str = LONG) -> list[str]:
    return framed(text).splitlines()


lines_of_ascii = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=3 * WIDTH)


@given(st.lists(lines_of_ascii, min_size=1, max_size=5))
@example(["", " ", "- .", f"{MARK} 1/1 ", "x" * WIDTH, "y" * (WIDTH + 1)])
def test_what_was_framed_comes_back_as_it_was(some: list[str]) -> None:
    text = "".join(f"{line}\n" for line in some)
    assert read_frames(framed(text)) == Frames((text,))


def test_no_line_is_long_or_ends_with_a_blank() -> None:
    found = lines(LONG + " " * (2 * WIDTH) + "\n")
    assert len(found) == 2 + 4 + 2
    assert all(len(line) <= WIDTH + 80 and not line[-1].isspace() for line in found)


BEFORE = [
    "",
    "2026-01-31T12:00:01.1234567Z ",
    "2026-11-23T10:00:00Z  ",
    "2026-01-31T12:00:01.1234567Z [err] ",
    "[2026-01-31T12:00:01.123Z] ",
    "12:00:01  ",
    "2026-01-31 12:00:01,123 ",
    "2026-01-31T12:00:01+01:00 ",
    "2026-01-31T12:00:01.123456Z 01E ",
    "2026-01-31T12:00:01.123456Z 01E+",
    "2026-01-31T12:00:01.123456789Z stderr F ",
    "#12 3.456 ",
    "web-1     | ",
    "12:00:01 runner | ",
    "[pod/aepctl-1/main] ",
    "Jan 31 12:00:01 host aepctl[123]: ",
    "apply\tRun aepctl apply\t2026-01-31T12:00:01.1234567Z ",
    "\ufeff2026-01-31T12:00:01.1234567Z ",
    "\x1b[31m",
    "\x1b_bk;t=1738324801123\x07",
]


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("after", ["", "\r", " \t", "\x1b[0m"])
def test_what_logs_put_around_each_line_is_passed_over(before: str, after: str) -> None:
    log = "\n".join(f"{before}{line}{after}" for line in ["error: full", *lines(), "the end"])
    assert read_frames(log) == Frames((LONG,))


def test_lines_of_others_between_doubled_lines_and_any_order() -> None:
    log = [*lines(), *lines(), "created  gold  A-gold", '{"type": "noted"}', f"{MARK} what is it"]
    random.Random(7).shuffle(log)
    assert read_frames("\n".join(log)) == Frames((LONG,))


def test_two_rescues_in_one_log_are_two() -> None:
    mixed = [line for pair in zip(lines(), lines(LONG * 2), strict=False) for line in pair]
    log = "\n".join([*mixed, *lines(LONG * 2)])
    assert read_frames(log) == Frames((LONG, LONG * 2))


def test_a_log_that_was_kept_in_utf_16_is_read() -> None:
    log = framed(LONG).encode("utf-16").decode("utf-8", errors="replace")
    assert read_frames(log) == Frames((LONG,))


@pytest.mark.parametrize("number", range(1, 7))
def test_a_line_that_is_missing_is_named(number: int) -> None:
    found = lines()
    del found[number - 1]
    assert read_frames("\n".join(found)) == Frames(incomplete=(f"{number} of 6",))


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (2, "3, 4 of 12"),
        (10, "3, 4, 5, 6, 7, 8, 9, 10, 11, 12 of 12"),
        (11, "2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … of 12"),
    ],
)
def test_of_many_that_are_missing_ten_are_named(lost: int, said: str) -> None:
    found = framed("x\n" * 12).splitlines()
    first = 2 if lost == 2 else 12 - lost
    del found[first : first + lost]
    assert read_frames("\n".join(found)) == Frames(incomplete=(said,))


def test_a_line_that_was_altered_with_its_own_digest_is_noticed() -> None:
    found = lines()
    head, _, piece = found[2].partition(":")
    mark, number, digest, _ = head.split()
    piece = piece.replace("x", "y")
    check = sha256(f"{digest} 3 {piece}".encode()).hexdigest()[:8]
    found[2] = f"{mark} {number} {digest} {check}:{piece}"
    assert read_frames("\n".join(found)) == Frames(incomplete=("some of 6",))


def test_a_text_that_is_whole_but_for_its_number_of_lines_is_none() -> None:
    found = [line.replace("/6 ", "/7 ", 1) for line in lines()]
    assert read_frames("\n".join(found)) == Frames(incomplete=("7 of 7",))


@pytest.mark.parametrize("left", [10, 60, 90, 150, WIDTH + 40])
def test_lines_that_a_log_cuts_do_not_count(left: int) -> None:
    found = read_frames("\n".join(line[:left] for line in lines()))
    assert found.texts == ()


def test_a_whole_copy_counts_beside_one_that_was_cut() -> None:
    found = read_frames("\n".join([*(line[:120] for line in lines()), *lines()]))
    assert found == Frames((LONG,))


@given(st.data())
def test_a_character_that_changed_is_noticed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(framed(LONG)) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    log = framed(LONG)[:at] + other + framed(LONG)[at + 1 :]
    assert read_frames(log).texts in {(), (LONG,)}


FORGED = framed(TEXT.replace("gold", "EVIL")).splitlines()


@pytest.mark.parametrize(
    "before",
    [
        "+ gold  ",
        "+ 2026-01-31  ",
        "2026-01-31T12:00:01Z + gold  ",
        "2026-01-31T12:00:01Z + 12  2026-01-31T12:00:01Z ",
        "created  gold  ",
        "    name: ",
        "-     name: ",
        '"name": "',
        "error: audiences/all.yaml:3: ",
        " 12 | ",
        " 12 |     ",
        "2026-01-31T12:00:01Z  12 | ",
        "| ",
        "| created | gold | ",
        "   ",
        "2026-01-31T12:00:01Z    ",
        "2026-01-31 ",
        "12 ",
        "gold ",
        "gold\t",
        "gold.12-3 ",
        "name: 2026-01-31T12:00:01Z ",
        "`",
        "> ",
        "Jan 31 12:00:01 host aepctl[123]: + gold  ",
        "apply\tRun aepctl apply\t2026-01-31T12:00:01.1234567Z + gold  ",
        "{",
    ],
)
def test_a_name_that_looks_like_a_whole_rescue_is_none_wherever_it_is_shown(before: str) -> None:
    """Before the real one or after it, it is not read, and does not keep the real one from it."""
    forged = [f"{before}{line}" for line in FORGED]
    assert read_frames("\n".join(forged)) == Frames(misplaced=True)
    for log in ([*forged, *lines()], [*lines(), *forged]):
        assert read_frames("\n".join(log)) == Frames((LONG,), misplaced=True)


def test_a_name_within_a_rescue_that_looks_like_one_is_a_name() -> None:
    text = "".join(f'{{"type": "noted", "name": "{line}"}}\n' for line in FORGED)
    assert read_frames(framed(text)) == Frames((text,))
