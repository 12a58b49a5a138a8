"""What the scripts of `aepctl completion` are, and what shells ask by them."""

import os
import re
from typing import Any

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from aepctl.cli.completion import SHELLS, VARIABLE
from aepctl.cli.invocation import Invocation

PROGRAM = "aepctl"
JOINED = re.compile(r"(--[\w-]+=)(.*)", re.DOTALL)
BASH = """\
%(complete_func)s() {
    local line kind value
    COMPREPLY=()
    while IFS= read -r line; do
        kind=${line%%%%,*} value=${line#*,}
        case $kind in
            dir) compopt -o dirnames 2>/dev/null ;;
            file) compopt -o default 2>/dev/null ;;
            plain)
                if [[ $value == *: ]]; then compopt -o nospace 2>/dev/null; fi
                COMPREPLY+=("$value") ;;
        esac
    done < <(IFS=$'\\n'; env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "${1/#\\~/$HOME}" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s 2>/dev/null ||
    complete -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """As click has it, but it asks no second bash for its version, and leaks no variables."""

    source_template = BASH

    def source(self) -> str:
        return ShellComplete.source(self)

    def get_completion_args(self) -> tuple[list[str], str]:
        """Bash gives `--env=prod` and `html:FILE` as three words."""
        args, begun = super().get_completion_args()
        whole: list[str] = []
        for word in (*args, begun):
            if word == ":" or (whole and whole[-1].endswith(":")):
                whole[-1:] = [f"{whole[-1] if whole else ''}{word}"]
            elif word != "=" or not whole:
                whole.append(word)
        if begun == "=":
            whole.append("")
        return whole[:-1], whole[-1]


CLASSES: dict[str, type[ShellComplete]] = {"bash": Bash, "zsh": ZshComplete, "fish": FishComplete}


def script(shell: str, command: click.Command) -> str:
    """What the shell is to run."""
    return _of(shell, command).source()


def answer(command: click.Command, asked: str) -> str | None:
    """What a script asked, such as `bash_complete`; None where it cannot be told. Never raises."""
    shell, _, what = asked.partition("_")
    if shell not in SHELLS or what not in {"source", "complete"}:
        return None
    asking = _of(shell, command)
    try:
        return asking.source() if what == "source" else _completed(asking)
    except Exception:  # noqa: BLE001 - it would stand in somebody's prompt
        return None


def _of(shell: str, command: click.Command) -> ShellComplete:
    return CLASSES[shell](command, {"obj": Invocation()}, PROGRAM, VARIABLE)


def _completed(asking: ShellComplete) -> str:
    args, begun = asking.get_completion_args()
    args = [os.path.expandvars(os.path.expanduser(word)) for word in args]  # noqa: PTH111 - text
    joined = JOINED.fullmatch(begun)
    found: list[CompletionItem[Any]] = asking.get_completions(args, begun)
    for item in found:
        if joined and item.type == "plain":
            item.value = f"{joined[1]}{item.value}"
    return "".join(f"{asking.format_completion(item)}\n" for item in found)
