"""A saved plan is applied by runners whose disks are thrown away, over stores that a team shares.

It is killed in mid-apply: whatever has arrived at the platform, the store knows of. A person gives
its lock back, and somebody applies what is theirs. In a longer round it is killed once more, and
its lock is taken over when the lease has ended. Then the plan is applied again, each time on a new
disk, until it is done. Every reviewed create arrives once. Applied once more it says that all is
done, and sends nothing.
"""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from rig import APPLY, PROGRAM, ROUNDS, Record, Site, creates, wait_for
from shared_places import PLACES, Place

from aepctl.emulator import Behaviour, Emulator, serve
from aepctl.state.codec import Written, decode_written
from aepctl.state.model import State

REVIEWED = 24
KILLS = min(ROUNDS, 2)
OTHERS = tuple(f"other-{number}" for number in range(KILLS))
LAG = 1.0
SETTLE = "1.4"
LEASE = 5
MOST_RUNS = 6
UNKNOWN = 4
WAITING = ("--parallelism", "4", "--lock-timeout", "60")
STORES = tuple(PLACES) if ROUNDS > 1 else ("git over file", "postgresql")

pytestmark = [pytest.mark.rig, pytest.mark.timeout(200 * ROUNDS)]


class Runners:
    """Each with a new disk, and with the same manifests; `saved` is what was reviewed."""

    def __init__(self, folder: Path, place: Place, emulator: Emulator) -> None:
        self._folder = folder
        self._place = place
        self._emulator = emulator
        self._count = 0
        self._saved = folder / "plan.json"

    def site(self) -> Site:
        self._count += 1
        settings = {"state": self._place.address, "lock_lease_seconds": LEASE}
        site = Site(self._folder / f"runner-{self._count}", self._emulator.url, **settings)
        site.environ.update(self._place.environ)
        site.environ["AEPCTL_SETTLE_SECONDS"] = SETTLE
        site.want(REVIEWED)
        if self._saved.exists():  # later manifests have what is not in the plan
            others = {key: {"name": key, "namespace": "crm", "originName": "Rig"} for key in OTHERS}
            file = site.folder / "audiences" / "others.yaml"
            file.write_text(yaml.safe_dump({"audiences": others}))
            shutil.copy(self._saved, site.folder)
        return site

    def throw_away(self, site: Site) -> None:
        site.close()
        shutil.rmtree(site.folder)

    def does(self, *command: str) -> tuple[int, str]:
        """A run to its end: exit code, and all that it said."""
        site = self.site()
        code, out, err = site.run(*command, seconds=90)
        if "--out" in command:
            shutil.copy(site.folder / "plan.json", self._saved)
        self.throw_away(site)
        return code, out + err

    def killed(self, *command: str, creating: int) -> int:
        """kill -9 when so many more creates have arrived; or it has ended before. Its exit code."""
        enough = creates(self._emulator) + creating
        site = self.site()
        with (self._folder / f"{site.folder.name}.log").open("wb") as log:
            process = site.start(*command, stdout=log, stderr=log)
            wait_for(lambda: creates(self._emulator) >= enough or process.poll() is not None, 60)
            process.kill()
            code = process.wait()
        self.throw_away(site)
        return code


def there(place: Place) -> Written:
    """What the store has."""
    document = place.open().get()
    assert document is not None
    return decode_written(document.data, "the store")


def unheard_of(emulator: Emulator, state: State) -> list[str]:
    """The creates that have arrived, and that no runner could know of."""
    known = {one.audience.name for one in state.audiences.values()}
    return [
        one.name
        for one in emulator.requests
        if one.method == "POST" and one.name is not None
        if one.name not in known and one.x_request_id not in state.intents
    ]


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("store", STORES)
def test_each_reviewed_create_arrives_once(
    tmp_path: Path, report: Record, store: str, number: int
) -> None:
    dice = random.Random(f"{store}/{number}")
    (tmp_path / "server").mkdir()
    behaviour = Behaviour(latency=0.05, list_lag=LAG)
    with (
        PLACES[store](tmp_path / "server", dice) as place,
        serve(behaviour=behaviour) as emulator,
    ):
        runners = Runners(tmp_path, place, emulator)
        apply = (*PROGRAM, "apply", "plan.json", *WAITING)
        for command in ("state init", "plan --out plan.json"):
            code, said = runners.does(*PROGRAM, *command.split())
            assert code == 0, said
        ended = []
        for other in OTHERS:
            ended.append(runners.killed(*apply, creating=dice.randint(1, REVIEWED // KILLS)))
            left = there(place)
            assert unheard_of(emulator, left.state) == []
            if left.lock is not None and other == OTHERS[0]:
                code, said = runners.does(*PROGRAM, "state", "unlock", left.lock.id)
                assert code == 0, said
            code, said = runners.does(*APPLY, *WAITING, "--target", other)
            assert code in {0, UNKNOWN}, said
        runs, code, said = 0, UNKNOWN, ""
        while code == UNKNOWN and runs < MOST_RUNS:
            runs += 1
            code, said = runners.does(*apply)
        assert code == 0, said
        arrived = Counter(
            one.name for one in emulator.requests if one.method == "POST" and one.name
        )
        sent, before = len(emulator.requests), there(place)
        code, said = runners.does(*apply)
        assert (code, len(emulator.requests)) == (0, sent), said
        assert "All changes of this plan are done: it can do nothing more." in said
        after = there(place)
    report(
        f"a saved plan over {store}",
        f"{REVIEWED} reviewed, {KILLS} of others; the killed ended with {ended}; then {runs} runs; "
        f"{sum(arrived.values())} creates arrived, one at most {max(arrived.values())} "
        f"times; {len(after.state.intents)} unknown",
    )
    assert set(arrived.values()) == {1}
    reviewed = {f"aud-{n:04}" for n in range(REVIEWED)}
    assert reviewed <= set(after.state.audiences) <= reviewed | set(OTHERS)
    assert {one.audience.name for one in after.state.audiences.values()} == set(arrived)
    assert not after.state.intents
    assert before == after
    assert after.lock is None
