"""Taking the lock of a shared state, and what earlier runs on this machine have left for it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from aepctl.clock import Clock
from aepctl.model.target import Target
from aepctl.state.hurry import Hurry
from aepctl.state.leftovers import take_in_leftovers
from aepctl.state.model import Run
from aepctl.state.run import holder
from aepctl.state.session import StateSession
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_session import SharedSession
from aepctl.state.shared_store import SharedStore


@contextmanager
def shared_session(
    store: SharedStore,
    target: Target,
    run: Run,
    *,
    wait: float,
    clock: Clock,
    ids: Callable[[], str],
    hurry: Hurry,
) -> Iterator[StateSession]:
    """See open_session."""
    document = SharedDocument(store, target, clock, ids)
    held = {**holder(run), **({"by": run.by} if run.by else {})}
    with ExitStack() as undo:
        undo.push(partial(give_back, document, hurry))
        confirmed = document.lock(held, wait=wait)
        session = SharedSession(store, document, run, clock, ids, confirmed, hurry)
        undo.callback(session.release)
        take_in_leftovers(session, store)
        undo.pop_all()
    yield session


def give_back(
    document: SharedDocument,
    hurry: Hurry,
    _kind: object,
    error: BaseException | None,
    _trace: object,
) -> None:
    """The lock, where nothing was done under it; after an interrupt only if that is soon done."""
    if isinstance(error, KeyboardInterrupt):
        hurry.tell()
    hurry.asked(document.give_back, None)
