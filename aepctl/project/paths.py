"""Paths as people write them, and whether they stay where a project may read and write."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aepctl.errors import AepctlError
from aepctl.project.stores import check_address, scheme_of

FILE = "aepctl.yaml"
"""The settings of a project."""
SUFFIXES = (".yaml", ".yml")
NEAR = r"(?i)\.?aepctl\.(ya?ml|json|toml)"
"""What somebody may have taken for the name of aepctl.yaml."""


def not_expanded(path: str) -> str | None:
    """Why a path of the command line is not what it seems: no shell has replaced these."""
    variable = re.search(r"\$\{[^}]*\}|\$[A-Za-z_]\w*", path)
    if variable is not None:
        return f"`{variable[0]}` is not replaced here: write the path itself"
    return _home(path)


def not_plain(path: str) -> str | None:
    """Likewise of a path in aepctl.yaml, whose `${VAR}` are replaced when it comes here."""
    variable = re.search(r"\$([A-Za-z_]\w*)", path)
    if variable is not None:
        return f"`{variable[0]}` is not replaced here: write `${{{variable[1]}}}`"
    return _home(path)


def plain_path(path: str) -> str:
    """The path, if it may stand in aepctl.yaml. Raises ValueError."""
    trouble = not_plain(path)
    if trouble is not None:
        raise ValueError(trouble)
    return path


def state_address(address: str) -> str:
    """Likewise of where a state is kept."""
    check_address(address)
    return address if scheme_of(address) else plain_path(address)


def _home(path: str) -> str | None:
    if re.match(r"~[^/]*(/|$)", path):
        return "`~` is not replaced here: write the path itself (`./~` for a folder of that name)"
    return None


def below_here(path: str) -> str:
    """An absolute path into this folder as a relative one: reports name files from a repository."""
    if not os.path.isabs(path):  # noqa: PTH117
        return path
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


@dataclass(frozen=True, slots=True)
class Boundary:
    """The folder of aepctl.yaml, which nothing leaves that comes with the project.

    A pull request can change what aepctl.yaml says and where links lead, so both count. `open_`:
    somebody who runs aepctl said that it is meant.
    """

    root: str
    open_: bool = False

    @classmethod
    def here(cls, *, allow_outside: bool = False) -> "Boundary":
        """That of the current folder. Raises AepctlError where it is gone."""
        try:
            return cls(os.path.realpath("."), allow_outside)
        except OSError as error:
            raise AepctlError(
                f"the current folder cannot be used: {error.strerror}",
                hint="go to another folder, or name it with --chdir",
                code="folder-unusable",
            ) from error

    def leaves(self, path: str) -> bool:
        """Whether the path, or a link on its way, leads out."""
        if self.open_:
            return False
        return os.path.commonpath((self.root, os.path.realpath(path))) != self.root

    def settings_trouble(self, file: str) -> str | None:
        """Why the settings are not read: they are a link to what are no settings of this project.

        What is in such a file would show in messages.
        """
        if self.open_ or not os.path.islink(file):  # noqa: PTH114
            return None
        if self.leaves(file):
            return "a symbolic link that leaves its folder"
        if not os.path.realpath(file).lower().endswith(SUFFIXES):
            return "a symbolic link to what is no YAML file"
        return None

    def leaving(self, environment: str, state: str, *, emulated: bool) -> str | None:
        """The file of an environment that would be outside, as it is called in this folder."""
        files = [*state_files(state), *([emulator_file(environment)] if emulated else ())]
        return next((one for one in files if self.leaves(one)), None)


def state_files(state: str) -> Iterator[str]:
    """The files that a state in a file has: itself, and beside it, journal and lock."""
    if scheme_of(state):
        return
    yield state
    beside = Path(os.path.realpath(state))
    if beside.name:
        yield from (str(beside.with_suffix(suffix)) for suffix in (".journal", ".lock"))


def emulator_file(environment: str) -> str:
    """Where the embedded platform of an environment keeps its audiences."""
    return f".aepctl/emulator-{environment}.sqlite3"


def near_names(folder: str | Path = ".") -> list[str]:
    """Files there that were perhaps meant to be aepctl.yaml, but are not read."""
    try:
        with os.scandir(folder) as entries:
            names = [one.name for one in entries if re.fullmatch(NEAR, one.name)]
    except OSError:  # a folder that may not be listed can still hold what is named
        return []
    return sorted(name for name in names if name != FILE)
