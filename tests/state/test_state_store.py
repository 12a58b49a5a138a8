"""Reading state: file and journal together, at any time, and never a change to either."""

import errno
from pathlib import Path

import pytest
from fakes import AT, TARGET, FaultyDisk, MemoryDisk, audience

from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import encode_state
from aepctl.state.disk import Disk
from aepctl.state.lines import encode_header, encode_intent, encode_outcome
from aepctl.state.model import Intent, Known, Snapshot, State
from aepctl.state.store import StateStore

GOLD = Intent("i-1", "gold", audience("Gold"), AT)
SILVER = Intent("i-2", "silver", audience("Silver"), AT)
OLD = State("L", 3, TARGET, {"old": Known(audience("Old"), "id-old")})
HEADER = encode_header("L", 3, TARGET)
CREATED = encode_intent(GOLD) + encode_outcome(GOLD, "created", AT, audienceId="id-gold")
KNOWN = Known(GOLD.audience, "id-gold")


def lay(store: StateStore, state: State | None, journal: str | None = None) -> None:
    if state is not None:
        store.path.write_text(encode_state(state), encoding="utf-8")
    if journal is not None:
        store.journal.write_text(journal, encoding="utf-8")


def files(store: StateStore) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in store.path.parent.iterdir()}


def refusal(store: StateStore) -> StateError:
    """What reading is refused with; neither file changes."""
    before = files(store)
    with pytest.raises(StateError) as caught:
        store.read()
    assert files(store) == before
    return caught.value


def test_journal_and_lock_stand_beside_state(tmp_path: Path) -> None:
    store = StateStore(str(tmp_path / "state" / "prod.json"), TARGET)
    assert store.journal == tmp_path / "state" / "prod.journal"


def test_nothing_there_is_nothing_known(store: StateStore) -> None:
    assert store.read() == Snapshot(None)
    assert files(store) == {}


def test_state_without_a_journal(store: StateStore) -> None:
    lay(store, OLD)
    assert store.read() == Snapshot(OLD)


def test_outcomes_in_the_journal_are_known_before_they_are_in_state(store: StateStore) -> None:
    lay(store, OLD, HEADER + CREATED + encode_intent(SILVER))
    found = store.read()
    assert found.audiences == {**OLD.audiences, "gold": KNOWN}
    assert found.state is not None
    assert found.state.serial == 4
    assert found.intents == (SILVER,)


def test_a_journal_without_a_state_file_counts(store: StateStore) -> None:
    lay(store, None, encode_header("L", 0, TARGET) + CREATED + encode_intent(SILVER))
    assert store.read() == Snapshot(State("L", 1, TARGET, {"gold": KNOWN}), (SILVER,))


@pytest.mark.parametrize("journal", ["", HEADER[:-1]])
def test_a_journal_that_did_not_get_as_far_as_its_header_is_none(
    store: StateStore, journal: str
) -> None:
    lay(store, OLD, journal)
    assert store.read() == Snapshot(OLD)


def test_an_intent_for_a_key_that_is_known_is_settled(store: StateStore) -> None:
    """Where an outcome reached state, but its journal could not be written any more."""
    state = State("L", 4, TARGET, {"gold": KNOWN})
    lay(store, state, HEADER + encode_intent(GOLD))
    assert store.read() == Snapshot(state)


def test_outcomes_that_have_reached_state_already_change_nothing(store: StateStore) -> None:
    """The run ended between replacing state and removing the journal."""
    state = State("L", 4, TARGET, {**OLD.audiences, "gold": KNOWN})
    lay(store, state, HEADER + CREATED)
    assert store.read() == Snapshot(state)


@pytest.mark.parametrize("which", ["state", "journal"])
@pytest.mark.parametrize(
    ("other", "said"),
    [
        (Target("THEM@AdobeOrg", "dev", TARGET.endpoint), "org THEM@AdobeOrg, not 1BD638"),
        (Target(TARGET.org, "prod", TARGET.endpoint), "sandbox prod, not dev"),
        (Target(TARGET.org, "dev", "emulator"), "endpoint emulator, not https://platform"),
        (Target(TARGET.org, "prod", "emulator"), "sandbox prod, not dev, endpoint emulator, not"),
    ],
)
def test_what_belongs_to_another_target_is_refused(
    store: StateStore, which: str, other: Target, said: str
) -> None:
    if which == "state":
        lay(store, State("L", 1, other))
    else:
        lay(store, None, encode_header("L", 1, other))
    file = store.path if which == "state" else store.journal
    error = refusal(store)
    assert error.what.startswith(f"{file} is the state of another target: {said}")
    assert error.next


def test_the_journal_of_another_state_is_refused(store: StateStore) -> None:
    lay(store, OLD, encode_header("M", 3, TARGET) + CREATED)
    assert "(lineage M, not L)" in refusal(store).what


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(
    store: StateStore, data: Path
) -> None:
    store.path.write_bytes((data / "refused" / "not-utf-8.json").read_bytes())
    assert refusal(store).what == f"{store.path}:8: not UTF-8"


@pytest.mark.parametrize(
    "name", ["truncated.json", "hand-broken.json", "merge-conflict.json", "newer-format.json"]
)
def test_a_file_that_is_refused_stays_as_it_is(store: StateStore, data: Path, name: str) -> None:
    store.path.write_bytes((data / "refused" / name).read_bytes())
    assert refusal(store).what.startswith(f"{store.path}:")


def test_a_refused_journal_stays_as_it_is_though_state_is_good(store: StateStore) -> None:
    lay(store, OLD, HEADER + "broken\n" + CREATED)
    assert refusal(store).what.startswith(f"{store.journal}:2: ")


class ForbiddenDisk(Disk):
    """Files with this ending may not be read."""

    def __init__(self, ending: str) -> None:
        self.ending = ending

    def read(self, path: Path) -> bytes | None:
        if path.suffix == self.ending:
            raise PermissionError(errno.EACCES, "Permission denied")
        return super().read(path)


@pytest.mark.parametrize("ending", [".json", ".journal"])
def test_a_file_that_may_not_be_read_is_no_empty_state(tmp_path: Path, ending: str) -> None:
    store = StateStore(str(tmp_path / "local.json"), TARGET, disk=ForbiddenDisk(ending))
    with pytest.raises(StateError, match=rf"local{ending}: cannot be read: Permission denied"):
        store.read()


def test_a_folder_in_the_place_of_state_is_no_empty_state(store: StateStore) -> None:
    store.path.mkdir()
    with pytest.raises(StateError, match="cannot be read: Is a directory"):
        store.read()


def test_messages_name_the_file_as_the_user_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("local.json").write_text("{", encoding="utf-8")
    assert refusal(StateStore("local.json", TARGET)).what.startswith("local.json:1: ")


def test_the_journal_is_read_first_because_outcomes_move_from_it_to_state() -> None:
    seen: list[Path] = []

    class Watched(MemoryDisk):
        def read(self, path: Path) -> bytes | None:
            seen.append(path)
            return super().read(path)

    store = StateStore("/state/local.json", TARGET, disk=FaultyDisk(Watched()))
    store.read()
    assert seen == [store.journal, store.path]
