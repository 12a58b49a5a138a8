"""Two texts as a diff."""

import pytest

from aepctl.render.diff import diff_text
from aepctl.render.display import Paint


def test_a_diff_has_what_differs_and_the_end_that_is_missing() -> None:
    assert diff_text("a.yaml", "one\r\ntwo", "one\r\nthree\n", Paint(on=False)) == (
        "--- a/a.yaml\n+++ b/a.yaml\n@@ -1,2 +1,2 @@\n one\r\n-two\n"
        "\\ No newline at end of file\n+three\n"
    )
    assert diff_text("a.yaml", "one", "one", Paint(on=False)) == ""


@pytest.mark.parametrize(
    ("file", "head"),
    [
        ("a b.yaml", "--- a/a b.yaml\t\n"),
        ("tab\there.yaml", '--- "a/tab\\there.yaml"\n'),
        ("\udcff.yaml", '--- "a/\\377.yaml"\n'),
        ('two\n"q" \x1b\\.yaml', '--- "a/two\\n\\"q\\" \\033\\\\.yaml"\n'),
    ],
    ids=["blank", "tab", "no-utf-8", "others"],
)
def test_names_of_files_are_written_as_git_writes_them(file: str, head: str) -> None:
    assert diff_text(file, "a\n", "b\n", Paint(on=False)).startswith(head)


def test_on_a_terminal_it_has_colours_and_nothing_that_acts_there() -> None:
    shown = diff_text("a.yaml", "one\u202e\n", "\n", Paint(on=True), plain=True)
    assert "\x1b[31m-one\\u202e\x1b[0m\n" in shown
    assert "\x1b[32m+\x1b[0m\n" in shown
    assert shown.startswith("\x1b[1m--- a/a.yaml\x1b[0m\n")
    shown = diff_text("a b.yaml", "1\t\n", "2\n", Paint(on=False), plain=True)
    assert shown.startswith("--- a/a b.yaml\n+++ b/a b.yaml\n@@ -1 +1 @@\n-1\\t\n")
