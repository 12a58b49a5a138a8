"""What a command sees of an environment that only looks: manifests, state, and the platform.

The wiring for operations that cannot write: they get a value, and something that reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aepctl.apply.ports import Reader
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.reading import reading
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.loading import read_state
from aepctl.state.model import State


@dataclass(frozen=True, slots=True)
class Onlooker:
    """An environment as it is now. Takes no lock."""

    context: Context
    environment: Environment
    wants: Wants
    state: State

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """Within, the platform can be read. Raises CredentialsError."""
        context, environment = self.context, self.environment
        credentials(environment, context.environ)  # what is missing is told before all else
        with (
            context.open_platform(context, environment) as platform,
            reading(context, platform, self.wants.audiences, self.state) as reader,
        ):
            yield reader


def look_on(context: Context, environment: Environment) -> Onlooker:
    """Raises InvalidInput, StateError."""
    wants = context.wants(environment)
    state = read_state(context.open_store(environment), environment.target)
    return Onlooker(context, environment, wants, state)
