"""What earlier runs on this machine have left is taken in, or named."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import pytest
from fakes import AT, TARGET, audience
from memory_documents import MemoryDocuments, MemoryServer

from aepctl.errors import SafetyRefusal, StateError
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt
from aepctl.state.events import Event, Noted
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.leftovers import take_in_leftovers
from aepctl.state.model import Run, State
from aepctl.state.shared_session import SharedSession
from aepctl.state.shared_store import SharedStore

AWAY = "an earlier run on this machine left it: look what is in it, then move it away"


class Session:
    """What a session is for those who take something in."""

    def __init__(self) -> None:
        self.state = State("L", 3, TARGET)
        self.events: list[Event] = []
        self.files: Sequence[Path] | None = None

    def take_lineage(self, lineage: str) -> None:
        assert lineage == "L"

    def record(self, *events: Event) -> None:
        self.events += events

    def took_in(self, files: Sequence[Path]) -> None:
        self.files = files


@pytest.fixture
def session() -> Session:
    return Session()


def take_in(session: Session, folder: Path) -> None:
    store = SharedStore(MemoryDocuments(MemoryServer()), folder, "prod")
    take_in_leftovers(cast("SharedSession", session), store)


def known(key: str) -> Noted:
    return Noted(key, Adopt(Known(audience(key), Ids(f"A-{key}"))), AT)


def leave(folder: Path, run: str, *events: Event, lineage: str = "L") -> Path:
    path = folder / f"prod@{run}.journal"
    header = encode_header(lineage, 3, TARGET, Run(run, AT, "aepctl apply"))
    path.write_bytes(header + b"".join(map(encode_event, events)))
    return path


def test_where_nothing_was_left_nothing_is_recorded(session: Session, tmp_path: Path) -> None:
    take_in(session, tmp_path / "none")
    assert (session.events, session.files) == ([], [])


def test_what_all_of_them_have_is_recorded_and_they_are_named(
    session: Session, tmp_path: Path
) -> None:
    files = [leave(tmp_path, "run-1", known("gold")), leave(tmp_path, "run-2", known("silver"))]
    take_in(session, tmp_path)
    assert session.events == [known("gold"), known("silver")]
    assert session.files == files


def test_one_that_a_run_left_before_it_wrote_anything_holds_nothing(
    session: Session, tmp_path: Path
) -> None:
    (tmp_path / "prod@run-0.journal").touch()
    leave(tmp_path, "run-1", known("gold"))
    take_in(session, tmp_path)
    assert session.events == [known("gold")]
    assert session.files is not None
    assert len(session.files) == 2


def test_that_of_another_state_is_refused_by_its_name(session: Session, tmp_path: Path) -> None:
    path = leave(tmp_path, "run-1", known("gold"), lineage="M")
    with pytest.raises((StateError, SafetyRefusal)) as caught:
        take_in(session, tmp_path)
    assert str(path) in caught.value.message
    assert caught.value.hint == AWAY
    assert (session.events, session.files) == ([], None)


@pytest.fixture
def unreadable(tmp_path: Path) -> Iterator[Path]:
    """One that is larger than any journal; it takes no room."""
    path = tmp_path / "prod@run-1.journal"
    with path.open("wb") as file:
        file.truncate(2**40)
    yield path
    path.unlink()


def test_one_that_cannot_be_read_is_named(
    session: Session, tmp_path: Path, unreadable: Path
) -> None:
    with pytest.raises(StateError) as caught:
        take_in(session, tmp_path)
    assert caught.value.message.startswith(f"{unreadable}: cannot be read: ")
    assert not caught.value.message.endswith("None")
    assert caught.value.hint == AWAY
    assert session.files is None
