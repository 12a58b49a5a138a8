"""aepctl.yaml and the environment variables, as frozen values.

No secrets: those come from the environment only, and are read when they are needed (credentials).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from aepctl.errors import InvalidInput
from aepctl.files import read_regular
from aepctl.model.problem import Origin, Problem
from aepctl.model.target import EMULATOR
from aepctl.project.expanding import Expanded, expand
from aepctl.project.paths import FILE, Boundary, below_here, near_names
from aepctl.project.project import INSIDE, Project, state_path
from aepctl.project.reading import config_said
from aepctl.project.said import ConfigSaid
from aepctl.project.targets import twice
from aepctl.yamldoc import Finding, YamlFile, parse, quoted
from aepctl.yamldoc.places import Path as PlacePath
from aepctl.yamldoc.places import Position

OTHER = "aepctl.yml"
MAX_BYTES = 16 * 1024 * 1024


def load_project(environ: Mapping[str, str], *, allow_outside: bool = False) -> Project:
    """What aepctl.yaml in the current folder says, with the variables that it names.

    Raises InvalidInput for problems in it; one that is not set is none until it is needed.
    `allow_outside`: manifests, state and aepctl.yaml itself may be elsewhere than below this
    folder.
    """
    boundary = Boundary.here(allow_outside=allow_outside)
    raw = _read(boundary)
    if raw is None:
        return _inside(Project(found=False, boundary=boundary), boundary)
    yaml_file = parse(FILE, raw)
    if yaml_file.problems:
        _refuse(yaml_file.problems)
    documents = [n for n, value in enumerate(yaml_file.documents) if value is not None]
    if not documents:
        return _inside(Project(boundary=boundary), boundary)
    if documents[1:]:
        position = yaml_file.places()[1][(documents[1],)]
        finding = Finding(
            position, "second-document", "a second document", "settings are one document"
        )
        _refuse(yaml_file.problems_at([finding]))
    return _checked(expand(yaml_file, documents[0], environ), documents[0], boundary)


def _checked(expanded: Expanded, number: int, boundary: Boundary) -> Project:
    """What document `number` says. Raises InvalidInput for problems in it."""
    config = config_said(expanded.file, number)
    if not isinstance(config, ConfigSaid) or expanded.problems:
        wrong = () if isinstance(config, ConfigSaid) else config
        _refuse(expanded.told((*expanded.problems, *wrong), number))
    conflicts = expanded.file.problems_at(twice(config, expanded, number))
    if conflicts:
        _refuse(conflicts)
    project = Project(
        below_here(config.manifests),
        config.default_environment,
        config.environments,
        boundary=boundary,
        missing={path: replace(one, source=None) for path, one in expanded.missing.items()},
        rules=config.rules,
    )
    return _inside(project, boundary, expanded.file, number)


def _read(boundary: Boundary) -> bytes | None:
    """The bytes of aepctl.yaml; None where there is none, nor anything that was meant to be it."""
    trouble = boundary.settings_trouble(FILE)
    if trouble is not None:
        _refuse_file(FILE, "symlink", trouble, INSIDE)
    try:
        raw = read_regular(FILE, most=MAX_BYTES)
    except FileNotFoundError:
        raw = None
    except OSError as error:
        _refuse_file(FILE, "file-unreadable", f"cannot be read: {error.strerror}")
    if raw is None:
        for name in near_names():
            _refuse_file(name, "not-read", "is not read", f"rename it to {FILE}")
    elif Path(OTHER).exists():
        _refuse_file(OTHER, "not-read", "is not read", f"{FILE} is: remove one of the two")
    return raw


def _refuse_file(file: str, rule: str, message: str, hint: str | None = None) -> NoReturn:
    _refuse([Problem(Origin(file, 0, 0), rule, message, hint)])


def _inside(
    project: Project, boundary: Boundary, yaml_file: YamlFile | None = None, number: int = 0
) -> Project:
    """The project, whose files all stay in its folder. Raises InvalidInput that names others."""
    outside: list[tuple[PlacePath, str]] = []
    if boundary.leaves(project.manifests):
        outside.append(((number, "manifests"), project.manifests))
    for name, model in project.environments.items():
        emulated = model.endpoint == EMULATOR
        left = boundary.leaving(name, state_path(name, model), emulated=emulated)
        if left is not None:
            outside.append(((number, "environments", name, "state"), left))
    if outside:
        places = {} if yaml_file is None else yaml_file.places()[1]
        _refuse(_outside(written, places.get(path)) for path, written in outside)
    return project


def _outside(written: str, place: Position | None) -> Problem:
    """`place`: where aepctl.yaml names it; None where it goes without saying."""
    line, column = place or (0, 0)
    origin = Origin(FILE if place else written, line, column)
    said = f"{quoted(written)} leads out of the folder of {FILE}"
    return Problem(origin, "outside-project", said, INSIDE)


def _refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise them without their lines: one may hold a secret that does not belong there."""
    raise InvalidInput(replace(problem, source=None) for problem in problems)
