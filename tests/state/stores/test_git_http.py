"""State on a Git branch over smart HTTP, with passwords: a server that is in trouble, and how."""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from document_contract import NOTE, DocumentStoreContract, Shared
from git_server import READER, WRITER, GitServer, basic, git_server
from git_world import GitWorld
from shared_contract import SharedStateContract

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.git import GitDocuments, Limits

OLD, NEW = b'{"n": 1}\n', b'{"n": 2}\n'


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    return GitWorld(tmp_path)


@pytest.fixture
def server(world: GitWorld) -> Iterator[GitServer]:
    with git_server(world.root) as server:
        yield server


def open_as(
    world: GitWorld, server: GitServer, user: str = WRITER, *, path: str = "origin.git",
    seconds: float = 30,
) -> GitDocuments:  # fmt: skip
    """With a header as pipelines have it, here in variables."""
    header = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": basic(user),
    }
    return world.open(f"git:{server.url}/{path}", limits=Limits(seconds), **header)


class SharedServer(Shared):
    def __init__(self, world: GitWorld, server: GitServer) -> None:
        self.world = world
        self.server = server

    def open(self) -> DocumentStore:
        return open_as(self.world, self.server)

    def missing(self) -> DocumentStore:
        return open_as(self.world, self.server, path="none.git")

    def forbidden(self) -> DocumentStore:
        return open_as(self.world, self.server, "runner:test-token-old")

    def unreachable(self) -> DocumentStore:
        store = self.world.open("git:http://127.0.0.1:9/origin.git")
        assert isinstance(store, GitDocuments)
        return store

    @contextmanager
    def losing_the_answer(self) -> Iterator[DocumentStore]:
        store = self.open()
        self.server.fault = "cut-after"
        yield store
        self.server.fault = ""

    def secret(self) -> str:
        return "test-token"


@pytest.mark.rig
class TestHttp(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, world: GitWorld, server: GitServer) -> SharedServer:
        return SharedServer(world, server)


@pytest.mark.rig
class TestServers:
    def test_a_document_that_does_not_fit_into_one_request(
        self, world: GitWorld, server: GitServer
    ) -> None:
        """More than `http.postBuffer`, and nothing in it can be compressed: sent in chunks."""
        data = random.Random(1).randbytes(5_000_000)
        version = open_as(world, server).put(data, None, NOTE)
        found = open_as(world, server).get()
        assert found is not None
        assert (found.data == data, found.version) == (True, version)
        server.fault = "cut-after"
        with pytest.raises(MaybeWritten):
            open_as(world, server).put(data + b"more", version, NOTE)

    def test_a_server_or_a_git_that_speaks_an_older_protocol(
        self, world: GitWorld, server: GitServer
    ) -> None:
        world.git("config", "--global", "protocol.version", "0")
        ssh = world.open(f"git:ssh://git@git.example{world.origin}")
        for store in (open_as(world, server), world.open(path="b.json"), ssh):
            assert store.get() is None
            version = store.put(OLD, None, NOTE)
            store.put(NEW, version, NOTE)
            world.git("update-ref", "-d", "refs/heads/aepctl-state", cwd=world.origin)


@pytest.mark.rig
class TestAccess:
    def test_a_header_in_the_clone_gives_access_as_actions_checkout_has_it(
        self, world: GitWorld, server: GitServer
    ) -> None:
        world.clone()
        url = f"{server.url}/origin.git"
        world.git("remote", "set-url", "origin", url, cwd=world.project)
        name = f"http.{server.url}/.extraheader"
        world.git("config", name, basic(WRITER), cwd=world.project)
        world.open("git:origin").put(OLD, None, NOTE)
        world.git("config", "--unset", name, cwd=world.project)
        with pytest.raises(StateError, match="there are none") as caught:
            world.open("git:origin").get()
        assert "contents: write" in (caught.value.hint or "")
        token = world.root / "home/token.config"
        world.git("config", "--file", str(token), name, basic(WRITER))
        included = f"includeIf.gitdir:{world.project}/.git.path"
        world.git("config", included, str(token), cwd=world.project)
        found = world.open("git:origin").get()
        assert found is not None
        assert found.data == OLD

    def test_a_credential_helper_is_asked(self, world: GitWorld, server: GitServer) -> None:
        user, _, password = WRITER.partition(":")
        helper = f"!f() {{ echo username={user}; echo password={password}; }}; f"
        world.git("config", "--global", "credential.helper", helper)
        world.open(f"git:{server.url}/origin.git").put(OLD, None, NOTE)
        assert world.files() == {"prod.json": OLD.decode().strip()}

    def test_a_token_in_the_url_of_the_remote_is_used_and_never_shown_or_kept(
        self, world: GitWorld, server: GitServer
    ) -> None:
        """As GitLab's runners clone."""
        world.clone()
        url = server.url.replace("//", f"//{WRITER}@") + "/origin.git"
        world.git("remote", "set-url", "origin", url, cwd=world.project)
        store = world.open("git:origin")
        version = store.put(OLD, None, NOTE)
        for file in (world.project / ".aepctl").rglob("*"):
            assert not file.is_file() or b"test-token" not in file.read_bytes()
        server.fault, server.at = "404", "greet"
        for attempt in (store.get, lambda: store.put(NEW, version, NOTE)):
            with pytest.raises(StateError) as caught:
                attempt()
            chained = f"{caught.value!r} {caught.value.hint} {caught.value.__cause__}"
            assert "test-token" not in chained
            assert "test-token" not in repr(vars(store))

    def test_who_may_only_read_writes_nothing_and_is_told(
        self, world: GitWorld, server: GitServer
    ) -> None:
        version = open_as(world, server).put(OLD, None, NOTE)
        reader = open_as(world, server, READER)
        assert reader.get() is not None
        with pytest.raises(StateNotWritten, match="may not do that") as caught:
            reader.put(NEW, version, NOTE)
        assert not isinstance(caught.value, Overtaken | MaybeWritten)
        assert "contents: write" in (caught.value.hint or "")


