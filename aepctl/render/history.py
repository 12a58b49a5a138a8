"""The history of a state: its runs, or the writes that a Git branch has of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from aepctl.model.target import Target
from aepctl.render.display import display
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, target_data
from aepctl.state.model import Run
from aepctl.state.spelling import encode_run


class Write(Protocol):
    """One commit of a state."""

    @property
    def commit(self) -> str: ...
    @property
    def date(self) -> datetime: ...
    @property
    def author(self) -> str: ...
    @property
    def subject(self) -> str: ...


History = Sequence[Write] | Sequence[Run]


def history_text(history: History) -> str:
    """A line each, the latest first."""
    return "".join(f"{display(_line(one))}\n" for one in history) or "Nothing has changed it yet.\n"


def _line(one: Write | Run) -> str:
    if isinstance(one, Run):
        words = [one.at, one.command, f"by {one.by}" if one.by else "", one.commit, one.job]
    else:
        words = [_at(one), one.commit[:12], one.subject, f"by {one.author}"]
    return "  ".join(word for word in words if word)


def history_json(history: History, environment: str, target: Target) -> str:
    """The same for programs."""
    return document(
        {
            "format": FORMAT,
            "environment": environment,
            "target": target_data(target),
            "history": [_data(one) for one in history],
            "error": None,
        }
    )


def _data(one: Write | Run) -> dict[str, object]:
    if isinstance(one, Run):
        return {"source": "run", **encode_run(one)}
    return {
        "source": "git",
        "commit": one.commit,
        "at": _at(one),
        "by": one.author,
        "subject": one.subject,
    }


def _at(write: Write) -> str:
    return write.date.isoformat(timespec="seconds")
