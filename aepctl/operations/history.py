"""state history: which writes the state has seen, as the store or the state itself tells."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from aepctl.operations.context import Context
from aepctl.project.environment import Environment
from aepctl.render.history import History, Write
from aepctl.state.loading import read_state
from aepctl.state.reducer import MAX_RUNS
from aepctl.state.shared_store import SharedStore


@runtime_checkable
class WithHistory(Protocol):
    """A store that keeps every write: a Git branch."""

    def history(self, limit: int) -> Sequence[Write]:
        """The last writes, the newest first. Raises StateError."""
        ...


def history(context: Context, environment: Environment) -> History:
    """The last writes where the store keeps them, else the runs that changed the state.

    The latest comes first. Raises StateError.
    """
    store = context.open_store(environment)
    if isinstance(store, SharedStore) and isinstance(store.documents, WithHistory):
        found = store.documents.history(MAX_RUNS)
        if not found:  # then there is no state either, which is an error as everywhere
            store.read(environment.target)
        return found
    return tuple(reversed(read_state(store, environment.target).runs))
