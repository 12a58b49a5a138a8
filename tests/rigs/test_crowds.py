"""As much as anybody will have: many files, many creates at once, a large state that is lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import APPLY, PROGRAM, ROUNDS, Record, Site, duplicates, lost

from aepctl.emulator import Behaviour, Emulator, serve

FILES = 30_000
CREATES = 2_000 * min(ROUNDS, 10)
"""A long round makes 20,000."""

pytestmark = [pytest.mark.rig, pytest.mark.timeout(1800)]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve(behaviour=Behaviour()) as running:
        yield running


def test_thirty_thousand_files(tmp_path: Path, emulator: Emulator, report: Record) -> None:
    with Site(tmp_path, emulator.url) as site:
        site.want(FILES, in_a_file=1)
        code, out, err = site.run(*PROGRAM, "validate", seconds=600)
        assert (code, out) == (0, f"{FILES:,} audiences, no problems.\n"), err
    report("files that were read", FILES)


def test_many_creates_at_once_and_their_state_lost(
    tmp_path: Path, emulator: Emulator, report: Record
) -> None:
    with Site(tmp_path, emulator.url) as site:
        site.want(CREATES, in_a_file=500)
        code, _, err = site.run(*APPLY, "--parallelism", "64", seconds=900)
        assert code == 0, err
        assert (duplicates(emulator), len(emulator.audiences)) == (0, CREATES)
        assert lost(emulator, site.known()) == []
        before = site.known()
        shutil.rmtree(site.state.parent)
        code, _, err = site.run(*APPLY, seconds=900)
        assert code == 0, err
        assert (duplicates(emulator), len(emulator.audiences)) == (0, CREATES)
        assert {key: one["audienceId"] for key, one in site.known().items()} == {
            key: one["audienceId"] for key, one in before.items()
        }
    report("created at 64 workers, lost and adopted", CREATES)
