"""Carry out the changes of a plan with a few worker threads; outcomes come as they happen."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue

from aepctl.apply.outcomes import DONE_KINDS, Outcome, OutcomeKind
from aepctl.apply.ports import Writer
from aepctl.apply.sender import Sender
from aepctl.errors import AepctlError
from aepctl.model.audience import Ids
from aepctl.model.failure import Failure
from aepctl.model.steps import Adopt, Create, Delete, Patch, RemoteStep, Step
from aepctl.plan.plan import Action, Change

INTERRUPT_GRACE_SECONDS = 6.0
"""What requests in flight get after an interrupt. CI systems kill after some 7.5."""
POLL_SECONDS = 0.1
HALF = Failure("the run stopped before the rest of it: the next apply does that")


def nothing() -> None:
    """For whom it is no matter."""


@dataclass(frozen=True, slots=True)
class _Task:
    """What is left to do for one key, in this order: its first step touches the platform.

    `ids`: those of what was recorded for it already.
    """

    key: str
    action: Action
    first: RemoteStep
    steps: tuple[Step, ...]
    ids: Ids | None


@dataclass(frozen=True, slots=True)
class _Heard:
    """Who hears of outcomes, and now and then that there are none."""

    on_outcome: Callable[[Outcome], None]
    on_idle: Callable[[], None]


class _WorkerEnded:
    """A worker takes nothing more, and has nothing in hand."""


_Events = SimpleQueue[Outcome | _WorkerEnded]
"""What the workers tell the thread that waits for them."""


def execute(
    changes: Iterable[Change],
    sender: Sender,
    connect: Callable[[], Writer],
    *,
    parallelism: int,
    on_outcome: Callable[[Outcome], None],
    on_idle: Callable[[], None] = nothing,
) -> tuple[Outcome, ...]:
    """Do the steps of the changes; those of one key in order, up to the first that is not done.

    What touches state only, at the beginning of a key's steps, is done first, here and in order,
    and made durable all at once; then the workers begin. `on_outcome` is called in this thread, for
    each outcome as soon as it is durable. There is one for each change that was begun: what came of
    all its steps, or of the first that is not done.

    Changes without an outcome were not started, or (after an interrupt, when the grace period is
    over) are left to their open intents. Nothing that happens in a worker is raised here: the run
    stops, what was in that worker's hands is unknown, the others finish what they had begun, and
    `sender.stop.error` has what happened.
    """
    with sender.noting():
        begun = [_note(change, sender) for change in changes if change.steps]
    noted = [one for one in begun if isinstance(one, Outcome)]
    for outcome in noted:  # nothing is told that a crash could still take back
        on_outcome(outcome)
    waiting = deque(one for one in begun if isinstance(one, _Task))
    heard = _Heard(on_outcome, on_idle)
    return (*noted, *_work_together(waiting, sender, connect, parallelism, heard))


def _note(change: Change, sender: Sender) -> Outcome | _Task:
    """Note the steps before the first on the platform: what is left then, or what came of all."""
    ids = change.before.ids if change.before is not None else None
    for number, step in enumerate(change.steps):
        if isinstance(step, Create | Patch | Delete):
            return _Task(change.key, change.action, step, change.steps[number:], ids)
        sender.note(change.key, step, more=number + 1 < len(change.steps))
        ids = step.known.ids if isinstance(step, Adopt) else ids
    return Outcome(change.key, change.action, DONE_KINDS[change.action], ids)


def _work_together(
    waiting: deque[_Task],
    sender: Sender,
    connect: Callable[[], Writer],
    parallelism: int,
    heard: _Heard,
) -> tuple[Outcome, ...]:
    events: _Events = SimpleQueue()
    workers, wanted = 0, min(parallelism, len(waiting))
    sender.journal.reserve([(task.key, task.first) for task in waiting], workers=wanted)
    for number in range(wanted):
        worker = threading.Thread(
            target=_work,
            args=(waiting, sender, connect, events),
            name=f"apply-{number}",
            daemon=True,
        )
        try:
            worker.start()
        except RuntimeError as error:  # those that there are do the work of all
            if not workers:
                sender.stop.request(f"this system starts no worker ({error}; see `ulimit -u`)")
            break
        workers += 1
    return _gather(events, workers, sender, heard)


def _work(
    waiting: deque[_Task], sender: Sender, connect: Callable[[], Writer], events: _Events
) -> None:
    try:
        writer = connect()
        try:
            while not sender.stop.requested():
                try:
                    task = waiting.popleft()
                except IndexError:
                    break
                _try(task, sender, writer, events)
        finally:
            writer.close()
    except AepctlError as error:
        sender.stop.request(error.message)
    except BaseException as error:  # noqa: BLE001 - told by the thread that waits for us
        sender.stop.fail(error)
    events.put(_WorkerEnded())


def _try(task: _Task, sender: Sender, writer: Writer, events: _Events) -> None:
    """Do a task. Where that fails as nobody expected, it is unknown how far it came."""
    try:
        _do(task, sender, writer, events)
    except BaseException as error:
        what = f"an unexpected error ({type(error).__name__})"
        failure = Failure(f"{what}: it may have been sent, so the next apply looks first")
        events.put(Outcome(task.key, task.action, OutcomeKind.UNKNOWN, failure=failure))
        raise


def _do(task: _Task, sender: Sender, writer: Writer, events: _Events) -> None:
    """The steps of one key, up to the first that is not done."""
    ids, begun = task.ids, False
    for number, step in enumerate(task.steps, 1):
        if not isinstance(step, Create | Patch | Delete):
            sender.note(task.key, step, more=number < len(task.steps))
            continue
        outcome = sender.send(writer, task.key, task.action, step)
        if outcome is None:
            if begun:
                events.put(Outcome(task.key, task.action, OutcomeKind.CREATED, ids, HALF))
            return
        if not outcome.kind.done:
            events.put(replace(outcome, ids=ids or outcome.ids))
            return
        begun = True
        ids = outcome.ids if isinstance(step, Create | Patch) else ids
    events.put(Outcome(task.key, task.action, DONE_KINDS[task.action], ids))


def _gather(events: _Events, workers: int, sender: Sender, heard: _Heard) -> tuple[Outcome, ...]:
    stop, monotonic = sender.stop, sender.clock.monotonic
    outcomes: list[Outcome] = []
    grace_ends: float | None = None
    while workers:
        if stop.interrupted and grace_ends is None:
            grace_ends = monotonic() + INTERRUPT_GRACE_SECONDS
        if grace_ends is not None and monotonic() > grace_ends:
            break
        try:
            event = events.get(timeout=POLL_SECONDS)
        except Empty:
            heard.on_idle()
            continue
        if isinstance(event, _WorkerEnded):
            workers -= 1
        else:
            outcomes.append(event)
            try:
                heard.on_outcome(event)
            except Exception as error:  # noqa: BLE001 - told when nobody sends any more
                stop.fail(error, "an outcome could not be told")
    return tuple(outcomes)
