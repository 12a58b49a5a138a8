"""One branch on a server, seen by a private repository that is made anew when it fails."""

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aepctl.state.stores.git.address import GitAddress
from aepctl.state.stores.git.answers import Pushed, absent, hash_of, no_such_branch, pushed
from aepctl.state.stores.git.objects import Hash, Seen, Write, blob_name
from aepctl.state.stores.git.process import Answer, Bounds
from aepctl.state.stores.git.project import NoAccess, find_access
from aepctl.state.stores.git.reasons import Reason, reason, unfounded
from aepctl.state.stores.git.repository import LocalTrouble, Repository

_DEPTH = 50
"""So many commits may come after one of ours before its answer is believed."""


class Failed(Exception):
    """Nothing was read, or written."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.why)
        self.reason = reason


class Branch:
    """`tip` is what was last seen or written here, until something fails; None: not known."""

    def __init__(
        self, address: GitAddress, environ: Mapping[str, str], folder: Path, project: Path
    ) -> None:
        self.address = address
        self.tip: Seen | None = None
        self._environ = environ
        self._folder = folder
        self._project = project
        self._hash: Hash = "sha1"
        self._repository: Repository | None = None

    def blob(self, data: bytes) -> str:
        """The version that a document of these bytes has."""
        return blob_name(data, self._hash)

    def look(self, bounds: Bounds) -> Seen:
        """Fetch the tip, with what it holds. Raises Failed."""
        reused = self._repository is not None
        try:
            self.tip = self._fetched(bounds)
        except Failed as failed:
            self.forget()
            if not reused or failed.reason.known:
                raise
            self.tip = self._fetched(bounds)  # what was private may be broken
        return self.tip

    def has(self, commit: str, bounds: Bounds) -> bool:
        """Whether it is the tip, or not far below. Raises Failed."""
        if self.tip is None or self.tip.commit is None or self.tip.commit == commit:
            return self.tip is not None and self.tip.commit == commit
        with self._of_ours():
            repository = self._opened(bounds)
            answer = repository.fetch(self.address.ref, bounds, depth=_DEPTH)
            if not answer.fine:
                raise self.failed(answer)
            return commit in repository.below(bounds)

    def write(
        self, data: bytes, note: str, tip: Seen, bounds: Bounds
    ) -> tuple[str | None, Pushed, Reason]:
        """Push a commit upon `tip`: the commit, and what became of it. Raises Failed."""
        self.tip = None
        try:
            commit, answer = self._push(data, note, tip, bounds)
        except Failed as failed:
            self.forget()
            if failed.reason.known:
                raise
            return None, Pushed.NOT_SENT, failed.reason
        what, why = pushed(answer)
        why = self._remarked(why)
        if what is Pushed.DONE:
            self.tip = Seen(commit, self.blob(data))
            self._spare(bounds.limits.gits)
        elif what in {Pushed.NOT_SENT, Pushed.IN_DOUBT}:
            self.forget()
        return commit, what, why

    def forget(self) -> None:
        """Begin anew with the next call."""
        self.tip = None
        if self._repository is not None:
            self._repository.close()
        self._repository = None

    @contextmanager
    def apart(self, bounds: Bounds) -> Iterator[Repository]:
        """A repository for one question, such as the whole history. Raises Failed."""
        with self._of_ours():
            repository = self._new(bounds)
            try:
                yield repository
            finally:
                repository.close()

    def failed(self, answer: Answer) -> Failed:
        return Failed(self._remarked(reason(answer)))

    def _push(self, data: bytes, note: str, tip: Seen, bounds: Bounds) -> tuple[str, Answer]:
        with self._of_ours():
            repository = self._opened(bounds)
            people = repository.access.author, repository.access.committer
            mark = secrets.token_hex(8)
            write = Write(self.address.path, data, note, int(time.time()), *people, mark)
            commit = repository.commit(write, tip.commit, bounds)
            return commit, repository.push(commit, self.address.ref, tip.commit, bounds)

    def _fetched(self, bounds: Bounds) -> Seen:
        with self._of_ours():
            seen = self._read(self._fetch(bounds), bounds)
        if seen.why is not None:
            raise Failed(Reason(seen.why, "name another file with `?path=`"))
        return seen

    def _fetch(self, bounds: Bounds) -> Answer:
        answer = self._opened(bounds).fetch(self.address.ref, bounds)
        if not self._hashed_as(answer):
            answer = self._opened(bounds).fetch(self.address.ref, bounds)
        return answer

    def _hashed_as(self, answer: Answer) -> bool:
        """Whether our repository has the server's hash function; else the next one will."""
        name = hash_of(answer)
        if name is None or name == self._hash:
            return True
        self.forget()
        self._hash = name
        return False

    def _read(self, fetched: Answer, bounds: Bounds) -> Seen:
        repository = self._opened(bounds)
        if no_such_branch(fetched):
            asked = repository.ask_for(self.address.ref, bounds)
            if absent(asked):
                self._hashed_as(asked)
                return Seen(None)
            if not asked.fine:
                raise Failed(unfounded(asked))
            fetched = repository.fetch(self.address.ref, bounds)  # made between the two
        if not fetched.fine:
            raise self.failed(fetched)
        return repository.read(self.address.path, bounds)

    def _opened(self, bounds: Bounds) -> Repository:
        if self._repository is None:
            self._repository = self._new(bounds)
        return self._repository

    def _new(self, bounds: Bounds) -> Repository:
        """What gives access is looked up each time: the tokens of a pipeline change."""
        try:
            access = find_access(self.address, self._project, self._environ, bounds)
        except NoAccess as none:
            raise Failed(Reason(none.why, none.hint)) from none
        return Repository(self._folder, access, self._environ, bounds, self._hash)

    def _spare(self, gits: int) -> None:
        if self._repository is not None and self._repository.calls > gits:
            self.forget()

    def _remarked(self, reason: Reason) -> Reason:
        """With what was not heeded: it may be why the server says no."""
        remark = self._repository.access.remark if self._repository else None
        if remark is None:
            return reason
        return replace(reason, hint="; ".join(filter(None, (reason.hint, remark))))

    @contextmanager
    def _of_ours(self) -> Iterator[None]:
        """Trouble in the private repository is not known to be more: made anew, it may do."""
        try:
            yield
        except (LocalTrouble, OSError) as trouble:
            why = str(trouble)
            if isinstance(trouble, OSError) and trouble.filename:
                why = f"{trouble.filename}: {trouble.strerror}"
            hint = (
                f"nothing in {self._folder} is needed later: make it writable, on a disk with room"
            )
            told = f"no private repository can be used here ({why})"
            raise Failed(Reason(told, hint, known=False)) from trouble
