"""docs/commands.md says what `--help` says. `make docs` writes it anew."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from commands_page import page
from goldens import UPDATE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/commands.md"
CLICK = re.search(r"^click==(\S+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)


@pytest.mark.skipif(
    CLICK is None or version("click") != CLICK[1],
    reason="each version of click words defaults and ranges in its own way",
)
def test_the_page_of_commands_is_what_click_knows() -> None:
    if UPDATE:
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
