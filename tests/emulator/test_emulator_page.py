"""docs/emulator.md has every option, and each kind of fault with what it can happen to."""

import re
from pathlib import Path

from aepctl.cli.emulator import serve
from aepctl.cli.invocation import common_options
from aepctl.emulator import FaultKind
from aepctl.emulator.faults import POSSIBLE

PAGE = (Path(__file__).parents[2] / "docs/emulator.md").read_text("utf-8")
OF_EVERY_COMMAND = {name for option in common_options() for name in option.opts}


def test_every_option_is_there() -> None:
    options = {name for parameter in serve.params for name in parameter.opts}
    assert options - OF_EVERY_COMMAND <= set(re.findall(r"--[a-z-]+", PAGE))


def test_every_kind_is_there_with_what_it_can_happen_to() -> None:
    rows = re.findall(r"^\| `([a-z][a-z-]+)` \| ([a-z, -]+) \|", PAGE, re.MULTILINE)
    told = {kind: set(operations.split(", ")) for kind, operations in rows}
    assert told == {kind: {on for on in POSSIBLE if kind in POSSIBLE[on]} for kind in FaultKind}
