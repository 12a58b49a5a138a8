"""fmt: manifests and aepctl.yaml as they should be written. No environment is resolved."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aepctl.errors import AepctlError, InternalError, InvalidInput
from aepctl.files import read_regular
from aepctl.manifests.files import MAX_BYTES, SUFFIXES, find_manifests
from aepctl.manifests.formatted import Formatted, formatted
from aepctl.model.problem import Origin, Problem
from aepctl.operations.context import Context
from aepctl.project.load import load_project
from aepctl.project.paths import FILE, Boundary, below_here
from aepctl.project.project import INSIDE
from aepctl.state.stores.disk import Disk, remove_left_over, replace_file
from aepctl.wording import command


@dataclass(slots=True)
class Fmt:
    """What came of it. `changed`: formatted, or without `writes` what would be; `same`: so many
    files were as they should be. `bugs`: files that could not be proven to mean the same.
    """

    changed: list[Formatted] = field(default_factory=list)
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    bugs: list[InternalError] = field(default_factory=list)

    @property
    def broken(self) -> int:
        """How many files could not be formatted."""
        return len({one.origin.file for one in self.problems}) + len(self.bugs)

    @property
    def error(self) -> AepctlError | None:
        """That some could not be: a bug before all else."""
        if self.bugs:
            return self.bugs[-1]
        return InvalidInput(self.problems) if self.problems else None

    def refuse(self, file: str, rule: str, message: str, hint: str | None = None) -> None:
        self.problems.append(Problem(Origin(file, 0, 0), rule, message, hint))

    def take(self, one: Formatted) -> None:
        if one.problems:
            self.problems += one.problems
        elif one.is_changed:
            self.changed.append(one)
        else:
            self.same += 1


def fmt(
    context: Context, files: Iterable[str] = (), *, writes: bool, allow_outside: bool = False
) -> Fmt:
    """Format these files, or those below folders; none: all of the project.

    A file with problems is left as it is, and the others are formatted. `writes`: else it is only
    said what would be. Raises InvalidInput where aepctl.yaml does not say which files there are.
    """
    done = Fmt()
    given = tuple(files)
    if given:
        paths = list(_given(given, done, Boundary.here(allow_outside=allow_outside)))
    else:
        project = load_project(context.environ, allow_outside=allow_outside)
        project.need(("manifests",))
        found = find_manifests(project.manifests.rstrip("/") or "/")
        done.problems += found.problems
        paths = [*([FILE] if project.found else ()), *found.files]
    for path in _once(paths):
        is_settings = _is_settings(path)
        if not is_settings or _is_sound(context, done, allow_outside=allow_outside):
            _format(path, done, settings=is_settings, writes=writes)
    return done


def fmt_text(name: str, raw: bytes) -> Fmt:
    """Format what stands nowhere, such as standard input, as a manifest."""
    done = Fmt()
    try:
        done.take(formatted(name, raw))
    except InternalError as error:
        done.bugs.append(error)
    return done


def _given(files: Iterable[str], done: Fmt, boundary: Boundary) -> Iterator[str]:
    """The files that are meant; what cannot be formatted is told."""
    for one in files:
        path = below_here(one).rstrip("/") or "/"
        if boundary.leaves(path):
            done.refuse(path, "outside-project", f"leads out of the folder of {FILE}", INSIDE)
        elif os.path.isdir(path):  # noqa: PTH112 - Path.is_dir fails for a name that is too long
            found = find_manifests(path)
            done.problems += found.problems
            yield from found.files
        elif not path.lower().endswith(SUFFIXES) and os.path.lexists(path):
            hint = f"only *.yaml and *.yml files are manifests; `{command('aepctl', 'fmt', '-')}`"
            done.refuse(path, "not-a-manifest", "is not a manifest", f"{hint} takes any text")
        else:
            yield path


def _once(paths: Iterable[str]) -> Iterator[str]:
    """Each file once, by whatever names it is given."""
    seen: set[str] = set()
    for path in paths:
        real = os.path.realpath(path)
        if real not in seen:
            seen.add(real)
            yield path


def _is_settings(path: str) -> bool:
    return os.path.realpath(path) == os.path.realpath(FILE)


def _is_sound(context: Context, done: Fmt, *, allow_outside: bool) -> bool:
    """Whether nothing is wrong with aepctl.yaml; else that is told."""
    try:
        load_project(context.environ, allow_outside=allow_outside)
    except InvalidInput as error:
        done.problems += error.problems
        return False
    return True


def _format(path: str, done: Fmt, *, settings: bool, writes: bool) -> None:
    try:
        one = formatted(path, read_regular(path, most=MAX_BYTES), settings=settings)
    except OSError as error:
        done.refuse(path, "file-unreadable", f"cannot be read: {error.strerror}")
    except InternalError as error:
        done.bugs.append(error)
    else:
        if not writes or not one.is_changed or _write(one, done):
            done.take(one)


def _write(one: Formatted, done: Fmt) -> bool:
    """Replace the file as a whole, its mode kept, and its name where that is a link."""
    disk, real = Disk(), Path(os.path.realpath(one.file))
    try:
        if not real.stat().st_mode & 0o222 or not os.access(real, os.W_OK):
            hint = f"`{command('chmod', 'u+w', one.file)}`, if it is yours"
            done.refuse(one.file, "file-unwritable", "is read-only, and left as it is", hint)
            return False
        if read_regular(real, most=MAX_BYTES) != one.before:
            said = "was changed by somebody else meanwhile, and is left as it is"
            done.refuse(one.file, "file-changed-meanwhile", said, "run it again")
            return False
        replace_file(disk, real, one.after)
    except OSError as error:
        done.refuse(one.file, "file-unwritable", f"cannot be written: {error.strerror}")
        return False
    remove_left_over(disk, real)
    return True
