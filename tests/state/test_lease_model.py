"""No create is sent by a holder whose lease could be over: two and three runners, in any order.

Runners stop at every call to the store and at every wait; others go on meanwhile, time passes (a
machine may be suspended at any of these stops), answers get lost. A create that was sent lasts a
third of a lease at most, and is over before anybody else has the lock.
"""

import os
from pathlib import Path

import pytest
from fakes import TARGET, Ids
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from memory_documents import MemoryDocuments, MemoryServer
from runners import Runner, SteppedDocuments, Time

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.codec import decode_written
from aepctl.state.encoder import encode_state
from aepctl.state.model import State
from aepctl.state.pace import Pace
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_store import SharedStore
from aepctl.state.written import Written

LEASE = 9.0
ROUNDS = int(os.environ.get("AEPCTL_RIG_ROUNDS", "1"))
TROUBLES = ("not sent", "lost on its way", "lost on its way back")


class Holder:
    """A runner that takes the lock, renews it, sends what it may, and gives it back."""

    def __init__(self, name: str, server: MemoryServer, time: Time, offset: float) -> None:
        self.runner = Runner(name, time, offset)
        self.documents = SteppedDocuments(server, self.runner)
        self.next = "renew"
        self.sent: list[tuple[str, float]] = []
        self.just_sent = False
        self._time = time
        store = SharedStore(self.documents, Path("none"), "dev", lease_seconds=LEASE)
        self._document = SharedDocument(store, TARGET, self.runner, Ids(name))
        self.runner.start(self.work)

    def work(self) -> None:
        while True:
            try:
                self._hold()
            except StateError:  # no lock could be had, or it was taken over
                self.runner.stop("after a failure")

    def _hold(self) -> None:
        document, runner = self._document, self.runner
        confirmed = document.lock({"command": f"aepctl apply {runner.name}"}, wait=1e6)
        pace = Pace(LEASE, 0.0, confirmed, runner.running())
        while True:
            runner.stop("work")
            if self.next == "send":
                if pace.may_send(runner.running()) and document.lease is not None:
                    self.sent.append((document.lease.id, self._time.now))
                    self.just_sent = True
                continue
            lease = None if self.next == "give back" else document.lease
            try:
                confirmed = document.write(Written(document.state, lease), "note")
            except StateNotWritten:
                return
            if lease is None:
                return
            pace.written(confirmed, runner.running())


class Runners(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.time = Time()
        self.server = MemoryServer()
        first = encode_state(State("L", 1, TARGET)).encode()
        MemoryDocuments(self.server).put(first, None, "made")
        self.holders: list[Holder] = []
        self.held: str | None = None

    @initialize(offsets=st.lists(st.floats(-900, 9e5), min_size=2, max_size=3))
    def begin(self, offsets: list[float]) -> None:
        for number, offset in enumerate(offsets):
            self.holders.append(Holder(f"r{number}", self.server, self.time, offset))

    @rule(seconds=st.sampled_from([0.01, 0.5, 1.0, LEASE / 3, LEASE / 2, LEASE, 2 * LEASE]))
    def time_passes(self, seconds: float) -> None:
        self.time.now += seconds

    @rule(
        number=st.integers(0, 2),
        steps=st.integers(1, 6),
        action=st.sampled_from(["renew", "send", "send", "give back"]),
    )
    def some_go_on(self, number: int, steps: int, action: str) -> None:
        self.goes_on(number, steps, action)

    def goes_on(self, number: int, steps: int, action: str) -> None:
        holder = self.holders[number % len(self.holders)]
        holder.next = action
        for _ in range(steps):
            if holder.runner.may_go():
                holder.runner.go()
                self.look()

    @rule(
        patient=st.integers(0, 2),
        seconds=st.floats(1, 2.5 * LEASE),
        moves=st.lists(
            st.tuples(
                st.floats(0, 2.5 * LEASE),
                st.integers(1, 2),
                st.integers(1, 5),
                st.sampled_from(["renew", "send", "send"]),
            ),
            max_size=6,
        ),
    )
    def one_goes_on_while_others_hang(
        self, patient: int, seconds: float, moves: list[tuple[float, int, int, str]]
    ) -> None:
        """One runner has its way for some time, others take a few steps in it, at any moments."""
        one = self.holders[patient % len(self.holders)]
        begin, moves = self.time.now, sorted(moves)
        while self.time.now < begin + seconds:
            for _ in range(8):
                if one.runner.may_go():
                    one.runner.go()
                    self.look()
            ends = [begin + seconds, *(begin + move[0] for move in moves[:1])]
            wakes = one.runner.wakes if one.runner.wakes > self.time.now else self.time.now + 1
            self.time.now = min(wakes, *ends)
            if moves and self.time.now >= begin + moves[0][0]:
                _, other, steps, action = moves.pop(0)
                self.goes_on(patient + other, steps, action)

    @precondition(lambda self: self.holders)
    @rule(number=st.integers(0, 2), trouble=st.sampled_from(TROUBLES))
    def gets_into_trouble(self, number: int, trouble: str) -> None:
        self.holders[number % len(self.holders)].documents.trouble = trouble

    def look(self) -> None:
        """Whoever sends has the lock; whoever takes it over finds all that was sent over."""
        assert self.server.document is not None
        lease = decode_written(self.server.document.data, "document").lock
        before, self.held = self.held, lease.id if lease else None
        for holder in self.holders:
            assert holder.runner.error is None
            if holder.just_sent:
                assert holder.sent[-1][0] == self.held
                holder.just_sent = False
            for of, at in holder.sent:
                if of == before and self.held not in {before, None}:
                    assert at + LEASE / 3 <= self.time.now
            if holder.sent and self.held is None:  # it was given back: nothing is under way
                holder.sent.clear()

    def teardown(self) -> None:
        for holder in self.holders:
            holder.runner.kill()


TestRunners = Runners.TestCase
TestRunners.settings = settings(settings(), max_examples=15 * ROUNDS, stateful_step_count=60)
TestRunners.pytestmark = [pytest.mark.timeout(110)]
