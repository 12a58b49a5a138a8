"""What people are told about each faulty manifest: data/manifests/<fault>.yaml and .txt."""

import shutil
from pathlib import Path

import pytest
from goldens import DATA, Golden

from aepctl.errors import InvalidInput
from aepctl.manifests import read_manifests
from aepctl.render.display import Paint
from aepctl.render.text import problems_text

FAULTS = sorted(path.stem for path in (DATA / "manifests").glob("*.yaml"))


def told(folder: str) -> str:
    with pytest.raises(InvalidInput) as raised:
        read_manifests(folder)
    text = problems_text(raised.value.problems, Paint(on=False))
    return f"{text}\n\n{raised.value.message}\n"


def test_no_golden_file_is_left_behind() -> None:
    goldens = {path.stem for path in (DATA / "manifests").glob("*.txt")}
    assert goldens == {*FAULTS, "all-at-once"}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_manifest(fault: str, folder: Path, data: Path, golden: Golden) -> None:
    (folder / "audiences").mkdir()
    shutil.copy(data / "manifests" / f"{fault}.yaml", "audiences")
    golden(f"manifests/{fault}.txt", told("audiences"))


def test_all_problems_of_all_files_at_once(folder: Path, data: Path, golden: Golden) -> None:
    (folder / "audiences" / "loyalty").mkdir(parents=True)
    for fault in ("not-utf-8", "duplicate-key", "unknown-fields", "tab-indent", "empty"):
        shutil.copy(data / "manifests" / f"{fault}.yaml", "audiences")
    shutil.copy(data / "manifests" / "same-audience.yaml", "audiences/loyalty/gold.yml")
    Path("audiences/gone.yaml").symlink_to("nowhere.yaml")
    golden("manifests/all-at-once.txt", told("audiences"))
