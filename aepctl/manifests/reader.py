"""Read the manifest folder: all that is asked for, or every problem of every file.

What is read here does not depend on an environment; see resolve. Nor does what is wrong here; see
everywhere for the rest.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from aepctl.errors import InvalidInput
from aepctl.files import read_regular
from aepctl.manifests.document import Manifest, read_manifest
from aepctl.manifests.files import MAX_BYTES, find_manifests
from aepctl.manifests.move_rules import contradictions, moved_nowhere
from aepctl.manifests.rules import (
    repeated_keys,
    same_audiences,
    same_ids,
    too_much_repeated,
)
from aepctl.manifests.scope import Scope
from aepctl.model.audience import Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import source_lines


@dataclass(frozen=True, slots=True)
class Manifests:
    """What all manifests ask for, in the order of files and lines.

    `wanted` is as the blocks say; `scopes` has what some of them say of environments, by key, and
    `named` all environments that are named.
    `texts` are the files as they were read, by name: whoever finds a problem shows its line.
    """

    wanted: tuple[Wanted, ...] = ()
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    scopes: Mapping[str, Scope] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_manifests(folder: str) -> Manifests:
    """What the manifests below `folder` ask for. Raises InvalidInput with all their problems."""
    found = find_manifests(folder.rstrip("/") or "/")
    manifests = {file: _read(file) for file in found.files}
    wanted = tuple(one for manifest in manifests.values() for one in manifest.wanted)
    problems = [*found.problems, *(one for each in manifests.values() for one in each.problems)]
    keys = [key for manifest in manifests.values() for key in manifest.keys]
    moved = tuple(one for manifest in manifests.values() for one in manifest.moved)
    removed = tuple(one for manifest in manifests.values() for one in manifest.removed)
    scopes = {key: one for manifest in manifests.values() for key, one in manifest.scopes.items()}
    everywhere = [one for one in wanted if one.key not in scopes] if scopes else wanted
    across = [*repeated_keys(keys), *same_audiences(everywhere), *same_ids(everywhere)]
    if moved or removed:
        places = dict(reversed(keys))
        across += contradictions(places, moved, removed, but=scopes)
        if not problems:  # else what is looked for may be where something is wrong
            across += moved_nowhere(places, moved, removed)
    texts = {file: one.text for file, one in manifests.items()}
    problems += too_much_repeated((file, one.repeated) for file, one in manifests.items())
    problems += with_source(across, texts)
    named = frozenset().union(*(one.named for one in manifests.values()))
    read = Manifests(wanted, moved, removed, scopes, named, texts)
    if problems:
        raise InvalidInput(problems, sound=read)
    return read


def with_source(problems: Iterable[Problem], texts: Mapping[str, str]) -> Iterator[Problem]:
    """The problems with the lines that they are about, out of the texts that were parsed."""
    lines: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        file, line = problem.origin.file, problem.origin.line
        if file in texts and file not in lines:
            lines[file] = source_lines(texts[file])
        yield replace(problem, source=lines[file][line - 1]) if file in lines else problem


def _read(file: str) -> Manifest:
    try:
        raw = read_regular(file, most=MAX_BYTES)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Manifest(problems=(Problem(Origin(file, 0, 0), "file-unreadable", message),))
    return read_manifest(file, raw)
