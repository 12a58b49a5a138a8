"""What a project reads and keeps, and so nobody's report may be written over."""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aepctl.errors import AepctlError
from aepctl.files import real_path
from aepctl.project.load import load_project
from aepctl.project.paths import FILE, NEAR, SUFFIXES, Boundary, state_files
from aepctl.project.project import Project

STATE = re.compile(rb'\s*\{\s*"format":\s*"[\d.]+",\s*"lineage":|\{"type": "')
"""How a state and a journal begin, wherever they are."""
MANIFEST = "a manifest"
EMULATORS = "the emulator's"


@dataclass(frozen=True, slots=True)
class Reads:
    """The files of a project: `named` has what each is, `manifests` is the folder of manifests.

    `known`: aepctl.yaml could be read, so these are all.
    """

    named: Mapping[str, str]
    manifests: str
    known: bool = True

    def why_not(self, path: str) -> str | None:
        """What the file at `path` is to the project, by whatever name; None: nothing."""
        real = os.path.realpath(path)
        return self._by_name(real) or self._by_place(Path(real)) or self._by_content(real)

    def _by_name(self, real: str) -> str | None:
        known = (what for one, what in self.named.items() if os.path.realpath(one) == real)
        return next(known, None)

    def _by_place(self, real: Path) -> str | None:
        if real.suffix.lower() in SUFFIXES and _below(real, self.manifests):
            return MANIFEST
        if re.fullmatch(NEAR, real.name) and real.parent == real_path("."):
            return "what passes for the settings"
        if ".git" in real.parts[:-1]:
            return "Git's own"
        return EMULATORS if _below(real, ".aepctl") else None

    def _by_content(self, real: str) -> str | None:
        """A hard link has another name, and so may a state that aepctl.yaml does not tell of."""
        try:
            status = os.stat(real)  # noqa: PTH116
            if not stat.S_ISREG(status.st_mode):
                return None
            if STATE.match(_beginning(real)):
                return "a state"
        except OSError:  # nothing is there, or it cannot be read: opening it for writing tells
            return None
        same = (status.st_dev, status.st_ino)
        what = next((what for one, what in self.named.items() if _identity(one) == same), None)
        if what is None and not self.known and real.lower().endswith(SUFFIXES):
            return f"perhaps {MANIFEST}: {FILE} cannot be read"
        if what is None and status.st_nlink > 1 and same in _manifests(self.manifests):
            return MANIFEST
        return what


def reads_here(
    environ: Mapping[str, str], name: str | None, more: Iterable[str], *, allow_outside: bool
) -> Reads:
    """What commands read in this folder, in all environments and in `name`; `more` are plans.

    Raises AepctlError where the folder is gone.
    """
    Boundary.here()
    try:
        project, known = load_project(environ, allow_outside=allow_outside), True
    except AepctlError:  # which the command tells as soon as it begins
        project, known = Project(), False
    names = list(project.environments) or [name or environ.get("AEPCTL_ENV") or "default"]
    named = {FILE: "the settings"}
    for one in names:
        state = project.state_of(one)
        for file in state_files(state) if state is not None else ():
            named[file] = f"the state of `{one}`"
    named |= dict.fromkeys(more, "the saved plan that is read")
    return Reads(named, project.manifests, known)


def _below(real: Path, folder: str) -> bool:
    return real.is_relative_to(os.path.realpath(folder))


def _beginning(file: str) -> bytes:
    handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        return os.read(handle, 4096)
    finally:
        os.close(handle)


def _identity(file: str) -> tuple[int, int] | None:
    try:
        status = os.stat(file)  # noqa: PTH116
    except OSError:  # what is not there has no other name either
        return None
    return status.st_dev, status.st_ino


def _manifests(folder: str) -> Iterator[tuple[int, int]]:
    """Device and inode of each manifest."""
    for here, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(SUFFIXES):
                status = os.lstat(f"{here}/{name}")
                yield status.st_dev, status.st_ino
