"""A Git branch as the engine of a shared document: what a team's Git server can do already.

The version of a document is the hash of its bytes (its blob), for several environments may share a
branch: another one's write moves the branch, not our document. So what is compared is our file, and
what is swapped is the whole branch, by `push --force-with-lease=REF:OLD`: where the branch moved
and our file is what was expected, the write is laid upon the new tip, a few times at most. That is
no second try: the server has refused the one before. (Whoever writes the same bytes again writes
the same version; a document has a `write_id` of its own each time.)

A push that was refused is compared with what is there before anybody believes it: libcurl repeats
a request whose answer was lost, and the repetition meets our own commit.
"""

import random
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aepctl.errors import AepctlError
from aepctl.state.stores.documents import (
    TOO_LARGE,
    Document,
    maybe_written,
    overtaken,
    unreadable,
    unwritten,
)
from aepctl.state.stores.git.address import parse_address
from aepctl.state.stores.git.answers import Pushed
from aepctl.state.stores.git.branch import Branch, Failed
from aepctl.state.stores.git.history import Logged, logged
from aepctl.state.stores.git.objects import Seen
from aepctl.state.stores.git.process import Bounds, Limits, for_git
from aepctl.state.stores.git.reasons import Reason

_LIMITS = Limits()
PAUSE_SECONDS = 15.0
"""GitHub asks for at most 6 pushes a minute and repository."""
MAX_LAID_ANEW = 8
_PAUSE_BETWEEN = 0.2


def open_git(
    address: str,
    environ: Mapping[str, str],
    *,
    default_path: str,
    folder: Path,
    project: Path,
    limits: Limits = _LIMITS,
) -> "GitDocuments":
    """The document of an address such as `git:origin?branch=aepctl-state&path=prod.json`.

    `folder` is for what is private, below `.aepctl/`; `project` is where a remote's name, and
    Git's settings, are looked up. Raises AepctlError: a wrong address, or there is no git.
    """
    parsed = parse_address(address, default_path)
    if shutil.which("git", path=environ.get("PATH")) is None:
        raise AepctlError(
            "state in a Git branch needs the program `git`, which is not there",
            hint="install Git 2.31 or newer",
            code="not-installed",
        )
    branch = Branch(parsed, for_git(environ), folder.absolute(), project.absolute())
    return GitDocuments(branch, limits)


class GitDocuments:
    """One file on one branch. No files, index, branch or settings of the user's are touched."""

    def __init__(self, branch: Branch, limits: Limits) -> None:
        self._branch = branch
        self._limits = limits

    @property
    def where(self) -> str:
        return str(self._branch.address)

    @property
    def pause_seconds(self) -> float:
        return PAUSE_SECONDS

    def get(self) -> Document | None:
        """None: a repository answers, and has no such branch, or no such file on it."""
        with self._failing_to_read():
            tip = self._branch.look(self._limits.begin())
        if tip.blob is None or tip.data is None:
            return None
        return Document(tip.data, tip.blob)

    def prepare(self) -> None:
        """Nothing: the first write makes the branch. Raises StateError where nobody answers."""
        with self._failing_to_read():
            self._branch.look(self._limits.begin())

    def put(self, data: bytes, expected: str | None, note: str) -> str:
        """One commit upon the tip of the branch, whose message is `note`.

        What others write beside our file overtakes nobody: see above.
        """
        if len(data) > self._limits.size:
            raise unwritten(
                self.where, f"it is larger than {self._limits.size} bytes", code=TOO_LARGE
            )
        try:
            return self._put(data, expected, note, self._limits.begin())
        except Failed as failed:
            reason = failed.reason
            raise unwritten(self.where, reason.why, hint=reason.hint, code=reason.code) from None

    def history(self, limit: int) -> tuple[Logged, ...]:
        """The last writes of our file, the newest first. Raises StateError."""
        with self._failing_to_read():
            return logged(self._branch, limit, self._limits.begin())

    def _put(self, data: bytes, expected: str | None, note: str, bounds: Bounds) -> str:
        tip, why = self._branch.tip, Reason("others write to the branch all the time")
        if tip is None or tip.blob != expected:
            tip = self._branch.look(bounds)
        for number in range(MAX_LAID_ANEW):
            if tip.blob != expected:
                raise overtaken(self.where)
            commit, what, why = self._branch.write(data, note, tip, bounds)
            if what is Pushed.DONE:
                return self._branch.blob(data)
            if what is Pushed.IN_DOUBT:
                raise maybe_written(self.where, why.why)
            if what is Pushed.NOT_SENT and why.known:
                break
            after, ours = self._look_after(commit, what, why, bounds)
            if ours:
                return self._branch.blob(data)
            if what is Pushed.REFUSED and after.commit == tip.commit:
                break
            tip = after
            time.sleep(random.uniform(0, _PAUSE_BETWEEN * number))  # noqa: S311 - parts us only
        raise Failed(why)

    def _look_after(
        self, commit: str | None, what: Pushed, why: Reason, bounds: Bounds
    ) -> tuple[Seen, bool]:
        """What is there now, and whether our commit is in its history all the same."""
        sent = what not in {Pushed.STALE, Pushed.NOT_SENT}
        try:
            after = self._branch.look(bounds)
            return after, sent and commit is not None and self._branch.has(commit, bounds)
        except Failed as failed:
            if not sent:
                raise
            doubt = f"{why.why}; then it could not be read: {failed.reason.why}"
            raise maybe_written(self.where, doubt) from None

    @contextmanager
    def _failing_to_read(self) -> Iterator[None]:
        try:
            yield
        except Failed as failed:
            reason = failed.reason
            raise unreadable(
                self.where,
                reason.why,
                hint=reason.hint,
                passing=reason.passing,
                code=reason.code,
            ) from None
