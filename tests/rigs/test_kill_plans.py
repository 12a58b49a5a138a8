"""A saved plan is applied by runners whose disks are thrown away, over stores that a team shares.

It is killed in mid-apply: whatever has arrived at the platform, the store knows of. A person gives
its lock back, and somebody applies what is theirs. In a longer round it is killed once more, and
its lock is taken over when the lease has ended. Then the plan is applied again, each time on a new
disk, until it is done. Every reviewed create, patch and delete arrives once. Applied once more it
says that all is done, and sends nothing.
"""

import random
import shutil
import time
from collections import Counter
from pathlib import Path

import pytest
from rig import APPLY, PROGRAM, ROUNDS, Record, Site
from shared_places import PLACES, Place
from team import WRITES, Team, writes
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, serve
from aepctl.model.steps import Create
from aepctl.state.codec import decode_written
from aepctl.state.model import State
from aepctl.state.written import Written

HAS = 16
NEW = 10
CHANGED = 10
ENDS = 4
KILLS = min(ROUNDS, 2)
LAG = 1.0
SETTLE = "1.4"
LEASE = 5
MOST_RUNS = 6
UNKNOWN = 4
WAITING = ("--parallelism", "4", "--lock-timeout", "60")
STORES = tuple(PLACES) if ROUNDS > 1 else ("git over file", "postgresql")

pytestmark = [pytest.mark.rig, pytest.mark.timeout(200 * ROUNDS)]


class Runners:
    """Each with a new disk, and with the team's manifests; `saved` is what was reviewed."""

    def __init__(self, folder: Path, place: Place, emulator: Emulator, team: Team) -> None:
        self._folder = folder
        self._team = team
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
        self._team.write(site.folder)
        if self._saved.exists():
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

    def killed(self, *command: str, changing: int) -> int:
        """kill -9 when so many more changes have arrived; or it has ended before. Its exit code."""
        enough = writes(self._emulator) + changing
        site = self.site()
        with (self._folder / f"{site.folder.name}.log").open("wb") as log:
            process = site.start(*command, stdout=log, stderr=log)
            wait_for(lambda: writes(self._emulator) >= enough or process.poll() is not None, 60)
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
    """What was made, and that no runner could know of."""
    known = {one for each in state.audiences.values() for one in each.all_ids}
    steps = (intent.step for intent in state.intents.values())
    open_ones = {step.audience.identity for step in steps if isinstance(step, Create)}
    return [
        one["name"]
        for one in emulator.audiences
        if one["audienceId"] not in known
        if (one["name"], one["namespace"], one["originName"]) not in open_ones
    ]


@pytest.mark.parametrize("number", range(ROUNDS))
@pytest.mark.parametrize("store", STORES)
def test_each_reviewed_change_arrives_once(
    tmp_path: Path, report: Record, store: str, number: int
) -> None:
    dice = random.Random(f"{store}/{number}")
    (tmp_path / "server").mkdir()
    behaviour = Behaviour(latency=0.05, list_lag=LAG)
    with (
        PLACES[store](tmp_path / "server", dice) as place,
        serve(behaviour=behaviour) as emulator,
    ):
        team = Team(dice)
        team.new(HAS)
        runners = Runners(tmp_path, place, emulator, team)
        apply = (*PROGRAM, "apply", "plan.json", *WAITING)
        for command in ((*PROGRAM, "state", "init"), (*APPLY, *WAITING)):
            code, said = runners.does(*command)
            assert code == 0, said
        time.sleep(LAG)  # what lists do not show yet, no plan changes
        team.day(more=NEW, changed=CHANGED, ends=ENDS)
        code, said = runners.does(*PROGRAM, "plan", "--out", "plan.json")
        assert code == 0, said
        begun, reviewed = len(emulator.requests), team.today
        team.new(KILLS)  # later manifests have what is not in the plan
        others = [one.key for one in team.wanted()[-KILLS:]]
        ended = []
        for other in others:
            ended.append(runners.killed(*apply, changing=dice.randint(1, reviewed // KILLS)))
            left = there(place)
            assert unheard_of(emulator, left.state) == []
            if left.lock is not None and other == others[0]:
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
            (one.method, one.path if one.method != "POST" else one.name)
            for one in emulator.requests[begun:]
            if one.method in WRITES and one.name is not None
        )
        sent, before = len(emulator.requests), there(place)
        code, said = runners.does(*apply)
        assert (code, len(emulator.requests)) == (0, sent), said
        assert "All changes of this plan are done: it can do nothing more." in said
        after = there(place)
        differing = team.differing(emulator, after.state)
    methods = Counter(method for method, _ in arrived)
    report(
        f"a saved plan over {store}",
        f"{reviewed} reviewed, {KILLS} of others; the killed ended with {ended}; then {runs} runs; "
        f"{dict(methods)} arrived, one at most {max(arrived.values())} times; "
        f"{len(after.state.intents)} unknown, {len(differing)} not as wanted",
    )
    assert set(arrived.values()) == {1}
    assert methods.keys() == WRITES
    assert differing == []
    assert not after.state.intents
    assert before == after
    assert after.lock is None
