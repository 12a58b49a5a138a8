"""A reader of the platform over a connection that is its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aepctl.aep.reader import AudienceReader
from aepctl.apply.looking import identities
from aepctl.model.audience import Wanted
from aepctl.operations.context import Context, Platform
from aepctl.state.model import State


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
