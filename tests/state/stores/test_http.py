"""State behind HTTP: the contract in both dialects, and every call of a write in trouble."""

import json
import shlex
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from document_contract import NOTE, DocumentStoreContract, Shared
from fakes import QuickClock
from raw_server import free_port
from shared_contract import SharedStateContract
from state_server import GITLAB, SECRET, USER, Answer, Lax, StateServer, Trouble, serving

from aepctl.clock import Clock, SystemClock
from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.http import HttpDocuments, open_http
from aepctl.state.stores.http_lock import Bounds

ENVIRON = {"AEPCTL_HTTP_USERNAME": USER, "AEPCTL_HTTP_PASSWORD": SECRET}
QUICK = Bounds(put=1.5, wait=0.8, watched=0.3, lock_call=0.4, unlock_call=0.3, pause=0.02)
PATIENT = Bounds(pause=0.005)
WAITED_FOR = (Trouble.HANG_BEFORE, Trouble.HANG_AFTER, Trouble.TRICKLE, Trouble.OVERSIZED)
TROUBLES = [
    pytest.param(one, marks=[pytest.mark.rig] if one in WAITED_FOR else [], id=one.name)
    for one in Trouble
]
UNHEARD = (Trouble.CUT_BEFORE, Trouble.CUT_AFTER, Trouble.ERROR_BEFORE, Trouble.ERROR_AFTER)


class SharedHttp(Shared):
    """`clock`: else calls take their time, and nobody waits between them."""

    def __init__(self, server: StateServer, clock: Clock | None = None) -> None:
        self.server = server
        self.clock = clock or QuickClock()

    def open(
        self,
        bounds: Bounds = PATIENT,
        url: str | None = None,
        environ: Mapping[str, str] = ENVIRON,
    ) -> HttpDocuments:
        store = HttpDocuments(url or self.server.url, environ, bounds)
        store._calls.clock = self.clock
        return store

    def missing(self) -> DocumentStore:
        return self.open(url=self.server.url.replace("project", "other").replace("states", "x"))

    def forbidden(self) -> DocumentStore:
        return self.open(environ={**ENVIRON, "AEPCTL_HTTP_USERNAME": "nobody"})

    def unreachable(self) -> DocumentStore:
        return self.open(url=f"http://127.0.0.1:{free_port()}{self.server.path}")

    @contextmanager
    def losing_the_answer(self) -> Iterator[DocumentStore]:
        self.server.troubles["post"] = [Trouble.CUT_AFTER]
        yield self.open()

    def secret(self) -> str:
        return SECRET


@pytest.fixture(params=[False, True], ids=["plain", "gitlab"])
def server(request: pytest.FixtureRequest) -> Iterator[StateServer]:
    with serving(StateServer(gitlab=request.param)) as server:
        yield server


@pytest.fixture
def shared(server: StateServer) -> SharedHttp:
    return SharedHttp(server)


class TestHttp(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, server: StateServer) -> Shared:
        return SharedHttp(server, SystemClock())  # many at once do wait for each other


def written(store: DocumentStore, data: bytes = b'{"n": 1}\n', expected: str | None = None) -> str:
    return store.put(data, expected, NOTE)


def refused(store: DocumentStore, expected: str | None = None) -> StateNotWritten:
    """What a put ends with: certainly not written, and not because somebody else wrote."""
    with pytest.raises(StateNotWritten) as caught:
        store.put(b'{"n": 2}\n', expected, NOTE)
    assert not isinstance(caught.value, MaybeWritten | Overtaken)
    return caught.value


def unread(store: DocumentStore) -> StateError:
    with pytest.raises(StateError) as caught:
        store.get()
    assert not isinstance(caught.value, StateNotWritten)
    return caught.value


def kinds(server: StateServer) -> list[str]:
    return [kind for kind, _ in server.calls]


