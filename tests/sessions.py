"""Sessions on the pages: blocks of commands with what each prints."""

import re
import shlex
from collections.abc import Iterator

MARK = r"<!-- run: {} -->\n```text\n(.*?)```"
ID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|http://127\.0\.0\.1:\d+")


def sessions(page: str, name: str = "all") -> list[str]:
    """The blocks of a page that are marked so."""
    return re.findall(MARK.format(name), page, re.DOTALL)


def commands(session: str) -> Iterator[tuple[list[str], str]]:
    """The words of each command, and what is shown below it."""
    for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
        yield shlex.split(command), shown


def without_ids(text: str) -> str:
    """The text, in which no ID and no port is another one each time."""
    return ID.sub("ID", text)
