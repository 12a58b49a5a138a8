"""Readers and writers of the platform, each over a connection that is its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aepctl.aep.connection import Connection
from aepctl.aep.reader import AudienceReader
from aepctl.aep.writer import AudienceWriter
from aepctl.apply.looking import identities
from aepctl.model.audience import Wanted
from aepctl.operations.context import Context, Platform
from aepctl.project.credentials import credentials
from aepctl.project.environment import Environment
from aepctl.state.model import State
from aepctl.state.session import StateSession


@contextmanager
def connected(context: Context, environment: Environment) -> Iterator[Connection]:
    """A connection to the platform, while it is asked. Raises CredentialsError."""
    credentials(environment, context.environ)  # what is missing is told before anything is asked
    with context.open_platform(context, environment) as platform:
        connection = platform.connect()
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def reading(
    context: Context, platform: Platform, wanted: Sequence[Wanted], state: State
) -> Iterator[AudienceReader]:
    """Within, what a run is about can be looked for: what is wanted, and what is in doubt."""
    ours = identities(wanted, state)
    connection = platform.connect()
    try:
        yield AudienceReader(connection, context.clock, ours=ours, patience=context.patience)
    finally:
        connection.close()


def writer_of(context: Context, platform: Platform, session: StateSession) -> AudienceWriter:
    """A worker's connection, for what it sends and for what it reads just before that."""
    connection = platform.connect()
    reader = AudienceReader(connection, context.clock, patience=context.patience)
    return AudienceWriter(connection, session.check, reader)
