"""The same work in each environment of aepctl.yaml: what fails in one stops no other."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from aepctl.errors import AepctlError, Interrupted
from aepctl.model.target import Target
from aepctl.project.environment import Environment
from aepctl.project.pasteable import make_pasteable
from aepctl.project.project import Project
from aepctl.wording import command

Made = TypeVar("Made")
Other = TypeVar("Other")
WORST_FIRST = (70, 4, 1, 5, 3, 2, 0)
"""A bug; an unknown outcome; failed; locked, which passes; refused; changes or drift; nothing."""


@dataclass(frozen=True, slots=True)
class Part(Generic[Made]):
    """What came of the work in one environment: what was made, or why nothing was.

    `program` is how a command for it begins. `target` is None where that is not known.
    """

    environment: str
    program: str
    made: Made | AepctlError
    target: Target | None = None

    @property
    def error(self) -> AepctlError | None:
        """Why nothing was made."""
        return self.made if isinstance(self.made, AepctlError) else None

    def having(self, made: Callable[[Made], Other]) -> "Part[Other]":
        """The same with what is made of it; what failed stays so."""
        told = self.made if isinstance(self.made, AepctlError) else made(self.made)
        return Part(self.environment, self.program, told, self.target)

    def command(self, *words: str) -> str:
        """A command for this environment that can be pasted as it stands."""
        return command(self.program, *words)


def names_of(project: Project) -> tuple[str, ...]:
    """The environments, in the order of the file; the one that goes without saying else."""
    return tuple(project.environments) or ("default",)


def everywhere(
    project: Project,
    environ: Mapping[str, str],
    program: str,
    work: Callable[[Environment], Made],
) -> tuple[Part[Made], ...]:
    """Do the work in one environment after the other. No variable chooses among them.

    `program` is how a command begins that runs in this folder. What is no AepctlError ends it, and
    so does Interrupted.
    """

    def part(name: str) -> Part[Made]:
        own, target = f"{program} --env {shlex.quote(name)}", None
        try:
            environment = project.environment(environ, name, program=program)
            own, target = environment.program, environment.target
            return Part(name, own, work(environment), target)
        except Interrupted:
            raise
        except AepctlError as error:
            make_pasteable(error, own)
            return Part(name, own, error, target)

    return tuple(part(name) for name in names_of(project))


def made_in(parts: Iterable[Part[Made]]) -> Iterator[tuple[str, Made]]:
    """The environments in which something was made, and what."""
    for one in parts:
        if not isinstance(one.made, AepctlError):
            yield one.environment, one.made


def worst(codes: Iterable[int]) -> int:
    """The exit code of all together. One that is not known is the worst."""
    places = {code: place for place, code in enumerate(WORST_FIRST)}
    return min(codes, key=lambda code: places.get(code, -1), default=0)
