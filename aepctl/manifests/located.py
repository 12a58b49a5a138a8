"""Where things are in manifests that were read: for problems found later, and for show. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aepctl.model.audience import Wanted
from aepctl.model.problem import Origin
from aepctl.yamldoc import YamlFile, parse
from aepctl.yamldoc.places import Path, Position

AUDIENCES, ENVIRONMENTS, OVERRIDES = "audiences", "environments", "overrides"
DEFAULTS: Path = ("defaults",)


class Site(NamedTuple):
    """Where a field is given; `by_default`: for all of its file."""

    origin: Origin
    by_default: bool = False


@dataclass(frozen=True, slots=True)
class Located:
    """The texts of manifests. One is read again when something of it is asked for."""

    texts: Mapping[str, str]
    _files: dict[str, "_File"] = field(default_factory=dict)

    def site(self, one: Wanted, name: str, environment: str) -> Site:
        """Where an audience has a field from in an environment; its block, where it has none."""
        values = self._file(one.origin.file).values
        for block in _givers(one.key, environment):
            found = values.get((*block, name))
            if found is not None:
                return Site(Origin(one.origin.file, *found), by_default=block == DEFAULTS)
        return Site(one.origin)

    def fields(self, one: Wanted, environment: str) -> Mapping[str, Origin]:
        """Where each field is named that counts for an audience in an environment.

        Those of `lifecycle` are under their own names.
        """
        keys = self._file(one.origin.file).keys
        found: dict[str, Origin] = {}
        for block in reversed(_givers(one.key, environment)):
            inside = (block, (*block, "lifecycle"))
            for path, position in keys.items():
                if path[:-1] in inside:
                    found[str(path[-1])] = Origin(one.origin.file, *position)
        return found

    def environments(self) -> Iterator[tuple[str, Origin]]:
        """All environments that the manifests name, and where."""
        for name in self.texts:
            yield from self._file(name).environments(name)

    def _file(self, name: str) -> "_File":
        if name not in self._files:
            self._files[name] = _File.of(parse(name, self.texts.get(name, "").encode()))
        return self._files[name]


def _givers(key: str, environment: str) -> tuple[Path, ...]:
    """What may give a field of an audience; the first that has it counts."""
    block: Path = (AUDIENCES, key)
    return (*block, OVERRIDES, environment), block, DEFAULTS


@dataclass(frozen=True, slots=True)
class _File:
    """The places of one file, by path; all its documents count as one."""

    keys: Mapping[Path, Position]
    values: Mapping[Path, Position]
    lists: Mapping[Path, str]

    @classmethod
    def of(cls, yaml_file: YamlFile) -> "_File":
        keys, values = yaml_file.places()
        first_keys: dict[Path, Position] = {}
        first_values: dict[Path, Position] = {}
        names: dict[Path, str] = {}
        for path, position in keys.items():
            first_keys.setdefault(path[1:], position)
        for path, position in values.items():
            first_values.setdefault(path[1:], position)
            if path[-2:-1] == (ENVIRONMENTS,) and isinstance(path[-1], int):
                names.setdefault(path[1:], _at(yaml_file, path))
        return cls(first_keys, first_values, names)

    def environments(self, file: str) -> Iterator[tuple[str, Origin]]:
        for path, name in self.lists.items():
            yield name, Origin(file, *self.values[path])
        for path, position in self.keys.items():
            if path[:1] == (AUDIENCES,) and path[2:-1] == (OVERRIDES,):
                yield str(path[-1]), Origin(file, *position)


def _at(yaml_file: YamlFile, path: Path) -> str:
    found: Any = yaml_file.documents
    for part in path:
        found = found[part]
    return str(found)
