"""Which files of the manifest folder are manifests."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.audience import Origin
from aepctl.yamldoc import Problem

SUFFIXES = (".yaml", ".yml")
MAX_BYTES = 64 * 1024 * 1024


@dataclass(slots=True)
class Listing:
    """The manifest files found, in the order of their paths, and what was wrong on the way."""

    files: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: str, rule: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(Origin(path, 0, 0), rule, message, hint))


def find_manifests(folder: str) -> Listing:
    """All `*.yaml` and `*.yml` below `folder`. Names that start with a dot are passed over.

    Symbolic links may point elsewhere inside the folder (what they point to is read once, at its
    own place), but not out of it.
    """
    listing = Listing()
    if not Path(folder).is_dir():
        what = "is not a folder" if os.path.lexists(folder) else "there is no such folder"
        hint = "make it, or name another one under `manifests:` in aepctl.yaml"
        listing.refuse(folder, "no-folder", what, hint)
        return listing
    root = Path(folder).resolve()
    for path, entry in _walk(folder, listing):
        _sort_in(path, entry, root, listing)
    if not listing.files and not listing.problems:
        hint = f"add a file such as {folder}/audiences.yaml"
        listing.refuse(folder, "empty-folder", "no *.yaml or *.yml files here", hint)
    return listing


def _walk(folder: str, listing: Listing) -> Iterator[tuple[str, "os.DirEntry[str]"]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        listing.refuse(folder, "unreadable", f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = f"{folder}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, listing)
        else:
            yield path, entry


def _sort_in(path: str, entry: "os.DirEntry[str]", root: Path, listing: Listing) -> None:
    manifest = entry.name.lower().endswith(SUFFIXES)
    if entry.is_symlink() and (manifest or entry.is_dir()):
        target = Path(path).resolve()
        if not target.is_relative_to(root):
            message = "a symbolic link that leaves the manifest folder"
            listing.refuse(path, "symlink", message, "put the file itself into the folder")
        elif not target.exists():
            listing.refuse(path, "symlink", "a symbolic link to nothing", "remove it or mend it")
        return
    if not manifest:
        return
    status = entry.stat(follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        listing.refuse(path, "not-a-file", "is not a regular file")
    elif status.st_size > MAX_BYTES:
        message = f"has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that are taken"
        listing.refuse(path, "too-large", message, "split it into several files")
    else:
        listing.files.append(path)