def test_a_write_is_lock_read_write_unlock_under_one_id(shared: SharedHttp) -> None:
    written(shared.open())
    calls = shared.server.calls
    assert kinds(shared.server) == ["lock", "get", "post", "unlock"]
    ids = {lock_id for kind, lock_id in calls if kind in {"post", "unlock"}}
    assert len(ids) == 1
    assert all(one.startswith("aepctl-") for one in ids)
    assert shared.server.lock_id() is None


def test_each_write_has_a_lock_of_its_own_and_the_next_serial(shared: SharedHttp) -> None:
    store = shared.open()
    version = None
    kept = []
    for number in range(3):
        version = written(store, b"%d" % number, version)
        kept.append(json.loads(shared.server.document or b""))
    assert [one["serial"] for one in kept] == [1, 2, 3]
    assert len({one["lineage"] for one in kept}) == 1
    assert len({lock_id for kind, lock_id in shared.server.calls if kind == "post"}) == 3


def test_what_is_kept_is_no_state_that_terraform_reads(shared: SharedHttp) -> None:
    written(shared.open())
    assert "version" not in json.loads(shared.server.document or b"")


def test_a_server_that_spells_the_json_anew_changes_nothing(shared: SharedHttp) -> None:
    version = written(shared.open())
    kept = json.loads(shared.server.document or b"")
    shared.server.document = json.dumps(dict(reversed(kept.items()))).encode()
    found = shared.open().get()
    assert found is not None
    assert (found.data, found.version) == (b'{"n": 1}\n', version)
    written(shared.open(), b"2", version)


def test_a_version_is_never_used_again_also_after_it_was_deleted(shared: SharedHttp) -> None:
    store = shared.open()
    old = written(store)
    shared.server.document, shared.server.serials = None, set()
    assert written(store) != old
    with pytest.raises(Overtaken):
        written(store, b"2", old)


@pytest.mark.parametrize(
    "trouble", [*UNHEARD, pytest.param(Trouble.HANG_AFTER, marks=pytest.mark.rig)]
)
def test_a_lost_answer_to_the_lock_is_asked_for_again_under_the_same_id(
    shared: SharedHttp, trouble: Trouble
) -> None:
    shared.server.troubles["lock"] = [trouble]
    bounds = Bounds(lock_call=0.3, pause=0.01)
    version = written(shared.open(bounds))
    assert kinds(shared.server) == ["lock", "lock", "get", "post", "unlock"]
    assert shared.server.lock_id() is None
    found = shared.open().get()
    assert found is not None
    assert found.version == version


@pytest.mark.rig
@pytest.mark.parametrize(
    "trouble", [*UNHEARD, Trouble.HANG_BEFORE, Trouble.HANG_AFTER, Trouble.REDIRECT]
)
def test_a_lock_that_is_never_heard_of_ends_in_time_with_nothing_written(
    shared: SharedHttp, trouble: Trouble
) -> None:
    shared.server.troubles["lock"] = [trouble] * 99
    began = time.monotonic()
    refused(shared.open(QUICK))
    assert time.monotonic() - began < 5
    assert "post" not in kinds(shared.server)
    assert shared.server.lock_id() is None


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_read_in_trouble_within_a_write_writes_nothing_and_gives_the_lock_back(
    shared: SharedHttp, trouble: Trouble
) -> None:
    version = written(shared.open())
    shared.server.calls.clear()
    shared.server.troubles["get"] = [trouble]
    refused(shared.open(QUICK), version)
    assert kinds(shared.server) == ["lock", "get", "unlock"]
    assert shared.server.lock_id() is None
    written(shared.open(), b"2", version)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_read_in_trouble_is_an_error_and_never_empty(
    shared: SharedHttp, trouble: Trouble
) -> None:
    written(shared.open())
    shared.server.troubles["get"] = [trouble]
    began = time.monotonic()
    error = unread(shared.open(QUICK))
    assert time.monotonic() - began < 5
    assert "test-token" not in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    ("trouble", "committed"),
    [
        (Trouble.CUT_BEFORE, False),
        (Trouble.CUT_AFTER, True),
        (Trouble.ERROR_BEFORE, False),
        (Trouble.ERROR_AFTER, True),
        pytest.param(Trouble.HANG_BEFORE, False, marks=pytest.mark.rig),
        pytest.param(Trouble.HANG_AFTER, True, marks=pytest.mark.rig),
        (Trouble.REDIRECT, False),
    ],
)
def test_an_unclear_answer_to_the_write_is_neither_and_gives_the_lock_back(
    shared: SharedHttp, trouble: Trouble, committed: bool
) -> None:
    version = written(shared.open())
    shared.server.troubles["post"] = [trouble]
    with pytest.raises(MaybeWritten) as caught:
        written(shared.open(QUICK), b'{"n": 2}\n', version)
    assert "test-token" not in caught.value.message
    assert shared.server.lock_id() is None
    found = shared.open().get()
    assert found is not None
    assert found.data == (b'{"n": 2}\n' if committed else b'{"n": 1}\n')


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 423, 429])
def test_a_write_that_is_refused_outright_was_not_written(shared: SharedHttp, status: int) -> None:
    shared.server.answers["post"] = Answer(status, {"message": "no"})
    refused(shared.open())
    assert shared.server.lock_id() is None


