"""aepctl.yaml and the environment variables, as frozen values.

No secrets: those come from the environment only, and are read when they are needed (credentials).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.problem import Origin, Problem
from aepctl.model.target import EMULATOR, Target
from aepctl.project.credentials import check_header
from aepctl.project.environment import Environment
from aepctl.project.model import ConfigModel, EnvironmentModel
from aepctl.yamldoc import Finding, check, parse
from aepctl.yamldoc.types import KEY, KEY_HINT

FILE = "aepctl.yaml"


@dataclass(frozen=True, slots=True)
class Project:
    """What aepctl.yaml says; without the file (`found` False), what goes without saying."""

    manifests: str = "audiences"
    default_environment: str | None = None
    environments: Mapping[str, EnvironmentModel] = field(default_factory=dict)
    found: bool = True

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
        parts = urlsplit(model.ais_url)
        endpoint = EMULATOR if emulated else f"{parts.scheme}://{parts.netloc}"
        return Environment(
            name=name,
            target=Target(org, sandbox, endpoint),
            state=model.state or f"state/{name}.json",
            ais_url=model.ais_url,
            ups_url=model.ups_url,
            ims_url=model.ims_url,
            manifests=self.manifests,
            settle_seconds=_settle_seconds(environ, model),
            max_creates=model.max_creates,
            audience_ids=model.audience_ids,
            program=program,
        )

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
        given = environ.get(variable, "").strip()
        value = given or (written or "").strip() or ("emulator@AdobeOrg" if emulated else "")
        if not value:
            if not self.found:
                raise AepctlError(
                    f"no {FILE} in {Path.cwd()}, and {variable} is not set",
                    hint=f"write {FILE}, or use --chdir to name the folder that has it",
                )
            message = f"the environment `{name}` has no {what}"
            raise AepctlError(message, hint=f"set `{what}:` in {FILE}, or {variable}")
        source = variable if given else f"`{what}` of `{name}`"
        check_header(value, source)
        if what == "org":
            _check_org(value, source)
        return value


def _check_org(value: str, source: str) -> None:
    """Raise AepctlError for what is no organisation: state would be pinned to it."""
    if not re.fullmatch(r"[\w-]+@AdobeOrg", value, re.ASCII):
        bare = re.fullmatch(r"[0-9A-Fa-f]{24}", value)
        meant = f"{value}@AdobeOrg" if bare else "1BD6382559DF0C130A49422D@AdobeOrg"
        raise AepctlError(
            f"{source} is {value!r}, and an organisation ends in @AdobeOrg",
            hint=f"{'write' if bare else 'it looks like'} {meant}",
        )


def load_project() -> Project:
    """What aepctl.yaml in the current folder says. Raises InvalidInput for problems in it."""
    try:
        raw = Path(FILE).read_bytes()
    except FileNotFoundError:
        return Project(found=False)
    except OSError as error:
        problem = Problem(Origin(FILE, 0, 0), "unreadable", f"cannot be read: {error.strerror}")
        _refuse([problem])
    yaml_file = parse(FILE, raw)
    if yaml_file.problems:
        _refuse(yaml_file.problems)
    documents = [n for n, value in enumerate(yaml_file.documents) if value is not None]
    if not documents:
        return Project()
    if documents[1:]:
        position = yaml_file.places()[1][(documents[1],)]
        finding = Finding(position, "documents", "a second document", "settings are one document")
        _refuse(yaml_file.problems_at([finding]))
    config = check(ConfigModel, yaml_file, documents[0])
    if not isinstance(config, ConfigModel):
        _refuse(config)
    return Project(config.manifests, config.default_environment, config.environments)


def _settle_seconds(environ: Mapping[str, str], model: EnvironmentModel) -> float:
    given = environ.get("AEPCTL_SETTLE_SECONDS")
    if not given:
        return model.settle_seconds
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", given):
        raise AepctlError(
            "AEPCTL_SETTLE_SECONDS must be a number of seconds, for example 30",
            hint=f"it is {given!r}",
        )
    return float(given)


def _refuse(problems: Iterable[Problem]) -> NoReturn:
    """Raise them without their lines: one may hold a secret that does not belong there."""
    raise InvalidInput(replace(problem, source=None) for problem in problems)
