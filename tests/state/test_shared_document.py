"""Writing a shared document: ours is recognised, somebody else's is never overwritten."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import TARGET, FakeClock, Heard, Ids
from memory_documents import MemoryDocuments, MemoryServer

from aepctl.errors import MaybeWritten, Overtaken, StateError, StateLocked, StateNotWritten
from aepctl.model.target import Target
from aepctl.state.codec import decode_written
from aepctl.state.encoder import StateEncoder, encode_state
from aepctl.state.lease import Lease
from aepctl.state.model import State
from aepctl.state.shared_document import TRIES, TRY_SECONDS, SharedDocument
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.documents import Document, maybe_written, overtaken, unreadable, unwritten
from aepctl.state.written import Written

OLD = State("L", 1, TARGET)
ME = {"command": "aepctl apply", "host": "runner-7", "since": "2026-01-31T12:00:00+00:00"}
OTHER = Lease("lock-1", 90.0, {**ME, "host": "runner-8", "job": "https://ci.example/1"})


class Script(MemoryDocuments):
    """Does what the script says of each call, then what a store does."""

    def __init__(self, server: MemoryServer) -> None:
        super().__init__(server)
        self.puts: list[str] = []
        self.gets: list[str] = []
        self.calls: list[str] = []
        self.before: Callable[[], None] = lambda: None

    def get(self) -> Document | None:
        self.calls.append("get")
        self.before()
        does = self.gets.pop(0) if self.gets else "works"
        if does != "works":
            raise unreadable(self.where, "nobody answers", passing=does == "passes")
        return super().get()

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        self.calls.append("put")
        self.before()
        does = self.puts.pop(0) if self.puts else "works"
        if does == "not sent":
            raise unwritten(self.where, "nobody answers")
        if does == "overtaken":
            raise overtaken(self.where)
        if does == "lost before":
            raise maybe_written(self.where, "the connection broke")
        version = super().put(data, expected, note)
        if does == "lost after":
            raise maybe_written(self.where, "the connection broke")
        return version


def laid(written: Written | None = None) -> MemoryServer:
    server = MemoryServer()
    data = StateEncoder().encode(written or Written(OLD)).encode()
    MemoryDocuments(server).put(data, None, "made")
    server.history.clear()
    return server


def there(server: MemoryServer) -> Written:
    assert server.document is not None
    return decode_written(server.document.data, "document")


def opened(
    server: MemoryServer, name: str = "w", **more: object
) -> tuple[SharedDocument, Script, FakeClock]:
    script, clock = Script(server), FakeClock()
    store = SharedStore(script, Path("none"), "dev", **more)  # type: ignore[arg-type]
    return SharedDocument(store, TARGET, clock, Ids(name)), script, clock


# Reading


def test_a_store_without_a_document_is_an_error_that_names_state_init() -> None:
    document, _, _ = opened(MemoryServer())
    with pytest.raises(StateError) as caught:
        document.read()
    assert caught.value.message == "memory:test: there is no state"
    assert "`aepctl state init`" in str(caught.value.hint)


def test_the_state_of_another_target_lineage_or_place_is_refused() -> None:
    other = State("L", 1, Target("B@AdobeOrg", "dev", "https://platform.adobe.io"))
    for server, lineage, said in (
        (laid(Written(other)), None, "is the state of another target"),
        (laid(), "M", "is another state than the one that aepctl.yaml names (lineage L, not M)"),
        (laid(Written(OLD, moved="git:origin")), None, "this state was moved to git:origin"),
    ):
        document, _, _ = opened(server, lineage=lineage)
        with pytest.raises(StateError) as caught:
            document.read()
        assert said in caught.value.message


def test_what_is_no_state_is_refused_with_its_place() -> None:
    server = MemoryServer(Document(b"<html>", "v1"))
    with pytest.raises(StateError, match=r"^memory:test:1: not valid JSON"):
        opened(server)[0].read()


def test_before_it_was_read_nothing_is_known_of_it() -> None:
    document, _, _ = opened(laid())
    with pytest.raises(RuntimeError, match=r"^nothing was read yet$"):
        document.state  # noqa: B018 - it is asked for
    assert document.lease is None


def test_what_was_read_or_written_last_is_its_state() -> None:
    document, _, _ = opened(laid())
    document.read()
    assert document.state == OLD
    new = State("L", 2, TARGET)
    document.write(Written(new), "note")
    assert document.state == new


# Writing


@pytest.mark.parametrize("puts", [["works"], ["not sent"], ["lost before"], ["lost after"]])
def test_whatever_happens_to_a_write_it_is_there_once(puts: list[str]) -> None:
    server = laid()
    document, script, clock = opened(server)
    document.read()
    script.puts = list(puts)
    began = clock.running()
    assert document.write(Written(State("L", 2, TARGET)), "note") == began
    assert there(server).state.serial == 2
    assert len(server.history) == 1
    document.write(Written(State("L", 3, TARGET)), "note")  # upon its own version
    assert there(server).state.serial == 3


def test_who_has_seen_nothing_makes_a_document_only_where_there_is_none() -> None:
    server = MemoryServer()
    opened(server)[0].write(Written(OLD), "made")
    with pytest.raises(Overtaken):
        opened(server, "other")[0].write(Written(OLD), "made again")
    assert server.history == ["made"]


def test_a_document_that_holds_no_state_is_replaced_as_it_was_seen() -> None:
    server = MemoryServer()
    store = MemoryDocuments(server)
    store.put(b"of a probe", None, "probed")
    assert server.document is not None
    probed = server.document
    document, _, clock = opened(server)
    assert document.replace(probed, Written(OLD), "made") == clock.running()
    assert (there(server).state, server.history[1:]) == (OLD, ["made"])
    with pytest.raises(Overtaken):
        opened(server, "other")[0].replace(probed, Written(OLD), "made again")


def test_each_write_has_a_name_of_its_own() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.read()
    names = []
    for serial in (2, 3):
        document.write(Written(State("L", serial, TARGET)), "note")
        names.append(there(server).write_id)
    assert names == ["w-1", "w-2"]


def test_a_write_of_somebody_else_is_never_overwritten_and_is_told() -> None:
    server = laid()
    document, script, _ = opened(server)
    document.read()
    theirs = Written(State("L", 2, TARGET), OTHER, "theirs")
    MemoryDocuments(server).put(StateEncoder().encode(theirs).encode(), "v1", "theirs")
    with pytest.raises(Overtaken) as caught:
        document.write(Written(State("L", 2, TARGET)), "note")
    assert caught.value.reason == (
        "somebody else has written it meanwhile: `aepctl apply` on runner-8, "
        "since 2026-01-31T12:00:00+00:00, https://ci.example/1"
    )
    assert there(server) == theirs
    assert script.calls == ["get", "put", "get"]


ODD = [
    b"<html>", b"[" * 100_000, b"[]", b"{}", b'{"lock": null}', b'{"lock": {}}', b'{"lock": []}',
    b'{"lock": {"holder": "x"}}', b'{"write_id": 7, "lock": "x"}', b'{"write_id": ["w-1"]}',
    b"\xff",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd[:30]))
def test_so_is_whatever_else_stands_there_meanwhile(odd: bytes) -> None:
    server = laid()
    document, _, _ = opened(server)
    document.read()
    MemoryDocuments(server).put(odd, "v1", "odd")
    with pytest.raises(Overtaken) as caught:
        document.write(Written(State("L", 2, TARGET)), "note")
    assert caught.value.reason == "somebody else has written it meanwhile"
    assert caught.value.message == f"memory:test: cannot be written: {caught.value.reason}"
    assert server.document is not None
    assert server.document.data == odd


def test_a_holder_is_told_as_far_as_it_can_be_read() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.read()
    MemoryDocuments(server).put(b'{"lock": {"holder": {"host": 7}}}', "v1", "odd")
    with pytest.raises(Overtaken, match=r"meanwhile: `aepctl` on 7$"):
        document.write(Written(State("L", 2, TARGET)), "note")


def test_a_document_that_was_removed_meanwhile_is_not_made_again() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.read()
    server.document = None
    with pytest.raises(Overtaken) as caught:
        document.write(Written(State("L", 2, TARGET)), "note")
    assert caught.value.reason == "somebody else has written it meanwhile"
    assert server.document is None


def test_a_write_that_is_lost_before_somebody_elses_is_overtaken() -> None:
    server = laid()
    document, script, _ = opened(server)
    document.read()
    script.puts = ["lost before"]
    theirs = StateEncoder().encode(Written(State("L", 2, TARGET), None, "theirs")).encode()
    MemoryDocuments(server).put(theirs, "v1", "theirs")
    with pytest.raises(Overtaken):
        document.write(Written(State("L", 2, TARGET)), "note")


def test_where_nobody_answers_it_is_given_up_after_some_tries_and_some_time() -> None:
    server = laid()
    document, script, clock = opened(server)
    document.read()
    server.down = True
    with pytest.raises(StateNotWritten) as caught:
        document.write(Written(State("L", 2, TARGET)), "note")
    assert caught.value.reason == "nobody answers"
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert len(clock.slept) == TRIES
    assert script.calls.count("put") == 1


def test_a_store_that_does_not_answer_a_look_is_looked_at_again_before_it_is_written() -> None:
    server = laid()
    document, script, clock = opened(server)
    document.read()
    script.puts, script.gets = ["lost after"], ["fails"] * 2
    document.write(Written(State("L", 2, TARGET)), "note")
    assert script.calls == ["get", "put", "get", "get", "get"]
    assert clock.slept == [0.25, 0.5]
    assert len(server.history) == 1


def test_tries_are_counted_together_whatever_fails() -> None:
    server = laid()
    document, script, clock = opened(server)
    document.read()
    script.puts = ["not sent"] * 99
    script.gets = ["works", "fails"] * 99
    with pytest.raises(StateNotWritten):
        document.write(Written(State("L", 2, TARGET)), "note")
    assert clock.slept == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]
    assert server.history == []


def test_where_each_call_hangs_few_of_them_are_enough() -> None:
    document, script, clock = opened(laid())
    document.read()

    def hangs() -> None:
        clock.seconds += 30

    script.before, began = hangs, clock.running()
    script.puts, script.gets = ["lost before"] * 9, ["fails"] * 9
    script.calls.clear()
    with pytest.raises(MaybeWritten):
        document.write(Written(OLD, OTHER), "note")
    assert clock.running() - began < TRY_SECONDS + 31
    assert script.calls == ["put", "get"]


def test_what_was_given_up_in_doubt_is_recognised_by_the_next_write() -> None:
    server = laid()
    document, script, _ = opened(server)
    document.read()
    script.puts, script.gets = ["lost after"], ["fails"] * (TRIES + 1)
    with pytest.raises(MaybeWritten):
        document.write(Written(State("L", 2, TARGET)), "note")
    document.write(Written(State("L", 3, TARGET)), "note")
    assert there(server).state.serial == 3


# The lock


def test_a_free_lock_is_taken_and_shows_who_has_it() -> None:
    server = laid()
    document, _, _ = opened(server, lease_seconds=60.0)
    document.lock(ME, wait=0)
    assert there(server).lock == Lease("w-1", 60.0, ME) == document.lease
    assert there(server).state == OLD
    assert server.history == ["apply: begun\n"]


def test_a_store_that_says_overtaken_for_ever_and_shows_nobody_is_told() -> None:
    """A trigger that swallows updates, or a serial that was used before: the lock is not tried
    for without an end."""
    document, script, _ = opened(laid())
    script.puts = ["overtaken"] * 100
    with pytest.raises(StateNotWritten, match="as overtaken by another one, and there is none"):
        document.lock(ME, wait=600)
    assert script.calls.count("put") == TRIES + 1
    script.puts = ["overtaken"]
    document.lock(ME, wait=0)


def test_without_waiting_a_lock_is_told_at_once_with_what_to_do() -> None:
    document, script, _ = opened(laid(Written(OLD, OTHER, "x")), program="aepctl --env prod")
    with pytest.raises(StateLocked) as caught:
        document.lock(ME, wait=0)
    assert caught.value.message == (
        "memory:test is locked by `aepctl apply` on runner-8, since 2026-01-31T12:00:00+00:00, "
        "https://ci.example/1"
    )
    assert caught.value.hint == (
        "wait for it with `--lock-timeout 10m`: if its runner is gone, the lock is taken over "
        "after 90 s without a sign of life. If you know that it is gone: "
        "`aepctl --env prod state unlock lock-1`"
    )
    assert script.calls == ["get"]


def test_a_lock_without_a_sign_of_life_is_taken_over_after_its_own_lease() -> None:
    server = laid(Written(OLD, Lease("lock-1", 20.0, ME), "x"))
    document, _, clock = opened(server, lease_seconds=90.0)
    began = clock.running()
    document.lock({**ME, "host": "runner-9"}, wait=600)
    assert clock.running() - began == 20
    assert there(server).lock == document.lease
    (note,) = server.history
    assert note == (
        "apply: begun\n\ntaken over from `aepctl apply` on runner-7, "
        "since 2026-01-31T12:00:00+00:00\n"
    )


@pytest.mark.parametrize(
    ("lease", "wait", "slept"),
    [
        (20.0, 5.0, [2.0, 2.0, 1.0]),
        (20.0, 1.0, [1.0]),
        (300.0, 12.0, [5.0, 5.0, 2.0]),
    ],
    ids=["a tenth of its lease", "not longer than it waits", "five seconds at most"],
)
def test_a_lock_is_looked_at_often_enough_and_to_the_end(
    lease: float, wait: float, slept: list[float]
) -> None:
    document, _, clock = opened(laid(Written(OLD, Lease("lock-1", lease, ME), "x")))
    with pytest.raises(StateLocked) as caught:
        document.lock(ME, wait=wait)
    assert clock.slept == pytest.approx(slept)
    assert f" (seen without a sign of life for {wait:.0f} s)" in caught.value.message


def test_a_lock_that_is_renewed_is_not_taken_over_however_long_it_takes() -> None:
    server = laid(Written(OLD, Lease("lock-1", 20.0, ME), "x0"))
    document, script, clock = opened(server)
    real = script.get

    def renewed() -> Document | None:
        found = real()
        theirs = Written(OLD, Lease("lock-1", 20.0, ME), f"x{clock.running()}")
        if found is not None and int(clock.running()) % 15 < 5:
            MemoryDocuments(server).put(
                StateEncoder().encode(theirs).encode(), found.version, "renewed"
            )
        return found

    script.get = renewed  # type: ignore[method-assign]
    with pytest.raises(StateLocked) as caught:
        document.lock(ME, wait=200)
    assert "seen without a sign of life for" in caught.value.message
    assert there(server).lock == Lease("lock-1", 20.0, ME)


def test_whoever_waits_takes_the_lock_when_it_is_given_back() -> None:
    server = laid(Written(OLD, OTHER, "x"))
    document, _, clock = opened(server)
    real = clock.sleep

    def sleep(seconds: float) -> None:
        real(seconds)
        if server.document is not None and server.document.version == "v1":
            MemoryDocuments(server).put(encode_state(OLD).encode(), "v1", "given back")

    clock.sleep = sleep  # type: ignore[method-assign]
    document.lock(ME, wait=600)
    assert len(clock.slept) == 1


def test_a_store_that_is_away_while_one_waits_is_waited_for() -> None:
    server = laid(Written(OLD, OTHER, "w1"))
    document, script, clock = opened(server)
    script.gets = ["works", "fails", "fails", "works"]
    document.lock(ME, wait=600)
    lock = there(server).lock
    assert lock is not None
    assert lock.holder == ME
    assert clock.running() - 100 >= OTHER.seconds


def test_a_store_that_stays_away_while_one_waits_is_told() -> None:
    document, script, clock = opened(laid(Written(OLD, OTHER, "w1")))
    script.gets = ["works", *["fails"] * 100]
    with pytest.raises(StateError) as caught:
        document.lock(ME, wait=60)
    assert "cannot be read: nobody answers" in caught.value.message
    assert clock.running() - 100 >= 60


def test_of_two_that_take_it_at_once_one_waits_or_is_refused() -> None:
    server = laid()
    (first, _, _), (second, script, _) = opened(server, "a"), opened(server, "b")
    real = script.put

    def slower(data: bytes, expected: str | None, note: str) -> str:
        if server.document is not None and server.document.version == "v1":
            first.lock(ME, wait=0)
        return real(data, expected, note)

    script.put = slower  # type: ignore[method-assign]
    with pytest.raises(StateLocked):
        second.lock(ME, wait=0)
    assert there(server).lock == first.lease


def test_a_lock_that_was_taken_when_the_run_was_interrupted_is_given_back() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.lock(ME, wait=0)
    document.give_back()
    assert there(server).lock is None
    document.give_back()
    assert len(server.history) == 2


def test_where_none_was_tried_to_take_there_is_nothing_to_give_back() -> None:
    document, script, _ = opened(laid())
    document.give_back()
    assert script.calls == []


def test_giving_back_says_why_and_a_store_that_fails_then_is_no_further_error() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.lock(ME, wait=0)
    server.down = True
    document.give_back()
    server.down = False
    assert there(server).lock == document.lease
    document.give_back()
    assert server.history[1:] == ["nothing was changed\n"]


def test_giving_back_leaves_somebody_elses_lock_alone() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.lock(ME, wait=0)
    assert server.document is not None
    theirs = StateEncoder().encode(Written(OLD, OTHER, "theirs")).encode()
    MemoryDocuments(server).put(theirs, server.document.version, "theirs")
    document.give_back()
    assert there(server).lock == OTHER


def test_a_document_says_what_it_is_before_anything_else() -> None:
    server = laid()
    document, _, _ = opened(server)
    document.lock(ME, wait=0)
    assert server.document is not None
    assert list(json.loads(server.document.data)) == [
        "format", "lineage", "serial", "write_id", "lock", "target", "audiences",
    ]  # fmt: skip


# Trouble while it is read


def test_what_passes_is_waited_for_and_nobody_sees_it() -> None:
    slept: list[float] = []
    document, script, _ = opened(laid(), sleep=slept.append)
    script.gets = ["passes", "passes"]
    assert document.read().state == OLD
    assert slept == [0.3, 1.0]


def test_what_does_not_pass_is_told_after_a_moment() -> None:
    document, script, _ = opened(laid(), sleep=lambda _: None)
    script.gets = ["passes"] * 4
    with pytest.raises(StateError, match="nobody answers"):
        document.read()
    assert script.calls == ["get"] * 3


def test_what_is_no_trouble_of_the_moment_is_told_at_once() -> None:
    document, script, _ = opened(laid())
    script.gets = ["fails"]
    with pytest.raises(StateError, match="nobody answers"):
        document.read()
    assert script.calls == ["get"]


def test_a_waiter_is_told_for_whom_it_waits_and_that_it_takes_over() -> None:
    log = Heard()
    document, _, _ = opened(laid(Written(OLD, OTHER, "x")), log=log)
    document.lock(ME, wait=600)
    who = "`aepctl apply` on runner-8"
    lock = f"for the lock of memory:test, held by {who}"
    assert log.told[0].startswith(f"waiting, at most 10 min, {lock}")
    assert log.told[1].startswith(f"waiting, at most 590 s, {lock}")
    assert log.told[-1].startswith(f"memory:test: taken over from {who}")
