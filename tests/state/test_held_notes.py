"""What becomes of notes that no disk takes: printed for another machine, and hidden by nothing."""

import json
from pathlib import Path

import pytest
from fakes import AT, TARGET, FaultyDisk, Ids, MemoryDisk, audience

from aepctl.state.disk import Disk
from aepctl.state.held import HeldState, hold
from aepctl.state.model import Known
from aepctl.state.store import StateStore

WHO = {"pid": "42"}


class Syncs(Disk):
    """Remembers which folders were synced."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def sync_folder(self, folder: Path) -> None:
        self.folders.append(folder)
        super().sync_folder(folder)


def test_a_close_that_fails_when_the_lock_goes_hides_nothing(tmp_path: Path) -> None:
    """What counts was synced before; an error here would take the place of the run's report."""
    disk = FaultyDisk(MemoryDisk())
    with hold(StateStore(str(tmp_path / "local.json"), TARGET, disk=disk), WHO) as held:
        held.begin("gold", audience("gold"), None, AT)
        disk.at = len(disk.calls) + 1
    assert disk.calls[-1] == "close"
    with pytest.raises(OSError, match="no longer held"):
        held.begin("silver", audience("silver"), None, AT)


def unnoted(name: str, description: str | None = None) -> HeldState:
    """A state whose disk failed just when this audience was to be noted."""
    disk = FaultyDisk(MemoryDisk())
    held = HeldState(StateStore("/state/local.json", TARGET, disk=disk), Ids())
    known = Known(audience(name, description), "A-1", "P-1")
    intent = held.begin("silver", audience("silver"), None, AT)
    held.created(intent, Known(audience("silver"), "A-2"), AT)
    disk.at, disk.lasting = len(disk.calls) + 1, True
    with pytest.raises(OSError, match="No space left"):
        held.adopted("gold", known, AT)
    with pytest.raises(OSError, match="No space left"):
        held.fold()
    return held


def test_only_what_no_disk_has_is_printed() -> None:
    header, line = (json.loads(line) for line in unnoted("Gold").rescue().splitlines())
    assert header == {
        "type": "journal",
        "format": "1.0",
        "lineage": "id-1",
        "serial": 0,
        "target": {"endpoint": TARGET.endpoint, "org": TARGET.org, "sandbox": TARGET.sandbox},
    }
    assert line == {
        "type": "adopted",
        "key": "gold",
        "at": "",
        "audience": {"name": "Gold", "namespace": "agora", "originName": "Agora_Collaboration"},
        "audienceId": "A-1",
        "id": "P-1",
    }


def test_where_all_is_on_disk_nothing_is_printed(tmp_path: Path) -> None:
    with hold(StateStore(str(tmp_path / "local.json"), TARGET), WHO) as held:
        assert held.rescue() == ""
        held.created(
            held.begin("gold", audience("gold"), None, AT), Known(audience("gold"), "A"), AT
        )
        assert held.rescue() == ""
        held.fold()
        assert held.rescue() == ""


def test_what_came_into_state_after_all_is_not_printed() -> None:
    disk = FaultyDisk(MemoryDisk(), 3)  # state and journal are read; then the journal is opened
    held = HeldState(StateStore("/state/local.json", TARGET, disk=disk), Ids())
    with pytest.raises(OSError, match="No space left"):
        held.adopted("gold", Known(audience("gold"), "A"), AT)
    assert '"A"' in held.rescue()
    held.fold()
    assert held.rescue() == ""


@pytest.mark.parametrize("odd", ["Größe ❄", "a\u2028b\x85c", "\u202eevil", "\x1b[31m", "😀"])
def test_what_is_printed_survives_any_log_and_any_terminal(odd: str) -> None:
    rescue = unnoted("Gold", odd).rescue()
    assert rescue.isascii()
    assert all(line.isprintable() for line in rescue.splitlines())
    assert json.loads(rescue.splitlines()[1])["audience"]["description"] == odd


def test_a_folder_that_is_made_for_state_survives_with_all_above_it(tmp_path: Path) -> None:
    disk = Syncs()
    disk.make_folder(tmp_path / "a" / "b")
    assert set(disk.folders) == {tmp_path, tmp_path / "a"}
    disk.folders.clear()
    disk.make_folder(tmp_path / "a" / "b")
    assert disk.folders == []


def test_holding_state_makes_its_folder_durably_first(tmp_path: Path) -> None:
    disk = Syncs()
    with hold(StateStore(str(tmp_path / "new" / "local.json"), TARGET, disk=disk), WHO):
        assert disk.folders == [tmp_path]