@pytest.mark.parametrize(
    "trouble", [*UNHEARD, pytest.param(Trouble.HANG_BEFORE, marks=pytest.mark.rig)]
)
def test_a_lock_that_is_not_given_back_is_no_failure_and_stops_our_next_write_not_at_all(
    shared: SharedHttp, trouble: Trouble
) -> None:
    shared.server.troubles["unlock"] = [trouble] * 2
    store = shared.open(Bounds(unlock_call=0.2, pause=0.01))
    version = written(store)
    began = time.monotonic()
    written(store, b"2", version)
    assert time.monotonic() - began < 2
    assert shared.server.lock_id() is None


def test_a_lost_answer_to_the_unlock_is_asked_for_once_more(shared: SharedHttp) -> None:
    shared.server.troubles["unlock"] = [Trouble.ERROR_BEFORE]
    written(shared.open())
    assert kinds(shared.server) == ["lock", "get", "post", "unlock", "unlock"]
    assert shared.server.lock_id() is None


def test_a_lock_that_a_dead_runner_left_is_broken_after_it_was_watched(shared: SharedHttp) -> None:
    shared.server.holder = {"ID": "aepctl-" + "0" * 32, "Who": "gone", "Created": "then"}
    bounds = Bounds()
    began = shared.clock.monotonic()
    written(shared.open(bounds))
    assert shared.clock.monotonic() - began >= bounds.watched
    assert shared.server.lock_id() is None


@pytest.mark.parametrize("lock_id", ["1d9b3a52-a person's own", "", "other"])
def test_a_lock_that_is_not_of_our_kind_is_never_broken_by_itself(
    shared: SharedHttp, lock_id: str
) -> None:
    shared.server.holder = {"ID": lock_id, "Who": "a person", "Created": "then"}
    error = refused(shared.open(Bounds(wait=600, watched=10, pause=10)))
    assert "a person since then" in error.message
    unlock = f"`aepctl state unlock {shlex.quote(lock_id)}`"
    assert (unlock in (error.hint or "")) == bool(lock_id)
    assert shared.server.lock_id() == lock_id
    assert "unlock" not in kinds(shared.server)


def test_a_lock_is_broken_by_its_id_and_no_other_ever(shared: SharedHttp) -> None:
    shared.server.holder = {"ID": "theirs", "Who": "a person", "Created": "then"}
    store = shared.open(QUICK)
    store.break_lock("another")
    store.break_lock("")
    assert shared.server.lock_id() == "theirs"
    assert store.break_lock("theirs")
    assert shared.server.lock_id() is None
    assert all(lock_id for kind, lock_id in shared.server.calls if kind == "unlock")


