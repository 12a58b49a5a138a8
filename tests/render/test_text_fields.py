"""A field that differs, as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.plan.plan import FieldDiff
from aepctl.render.display import Paint, cells
from aepctl.render.text_fields import difference, label, value
from aepctl.render.view import SIDES, Row

PLAIN = Paint(on=False)
START = label("description")
LONG = "Members with 10,000 points or more, refreshed nightly from the warehouse."


def shown(
    before: str | None, after: str | None, paint: Paint = PLAIN, seen: str | None = None
) -> list[str]:
    """The lines, without what is before them."""
    row = Row("update", "gold", columns=() if seen is None else SIDES)
    lines = [*difference(row, FieldDiff("description", before, seen, after), paint)]
    text = "\n".join(lines)
    assert text.startswith(START.rstrip())
    return [line[len(START) :] for line in text.split("\n")]


def test_short_texts_stand_beside_each_other() -> None:
    assert shown("Old.", "New.") == ["Old. -> New."]
    assert shown(None, "New.") == ["(none) -> New."]
    assert shown("Old.", None) == ["Old. -> (none)"]


def test_in_a_long_text_the_words_that_changed_are_marked() -> None:
    after = LONG.replace("10,000", "12,000").replace("nightly ", "")
    (line,) = shown(LONG, after)
    assert line.startswith("Members with [-10,000-]{+12,000+} points or more, refreshed ")
    assert line.endswith("refreshed [-nightly -]from the warehouse.")


def test_they_are_marked_in_colours_as_well() -> None:
    (line,) = difference(
        Row("update", "gold"),
        FieldDiff("description", LONG, None, LONG.replace("10,000", "12,000")),
        Paint(on=True),
    )
    assert "\x1b[31m[-10,000-]\x1b[0m\x1b[32m{+12,000+}\x1b[0m" in line


def test_of_what_did_not_change_only_what_is_near_is_shown_unless_all_is_asked_for() -> None:
    before, after = (f"{'before ' * 20}{word}{' after' * 20}" for word in ("old", "new"))
    near = f"…{' before' * 5} [-old-]{{+new+}}{' after' * 6} …"
    assert shown(before, after) == [near]
    assert "…" not in shown(before, after, Paint(on=False, verbose=True))[0]


@pytest.mark.parametrize(
    "after",
    [
        "Whoever bought anything at all in one of the shops of the group since the first of May.",
        LONG.replace("points", "[-points-]"),
        LONG.replace("points", "##points"),
        " ".join(f"{word}{'x' * (number % 2)}" for number, word in enumerate((LONG * 2).split())),
    ],
)
def test_texts_with_little_in_common_or_with_such_marks_stand_below_each_other(after: str) -> None:
    assert shown(LONG, after) == [f"- {LONG}", f"+ {after}"]


def test_several_lines_are_told_line_by_line_with_two_around() -> None:
    old = "".join(f"line {number}\n" for number in range(12))
    new = old.replace("line 5\n", "line five\nand more\n")
    assert shown(old, new) == [
        "… 3 lines",
        "  line 3",
        "  line 4",
        "- line 5",
        "+ line five",
        "+ and more",
        "  line 6",
        "  line 7",
        "… 4 lines",
    ]
    assert len(shown(old, new, Paint(on=False, verbose=True))) == 14
    assert shown(None, "a\nb\n") == ["+ a", "+ b"]
    assert shown("a", "a\n") == ["  a", "+"]


def test_each_side_stands_in_a_line_of_its_own_where_the_platform_has_another() -> None:
    paint = Paint(on=False, width=60)
    lines = shown("As known.", "As wanted.", paint, seen=LONG)
    assert lines[:3] == [
        "manifest As wanted.",
        "state    As known.",
        "platform Members with 10,000 points or",
    ]
    assert all(line.startswith(" " * 9) for line in lines[3:])


def test_no_line_of_a_text_begins_with_what_a_log_obeys() -> None:
    assert list(value(START, "one\n::error::two", PLAIN))[1] == f"{' ' * 17}\\x3a:error::two"
    assert shown("a\n::x\nb", "a\n::x\nc")[1] == "  \\x3a:x"


@given(st.text("ab \n日", max_size=120), st.text("ab \n日", max_size=120), st.integers(40, 90))
def test_every_change_fits_the_terminal(before: str, after: str, width: int) -> None:
    paint = Paint(on=False, width=width)
    for line in shown(before, after, paint):
        assert cells(line) + len(START) <= width or " " not in line.strip("-+ ")
