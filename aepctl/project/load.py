"""aepctl.yaml and the environment variables, as frozen values.

No secrets: those come from the environment only, and are read when they are needed (credentials).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from aepctl.errors import AepctlError, InvalidInput, SafetyRefusal
from aepctl.files import read_regular
from aepctl.model.problem import Origin, Problem
from aepctl.model.target import EMULATOR, Target
from aepctl.project.credentials import check_header
from aepctl.project.environment import Environment
from aepctl.project.model import ConfigModel, EnvironmentModel
from aepctl.project.paths import Boundary, below_here, near_names
from aepctl.project.targets import twice
from aepctl.project.variables import check_organisation, settle_seconds
from aepctl.yamldoc import Finding, YamlFile, check, parse, quoted
from aepctl.yamldoc.places import Path as PlacePath
from aepctl.yamldoc.places import Position
from aepctl.yamldoc.types import KEY, KEY_HINT

FILE = "aepctl.yaml"
OTHER = "aepctl.yml"
MAX_BYTES = 16 * 1024 * 1024
INSIDE = (
    "keep it below that folder, links included, so that no pull request leads elsewhere; whoever "
    "runs aepctl and means it uses --allow-outside"
)


@dataclass(frozen=True, slots=True)
class Project:
    """What aepctl.yaml says; without the file (`found` False), what goes without saying."""

    manifests: str = "audiences"
    default_environment: str | None = None
    environments: Mapping[str, EnvironmentModel] = field(default_factory=dict)
    found: bool = True
    boundary: Boundary | None = field(default=None, compare=False)

    def environment(
        self, environ: Mapping[str, str], name: str | None = None, *, program: str = "aepctl"
    ) -> Environment:
        """The environment `name`, else that of AEPCTL_ENV, else the default one.

        `program` is how a command begins that runs in this folder. Raises AepctlError where the
        file and the variables leave something open.
        """
        name = name or environ.get("AEPCTL_ENV") or self._default()
        model = self.environments.get(name)
        if model is None and self.environments:
            close = get_close_matches(name, self.environments, n=1)
            hint = f"did you mean {close[0]}?" if close else f"available: {self._names()}"
            raise AepctlError(f"there is no environment `{name}` in {FILE}", hint=hint)
        if not re.fullmatch(KEY, name):  # it becomes part of file names
            raise AepctlError(f"`{name}` cannot be the name of an environment", hint=KEY_HINT)
        # One that is the only one needs no naming, except where just a variable named it.
        needed = len(self.environments) > 1 or (model is None and name != "default")
        program = f"{program} --env {name}" if needed else program
        return self._resolved(name, model or EnvironmentModel(), environ, program)

    def state_of(self, name: str) -> str:
        """The file that the state of the environment `name` is kept in."""
        return _state_of(name, self.environments.get(name, EnvironmentModel()))

    def client_ids(self, name: str) -> bool:
        """Whether manifests may give an `audienceId` in the environment `name`."""
        model = self.environments.get(name)
        return model is not None and model.audience_ids == "client"

    def _default(self) -> str:
        if self.default_environment:
            return self.default_environment
        if len(self.environments) > 1:
            raise AepctlError(
                f"{FILE} has several environments ({self._names()}): choose one with --env",
                hint="or set AEPCTL_ENV, or `default_environment:` in the file",
            )
        return next(iter(self.environments), "default")

    def _names(self) -> str:
        return ", ".join(self.environments)

    def _resolved(
        self, name: str, model: EnvironmentModel, environ: Mapping[str, str], program: str
    ) -> Environment:
        emulated = model.endpoint == EMULATOR
        org = self._required(name, "org", "AEP_ORG_ID", environ, model.org, emulated=emulated)
        sandbox = self._required(name, "sandbox", "AEP_SANDBOX", environ, model.sandbox)
        endpoint = EMULATOR if emulated else model.ais_url
        self._check_inside(name, state := _state_of(name, model), emulated=emulated)
        return Environment(
            name=name,
            target=Target(org, sandbox, endpoint),
            state=state,
            ais_url=model.ais_url,
            ups_url=model.ups_url,
            ims_url=model.ims_url,
            manifests=self.manifests,
            settle_seconds=settle_seconds(environ, model),
            max_creates=model.max_creates,
            audience_ids=model.audience_ids,
            lineage=model.lineage,
            lock_lease_seconds=model.lock_lease_seconds,
            program=program,
        )

    def _check_inside(self, name: str, state: str, *, emulated: bool) -> None:
        if self.boundary is None:
            return
        outside = self.boundary.leaving(name, state, emulated=emulated)
        if outside is not None:
            raise AepctlError(f"{outside} leads out of the folder of {FILE}", hint=INSIDE)

    def _required(
        self,
        name: str,
        what: str,
        variable: str,
        environ: Mapping[str, str],
        written: str | None,
        *,
        emulated: bool = False,
    ) -> str:
        given, written = environ.get(variable, "").strip(), (written or "").strip()
        value = given or written or ("emulator@AdobeOrg" if emulated else "")
        if not value:
            if not self.found:
                raise AepctlError(
                    f"no {FILE} in {Path.cwd()}, and {variable} is not set",
                    hint=f"write {FILE}, or use --chdir to name the folder that has it",
                )
            message = f"the environment `{name}` has no {what}"
            raise AepctlError(message, hint=f"set `{what}:` in {FILE}, or {variable}")
        check_header(value, source := variable if given else f"`{what}` of `{name}`")
        if written and value != written:  # left in the shell, perhaps, for another environment
            raise SafetyRefusal(
                f"{variable} is `{value}`, but `{name}` has the {what} `{written}` in {FILE}",
                hint=f"`unset {variable}`; or remove `{what}:` of `{name}` from {FILE}, if the "
                "variable shall choose it",
            )
        if what == "org":
            check_organisation(value, source)
        return value


def load_project(*, allow_outside: bool = False) -> Project:
    """What aepctl.yaml in the current folder says. Raises InvalidInput for problems in it.

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
        finding = Finding(position, "documents", "a second document", "settings are one document")
        _refuse(yaml_file.problems_at([finding]))
    config = check(ConfigModel, yaml_file, documents[0])
    if not isinstance(config, ConfigModel):
        _refuse(config)
    conflicts = yaml_file.problems_at(twice(config, yaml_file, documents[0]))
    if conflicts:
        _refuse(conflicts)
    project = Project(
        below_here(config.manifests),
        config.default_environment,
        config.environments,
        boundary=boundary,
    )
    return _inside(project, boundary, yaml_file, documents[0])


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
        _refuse_file(FILE, "unreadable", f"cannot be read: {error.strerror}")
    if raw is None:
        for name in near_names():
            _refuse_file(name, "not-read", "is not read", f"rename it to {FILE}")
    elif Path(OTHER).exists():
        _refuse_file(OTHER, "not-read", "is not read", f"{FILE} is: remove one of the two")
    return raw


def _refuse_file(file: str, rule: str, message: str, hint: str | None = None) -> NoReturn:
    _refuse([Problem(Origin(file, 0, 0), rule, message, hint)])


def _state_of(name: str, model: EnvironmentModel) -> str:
    return model.state or f"state/{name}.json"


def _inside(
    project: Project, boundary: Boundary, yaml_file: YamlFile | None = None, number: int = 0
) -> Project:
    """The project, whose files all stay in its folder. Raises InvalidInput that names others."""
    outside: list[tuple[PlacePath, str]] = []
    if boundary.leaves(project.manifests):
        outside.append(((number, "manifests"), project.manifests))
    for name, model in project.environments.items():
        emulated = model.endpoint == EMULATOR
        left = boundary.leaving(name, _state_of(name, model), emulated=emulated)
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
    return Problem(origin, "outside", said, INSIDE)


def _refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise them without their lines: one may hold a secret that does not belong there."""
    raise InvalidInput(replace(problem, source=None) for problem in problems)
