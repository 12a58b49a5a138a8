"""The folder that is exported to: whether it may be, what is in it, and writing to it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from aepctl.errors import AepctlError, InvalidInput
from aepctl.files import read_regular, real_path
from aepctl.manifests.document import Manifest, read_manifest
from aepctl.manifests.files import MAX_BYTES, SUFFIXES
from aepctl.manifests.pages import Folder, Page
from aepctl.project.environment import Environment
from aepctl.project.paths import FILE, Boundary, below_here
from aepctl.project.project import INSIDE
from aepctl.project.reads import MANIFEST, reads_here
from aepctl.state.stores.disk import Disk, remove_left_over, replace_file
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class Target:
    """A folder, as somebody named it. `is_read`: what is in it is read as manifests."""

    to: str
    is_read: bool

    def contents(self) -> dict[str, bytes | None]:
        """See pages.Folder. Raises AepctlError."""
        try:
            with os.scandir(self.to) as scanned:
                return {one.name: _bytes(one) for one in scanned}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _unusable(self.to, error) from error

    def definitions(self, contents: Folder) -> tuple[Manifest, ...]:
        """What the files define that no plan reads. Raises InvalidInput with their problems."""
        found = [
            read_manifest(f"{self.to}/{name}", raw)
            for name, raw in sorted(contents.items())
            if raw is not None and not self.is_read
        ]
        problems = [problem for one in found for problem in one.problems]
        if problems:
            raise InvalidInput(problems)
        return tuple(found)


def target_of(
    to: str, environment: Environment, environ: Mapping[str, str], *, allow_outside: bool
) -> Target:
    """The folder, if it may be exported to. Raises AepctlError that says what is wrong with it."""
    to = below_here(to).rstrip("/") or "/"
    choose = f"choose a folder such as `--to {environment.manifests}`"
    if Boundary.here(allow_outside=allow_outside).leaves(to):
        raise AepctlError(
            f"--to {to}: it leads out of the folder of {FILE}", hint=INSIDE, code="export-folder"
        )
    for folder in (to, environment.manifests):
        if os.path.lexists(folder) and not os.path.isdir(folder):  # noqa: PTH112
            raise AepctlError(f"{folder}: it is not a folder", hint=choose, code="export-folder")
    real, manifests = real_path(to), real_path(environment.manifests)
    if real_path(".").is_relative_to(real):
        raise AepctlError(
            f"--to {to}: it is the project's own folder, which has other files as well",
            hint=choose,
            code="export-folder",
        )
    reads = reads_here(environ, environment.name, (), allow_outside=allow_outside)
    what = reads.why_not(f"{to}/{FILE}")
    if what not in {None, MANIFEST}:
        raise AepctlError(f"--to {to}: what is there is {what}", hint=choose, code="export-folder")
    if not real.is_relative_to(manifests):
        return Target(to, is_read=False)
    if any(part.startswith(".") for part in real.relative_to(manifests).parts):
        raise AepctlError(
            f"--to {to}: what is written to a hidden folder is never read as a manifest",
            hint=choose,
            code="export-folder",
        )
    return Target(to, is_read=True)


def write(target: Target, pages: Iterable[Page]) -> Iterator[Page]:
    """Write each file whole or not at all, and give it when it is. Raises AepctlError.

    One that was changed since it was read is left as it is.
    """
    written: list[str] = []
    for page in pages:
        _check_unchanged(page)
        try:
            _write(Disk(), target, page)
        except OSError as error:
            done = f"; written before it: {listed(written)}" if written else "; nothing was written"
            hint = "make room or make it writable, and run it again: nothing is written twice"
            raise AepctlError(
                f"{page.file}: cannot be written: {error.strerror}{done}",
                hint=hint,
                code="file-unwritable",
            ) from error
        written.append(page.file)
        yield page


def _write(disk: Disk, target: Target, page: Page) -> None:
    disk.make_folder(Path(target.to))
    replace_file(disk, Path(page.file), page.raw)
    remove_left_over(disk, Path(page.file))


def _check_unchanged(page: Page) -> None:
    try:
        now = read_regular(page.file, most=MAX_BYTES)
    except FileNotFoundError:
        now = None
    if now != page.before:
        raise AepctlError(
            f"{page.file} was changed by somebody else meanwhile, and is left as it is",
            hint="run it again: what was written stays, and is not written twice",
            code="file-changed-meanwhile",
        )


def _bytes(entry: "os.DirEntry[str]") -> bytes | None:
    """The content of a manifest that something may be added to; a link's is somewhere else."""
    usual = entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
    if not usual or not entry.name.lower().endswith(SUFFIXES):
        return None
    return read_regular(entry.path, most=MAX_BYTES)


def _unusable(folder: str, error: OSError) -> AepctlError:
    return AepctlError(
        f"{folder}: cannot be read: {error.strerror}",
        hint="choose another folder with --to",
        code="file-unreadable",
    )
