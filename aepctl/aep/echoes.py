"""What the answer to a create repeats of its audience: whether that is what was sent. Pure."""

import re
from typing import NamedTuple

from aepctl.aep.wire import Created
from aepctl.model.audience import Audience
from aepctl.model.folding import folded

NO_ASCII = re.compile(r"[^\x00-\x7f]+")
MAX_ECHO = 100
"""So many characters are told of an answer to another request."""


class Other(NamedTuple):
    """What it repeats otherwise, in words; `may_be_ours`: on a platform that loses letters."""

    said: str
    may_be_ours: bool


def other_than(sent: Audience, created: Created) -> Other | None:
    """What is not as it was sent; None where all that is repeated is, in whatever spelling."""
    mine = sent.fields()
    for name, echo in created.echo.items():
        said = echo if isinstance(echo, str) else repr(echo)
        if folded(said) != folded(mine[name]):
            what = f"{name} {said[:MAX_ECHO]!r}, and {mine[name]!r} was sent"
            return Other(what, _may_be_ours(created.echo.get("name"), mine["name"]))
    return None


def as_shown(sent: Audience, created: Created) -> Audience:
    """What was sent, in the spelling of what is repeated of it."""
    echo = {name: text for name, text in created.echo.items() if isinstance(text, str)}
    return Audience.of(sent.fields() | echo)


def _may_be_ours(said: object, sent: str) -> bool:
    """Whether an answer repeats the name that was sent, but for letters that no ASCII has.

    A platform may lose or replace them. An answer to another create seldom looks so.
    """
    if not isinstance(said, str):
        return said is None
    first, *others = ("".join(one.split()).casefold() for one in NO_ASCII.split(sent))
    rest = "".join(said.split()).casefold()
    if not others or not rest.startswith(first):
        return folded(said) == folded(sent)
    rest = rest.removeprefix(first)
    for one in others[:-1]:
        _, found, rest = rest.partition(one) if one else ("", " ", rest)
        if not found:
            return False
    return rest.endswith(others[-1])
