"""Random `kill -9` of the real program while a team lives its life, with every fault switched on.

Between the kills the manifests change in every way that there is, and somebody edits on the
platform. At the end: nothing twice, nothing lost, nothing unknown, nothing written over an edit,
nothing deleted that was wanted again. Who does not look fails under the same rig, and so does a
naive loop, or the rig would prove nothing.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from deciding import WAITS_FOR_A_PERSON, decide, finish
from rig import (
    APPLY,
    HANGS,
    NEVER,
    PROGRAM,
    RACES,
    ROUNDS,
    Record,
    Site,
    duplicates,
    every_fault,
    identities,
)
from team import Team, writes

from aepctl.emulator import Behaviour, Emulator, FaultKind, serve
from aepctl.emulator.faults import POSSIBLE
from aepctl.model.audience import Ids
from aepctl.state.codec import decode_written
from aepctl.state.model import State

WORKERS = ("--parallelism", "4")
MIXED = (*APPLY, *WORKERS, "--yes-delete", "100000")
PLATFORM: dict[str, Any] = {
    "latency": 0.04,
    "list_lag": 0.3,
    "update_lag": 0.3,
    "delete_lag": 0.6,
    "strict_tokens": True,
}
LOUD = frozenset({FaultKind.REFUSE, FaultKind.HANG_AFTER})
LATE = 0.15
"""So long after a kill, what had left by then has arrived."""
LONG = 100
"""From so many kills on, every kind of fault is sure to be met."""
NAIVE = Path(__file__).with_name("naive.py")

pytestmark = pytest.mark.timeout(600 * ROUNDS)


@dataclass
class Killing:
    """Kills a command again and again, at moments that cover all of its life.

    `before` is what happens before each run, with nobody at work; it says how many requests that
    change something may come of it.
    """

    site: Site
    emulator: Emulator
    command: tuple[str, ...]
    before: Callable[[int], int]
    dice: random.Random
    moments: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)

    def kill(self, times: int) -> int:
        """Until it was killed so often; how often it was."""
        killed = 0
        for _ in range(2 * times):
            if killed == times:
                break
            most = self.before(times - killed)
            if not most:
                break
            killed += self._one(most)
        return killed

    def _one(self, most: int) -> bool:
        """One run, killed at the latest when `most` changes have arrived; whether it was."""
        process = self.site.start(
            *self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = writes(self.emulator)
        moment = self.dice.choice(("start", "settling", *["changing"] * 4, "folding"))
        late = {"start": 0.5, "settling": 2.5}.get(moment, 15)
        ends = time.monotonic() + self.dice.uniform(0, late)
        enough = before + self.dice.randint(1, most)
        while process.poll() is None and time.monotonic() < ends:
            if writes(self.emulator) >= enough:
                time.sleep(self.dice.uniform(0, 0.08))
                break
            if moment == "folding" and self._folds():
                break
            time.sleep(0.0005 if moment == "folding" else 0.003)
        process.kill()
        killed = process.wait() == -9
        self.moments[moment] += killed
        self.codes[process.returncode] += 1
        if process.returncode == WAITS_FOR_A_PERSON:
            decide(self.site, self.command)
        return killed

    def _folds(self) -> bool:
        """Whether a file is just being replaced."""
        return any(self.site.state.parent.glob(f".{self.site.state.name}.*.tmp"))


@dataclass
class Life:
    """A team that changes its mind between the kills, and somebody who edits on the platform."""

    site: Site
    emulator: Emulator
    team: Team

    def begin(self) -> None:
        """What the team has, before anything goes wrong."""
        self.team.new(30)
        self.team.write(self.site.folder)
        self.team.begins(self.emulator)
        code, out, err = self.site.run(*MIXED)
        assert code == 0, out + err

    def next_day(self, left: int) -> int:
        """The manifests of the next day; how much there is to do at least."""
        time.sleep(LATE)
        if self.team.dice.random() < 0.8:
            self.team.day(more=3, changed=7)
        if self.team.dice.random() < 0.6:
            known = (one["audienceId"] for one in self.site.known().values())
            self.team.edit(self.emulator, 1, known)
        self.team.write(self.site.folder)
        self.team.begins(self.emulator)
        return max(self.team.today, 1)

    def state(self) -> State:
        return decode_written(self.site.state.read_bytes(), "the state").state

    def settled(self) -> bool:
        """Whether nothing is left but what somebody edited."""
        return not self.site.journal.exists() and not self.state().intents


def known_texts(state: State, team: Team) -> dict[str, Any]:
    """What state has of all that is wanted, without what the platform gives."""
    return {
        one.key: replace(state.audiences[one.key], ids=Ids("-"), sent=None) for one in team.wanted()
    }


@pytest.mark.rig
@pytest.mark.parametrize(
    ("ids", "kills"),
    [
        pytest.param("server", 15 * ROUNDS, id="server"),
        pytest.param("client", 6 * ROUNDS, id="client"),
    ],
)
def test_never_twice_never_lost(tmp_path: Path, report: Record, ids: str, kills: int) -> None:
    behaviour = {**PLATFORM, "revision": 3 if ids == "client" else 1}
    faults = every_fault()
    possible = {(on, kind) for on, kinds in POSSIBLE.items() for kind in kinds if kind != RACES}
    assert {(one.operation, one.kind) for one in faults} == possible - NEVER
    dice = random.Random(f"{ids}/{kills}")
    with (
        serve(behaviour=Behaviour(**behaviour)) as emulator,
        Site(tmp_path / "killed", emulator.url, audience_ids=ids) as ground,
    ):
        team = Team(dice)
        life = Life(ground, emulator, team)
        killing = Killing(ground, emulator, MIXED, life.next_day, dice)
        life.begin()
        emulator.behaviour = Behaviour(faults=faults, **behaviour)
        killed = killing.kill(kills)
        quiet = every_fault(but=LOUD)
        emulator.behaviour = Behaviour(faults=quiet, seed=1, **behaviour)
        runs, code = finish(ground, MIXED, life.settled)
        assert code in {0, WAITS_FOR_A_PERSON}
        left = ground.left_over()
        over, against = team.over_edits(emulator), team.deleted_against_wish(emulator)
        met = Counter(str(one.result) for one in emulator.requests)
        sent, twice = writes(emulator), duplicates(emulator)
        emulator.behaviour = Behaviour(**behaviour)
        team.takes_over_edits(emulator)
        team.write(ground.folder)
        _, last = finish(ground, (*MIXED, "--refresh", "--overwrite"))
        differing = team.differing(emulator, life.state())
        code, out, err = ground.run(*PROGRAM, "plan", "--refresh", "--detailed-exitcode")
        known = known_texts(life.state(), team)
    kinds = [one.name for one in faults]
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(killing.moments.items()))
    report(
        f"kill -9, IDs by the {ids}",
        f"{killed} kills ({moments}) of a team's days: {team.told()}; {sent} changes arrived, "
        f"{twice} duplicates, {len(differing)} lost or not as wanted, {len(over)} over an edit, "
        f"{len(against)} deleted against its wish, {len(left)} unknown or left over, then {runs} "
        f"runs to the end, {team.left_behind(emulator)} retained that ended before their word; "
        f"faults met: {', '.join(f'{kind} {met[kind]}' for kind in kinds if met[kind])}",
    )
    assert (twice, over, against, differing, left, last) == (0, [], [], [], [], 0)
    assert code == 0, out + err
    assert killed >= kills
    assert kills < LONG or all(met[one.name] for one in faults if one.rate > HANGS)
    with (
        serve(behaviour=Behaviour(revision=behaviour["revision"])) as clean,
        Site(tmp_path / "clean", clean.url, audience_ids=ids) as ground,
    ):
        team.write(ground.folder)
        code, out, err = ground.run(*MIXED)
        assert code == 0, out + err
        assert known == known_texts(Life(ground, clean, team).state(), team)


@pytest.mark.rig
def test_the_rig_finds_fault_with_who_does_not_look(tmp_path: Path, report: Record) -> None:
    """With the manifests of the day before, and over whatever somebody edited meanwhile."""
    days = 5
    with (
        serve(behaviour=Behaviour(latency=PLATFORM["latency"])) as emulator,
        Site(tmp_path, emulator.url) as ground,
    ):
        team = Team(random.Random(1))
        team.new(25)
        for _ in range(days):
            team.write(ground.folder)
            team.edit(emulator, 1)
            team.day(more=0, changed=6, ends=3)
            team.begins(emulator)
            ground.run(*MIXED, "--refresh", "--overwrite")
        over, against = team.over_edits(emulator), team.deleted_against_wish(emulator)
    report(
        "a team's days, without a look",
        f"{days} days: {len(over)} over an edit, {len(against)} deleted against its wish",
    )
    assert over
    assert against


@pytest.mark.rig
def test_the_rig_finds_fault_with_a_naive_loop(tmp_path: Path, report: Record) -> None:
    kills, wanted = 5, 40
    behaviour = Behaviour(faults=every_fault(), latency=PLATFORM["latency"])
    with (
        serve(behaviour=behaviour) as emulator,
        Site(tmp_path, emulator.url) as ground,
    ):
        audiences = {
            key: {"name": name, "namespace": namespace, "originName": origin}
            for key, (name, namespace, origin) in ground.want(wanted).items()
        }
        (tmp_path / "wanted.json").write_text(json.dumps(audiences))
        command = (sys.executable, str(NAIVE), emulator.url)

        def left(kills: int) -> int:
            return round(2 * (wanted - len(set(identities(emulator)))) / kills)

        killed = Killing(ground, emulator, command, left, random.Random(1)).kill(kills)
        emulator.behaviour = Behaviour(
            faults=every_fault(but=LOUD),
            seed=1,
            latency=PLATFORM["latency"],
        )
        finish(ground, command)
        twice = duplicates(emulator)
    report("kill -9, a naive loop", f"{killed} kills, {wanted} wanted, {twice} duplicates")
    assert killed
    assert twice > 0
