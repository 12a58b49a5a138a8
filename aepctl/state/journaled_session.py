"""State in a file: each event is durable in a log, and all of them in the document at last."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from aepctl.clock import Clock, timestamp
from aepctl.errors import StateError
from aepctl.model.steps import RemoteStep
from aepctl.model.target import Target
from aepctl.state.encoder import encode_state
from aepctl.state.events import Begun, Event
from aepctl.state.journal_codec import in_ascii
from aepctl.state.loading import load, read_state
from aepctl.state.model import Intent, Run, State
from aepctl.state.reducer import same_content, with_run
from aepctl.state.run import holder
from aepctl.state.run_log import RunLog
from aepctl.state.session import StateSession
from aepctl.state.stores.base import StateStore


@contextmanager
def journaled_session(
    store: StateStore,
    target: Target,
    run: Run,
    *,
    wait: float,
    clock: Clock,
    ids: Callable[[], str],
) -> Iterator[StateSession]:
    """See open_session."""
    with store.hold(holder(run), wait=wait) as held:
        stored = held.read()
        loaded = load(stored, store, target)
        if loaded.state is not loaded.document:
            held.checkpoint(encode_state(loaded.state).encode())
        elif stored.log is not None:
            held.checkpoint(None)
        log = RunLog(held, store.where, loaded.state, run, ids)
        yield JournaledSession(log, clock, ids, lambda: read_state(store, target))


class JournaledSession(StateSession):
    """See StateSession."""

    def __init__(
        self,
        log: RunLog,
        clock: Clock,
        ids: Callable[[], str],
        read_back: Callable[[], State],
    ) -> None:
        super().__init__(log.saved, log.run, clock, ids)
        self._log = log
        self._read_back = read_back
        self._together = False

    @property
    def run(self) -> Run:
        return self._log.run

    def reserve(self, steps: Sequence[tuple[str, RemoteStep]], *, workers: int) -> None:
        """Noting one takes no time to speak of: each is noted when it is asked for."""

    def begin(self, key: str, step: RemoteStep) -> Intent:
        with self._mutex:
            intent = Intent(self._ids(), self._log.run.id, key, step, timestamp(self._clock))
            self._draft.check_begin(intent)
            self._log.append(Begun(intent))
            self._draft.take(Begun(intent))
        return intent

    def check(self) -> None:
        with self._mutex:
            self._log.check()

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._mutex:
            self._together = True
        try:
            yield
        finally:
            with self._mutex:
                self._together = False
        with self._mutex:
            if self._log.pending:
                self._log.append()

    def record(self, *events: Event) -> None:
        if not events:
            return
        with self._mutex:
            self._log.pending += self._drafted(*events)
            if not self._together:
                self._log.append()

    def take_lineage(self, lineage: str) -> None:
        with self._mutex:
            if self._log.saved.lineage is None:
                self._log.saved = replace(self._log.saved, lineage=lineage)

    def checkpoint(self) -> None:
        with self._mutex:
            log = self._log
            # After a write that failed the document may be the old or the new one: write it anew.
            if not log.failed and same_content(log.saved, self._now()):
                if log.begun:
                    log.write(None)
                log.pending.clear()
                return
            log.name()
            log.write(with_run(self._now(), log.run))

    def rescue(self) -> str | None:
        from aepctl.state.frames import framed  # noqa: PLC0415 - hardly any run needs them
        from aepctl.state.rescue import unkept  # noqa: PLC0415

        with self._mutex:
            try:
                there = self._read_back()
            except StateError:
                there = None
            events = unkept(self._now(), there, self._log.pending, self._log.run.at)
            return framed(in_ascii(self._log.lines(events))) if events else None

    def release(self) -> None:
        with self._mutex:
            self._log.release()

    def _now(self) -> State:
        return self._draft.state(self._log.saved)

    def _take(self, event: Event) -> None:
        intent = self._draft.intent_ended_by(event)
        self._draft.take(event)
        self._log.pending.append((event, intent))
        if not self._together:
            self._log.append()
