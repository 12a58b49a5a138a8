"""What a command sees of an environment that only looks: manifests, state, and the platform.

The wiring for operations that cannot write: they get a value, and something that reads.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from aepctl.apply.ports import Reader
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.plan import known_in
from aepctl.operations.reading import reading
from aepctl.plan.plan import NoState
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.model import State


@dataclass(frozen=True, slots=True)
class Onlooker:
    """An environment as it is now. Takes no lock."""

    context: Context
    environment: Environment
    wants: Wants
    state: State
    no_state: NoState | None = None

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
    return Onlooker(context, environment, wants, *known_in(context, environment))
