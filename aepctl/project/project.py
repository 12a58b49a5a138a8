"""What aepctl.yaml says, and the environment that a command is about."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aepctl.errors import AepctlError, InvalidInput, SafetyRefusal
from aepctl.files import is_there, real_path
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.problem import Problem
from aepctl.model.target import EMULATOR, Target
from aepctl.project.credentials import check_header
from aepctl.project.environment import Environment
from aepctl.project.paths import FILE, Boundary
from aepctl.project.said import EnvironmentSaid
from aepctl.project.variables import check_organisation, settle_seconds
from aepctl.yamldoc.patterns import KEY, KEY_HINT
from aepctl.yamldoc.places import Path as PlacePath

if TYPE_CHECKING:
    from aepctl.model.rule import Rule

DEFAULT = "`default_environment`"
INSIDE = (
    "keep it below that folder, links included, so that no pull request leads elsewhere; whoever "
    "runs aepctl and means it uses --allow-outside"
)


@dataclass(frozen=True, slots=True)
class Project:
    """What aepctl.yaml says; without the file (`found` False), what goes without saying.

    `missing` has what is wrong where a value needs a variable that is not set: it is told where the
    value is needed, so that a command for one environment needs the variables of no other.
    """

    manifests: str = "audiences"
    default_environment: str | None = None
    environments: Mapping[str, EnvironmentSaid] = field(default_factory=dict)
    found: bool = True
    boundary: Boundary | None = field(default=None, compare=False)
    missing: Mapping[PlacePath, Problem] = field(default_factory=dict)
    rules: "tuple[Rule, ...]" = ()

    def environment(
        self, environ: Mapping[str, str], name: str | None = None, *, program: str = "aepctl"
    ) -> Environment:
        """The environment `name`, else that of AEPCTL_ENV, else the default one.

        `program` is how a command begins that runs in this folder. Raises AepctlError where the
        file and the variables leave something open.
        """
        given, variable = name, environ.get("AEPCTL_ENV")
        name = given or variable or self._default()
        said = self.environments.get(name)
        if said is None and self.environments:
            from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

            close = get_close_matches(name, self.environments, n=1)
            hint = f"did you mean {close[0]}?" if close else f"available: {self._names()}"
            by = "" if given else f", but {'AEPCTL_ENV' if variable else DEFAULT} names it"
            message = f"there is no environment `{name}` in {FILE}{by}"
            raise AepctlError(message, hint=hint, code="no-such-environment")
        if not re.fullmatch(KEY, name):  # it becomes part of file names
            raise AepctlError(
                f"`{name}` cannot be the name of an environment", hint=KEY_HINT, code="invalid-key"
            )
        self.need(("manifests",), ("environments", name))
        # One that is the only one needs no naming, except where just a variable named it.
        needed = len(self.environments) > 1 or (said is None and name != "default")
        program = f"{program} --env {name}" if needed else program
        return self._resolved(name, said or EnvironmentSaid(), environ, program)

    def need(self, *paths: PlacePath) -> None:
        """Raise InvalidInput for the variables that are not set of values at or below the paths."""
        wrong = [
            problem
            for at, problem in self.missing.items()
            if any(at[: len(path)] == path for path in paths)
        ]
        if wrong:
            raise InvalidInput(wrong)

    def state_of(self, name: str) -> str | None:
        """The file with the state of the environment `name`; None where a variable is missing."""
        if ("environments", name, "state") in self.missing:
            return None
        return state_path(name, self.environments.get(name, EnvironmentSaid()))

    def _default(self) -> str:
        self.need(("default_environment",))
        if self.default_environment:
            return self.default_environment
        if len(self.environments) > 1:
            raise AepctlError(
                f"{FILE} has several environments ({self._names()}): choose one with --env",
                hint="or set AEPCTL_ENV, or `default_environment:` in the file",
                code="which-environment",
            )
        return next(iter(self.environments), "default")

    def _names(self) -> str:
        return ", ".join(self.environments)

    def _resolved(
        self, name: str, said: EnvironmentSaid, environ: Mapping[str, str], program: str
    ) -> Environment:
        emulated = said.endpoint == EMULATOR
        org = self._required(name, "org", "AEP_ORG_ID", environ, said.org, emulated=emulated)
        sandbox = self._required(name, "sandbox", "AEP_SANDBOX", environ, said.sandbox)
        endpoint = EMULATOR if emulated else said.ais_url
        self._check_inside(name, state := state_path(name, said), emulated=emulated)
        return Environment(
            name=name,
            target=Target(org, sandbox, endpoint),
            state=state,
            ais_url=said.ais_url,
            ups_url=said.ups_url,
            ims_url=said.ims_url,
            manifests=self.manifests,
            settle_seconds=settle_seconds(environ, said),
            max_creates=said.max_creates,
            max_deletes=said.max_deletes,
            on_removal=OnRemoval(said.on_removal),
            protected=said.protected,
            audience_ids=said.audience_ids,
            lineage=said.lineage,
            lock_lease_seconds=said.lock_lease_seconds,
            program=program,
            rules=self.rules,
            siblings=tuple(self.environments),
        )

    def _check_inside(self, name: str, state: str, *, emulated: bool) -> None:
        if self.boundary is None:
            return
        outside = self.boundary.leaving(name, state, emulated=emulated)
        if outside is not None:
            raise AepctlError(
                f"{outside} leads out of the folder of {FILE}", hint=INSIDE, code="outside-project"
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
        given, written = environ.get(variable, "").strip(), (written or "").strip()
        value = given or written or ("emulator@AdobeOrg" if emulated else "")
        if not value:
            if not self.found:
                raise AepctlError(
                    f"no {FILE} in {Boundary.here().root}, and {variable} is not set",
                    hint=_elsewhere(),
                    code="no-settings",
                )
            message = f"the environment `{name}` has no {what}"
            raise AepctlError(
                message, hint=f"set `{what}:` in {FILE}, or {variable}", code="setting-missing"
            )
        check_header(value, source := variable if given else f"`{what}` of `{name}`")
        if written and value != written:  # left in the shell, perhaps, for another environment
            raise SafetyRefusal(
                f"{variable} is `{value}`, but `{name}` has the {what} `{written}` in {FILE}",
                hint=f"`unset {variable}`; or remove `{what}:` of `{name}` from {FILE}, if the "
                "variable shall choose it",
                code="setting-contradicted",
            )
        if what == "org":
            check_organisation(value, source)
        return value


def state_path(name: str, said: EnvironmentSaid) -> str:
    """Where the state of an environment is: as it says, or else by its name."""
    return said.state or f"state/{name}.json"


def _elsewhere() -> str:
    """Where there is a project, or how to begin one."""
    here = real_path(".")
    above = next((one for one in here.parents if is_there(one / FILE)), None)
    if above is not None:
        return f"{above} has one: go there, or use `--chdir {os.path.relpath(above, here)}`"
    return "`aepctl init` makes a new project here; or use --chdir to name the folder that has it"
