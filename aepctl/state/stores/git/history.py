"""The history of a document on a Git branch: the log itself."""

from dataclasses import dataclass
from datetime import datetime

from aepctl.state.stores.git.branch import Branch
from aepctl.state.stores.git.process import Bounds
from aepctl.state.stores.git.repository import TIP

DEPTH = 1000
"""So many commits of the branch are looked through, where fewer are asked for."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One write: its commit, when, by whom, and the first line of its note."""

    commit: str
    date: datetime
    author: str
    subject: str


def logged(branch: Branch, limit: int, bounds: Bounds) -> tuple[Logged, ...]:
    """The last writes of the file, the newest first. Raises Failed."""
    if branch.look(bounds).commit is None:
        return ()
    with branch.apart(bounds) as repository:
        depth = max(limit + 1, DEPTH)
        answer = repository.fetch(
            branch.address.ref, bounds, depth=depth, more="--filter=blob:none"
        )
        if not answer.fine:
            raise branch.failed(answer)
        words = [f"--max-count={limit}", "-z", "--format=%H%n%aI%n%an%n%s", TIP, "--"]
        listed = repository.log([*words, f":(literal){branch.address.path}"], bounds)
        cut = repository.shallow()  # looks as if it had made every file
    rows = (entry.split("\n", 3) for entry in listed.decode(errors="replace").split("\0") if entry)
    return tuple(
        Logged(commit, datetime.fromisoformat(date), author, subject)
        for commit, date, author, subject in rows
        if commit not in cut
    )
