"""`git:` in people's repositories: nothing of theirs is touched, all that gives access counts."""

import hashlib
import os
from pathlib import Path

import pytest
from document_contract import NOTE
from git_world import GitWorld

from aepctl.errors import StateError
from aepctl.state.stores.git.process import Answer
from aepctl.state.stores.git.project import NoAccess, check_version


@pytest.fixture
def world(tmp_path: Path) -> GitWorld:
    world = GitWorld(tmp_path)
    world.clone()
    return world


def kept(folder: Path) -> dict[str, str]:
    """All files below a folder but our private ones, as they are."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and ".aepctl" not in file.parts
    }


def write_and_read(world: GitWorld, project: Path, **environ: str) -> None:
    """What is written from there is on the server, and is read from there."""
    store = world.open("git:origin", at=project, **environ)
    found = store.get()
    store.put(b"from there", found.version if found else None, NOTE)
    assert world.files() == {"prod.json": "from there"}
    found = world.open("git:origin", at=project, **environ).get()
    assert found is not None
    assert found.data == b"from there"


class TestNothingIsTouched:
    def test_index_branches_settings_and_files_are_as_they_were(self, world: GitWorld) -> None:
        (world.project / "README").write_text("staged\n")
        world.git("add", ".", cwd=world.project)
        (world.project / "README").write_text("and edited\n")
        before = kept(world.project)
        write_and_read(world, world.project)
        world.open("git:origin").history(3)
        assert kept(world.project) == before
        assert world.git("status", "--porcelain", cwd=world.project) == "MM README"

    def test_a_hook_or_an_alias_around_us_misleads_nobody(self, world: GitWorld) -> None:
        other = world.root / "other"
        world.git("init", "--quiet", str(other))
        before = kept(other)
        write_and_read(
            world, world.project, GIT_DIR=str(other / ".git"), GIT_WORK_TREE=str(other),
            GIT_INDEX_FILE=str(other / ".git/index"), GIT_PREFIX="x/", GIT_QUARANTINE_PATH="/x",
            GIT_OBJECT_DIRECTORY=str(other / ".git/objects"), GIT_TRACE="1", GIT_NAMESPACE="x",
        )  # fmt: skip
        assert kept(other) == before

    def test_hooks_signatures_and_options_of_the_users_have_no_part(self, world: GitWorld) -> None:
        hooks = world.root / "hooks"
        hooks.mkdir()
        for name in ("pre-push", "reference-transaction", "post-update"):
            (hooks / name).write_text('#!/bin/sh\ncase "$GIT_DIR" in *.aepctl*) exit 1;; esac\n')
            (hooks / name).chmod(0o755)
        for name, value in {
            "core.hooksPath": str(hooks), "commit.gpgSign": "true", "gpg.program": "/bin/false",
            "push.gpgSign": "true", "color.ui": "always", "push.pushOption": "x",
            "init.defaultBranch": "trunk", "fetch.prune": "true", "push.followTags": "true",
            "push.recurseSubmodules": "check", "log.showSignature": "true",
            "init.templateDir": str(world.root / "none"), "transfer.fsckObjects": "true",
        }.items():  # fmt: skip
            world.git("config", "--global", name, value)
            world.git("config", name, value, cwd=world.project)
        write_and_read(world, world.project)
        assert len(world.open("git:origin").history(3)) == 1


@pytest.mark.rig
class TestWhereItRuns:
    def test_a_folder_below(self, world: GitWorld) -> None:
        (world.project / "deep/er").mkdir(parents=True)
        write_and_read(world, world.project / "deep/er")

    def test_a_worktree(self, world: GitWorld) -> None:
        world.git("worktree", "add", "--quiet", "../tree", cwd=world.project)
        write_and_read(world, world.root / "tree")

    def test_a_submodule(self, world: GitWorld) -> None:
        outer = world.root / "outer"
        world.git("init", "--quiet", str(outer))
        allowed = ("-c", "protocol.file.allow=always")
        world.git(
            *allowed, "submodule", "--quiet", "add", f"file://{world.origin}", "sub", cwd=outer
        )
        assert (outer / "sub/.git").is_file()
        write_and_read(world, outer / "sub")

    def test_a_pipelines_shallow_clone_without_a_branch(self, world: GitWorld) -> None:
        ci = world.root / "ci"
        world.git("clone", "--quiet", "--depth=1", f"file://{world.origin}", str(ci))
        world.git("checkout", "--quiet", "--detach", cwd=ci)
        write_and_read(world, ci)

    def test_a_bare_clone(self, world: GitWorld) -> None:
        bare = world.root / "bare.git"
        world.git("clone", "--quiet", "--bare", "--depth=1", f"file://{world.origin}", str(bare))
        write_and_read(world, bare)

    def test_no_repository_and_a_url(self, world: GitWorld) -> None:
        outside = world.root / "outside"
        outside.mkdir()
        world.open(at=outside).put(b"{}\n", None, NOTE)
        with pytest.raises(StateError, match="is in no Git repository") as caught:
            world.open("git:origin", at=outside).get()
        assert "git:https://" in (caught.value.hint or "")

    def test_settings_that_are_broken_are_said(self, world: GitWorld) -> None:
        with pytest.raises(StateError, match="bogus count in GIT_CONFIG_COUNT"):
            world.open("git:origin", GIT_CONFIG_COUNT="x").get()
        (world.project / ".git/config").write_text("[core\n")
        for address in ("git:origin", world.url):
            with pytest.raises(StateError, match="bad config line 1"):
                world.open(address).get()

    def test_a_remote_that_is_none_names_those_there_are(self, world: GitWorld) -> None:
        with pytest.raises(StateError, match="has no remote `upstream`") as caught:
            world.open("git:upstream").get()
        assert "there are `origin`" in (caught.value.hint or "")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_a_repository_of_another_user_says_what_to_run(self, world: GitWorld) -> None:
        os.chown(world.project, 12345, 12345)
        os.chown(world.project / ".git", 12345, 12345)
        with pytest.raises(StateError, match="belongs to another user") as caught:
            world.open("git:origin").get()
        assert caught.value.hint is not None
        command = caught.value.hint.removeprefix("run `git ").removesuffix("`")
        world.git(*command.split())
        write_and_read(world, world.project)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_a_server_folder_of_another_user_says_what_to_run(self, world: GitWorld) -> None:
        for folder, _, names in os.walk(world.origin):
            for name in (".", *names):
                os.chown(Path(folder) / name, 12345, 12345)
        with pytest.raises(StateError, match="another user") as caught:
            world.open().get()
        assert "safe.directory FOLDER" in (caught.value.hint or "")
        world.git("config", "--global", "--add", "safe.directory", str(world.origin))
        write_and_read(world, world.project)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
    def test_with_a_url_it_is_said_where_access_is_refused(self, world: GitWorld) -> None:
        os.chown(world.project / ".git", 12345, 12345)
        assert world.open().get() is None
        store = world.open("git:ssh://git@git.example/x.git", FAKE_SSH="publickey")
        with pytest.raises(StateError) as caught:
            store.get()
        assert "belongs to another user" in (caught.value.hint or "")

    @pytest.mark.parametrize("told", [b"git version 2.30.9", b"git version 1.8.3.1", b"no"])
    def test_a_git_that_is_too_old_is_said(self, told: bytes) -> None:
        with pytest.raises(NoAccess) as caught:
            check_version(Answer(0, told, ""))
        assert "2.31" in caught.value.hint
        check_version(Answer(0, b"git version 2.39.5 (Apple Git-154)", ""))


class TestTheRemote:
    def test_rewritten_once_and_not_twice(self, world: GitWorld) -> None:
        """`insteadOf` whose result begins as what it replaces."""
        base = f"file://{world.root}/"
        (world.root / "mirror").mkdir()
        world.git("clone", "--quiet", "--bare", str(world.origin), "mirror/origin.git")
        world.git("config", f"url.{base}mirror/.insteadOf", base, cwd=world.project)
        world.open("git:origin").put(b"{}\n", None, NOTE)
        names = world.git(
            "for-each-ref", "--format=%(refname)", cwd=world.root / "mirror/origin.git"
        )
        assert "refs/heads/aepctl-state" in names

    def test_it_is_read_from_where_it_is_written(self, world: GitWorld) -> None:
        elsewhere = world.root / "mirror.git"
        world.git("clone", "--quiet", "--bare", str(world.origin), str(elsewhere))
        world.git("remote", "set-url", "--push", "origin", f"file://{elsewhere}", cwd=world.project)
        store = world.open("git:origin")
        version = store.put(b"{}\n", None, NOTE)
        found = world.open("git:origin").get()
        assert found is not None
        assert found.version == version
        assert world.git("branch", "--list", "aepctl-state", cwd=world.origin) == ""

    @pytest.mark.parametrize("url", ["../origin.git", "origin.git/../../origin.git"])
    def test_a_path_is_meant_from_the_top_of_the_repository(
        self, world: GitWorld, url: str
    ) -> None:
        (world.project / "origin.git").mkdir()
        (world.project / "deep").mkdir()
        world.git("remote", "set-url", "origin", url, cwd=world.project)
        write_and_read(world, world.project / "deep")

    def test_settings_of_the_clone_and_those_included_for_it_count(self, world: GitWorld) -> None:
        """`core.sshCommand` in an included file, as people keep their keys for work apart."""
        ssh = world.environ.pop("GIT_SSH_COMMAND")
        included = world.root / "home/work.config"
        world.git("config", "--file", str(included), "core.sshCommand", ssh)
        condition = f"includeIf.gitdir:{world.project}/.path"
        world.git("config", "--global", condition, str(included))
        address = f"ssh://git@git.example{world.origin}"
        world.git("remote", "set-url", "origin", address, cwd=world.project)
        write_and_read(world, world.project)

    def test_ssh_asks_nobody(self, world: GitWorld) -> None:
        """Unless the user says how it is to be called."""
        ssh, called = world.root / "bin/ssh", world.root / "called"
        ssh.parent.mkdir()
        fake = world.environ.pop("GIT_SSH_COMMAND")
        ssh.write_text(f'#!/bin/sh\necho "$@" >> {called}\nexec {fake} "$@"\n')
        ssh.chmod(0o755)
        path = f"{ssh.parent}:{world.environ['PATH']}"
        address = f"git:ssh://git@git.example{world.origin}"
        assert world.open(address, PATH=path).get() is None
        assert all("-oBatchMode=yes" in line for line in called.read_text().splitlines())
        called.unlink()
        world.git("config", "core.sshCommand", "ssh -4", cwd=world.project)
        assert world.open(address, PATH=path).get() is None
        assert "BatchMode" not in called.read_text()

    def test_what_git_finds_by_itself_is_not_said_twice(self, world: GitWorld) -> None:
        """Two headers of one name are refused by servers."""
        from aepctl.state.stores.git.project import not_yet_there

        both = [
            ("http.extraheader", "A: 1"),
            ("http.extraheader", "A: 1"),
            ("url.x.insteadof", "y"),
        ]
        assert not_yet_there(both, b"http.extraheader\nA: 1\0core.bare\0") == both[1:]
