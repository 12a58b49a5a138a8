"""Read the manifest folder: all that is asked for, or every problem of every file.

What is read here does not depend on an environment; see resolve.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

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
from aepctl.model.audience import Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import source_lines


@dataclass(frozen=True, slots=True)
class Manifests:
    """What all manifests ask for, in the order of files and lines."""

    wanted: tuple[Wanted, ...] = ()
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()


def read_manifests(folder: str) -> Manifests:
    """What the manifests below `folder` ask for. Raises InvalidInput with all their problems."""
    found = find_manifests(folder.rstrip("/") or "/")
    manifests = {file: _read(file) for file in found.files}
    wanted = tuple(one for manifest in manifests.values() for one in manifest.wanted)
    problems = [*found.problems, *(one for each in manifests.values() for one in each.problems)]
    keys = [key for manifest in manifests.values() for key in manifest.keys]
    moved = tuple(one for manifest in manifests.values() for one in manifest.moved)
    removed = tuple(one for manifest in manifests.values() for one in manifest.removed)
    across = [*repeated_keys(keys), *same_audiences(wanted), *same_ids(wanted)]
    if moved or removed:
        places = dict(reversed(keys))
        across += contradictions(places, moved, removed)
        if not problems:  # else what is looked for may be where something is wrong
            across += moved_nowhere(places, moved, removed)
    problems += too_much_repeated((file, one.repeated) for file, one in manifests.items())
    problems += _with_source(across, {file: one.text for file, one in manifests.items()})
    if problems:
        raise InvalidInput(problems)
    return Manifests(wanted, moved, removed)


def _with_source(problems: Iterable[Problem], texts: Mapping[str, str]) -> Iterator[Problem]:
    """The problems with the lines that they are about, out of the texts that were parsed."""
    lines: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        file, line = problem.origin.file, problem.origin.line
        if file not in lines:
            lines[file] = source_lines(texts[file])
        yield replace(problem, source=lines[file][line - 1])


def _read(file: str) -> Manifest:
    try:
        raw = read_regular(file, most=MAX_BYTES)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Manifest(problems=(Problem(Origin(file, 0, 0), "file-unreadable", message),))
    return read_manifest(file, raw)
