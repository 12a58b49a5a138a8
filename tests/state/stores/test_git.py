"""State on a Git branch: the contract over `file://` and ssh, and what only this engine has."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from document_contract import NOTE, DocumentStoreContract, Shared
from git_world import GitWorld
from shared_contract import SharedStateContract

from aepctl.errors import AepctlError, StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.git import GitDocuments, Limits

SSH = "git:ssh://git@git.example{path}"


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    return GitWorld(tmp_path)


class SharedBranch(Shared):
    def __init__(self, world: GitWorld, address: str) -> None:
        self.world = world
        self.address = address

    def open(self) -> GitDocuments:
        return self.world.open(self.address.format(path=self.world.origin))

    def missing(self) -> DocumentStore:
        return self.world.open(self.address.format(path=self.world.root / "none.git"))

    def forbidden(self) -> DocumentStore | None:
        return self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="publickey")

    def unreachable(self) -> DocumentStore:
        return self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="refused")

    @contextmanager
    def losing_the_answer(self) -> Iterator[DocumentStore]:
        yield self.world.open(SSH.format(path=self.world.origin), FAKE_SSH="lose-answer")

    def secret(self) -> None:
        return None


class TestFile(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, world: GitWorld) -> SharedBranch:
        return SharedBranch(world, "git:file://{path}")


@pytest.mark.rig
class TestSsh(DocumentStoreContract, SharedStateContract):
    @pytest.fixture
    def shared(self, world: GitWorld) -> SharedBranch:
        return SharedBranch(world, SSH)


def put(store: DocumentStore, data: bytes) -> str:
    """Replace what is there, as one who has just read it."""
    found = store.get()
    return store.put(data, found.version if found else None, NOTE)


class TestTheBranch:
    def test_a_write_is_a_commit_whose_message_is_the_note(self, world: GitWorld) -> None:
        store = world.open()
        version = store.put(b'{"n": 1}\n', None, "apply: 2 created\n\nrun 4711, https://ci/1")
        store.put(b'{"n": 2}\n', version, "apply: 1 updated")
        assert world.log("%s|%an <%ae>|%cn") == [
            "apply: 1 updated|aepctl <aepctl@localhost>|aepctl",
            "apply: 2 created|aepctl <aepctl@localhost>|aepctl",
        ]
        assert world.log("%b")[-3:-1] == ["run 4711, https://ci/1", ""]

    def test_who_has_a_name_signs_with_it(self, world: GitWorld) -> None:
        world.clone()
        world.git("config", "user.name", "Grace <Hopper>", cwd=world.project)
        world.git("config", "user.email", "grace@example.org", cwd=world.project)
        world.open("git:origin").put(b"{}\n", None, NOTE)
        assert world.log("%an <%ae>") == ["Grace Hopper <grace@example.org>"]
        store = world.open(GIT_AUTHOR_NAME="CI", GIT_AUTHOR_EMAIL="ci@example.org")
        put(store, b'{"n": 2}\n')
        assert world.log("%an <%ae>|%cn")[0] == "CI <ci@example.org>|Grace Hopper"

    def test_environments_share_it_and_keep_each_others_files(self, world: GitWorld) -> None:
        world.open().put(b"prod", None, NOTE)
        world.open(f"{world.url}?path=states/eu/stage.json").put(b"stage", None, NOTE)
        world.open(path="states/dev.json").put(b"dev", None, NOTE)
        assert world.files() == {
            "prod.json": "prod", "states/dev.json": "dev", "states/eu/stage.json": "stage",
        }  # fmt: skip

    def test_what_another_one_writes_beside_ours_overtakes_nobody(self, world: GitWorld) -> None:
        ours, beside = world.open(), world.open(path="stage.json")
        version = ours.put(b"one", None, NOTE)
        theirs = beside.put(b"1", None, NOTE)
        version = ours.put(b"two", version, NOTE)
        beside.put(b"2", theirs, NOTE)
        ours.put(b"three", version, NOTE)
        assert world.files() == {"prod.json": "three", "stage.json": "2"}
        assert len(world.log()) == 5

    @pytest.mark.rig
    def test_two_environments_at_once_are_never_overtaken(self, world: GitWorld) -> None:
        def work(path: str) -> None:
            store, version = world.open(path=path), None
            for number in range(8):
                version = store.put(b"%d" % number, version, NOTE)

        threads = [threading.Thread(target=work, args=(f"{name}.json",)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert world.files() == {"a.json": "7", "b.json": "7"}
        assert len(world.log()) == 16

    def test_the_same_bytes_of_two_are_not_both_written(self, world: GitWorld) -> None:
        """Same parent, same files, same second: they would be one commit."""
        first, second = world.open(), world.open()
        version = put(first, b"0")
        second.get()
        first.put(b"1", version, NOTE)
        with pytest.raises(Overtaken):
            second.put(b"1", version, NOTE)

    def test_another_branch_is_another_place(self, world: GitWorld) -> None:
        world.open(f"{world.url}?branch=states/eu").put(b"{}\n", None, NOTE)
        assert world.open().get() is None
        assert world.files("states/eu") == {"prod.json": "{}"}

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("prod.json/more.json", "`prod.json` is no folder there"),
            ("dir", "`dir` is no file there"),
        ],
    )
    def test_a_path_that_cannot_be_is_said(self, world: GitWorld, path: str, why: str) -> None:
        world.open().put(b"{}\n", None, NOTE)
        world.open(path="dir/a.json").put(b"{}\n", None, NOTE)
        with pytest.raises(StateError, match=why):
            world.open(path=path).get()
        with pytest.raises(StateNotWritten, match=why):
            world.open(path=path).put(b"{}\n", None, NOTE)

    def test_a_branch_that_was_deleted_is_no_document_and_no_write(self, world: GitWorld) -> None:
        store = world.open()
        version = store.put(b"{}\n", None, NOTE)
        world.git("branch", "-D", "aepctl-state", cwd=world.origin)
        with pytest.raises(Overtaken):
            store.put(b'{"n": 2}\n', version, NOTE)
        assert store.get() is None

    def test_the_history_is_the_log_of_our_file(self, world: GitWorld) -> None:
        store = world.open()
        assert store.history(5) == ()
        for number in range(3):
            put(store, b"%d" % number)
            put(world.open(path="stage.json"), b"%d" % number)
        put(store, b"4")
        history = store.history(3)
        assert [entry.subject for entry in history] == ["apply: 2 created"] * 3
        ours = world.git("log", "--format=%H", "aepctl-state", "--", "prod.json", cwd=world.origin)
        assert [entry.commit for entry in history] == ours.splitlines()[:3]
        assert history[0].author == "aepctl"
        assert history[0].date.utcoffset() is not None

    def test_a_server_with_another_hash_function_will_do(self, world: GitWorld) -> None:
        world.git("init", "--bare", "--quiet", "--object-format=sha256", "other.git")
        address = f"git:file://{world.root}/other.git"
        assert world.open(address).get() is None
        version = world.open(address).put(b"{}\n", None, NOTE)
        assert len(version) == 64
        store = world.open(address)
        found = store.get()
        assert found is not None
        assert found.version == version
        store.put(b'{"n": 2}\n', version, NOTE)


class TestTheServerSaysNo:
    def hook(self, world: GitWorld, text: str, name: str = "pre-receive") -> None:
        hook = world.origin / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{text}\n")
        hook.chmod(0o755)

    def test_a_hook_that_declines_is_quoted_and_nothing_is_written(self, world: GitWorld) -> None:
        self.hook(world, "echo 'GL-HOOK-ERR: not \x1b[31mthis branch' >&2; exit 1")
        store = world.open()
        with pytest.raises(StateNotWritten) as caught:
            store.put(b"{}\n", None, NOTE)
        assert not isinstance(caught.value, Overtaken | MaybeWritten)
        assert "pre-receive hook declined" in caught.value.message
        assert "GL-HOOK-ERR: not ?[31mthis branch" in caught.value.message
        assert caught.value.hint is not None
        assert "branch protection" in caught.value.hint
        assert store.get() is None

    def test_a_hook_that_declines_what_was_overtaken_is_overtaken(self, world: GitWorld) -> None:
        world.clone()
        store = world.open()
        version = store.put(b"{}\n", None, NOTE)
        unset = "unset GIT_QUARANTINE_PATH; git update-ref refs/heads/aepctl-state main"
        self.hook(world, f"{unset}; exit 1")
        with pytest.raises(Overtaken):
            store.put(b'{"n": 2}\n', version, NOTE)

    @pytest.mark.rig
    def test_a_lock_that_somebody_left_on_the_branch_is_said(self, world: GitWorld) -> None:
        store = world.open()
        version = store.put(b"{}\n", None, NOTE)
        (world.origin / "refs/heads/aepctl-state.lock").touch()
        with pytest.raises(StateNotWritten) as caught:
            store.put(b'{"n": 2}\n', version, NOTE)
        assert not isinstance(caught.value, Overtaken | MaybeWritten)
        assert "others write to the branch all the time" in caught.value.message
        (world.origin / "refs/heads/aepctl-state.lock").unlink()
        store.put(b'{"n": 2}\n', version, NOTE)

    @pytest.mark.parametrize(
        ("trouble", "why", "hint"),
        [
            ("refused", "nobody answers there", "network"),
            ("unknown-host", "its host is not known", "address"),
            ("host-key", "SSH host key", "ssh-keyscan"),
            ("publickey", "may not do that", "credentials"),
        ],
    )
    def test_what_was_never_sent_is_certainly_not_written(
        self, world: GitWorld, trouble: str, why: str, hint: str
    ) -> None:
        store = world.open(SSH.format(path=world.origin), FAKE_SSH=trouble)
        for attempt in (store.get, lambda: store.put(b"{}\n", None, NOTE)):
            with pytest.raises(StateError, match=why) as caught:
                attempt()
            assert not isinstance(caught.value, Overtaken | MaybeWritten)
            assert hint in (caught.value.hint or "")

    def test_a_pack_that_is_cut_off_leaves_a_doubt(self, world: GitWorld) -> None:
        store = world.open(SSH.format(path=world.origin), FAKE_SSH="cut-pack")
        with pytest.raises(MaybeWritten):
            store.put(b"{}\n", None, NOTE)
        assert store.get() is None

    def test_who_does_not_answer_is_not_waited_for(self, world: GitWorld) -> None:
        store = world.open(SSH.format(path=world.origin), limits=Limits(0.3), FAKE_SSH="hang")
        with pytest.raises(StateError, match="does not answer in time"):
            store.get()
        with pytest.raises(StateNotWritten, match="does not answer in time") as caught:
            store.put(b"{}\n", None, NOTE)
        assert not isinstance(caught.value, MaybeWritten)
        found = subprocess.run(["pgrep", "-f", str(world.origin)], capture_output=True, check=False)
        assert found.stdout == b""


class TestTheMachine:
    def test_what_killed_processes_left_is_removed(self, world: GitWorld) -> None:
        folder = world.project / ".aepctl/git"
        (folder / "99-dead/objects").mkdir(parents=True)
        (folder / "99-dead.lock").touch()
        living = world.open()
        living.get()
        assert sorted(one.name.split("-")[0] for one in folder.iterdir() if one.is_dir()) != ["99"]
        assert not (folder / "99-dead").exists()
        other = world.open()
        other.get()
        assert len([one for one in folder.iterdir() if one.is_dir()]) == 2
        del living, other
        assert [one.name for one in folder.iterdir()] == []

    @pytest.mark.parametrize("damage", ["truncate", "remove"])
    def test_a_private_repository_that_is_broken_is_made_anew(
        self, world: GitWorld, damage: str
    ) -> None:
        store = world.open()
        version = store.put(b"1", None, NOTE)
        for number in (2, 3):
            for file in (world.project / ".aepctl/git").rglob("*"):
                if file.is_file() and "/objects/" in str(file) and damage == "truncate":
                    file.chmod(0o644)
                    file.write_bytes(b"")
                elif file.is_file() and file.suffix != ".lock":
                    file.unlink()
            if number == 2:
                version = store.put(b"2", version, NOTE)
        found = store.get()
        assert found is not None
        assert (found.data, found.version) == (b"2", version)

    def test_folders_may_be_named_from_where_one_is(
        self, world: GitWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(world.root)
        world.open(at=Path("project")).put(b"{}\n", None, NOTE)
        assert (world.project / ".aepctl/.gitignore").is_file()

    def test_a_folder_that_is_none_is_said(self, world: GitWorld) -> None:
        (world.project / ".aepctl").write_text("")
        store = world.open()
        with pytest.raises(StateError, match="no private repository") as caught:
            store.get()
        assert "make it writable" in (caught.value.hint or "")
        with pytest.raises(StateNotWritten, match="no private repository"):
            store.put(b"{}\n", None, NOTE)

    def test_what_is_too_large_is_not_taken_in(self, world: GitWorld) -> None:
        limits = Limits(size=2000)
        world.open().put(b"x" * 2001, None, NOTE)
        with pytest.raises(StateError, match="larger than 2000 bytes"):
            world.open(limits=limits).get()
        with pytest.raises(StateNotWritten, match="larger than 2000 bytes"):
            world.open(limits=limits).put(b"x" * 2001, None, NOTE)

    def test_without_git_it_is_said_what_to_install(self, world: GitWorld) -> None:
        with pytest.raises(AepctlError, match="program `git`") as caught:
            world.open(PATH=str(world.root))
        assert "Git 2.31" in (caught.value.hint or "")

    def test_a_long_life_needs_no_tidying(self, world: GitWorld) -> None:
        store, version = world.open(limits=Limits(gits=6)), None
        for number in range(4):
            version = store.put(b"%d" % number, version, NOTE)
        assert len([one for one in (world.project / ".aepctl/git").iterdir() if one.is_dir()]) <= 1
        assert world.files() == {"prod.json": "3"}
