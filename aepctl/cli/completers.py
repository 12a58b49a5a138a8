"""What an argument may be, for whoever presses Tab: keys, environments, files.

A completer prints nothing and raises nothing: its words go into somebody's prompt.
"""

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from aepctl.cli.invocation import Invocation
    from aepctl.operations.completing import Glimpse, Keys

    Items: TypeAlias = list[CompletionItem[str]]

Completer: TypeAlias = "Callable[[click.Context, click.Parameter, str], Items]"


def _keys(choose: "Callable[[Glimpse], Keys]") -> Completer:
    """A completer of keys that are not among the arguments yet."""

    def complete(context: click.Context, parameter: click.Parameter, begun: str) -> "Items":
        from aepctl.operations.completing import glimpse

        def look(invocation: "Invocation") -> "Keys":
            outside = invocation.allow_outside
            return choose(glimpse(invocation.environment, os.environ, allow_outside=outside))

        given = _given(context, parameter)
        keys = _in_project(context, look)
        return _items(begun, {key: keys[key] for key in sorted(keys) if key not in given})

    return complete


def _given(context: click.Context, parameter: click.Parameter) -> tuple[str, ...]:
    """What stands there already, where there may be several."""
    given = context.params.get(str(parameter.name))
    return given if isinstance(given, tuple) else ()


def _in_project(context: click.Context, look: "Callable[[Invocation], Keys]") -> "Keys":
    """What is seen from the folder that --chdir names: click has left it by now."""
    from aepctl.cli.invocation import Invocation

    invocation = context.find_object(Invocation) or Invocation()
    try:
        with contextlib.ExitStack() as there:
            for folder in invocation.folders:
                there.enter_context(contextlib.chdir(folder))
            return look(invocation)
    except Exception:  # noqa: BLE001 - see above
        return {}


def environments(context: click.Context, _: click.Parameter, begun: str) -> "Items":
    """The names of the environments."""
    from aepctl.operations import completing

    names = _in_project(context, lambda _: dict.fromkeys(completing.environments(), ""))
    return _items(begun, names)


def folders(_: click.Context, __: click.Parameter, begun: str) -> "Items":
    """The shell knows folders better."""
    return [_item(begun, kind="dir")]


def files(_: click.Context, __: click.Parameter, begun: str) -> "Items":
    """Likewise files."""
    return [_item(begun, kind="file")]


def words(begun: str, every: Iterable[str]) -> "Items":
    """Those of them that begin so."""
    return _items(begun, dict.fromkeys(every, ""))


def _items(begun: str, offered: "Keys") -> "Items":
    return [_item(one, about) for one, about in offered.items() if one.startswith(begun)]


def _item(word: str, about: str = "", *, kind: str = "plain") -> "CompletionItem[str]":
    from click.shell_completion import CompletionItem

    from aepctl.render.display import display

    return CompletionItem(word, kind, display(about) or None)


any_key = _keys(lambda seen: seen.every)
known_key = _keys(lambda seen: seen.known)
state_key = _keys(lambda seen: {**seen.open, **seen.known})
open_key = _keys(lambda seen: seen.open or seen.every)
new_key = _keys(lambda seen: {k: seen.wanted[k] for k in seen.wanted if k not in seen.known})


def moved_key(context: click.Context, parameter: click.Parameter, begun: str) -> "Items":
    """OLD, which state knows, and NEW, which it does not, in turn."""
    new = len(_given(context, parameter)) % 2
    return (new_key if new else known_key)(context, parameter, begun)