def test_who_lost_the_lock_in_mid_write_does_not_write(shared: SharedHttp) -> None:
    """It stands still between reading and writing; somebody else breaks its lock and writes."""
    version = written(shared.open())
    real = shared.server.handle
    woken, asleep = threading.Event(), threading.Event()
    late: list[BaseException] = []

    def handle(kind: str, lock_id: str, body: bytes) -> Answer:
        if kind == "post" and b"TEFURQ" in body:
            asleep.set()
            woken.wait(10)
        return real(kind, lock_id, body)

    shared.server.handle = handle  # type: ignore[method-assign]

    def write() -> None:
        try:
            written(shared.open(Bounds()), b"LATE", version)
        except StateError as error:
            late.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    assert asleep.wait(10)
    new = written(shared.open(Bounds()), b"2", version)
    woken.set()
    thread.join(10)
    assert isinstance(late[0], MaybeWritten if shared.server.gitlab else StateNotWritten)
    found = shared.open().get()
    assert found is not None
    assert (found.data, found.version) == (b"2", new)


def test_gitlabs_own_serial_catches_who_wrote_without_the_lock() -> None:
    with serving(StateServer(gitlab=True)) as server:
        store = SharedHttp(server).open()
        version = written(store)
        server.serials.add(2)
        with pytest.raises(Overtaken):
            written(store, b"2", version)
        server.answers["post"] = Answer(204)
        with pytest.raises(MaybeWritten):
            written(store, b"2", version)


@pytest.mark.parametrize("lax", list(Lax))
@pytest.mark.parametrize("there", [False, True])
def test_a_server_that_cannot_be_trusted_is_refused_and_left_as_it_was(
    server: StateServer, lax: Lax, there: bool
) -> None:
    shared = SharedHttp(server)
    if there:
        written(shared.open())
    before = server.document
    server.lax = frozenset({lax})
    sees = not there or lax in {Lax.LOCKS_TWICE, Lax.WRITES_UNDER_ANY_ID, Lax.KEEPS_THE_LOCK}
    if lax is Lax.WRITES_UNDER_ANY_ID and there and server.gitlab:
        sees = False  # the serial alone refuses it
    if sees:
        with pytest.raises(StateError, match="cannot be prepared"):
            shared.open(QUICK).prepare()
    else:
        shared.open(QUICK).prepare()
    assert server.document == before


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"version": 4, "serial": 3, "lineage": "x", "resources": []}', "may be Terraform's"),
        (b'{"serial": 1, "lineage": "x", "aepctl": {"format": 99}}', "newer aepctl"),
        (b'{"serial": 1, "lineage": "x", "aepctl": {"format": 1}}', "damaged"),
        (b'{"serial": 1, "aepctl": {"format": 1, "write": "x", "document": "??"}}', "damaged"),
        (b'{"serial": 1, "aepctl": {"format": 1, "write": "x", "document": 7}}', "damaged"),
        (b"[]", "no state of aepctl"),
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b" <html>", "a web page"),
        (b"\xff\xfe", "no JSON"),
    ],
)
def test_what_is_not_ours_is_an_error_and_is_never_written_over(
    shared: SharedHttp, body: bytes, said: str
) -> None:
    shared.server.document = body
    assert said in unread(shared.open()).message
    for expected in (None, "1-x"):
        assert said in refused(shared.open(), expected).message
    assert shared.server.document == body


def test_a_document_whose_bytes_were_changed_is_damaged(shared: SharedHttp) -> None:
    written(shared.open())
    kept = json.loads(shared.server.document or b"")
    kept["aepctl"]["document"] = kept["aepctl"]["document"].replace("e", "f", 1)
    shared.server.document = json.dumps(kept).encode()
    assert "checksum" in unread(shared.open()).message


