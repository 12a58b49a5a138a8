"""`kill -9` of an export at any moment: the next one finishes it, and nothing is there twice."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from projects import tree
from rig import APPLY, PROGRAM, ROUNDS, Record, Site

from aepctl.emulator import Emulator, serve

KILLS = 8 * ROUNDS
EXPORT = (*PROGRAM, "export", "--to", "audiences", "--adopt")
NAMESPACES = ("agora", "crm", "web", "日本")

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600)]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve() as running:
        yield running


def fill(site: Site) -> None:
    """Audiences in several namespaces, of which nothing is left here."""
    audiences = {
        f"{number}-{n}": {"name": f"Name: {n}", "namespace": namespace, "originName": "Rig"}
        for number, namespace in enumerate(NAMESPACES)
        for n in range(50)
    }
    (site.folder / "audiences").mkdir()
    text = yaml.safe_dump({"audiences": audiences}, allow_unicode=True)
    (site.folder / "audiences/all.yaml").write_text(text)
    assert site.run(*APPLY)[0] == 0
    clear(site)


def clear(site: Site) -> None:
    shutil.rmtree(site.folder / "audiences", ignore_errors=True)
    shutil.rmtree(site.state.parent, ignore_errors=True)


def files(site: Site) -> list[Path]:
    return list((site.folder / "audiences").glob("*.yaml"))


def wait_for(site: Site, count: int, ended: Callable[[], int | None]) -> None:
    """Until so many files are there; with 0, until it is about to begin with them."""
    folder = site.folder / "audiences"
    while ended() is None and not (len(files(site)) >= count if count else folder.exists()):
        time.sleep(0.0002)


def export(site: Site) -> dict[str, bytes]:
    """Export to the end; the manifests that there are then."""
    code, _, err = site.run(*EXPORT)
    assert code == 0, err
    code, out, _ = site.run(*PROGRAM, "plan", "--detailed-exitcode")
    assert (code, out.splitlines()[-1]) == (0, "Nothing to do.")
    return tree(site.folder / "audiences")


def test_whenever_it_is_killed_the_next_one_finishes(
    tmp_path: Path, emulator: Emulator, report: Record
) -> None:
    written = []
    with Site(tmp_path, emulator.url) as site:
        fill(site)
        whole = export(site)
        assert len(whole) == len(NAMESPACES)
        for number in range(KILLS):
            clear(site)
            process = site.start(*EXPORT)
            wait_for(site, number % (len(NAMESPACES) + 1), process.poll)
            time.sleep(number / KILLS / 200)
            process.kill()
            process.wait()
            written.append(len(files(site)))
            assert export(site) == whole
        assert len(emulator.audiences) == len(NAMESPACES) * 50
    report("exports killed", f"{KILLS}, after so many files: {sorted(written)}")
