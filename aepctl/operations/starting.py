"""init: the files of a new project. What is there already is left as it is, whatever it is."""

import os
import stat
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from aepctl.errors import AepctlError
from aepctl.files import is_there, real_path
from aepctl.manifests.files import find_manifests
from aepctl.project.paths import FILE, near_names
from aepctl.render.started import Ci, Left, Started
from aepctl.wording import command

MANIFESTS = "audiences"
SAMPLE = f"{MANIFESTS}/sample.yaml"
SCHEMAS = {"schemas/manifest.json": "manifest", "schemas/aepctl.json": "config"}
"""Files that the first line of a YAML file names for editors, and the schema in each."""
LISTS = {".gitignore": "gitignore", ".gitattributes": "gitattributes"}
PIPELINES: Mapping[Ci, Mapping[str, str]] = {
    "github": {
        ".github/workflows/plan.yml": "github-plan.yml",
        ".github/workflows/apply.yml": "github-apply.yml",
    },
    "gitlab": {".gitlab-ci.yml": "gitlab-ci.yml"},
}
"""As docs/pull-requests.md has them."""
EXAMPLE = "  prod:\n"
"""Where the environment begins that is only an example as long as no pipeline uses it."""


def start(folder: Path, ci: Ci | None = None, program: str = "aepctl") -> Started:
    """Make a project in the folder, aepctl.yaml last: what was cut short can be run again.

    `program` is how a command begins that runs in the folder. Raises AepctlError, and then nothing
    was made; or, where the disk did not take it, says what was.
    """
    _check_new(folder, program)
    repository = _repository(folder)
    if ci is not None and repository not in {None, real_path(folder)}:
        raise _not_at_the_top(ci, repository)
    sample = not find_manifests(str(folder / MANIFESTS)).files
    texts = dict(_texts(ci, sample=sample))
    _check_places(folder, texts)
    made: list[str] = []
    left: list[Left] = []
    for file, text in texts.items():
        if os.path.lexists(folder / file):
            left.append(Left(file, _lacks(folder, file, text)))
            continue
        _write(folder, file, text, made)
        made.append(file)
    return Started(tuple(made), tuple(left), sample, repository is not None, ci)


def _texts(ci: Ci | None, *, sample: bool) -> Iterator[tuple[str, str]]:
    from aepctl.render.schemas import schema_text  # noqa: PLC0415 - not before all is checked

    for file, name in SCHEMAS.items():
        yield file, schema_text(name)
    if sample:
        yield SAMPLE, template("sample.yaml")
    for file, name in {**LISTS, **(PIPELINES[ci] if ci is not None else {})}.items():
        yield file, template(name)
    yield FILE, settings(ci)


def template(name: str) -> str:
    """A text that comes with the package."""
    return (files("aepctl.operations") / "templates" / name).read_text("utf-8")


def settings(ci: Ci | None) -> str:
    """aepctl.yaml: with the environment that a pipeline applies to, else with it as an example."""
    before, begin, example = template(FILE).partition(EXAMPLE)
    if ci is not None:
        return f"{before}{begin}{example}"
    lines = f"{begin}{example}".splitlines()
    return before + "".join(f"  # {line.removeprefix('  ')}\n" for line in lines)


def _check_new(folder: Path, program: str) -> None:
    """Raise AepctlError where there is a project, or what was meant to be one."""
    if os.path.lexists(folder / FILE):
        raise AepctlError(
            f"{folder / FILE} is there already: nothing was made",
            hint=f"`{command(program, 'validate')}` checks it. For a new project name another "
            "folder: `aepctl init DIR`; for one anew there, move that file away first",
            code="project-exists",
        )
    for name in near_names(folder):
        raise AepctlError(
            f"{folder / name} is there, which is not read: nothing was made",
            hint=f"if it has this project's settings, rename it to {FILE}; else move it away",
            code="project-exists",
        )


def _repository(folder: Path) -> Path | None:
    """The top of the clone that the folder is in."""
    here = real_path(folder)
    return next((one for one in (here, *here.parents) if is_there(one / ".git")), None)


def _not_at_the_top(ci: Ci, repository: Path | None) -> AepctlError:
    (*_, file) = PIPELINES[ci]
    host = {"github": "GitHub", "gitlab": "GitLab"}[ci]
    return AepctlError(
        f"--ci {ci}: {host} reads {file} at the top of a repository alone, which is {repository}; "
        "nothing was made",
        hint="leave --ci out, and let the pipeline that is there run aepctl with --chdir",
        code="pipeline-folder",
    )


def _check_places(folder: Path, texts: Mapping[str, str]) -> None:
    """Raise AepctlError that names all that stands where a folder or a file is to be."""
    troubles = {}
    for file in texts:
        for one in reversed(Path(file).parents):  # the first is the folder itself
            trouble = _no_folder(folder / one, link_may_be=one == Path())
            if trouble is not None:
                troubles[str(folder / one)] = f"is {trouble}, where a folder is needed"
                break
        else:
            if (folder / file).is_dir():
                troubles[str(folder / file)] = "is a folder, where a file is needed"
    if troubles:
        lines = [f"{path} {said}" for path, said in troubles.items()]
        said = f"nothing was made: {lines[0]}"
        if lines[1:]:
            said = "\n".join([f"nothing was made: {len(lines)} problems", *lines])
        hint = "move away what is in the way, or choose another folder"
        raise AepctlError(said, hint=hint, code="init-folder")


def _no_folder(path: Path, *, link_may_be: bool) -> str | None:
    """What stands there and is no folder. What is to be made goes through no link."""
    try:
        mode = path.stat().st_mode if link_may_be else path.lstat().st_mode
    except FileNotFoundError:
        return "a symbolic link to nothing" if path.is_symlink() else None
    except OSError as error:
        return f"out of reach ({error.strerror})"
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return None if stat.S_ISDIR(mode) else "a file"


def _lacks(folder: Path, file: str, text: str) -> tuple[str, ...]:
    """The lines of a list of patterns that a file which is there does not have."""
    if file not in LISTS:
        return ()
    try:
        there = (folder / file).read_text("utf-8", "replace") if (folder / file).is_file() else ""
    except OSError:
        there = ""
    has = {line.strip().strip("/") for line in there.splitlines()}
    wanted = (line for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(line for line in wanted if line.strip("/") not in has)


def _write(folder: Path, file: str, text: str, made: list[str]) -> None:
    """Write a file that is not there: whole, or not at all. Raises AepctlError."""
    path = folder / file
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as new:
            try:
                new.write(text)
                new.flush()
            except OSError:
                path.unlink()
                raise
    except OSError as error:
        done = f"; made before it: {', '.join(made)}" if made else "; nothing was made"
        raise AepctlError(
            f"{path}: cannot be written: {error.strerror}{done}",
            hint="make room or make it writable, and run it again: what is there is left as it is",
            code="file-unwritable",
        ) from error
