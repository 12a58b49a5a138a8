"""The private repository of one open store: fetch, read, commit and push, a git each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aepctl.state.stores.git.objects import (
    Hash,
    Seen,
    Unreadable,
    Write,
    import_stream,
    names_to_read,
    seen,
)
from aepctl.state.stores.git.process import Answer, Bounds, run_git, with_settings
from aepctl.state.stores.git.project import REMOTE, Access, has_ssh_command, not_yet_there
from aepctl.state.stores.git.reasons import said
from aepctl.state.stores.git.workspace import Workspace

TIP = "refs/aepctl/tip"
_NEXT = "refs/aepctl/next"
# No hook, signature, upkeep, colour or option of the user's has a part in what is done here.
_OURS = tuple(
    word
    for setting in (
        "core.hooksPath=/dev/null", "core.fsync=none", "core.fsyncObjectFiles=false", "gc.auto=0",
        "maintenance.auto=false", "credential.interactive=false", "push.pushOption=",
        "fastimport.unpackLimit=1", "color.ui=false", "color.push=false", "color.remote=false",
        "color.transport=false", "log.showSignature=false",
    )
    for word in ("-c", setting)
)  # fmt: skip


class LocalTrouble(Exception):
    """The private repository, or the git program, does not do what it should."""


class Repository:
    """`fetch` and `push` hand over what a server said; the others raise LocalTrouble.

    All of them raise OSError where no git can be started.
    """

    def __init__(
        self, folder: Path, access: Access, environ: Mapping[str, str], bounds: Bounds,
        hash_name: Hash,
    ) -> None:  # fmt: skip
        self.hash_name = hash_name
        self.calls = 0
        self.access = access
        self._workspace = Workspace(folder)
        own = {} if has_ssh_command(access, environ) else {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
        self._environ = {**environ, **own, "GIT_DIR": str(self._workspace.path)}
        words = ["init", "--bare", "--quiet", "--template=", f"--object-format={hash_name}"]
        self._local([*words, "--", str(self._workspace.path)], bounds)
        there = self._local(["config", "--list", "-z"], bounds)
        settings = not_yet_there(access.settings, there)
        self._environ = with_settings(self._environ, settings)

    def close(self) -> None:
        self._workspace.drop()

    def fetch(self, ref: str, bounds: Bounds, *, depth: int = 1, more: str = "") -> Answer:
        """Its tip becomes TIP. `more`: one more option."""
        options = ["--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc"]
        words = ["fetch", f"--depth={depth}", *options, *([more] if more else [])]
        return self._git([*words, REMOTE, f"+{ref}:{TIP}"], bounds)

    def ask_for(self, ref: str, bounds: Bounds) -> Answer:
        """Whether the server has such a branch, with a trace of how it said so."""
        words = ["ls-remote", "--exit-code", REMOTE, ref]
        return self._git(words, bounds, more={"GIT_TRACE_PACKET": "1"})

    def read(self, path: str, bounds: Bounds) -> Seen:
        """What was fetched last."""
        given = "".join(f"{name}\n" for name in names_to_read(TIP, path)).encode()
        batch = self._local(["cat-file", "--batch"], bounds, given)
        try:
            return seen(batch, path, self.hash_name, bounds.limits.size)
        except (Unreadable, ValueError) as error:
            raise LocalTrouble(str(error)) from error

    def commit(self, write: Write, parent: str | None, bounds: Bounds) -> str:
        """A new commit, here only: the parent's files with this one. The name of it."""
        given = import_stream(write, _NEXT, parent)
        words = ["fast-import", "--quiet", "--done", "--force", "--date-format=raw"]
        return self._local(words, bounds, given).decode().strip()

    def push(self, commit: str, ref: str, old: str | None, bounds: Bounds) -> Answer:
        """The server takes it where `ref` is still at `old`; None: where it is not there."""
        options = ["--porcelain", "--progress", "--no-verify", "--no-signed", "--no-follow-tags"]
        lease = f"--force-with-lease={ref}:{old or ''}"
        words = ["push", *options, "--recurse-submodules=no", lease, REMOTE, f"{commit}:{ref}"]
        return self._git(words, bounds)

    def log(self, words: Sequence[str], bounds: Bounds) -> bytes:
        return self._local(["log", *words], bounds)

    def below(self, bounds: Bounds) -> set[str]:
        """The tip and what was fetched of its history."""
        return set(self._local(["rev-list", TIP], bounds).decode().split())

    def shallow(self) -> set[str]:
        """The commits whose parents were not fetched."""
        try:
            return set((self._workspace.path / "shallow").read_text().split())
        except FileNotFoundError:
            return set()

    def _local(self, words: Sequence[str], bounds: Bounds, given: bytes = b"") -> bytes:
        answer = self._git(words, bounds, given)
        if not answer.fine:
            why = "no answer in time" if answer.code is None else said(answer)
            raise LocalTrouble(f"git {words[0]}: {why or f'ended with {answer.code}'}")
        return answer.out

    def _git(
        self,
        words: Sequence[str],
        bounds: Bounds,
        given: bytes = b"",
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        self.calls += 1
        return run_git(
            [*_OURS, *words],
            environ={**self._environ, **(more or {})},
            folder=self.access.folder,
            bounds=bounds,
            given=given,
        )
