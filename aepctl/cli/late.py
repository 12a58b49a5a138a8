"""Commands that are declared when somebody looks at them: one is called, all are named."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class LateCommands(MutableMapping[str, click.Command]):
    """Commands by name; `places` says where each is: the module in this package, and its name."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._here: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._here:
            module, _, attribute = self._places[name].partition(":")
            self._here[name] = getattr(import_module(f"aepctl.cli.{module}"), attribute)
        return self._here[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._places[name] = ""
        self._here[name] = command

    def __delitem__(self, name: str) -> None:
        del self._places[name]
        self._here.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
