"""completion: the keys and environments of this folder as they seem, read in haste.

Whoever presses Tab waits: nothing is checked, and pydantic is not loaded. No network, no lock, and
no file outside the folder. What cannot be read has no keys; every other command tells why.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from aepctl.files import read_regular
from aepctl.project.paths import FILE, SUFFIXES, Boundary
from aepctl.project.stores import scheme_of
from aepctl.texts import json_of
from aepctl.yamldoc.parsing import parse

MAX_BYTES = 16 * 1024 * 1024
USABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""A key, as yamldoc.types has it, which loads pydantic. Nothing else gets into a command line: a
shell would run what a pull request put into one.
"""

Keys = Mapping[str, str]
"""Keys, each with the name of its audience."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The keys that manifests have, that state knows, and of which something is open."""

    wanted: Keys = field(default_factory=dict)
    known: Keys = field(default_factory=dict)
    open: Keys = field(default_factory=dict)

    @property
    def every(self) -> Keys:
        return {**self.open, **self.known, **self.wanted}


def environments() -> tuple[str, ...]:
    """The names of the environments in aepctl.yaml."""
    return tuple(filter(USABLE.fullmatch, _mapping(_settings(Boundary.here()), "environments")))


def glimpse(
    environment: str | None, environ: Mapping[str, str], *, allow_outside: bool = False
) -> Glimpse:
    """The keys in an environment: the named one, else that which a command would choose."""
    boundary = Boundary.here(allow_outside=allow_outside)
    settings = _settings(boundary)
    named = _mapping(settings, "environments")
    name = environment or environ.get("AEPCTL_ENV") or settings.get("default_environment")
    if not isinstance(name, str):
        name = None if [*named][1:] else next(iter(named), "default")
    state = _state(boundary, named, name)
    audiences, intents = _mapping(state, "audiences"), _mapping(state, "intents")
    opened = (one for one in intents.values() if isinstance(one, dict))
    return Glimpse(
        wanted=_usable(_wanted(boundary, settings.get("manifests", "audiences"))),
        known=_usable((key, _name(one)) for key, one in audiences.items()),
        open=_usable((str(one.get("key")), "") for one in opened if "key" in one),
    )


def _usable(keys: Iterable[tuple[str, str]]) -> Keys:
    return {key: name for key, name in keys if USABLE.fullmatch(key)}


def _mapping(document: object, name: str) -> Mapping[str, Any]:
    """What stands there under a name, if that is a mapping."""
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _name(audience: object) -> str:
    name = audience.get("name") if isinstance(audience, dict) else None
    return name if isinstance(name, str) else ""


def _raw(boundary: Boundary, path: object) -> bytes:
    """What is in a file of the project; nothing where it is none, or cannot be read."""
    if not isinstance(path, str) or boundary.leaves(path):
        return b""
    try:
        return read_regular(path, most=MAX_BYTES)
    except (OSError, ValueError):
        return b""


def _settings(boundary: Boundary) -> Mapping[str, Any]:
    if boundary.settings_trouble(FILE) is not None:
        return {}
    documents = parse(FILE, _raw(boundary, FILE)).documents
    return next((one for one in documents if isinstance(one, dict)), {})


def _state(boundary: Boundary, named: Mapping[str, Any], name: str | None) -> object:
    """The document of an environment whose state is a file; what a team shares is not asked."""
    if name is None:
        return None
    path = _mapping(named, name).get("state") or f"state/{name}.json"
    if not isinstance(path, str) or scheme_of(path):
        return None
    try:
        return json_of(_raw(boundary, path))
    except ValueError:
        return None


def _wanted(boundary: Boundary, folder: object) -> Iterator[tuple[str, str]]:
    """The keys in all manifests, links left out."""
    if not isinstance(folder, str) or boundary.leaves(folder):
        return
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for file in sorted(files):
            path = os.path.join(here, file)  # noqa: PTH118 - many files, and somebody waits
            if file.lower().endswith(SUFFIXES) and not file.startswith("."):
                for document in parse(path, _raw(boundary, path)).documents:
                    for key, one in _mapping(document, "audiences").items():
                        yield str(key), _name(one)
