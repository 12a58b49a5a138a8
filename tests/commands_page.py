"""docs/commands.md, from what click knows: every command with its options and examples."""

import inspect
from collections.abc import Iterable, Iterator

import click

from aepctl.cli.command import common_options
from aepctl.cli.examples import EXAMPLES
from aepctl.cli.main import cli

HEAD = """# Commands

What `aepctl COMMAND --help` says, on one page; it is generated (`make docs`). What each is good
for is told in the pages that [docs](README.md) lists.
"""
REPORTS = ("output", "writes", "github", "max_bytes")
"""The options of a command whose result has every format."""


def page() -> str:
    """The page as it should be."""
    parts = [HEAD, _contents(), _common(), _reports(), *_commands(cli, "aepctl")]
    return "\n".join(f"{part.strip()}\n" for part in parts)


def _walk(group: click.Group, words: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from _walk(command, f"{words} {name}")
        else:
            yield f"{words} {name}", command


def _contents() -> str:
    lines = [
        f"- [`{words}`](#{words.replace(' ', '-')}): {command.get_short_help_str(limit=200)}"
        for words, command in _walk(cli, "aepctl")
    ]
    return "\n".join(lines)


def _common() -> str:
    context = click.Context(cli, info_name="aepctl")
    known = {option.name for option in common_options()}
    own = [one for one in cli.params if one.name not in known]
    lines = ["## Every command", "", *_table(context, common_options())]
    lines += ["", "And before the command only:", "", *_table(context, own)]
    return "\n".join(lines)


def _reports() -> str:
    plan = cli.commands["plan"]
    options = [one for one in plan.params if one.name in REPORTS]
    return "\n".join(["## Reports", "", *_table(click.Context(plan), options)])


def _commands(group: click.Group, words: str) -> Iterator[str]:
    for name, command in _walk(group, words):
        yield "\n\n".join(_command(name, command))


def _command(name: str, command: click.Command) -> Iterator[str]:
    """Its parts, a blank line between each two."""
    context = click.Context(command, info_name=name)
    known = {option.name for option in common_options()}
    own = [one for one in command.params if one.name not in known]
    reports = {one.name for one in own} >= {*REPORTS}
    if reports:
        own = [one for one in own if one.name not in REPORTS]
    yield f"## {name}"
    yield f"`{name} {' '.join(command.collect_usage_pieces(context))}`"
    for part in inspect.cleandoc(command.help or "").split("\n\n"):
        yield f"```text\n{part[2:]}\n```" if part.startswith("\b\n") else part
    options = [one for one in own if isinstance(one, click.Option)]
    if options:
        yield "\n".join(_table(context, options))
    if reports:
        yield "Its result has every format: see [reports](#reports)."
    examples = EXAMPLES.get(name.removeprefix("aepctl "), ())
    if examples:
        yield "\n".join(("```sh", *examples, "```"))


def _table(context: click.Context, options: Iterable[click.Parameter]) -> Iterator[str]:
    yield "| option | |"
    yield "|---|---|"
    for option in options:
        record = option.get_help_record(context)
        if record is not None:
            yield "| `{}` | {} |".format(*(one.replace("|", r"\|") for one in record))
