"""Which files of the manifest folder are manifests."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.model.problem import Origin, Problem

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class ManifestFiles:
    """The manifest files found, in the order of their paths, and what was wrong on the way."""

    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, rule: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(Origin(path, 0, 0), rule, message, hint))


def find_manifests(folder: str) -> ManifestFiles:
    """All `*.yaml` and `*.yml` below `folder`. Hidden files are skipped.

    Symbolic links may point elsewhere inside the folder, to what is read there, once, at its own
    place; but not out of it.
    """
    found = ManifestFiles()
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir fails for a name that is too long
        what = "is not a folder" if os.path.lexists(folder) else "there is no such folder"
        hint = "make it, or name another one under `manifests:` in aepctl.yaml"
        found.refuse(folder, "no-folder", what, hint)
        return found
    root = Path(folder).resolve()
    for path, entry in _walk(folder, found):
        manifest = entry.name.lower().endswith(SUFFIXES)
        if entry.is_symlink():
            _check_link(path, root, found, manifest=manifest)
        elif manifest:
            _sort_in(path, entry, found)
    found.files.sort()
    if not found.files and not found.problems:
        hint = f"add a file such as {folder}/audiences.yaml"
        found.refuse(folder, "empty-folder", "no *.yaml or *.yml files here", hint)
    return found


def _walk(folder: str, found: ManifestFiles) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as scanned:
                entries = [entry for entry in scanned if not entry.name.startswith(".")]
        except OSError as error:
            found.refuse(here, "unreadable", f"cannot be read: {error.strerror}")
            continue
        for entry in entries:
            path = f"{here}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path, entry


def _check_link(path: str, root: Path, found: ManifestFiles, *, manifest: bool) -> None:
    """Refuse a link that seems to give manifests, but would not: they would be missed silently."""
    try:
        target = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):  # the latter for a link to itself, before Python 3.13
        if manifest:
            found.refuse(path, "symlink", "a symbolic link to nothing", "remove it or mend it")
        return
    if not manifest and not target.is_dir():
        return
    if not target.is_relative_to(root):
        message = "a symbolic link that leaves the manifest folder"
        found.refuse(path, "symlink", message, "put the file itself into the folder")
    elif not _is_read(target, root):
        message = "a symbolic link to a file that is not read"
        hint = "only *.yaml and *.yml files are read; hidden files are skipped"
        found.refuse(path, "symlink", message, hint)


def _is_read(target: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in target.relative_to(root).parts)
    return not hidden and (target.is_dir() or target.name.lower().endswith(SUFFIXES))


def _sort_in(path: str, entry: "os.DirEntry[str]", found: ManifestFiles) -> None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError as error:
        found.refuse(path, "unreadable", f"cannot be read: {error.strerror}")
        return
    if not stat.S_ISREG(status.st_mode):
        found.refuse(path, "not-a-file", "is not a regular file")
    elif status.st_size > MAX_BYTES:
        message = f"has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that are taken"
        found.refuse(path, "too-large", message, "split it into several files")
    else:
        found.files.append(path)
