"""Carry out the creates of a plan with a few worker threads; outcomes come as they happen."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue

from aepctl.apply.attempts import Attempts
from aepctl.apply.outcomes import Outcome
from aepctl.apply.ports import Creator
from aepctl.apply.stopping import Stop
from aepctl.plan import Change

PATIENCE = 6.0
"""Seconds that requests in flight get after an interrupt. CI systems kill after some 7.5."""


class _Ended:
    """A worker's last word: how it ended, None for well."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def execute(
    changes: Iterable[Change],
    attempts: Attempts,
    connect: Callable[[], Creator],
    *,
    parallelism: int,
    tell: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    """Create what the changes ask for. `tell` is called in this thread, for each outcome at once.

    Changes without an outcome were not started, or (after an interrupt that ran out of patience)
    are left to their open intents. A worker's unexpected error is raised here, after the others
    have finished what they had begun.
    """
    waiting = deque(changes)
    said: SimpleQueue[Outcome | _Ended] = SimpleQueue()
    workers = min(parallelism, len(waiting))
    for number in range(workers):
        threading.Thread(
            target=_work,
            args=(waiting, attempts, connect, said),
            name=f"create-{number}",
            daemon=True,
        ).start()
    return _gather(said, workers, attempts.stop, attempts.clock.monotonic, tell)


def _work(
    waiting: deque[Change],
    attempts: Attempts,
    connect: Callable[[], Creator],
    said: "SimpleQueue[Outcome | _Ended]",
) -> None:
    error: BaseException | None = None
    try:
        creator = connect()
        try:
            while not attempts.stop.requested():
                try:
                    change = waiting.popleft()
                except IndexError:
                    break
                outcome = attempts.create(creator, change)
                if outcome is not None:
                    said.put(outcome)
        finally:
            creator.close()
    except BaseException as caught:  # noqa: BLE001 - handed to the thread that waits for us
        attempts.stop.request("an unexpected error")
        error = caught
    said.put(_Ended(error))


def _gather(
    said: "SimpleQueue[Outcome | _Ended]",
    workers: int,
    stop: Stop,
    monotonic: Callable[[], float],
    tell: Callable[[Outcome], None],
) -> tuple[Outcome, ...]:
    outcomes: list[Outcome] = []
    errors: list[BaseException] = []
    patience_ends: float | None = None
    while workers:
        if stop.interrupted and patience_ends is None:
            patience_ends = monotonic() + PATIENCE
        if patience_ends is not None and monotonic() > patience_ends:
            break
        try:
            word = said.get(timeout=0.1)
        except Empty:
            continue
        if isinstance(word, _Ended):
            workers -= 1
            errors += [word.error] if word.error else []
        else:
            outcomes.append(word)
            try:
                tell(word)
            except Exception as error:  # noqa: BLE001 - raised below, when nobody sends any more
                stop.request("an outcome could not be told")
                errors.append(error)
    if errors:
        raise errors[0]
    return tuple(outcomes)