class TestTrouble:
    @pytest.mark.parametrize("fault", ["html", "empty", "elsewhere"])
    def test_a_page_to_log_in_is_not_a_branch_that_is_missing(
        self, world: GitWorld, server: GitServer, fault: str
    ) -> None:
        """It looks like a server of the old kind that has nothing."""
        store = open_as(world, server)
        server.fault, server.at = fault, "greet"
        with pytest.raises(StateError) as caught:
            store.get()
        assert caught.value.hint
        with pytest.raises(StateNotWritten):
            store.put(OLD, None, NOTE)

    @pytest.mark.rig
    @pytest.mark.parametrize(
        "fault", ["cut", "cut-after", "500", "503", "half", "429", "404", "413", "hang", "trickle"]
    )
    @pytest.mark.parametrize("at", ["greet", "fetch"])
    def test_what_cannot_be_read_is_an_error_in_time(
        self, world: GitWorld, server: GitServer, fault: str, at: str
    ) -> None:
        version = open_as(world, server).put(OLD, None, NOTE)
        store = open_as(world, server, seconds=2)
        server.fault, server.at = fault, at
        began = time.monotonic()
        with pytest.raises(StateError):
            store.get()
        with pytest.raises(StateNotWritten) as caught:
            store.put(NEW, version, NOTE)
        assert not isinstance(caught.value, Overtaken | MaybeWritten)
        assert time.monotonic() - began < 20
        server.fault = ""
        assert store.put(NEW, version, NOTE)

    @pytest.mark.rig
    @pytest.mark.parametrize(
        ("fault", "written"),
        [
            ("cut", False), ("cut-after", True), ("500", False), ("500-after", True),
            ("503", False), ("half", True), ("html", False), ("empty", False), ("429", False),
            ("hang", False), ("trickle", True), ("gone-after", True), ("elsewhere", False),
        ],
    )  # fmt: skip
    def test_a_push_without_an_answer_is_in_doubt(
        self, world: GitWorld, server: GitServer, fault: str, written: bool
    ) -> None:
        store = open_as(world, server, seconds=3)
        version = store.put(OLD, None, NOTE)
        server.fault, server.at = fault, "push"
        with pytest.raises(MaybeWritten):
            store.put(NEW, version, NOTE)
        found = world.open().get()
        assert found is not None
        assert found.data == (NEW if written else OLD)

    def test_nobody_listens_to_the_second_try_of_libcurl(
        self, world: GitWorld, server: GitServer
    ) -> None:
        """The words are "connection refused"; the first try was committed."""
        store = open_as(world, server)
        version = store.put(OLD, None, NOTE)
        server.fault = "gone-after"
        with pytest.raises(MaybeWritten, match=r"curl 7 .*Connection refused|nobody answers there"):
            store.put(NEW, version, NOTE)

    def test_the_second_try_of_libcurl_meets_the_first_and_is_recognised(
        self, world: GitWorld, server: GitServer
    ) -> None:
        store = open_as(world, server)
        version = store.put(OLD, None, NOTE)
        server.fault, server.seen[:] = "cut-once-after", []
        new = store.put(NEW, version, NOTE)
        assert sum("POST" in line and "receive" in line for line in server.seen) == 2
        found = open_as(world, server).get()
        assert found is not None
        assert (found.data, found.version) == (NEW, new)
        assert len(world.log()) == 2

    @pytest.mark.rig
    @pytest.mark.parametrize("fault", ["403", "404", "413"])
    def test_a_pack_that_is_refused_is_not_written(
        self, world: GitWorld, server: GitServer, fault: str
    ) -> None:
        store = open_as(world, server)
        version = store.put(OLD, None, NOTE)
        server.fault = fault
        with pytest.raises(StateNotWritten) as caught:
            store.put(NEW, version, NOTE)
        assert not isinstance(caught.value, Overtaken | MaybeWritten)
        assert caught.value.hint
