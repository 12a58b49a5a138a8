"""Two texts as a diff."""

from aepctl.render.diff import diff_text
from aepctl.render.display import Paint


def test_a_diff_has_what_differs_and_the_end_that_is_missing() -> None:
    assert diff_text("a.yaml", "one\r\ntwo", "one\r\nthree\n", Paint(on=False)) == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n one\r\n-two\n"
        "\\ No newline at end of file\n+three\n"
    )
    assert diff_text("a.yaml", "one", "one", Paint(on=False)) == ""


def test_on_a_terminal_it_has_colours_and_nothing_that_acts_there() -> None:
    shown = diff_text("a.yaml", "one\u202e\n", "\n", Paint(on=True), plain=True)
    assert "\x1b[31m-one\\u202e\x1b[0m\n" in shown
    assert "\x1b[32m+\x1b[0m\n" in shown
    assert shown.startswith("\x1b[1m--- a/a.yaml\x1b[0m\n")