@pytest.mark.parametrize(
    ("gitlab", "status", "body", "empty"),
    [
        (False, 404, b"", True),
        (False, 404, b"404 page not found\n", True),
        (False, 404, {"error": "Not found"}, True),
        (False, 200, b"", True),
        (False, 204, b"", True),
        (False, 404, {"message": "404 Project Not Found"}, False),
        (False, 404, {"message": "no such tenant"}, False),
        (False, 404, b"<html>404</html>", False),
        (False, 404, b"\xff", False),
        (True, 404, {"message": "404 Not found"}, True),
        (True, 204, b"", True),
        (True, 404, {"message": "404 Project Not Found"}, False),
        (True, 404, {"message": "404 Not Found"}, False),
        (True, 404, {"error": "404 Not Found"}, False),
        (True, 404, b"", False),
        (True, 404, b"<Error><Code>NoSuchKey</Code></Error>", False),
        (True, 200, b"", False),
        (True, 410, b"", False),
        (True, 422, {"message": "state is being deleted"}, False),
    ],
)
def test_only_what_says_that_there_is_no_state_is_empty(
    gitlab: bool, status: int, body: object, empty: bool
) -> None:
    with serving(StateServer(gitlab=gitlab)) as server:
        server.answers["get"] = Answer(status, body)
        store = SharedHttp(server).open()
        if empty:
            assert store.get() is None
        else:
            unread(store)


@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_that_is_cut_down_to_nothing_is_not_empty(status: int) -> None:
    with serving(StateServer()) as server:
        server.answers["get"] = Answer(status, b"x")
        server.troubles["get"] = [Trouble.TRUNCATED]
        assert "cut short" in unread(SharedHttp(server).open()).message


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "gitlab-ci-token"),
        (403, "Maintainer"),
        (404, "project"),
        (413, "limit"),
        (407, "HTTPS_PROXY"),
    ],
)
def test_gitlabs_refusals_say_what_to_do(status: int, hint: str) -> None:
    with serving(StateServer(gitlab=True)) as server:
        server.answers["get"] = Answer(status, {"message": "said\nso \x1b[1m" + "x" * 999})
        error = unread(SharedHttp(server).open())
    assert hint in (error.hint or "")
    assert f"the server answers {status}: said so [1mxxx" in error.message
    assert len(error.message) < 400


def test_a_redirect_is_not_followed_and_its_end_is_told_without_secrets(
    shared: SharedHttp,
) -> None:
    shared.server.troubles["get"] = [Trouble.REDIRECT]
    error = unread(shared.open())
    assert "redirects to https://login.example.com/in" in error.message
    assert "test-token" not in error.message
    assert kinds(shared.server) == ["get"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_knows_no_lock_is_told_at_once(shared: SharedHttp, status: int) -> None:
    shared.server.answers["lock"] = Answer(status)
    error = refused(shared.open())
    assert f"answers {status}" in error.message
    assert error.hint
    assert kinds(shared.server) == ["lock"]


def test_where_nobody_answers_the_hint_says_what_to_look_at(shared: SharedHttp) -> None:
    store = shared.unreachable()
    for error in (unread(store), refused(store)):
        assert "no connection to 127.0.0.1" in error.message
        assert "that the server runs" in (error.hint or "")


def test_a_password_that_the_server_repeats_is_not_shown(shared: SharedHttp) -> None:
    store = shared.forbidden()
    for error in (unread(store), refused(store)):
        assert "401" in error.message
        assert SECRET not in repr(error)
        assert "Basic" not in error.message or "…" in error.message


def test_what_could_not_be_read_back_is_not_written(
    shared: SharedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aepctl.state.stores.http.MAX_BODY_BYTES", 1008)
    assert "it has 9 bytes, more than 6" in refused(shared.open()).message
    assert shared.server.calls == []


def test_only_gitlab_asks_for_a_pause() -> None:
    assert open_http(f"https://h{GITLAB}", {}).pause_seconds > 0
    assert open_http("https://h/state", {}).pause_seconds == 0


@pytest.mark.rig
def test_an_interrupt_in_mid_write_gives_the_lock_back(shared: SharedHttp) -> None:
    shared.server.troubles["post"] = [Trouble.HANG_BEFORE]
    main = threading.get_ident()

    def interrupt() -> None:
        while "post" not in kinds(shared.server):
            time.sleep(0.01)
        time.sleep(0.1)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        written(shared.open())
    thread.join()
    assert shared.server.lock_id() is None
