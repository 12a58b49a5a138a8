"""docs/emulator.md has every option, and each kind of fault with what it can happen to."""

import re
import shlex
from pathlib import Path

from aepctl.cli.command import common_options
from aepctl.cli.emulator import _fault, serve
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


def test_what_the_script_asks_for_is_taken() -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    (words,) = (shlex.split(line) for line in script.splitlines() if line.startswith("aepctl"))
    assert words[:3] == ["aepctl", "emulator", "serve"]
    taken = serve.make_context("serve", words[3:]).params
    kinds = [_fault(one, None).kind for one in taken["faults"]]
    assert kinds == [FaultKind.DROP_AFTER, FaultKind.DEPENDENTS]
