"""Read the manifest folder: all that is wanted, or every problem of every file."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from aepctl.errors import InvalidInput
from aepctl.manifests.files import find_manifests
from aepctl.manifests.manifest import Manifest, read_manifest
from aepctl.manifests.rules import Clash, repeated_keys, same_audiences, same_ids, unused_ids
from aepctl.model.audience import Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.yamldoc import source_lines


def read_manifests(folder: str, *, given_ids: bool = False) -> tuple[Wanted, ...]:
    """What the manifests below `folder` ask for, in the order of files and lines.

    `given_ids`: manifests may give an `audienceId`. Raises InvalidInput with all problems of all
    files.
    """
    listing = find_manifests(folder.rstrip("/") or "/")
    manifests = [_read(file) for file in listing.files]
    wanted = tuple(one for manifest in manifests for one in manifest.wanted)
    problems = [*listing.problems, *(one for manifest in manifests for one in manifest.problems)]
    problems += _with_source(repeated_keys(key for manifest in manifests for key in manifest.keys))
    problems += _with_source(same_audiences(wanted))
    problems += _with_source(same_ids(wanted) if given_ids else unused_ids(wanted))
    if problems:
        raise InvalidInput(problems)
    return wanted


def _read(file: str) -> Manifest:
    try:
        raw = Path(file).read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return Manifest(problems=(Problem(Origin(file, 0, 0), "unreadable", message),))
    return read_manifest(file, raw)


def _with_source(found: Iterable[Clash]) -> Iterator[Problem]:
    lines = cache(lambda file: source_lines(Path(file).read_text("utf-8")))
    for clash in found:
        source = lines(clash.origin.file)[clash.origin.line - 1]
        yield Problem(clash.origin, clash.rule, clash.message, clash.hint, source)
