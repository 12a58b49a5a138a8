"""Which files of the manifest folder are manifests."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.files import real_path
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

    Symbolic links may point elsewhere inside the folder, but not out of it. What is read there
    anyway is read once, at its own place; what is hidden there is read where the link is, as
    Kubernetes mounts a ConfigMap (`all.yaml -> ..data/all.yaml`).
    """
    found = ManifestFiles()
    if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir fails for a name that is too long
        what = "is not a folder" if os.path.lexists(folder) else "there is no such folder"
        hint = "make it, or name another one under `manifests:` in aepctl.yaml"
        found.refuse(folder, "no-folder", what, hint)
        return found
    _Search(folder, found).go()
    found.files.sort()
    if not found.files and not found.problems:
        hint = f"add a file such as {folder}/audiences.yaml"
        found.refuse(folder, "empty-folder", "no *.yaml or *.yml files here", hint)
    return found


class _Search:
    """One walk through the folder. `waiting` are folders to look into."""

    def __init__(self, folder: str, found: ManifestFiles) -> None:
        self._found = found
        self._root = real_path(folder)
        self._waiting = [folder]
        self._by_link: set[Path] = set()

    def go(self) -> None:
        while self._waiting:
            here = self._waiting.pop()
            try:
                with os.scandir(here) as scanned:
                    entries = [entry for entry in scanned if not entry.name.startswith(".")]
            except OSError as error:
                self._found.refuse(here, "file-unreadable", f"cannot be read: {error.strerror}")
                continue
            # Links last and in order: of two to one hidden file it is the same one each time.
            entries.sort(key=lambda one: one.name if one.is_symlink() else "")
            for entry in entries:
                self._sort(f"{here}/{entry.name}", entry)

    def _sort(self, path: str, entry: "os.DirEntry[str]") -> None:
        manifest = entry.name.lower().endswith(SUFFIXES)
        if entry.is_symlink():
            self._follow(path, entry, manifest=manifest)
        elif entry.is_dir(follow_symlinks=False):
            self._waiting.append(path)
        elif manifest:
            _sort_in(path, entry, self._found)

    def _follow(self, path: str, entry: "os.DirEntry[str]", *, manifest: bool) -> None:
        """Refuse a link that seems to give manifests, but would not: they'd be missed silently."""
        try:
            target = Path(path).resolve(strict=True)
        except (OSError, RuntimeError):  # the latter for a link to itself, before Python 3.13
            if manifest:
                self._found.refuse(
                    path, "symlink", "a symbolic link to nothing", "remove it or mend it"
                )
            return
        folder = target.is_dir()
        if not manifest and not folder:
            return
        if not target.is_relative_to(self._root):
            message = "a symbolic link that leaves the manifest folder"
            self._found.refuse(path, "symlink", message, "put the file itself into the folder")
        elif not folder and not target.name.lower().endswith(SUFFIXES):
            message = "a symbolic link to a file that is not read"
            self._found.refuse(path, "symlink", message, "only *.yaml and *.yml files are read")
        elif self._is_hidden(target) and target not in self._by_link:
            self._by_link.add(target)
            if folder:
                self._waiting.append(path)
            else:
                _sort_in(path, entry, self._found)

    def _is_hidden(self, target: Path) -> bool:
        """Whether it is passed over at its own place."""
        return any(part.startswith(".") for part in target.relative_to(self._root).parts)


def _sort_in(path: str, entry: "os.DirEntry[str]", found: ManifestFiles) -> None:
    try:
        status = entry.stat()
    except OSError as error:
        found.refuse(path, "file-unreadable", f"cannot be read: {error.strerror}")
        return
    if not stat.S_ISREG(status.st_mode):
        found.refuse(path, "not-a-file", "is not a regular file")
    elif status.st_size > MAX_BYTES:
        message = f"has {status.st_size:,} bytes, more than the {MAX_BYTES:,} that are taken"
        found.refuse(path, "too-large", message, "split it into several files")
    else:
        found.files.append(path)
