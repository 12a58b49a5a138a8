"""Tables count cells, and one column gives way where a terminal is narrow."""

import pytest

from aepctl.render.table import shortened, table

ROWS = [("KEY", "NAME", "ID"), ("gold", "会員 of the gold tier", "A-1")]


def test_columns_stand_below_each_other_in_cells() -> None:
    head, row = table(ROWS).splitlines()
    assert (head, row) == ("KEY   NAME                   ID", "gold  会員 of the gold tier  A-1")


def test_one_column_gives_way_to_the_width_and_the_others_stay_whole() -> None:
    head, row = table(ROWS, most=25, cut=1).splitlines()
    assert (head, row) == ("KEY   NAME            ID", "gold  会員 of the g…  A-1")
    assert table(ROWS, most=5, cut=1).splitlines()[1] == "gold  会員 of…  A-1"
    assert table(ROWS, most=500, cut=1) == table(ROWS)


def test_what_acts_on_a_terminal_is_spelled_out() -> None:
    assert table([("A",), ("\x1b[31m\n",)]) == "A\n\\x1b[31m\\n\n"


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [("gold", 4, "gold"), ("golden", 4, "gol…"), ("会員会", 4, "会…"), ("会員", 4, "会員")],
)
def test_a_text_is_shortened_to_cells(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
