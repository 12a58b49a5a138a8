"""Random `kill -9` of the real program against the emulator with every fault switched on.

At the end: nothing twice, nothing lost, nothing unknown. A naive loop under the same rig fails,
or the rig would prove nothing.
"""

import json
import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from deciding import WAITS_FOR_A_PERSON, decide, finish
from rig import (
    APPLY,
    DECIDED,
    RATES,
    ROUNDS,
    Record,
    Site,
    creates,
    duplicates,
    every_fault,
    identities,
    lost,
)

from aepctl.emulator import Behaviour, Emulator, FaultKind, Operation, serve
from aepctl.emulator.faults import POSSIBLE

WORKERS = ("--parallelism", "4")
PLATFORM: dict[str, Any] = {"latency": 0.04, "list_lag": 0.3, "strict_tokens": True}
LONG = 100
HERE = (Operation.CREATE, Operation.LIST)
"""From so many kills on, every fault is sure to be met."""
NAIVE = Path(__file__).with_name("naive.py")

pytestmark = pytest.mark.timeout(600 * ROUNDS)


@dataclass
class Killing:
    """Kills a command again and again, at moments that cover all of its life."""

    site: Site
    emulator: Emulator
    command: tuple[str, ...]
    wanted: int
    dice: random.Random
    moments: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)

    def kill(self, times: int) -> int:
        """Until it was killed so often; how often it was."""
        killed = 0
        for _ in range(2 * times):
            left = self.wanted - len(set(identities(self.emulator)))
            if killed == times or not left:
                break
            killed += self._one(most=max(1, round(2 * left / (times - killed))))
        return killed

    def _one(self, most: int) -> bool:
        """One run, killed at the latest when `most` creates have arrived; whether it was."""
        process = self.site.start(
            *self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = creates(self.emulator)
        moment = self.dice.choice(("start", "settling", "creating", "creating", "folding"))
        late = {"start": 0.5, "settling": 2.5}.get(moment, 15)
        ends = time.monotonic() + self.dice.uniform(0, late)
        enough = before + self.dice.randint(1, most)
        while process.poll() is None and time.monotonic() < ends:
            if creates(self.emulator) >= enough:
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


def kill_and_finish(
    killing: Killing, kills: int, behaviour: dict[str, Any]
) -> tuple[int, int, int]:
    killed = killing.kill(kills)
    killing.emulator.behaviour = Behaviour(
        faults=every_fault(but={FaultKind.REFUSE, FaultKind.HANG_AFTER}), seed=1, **behaviour
    )
    return (killed, *finish(killing.site, killing.command))


@pytest.mark.rig
@pytest.mark.parametrize(
    ("ids", "kills", "wanted"),
    [
        pytest.param("server", 15 * ROUNDS, 90 * ROUNDS, id="server"),
        pytest.param("client", 6 * ROUNDS, 40 * ROUNDS, id="client"),
    ],
)
def test_never_twice_never_lost(
    tmp_path: Path, report: Record, ids: str, kills: int, wanted: int
) -> None:
    behaviour = {**PLATFORM, "revision": 3 if ids == "client" else 1}
    faults = every_fault()
    assert {one.kind for one in faults} == {one for on in HERE for one in POSSIBLE[on]} - DECIDED
    with serve(behaviour=Behaviour(faults=faults, **behaviour)) as emulator:
        port = urlsplit(emulator.url).port
        with Site(tmp_path / "killed", emulator.url, audience_ids=ids) as ground:
            ground.want(wanted)
            dice = random.Random(f"{ids}/{kills}")
            killing = Killing(ground, emulator, (*APPLY, *WORKERS), wanted, dice)
            killed, runs, code = kill_and_finish(killing, kills, behaviour)
            known, normal = ground.known(), ground.normal_state()
            left, missing = ground.left_over(), lost(emulator, known)
        met = Counter(str(one.result) for one in emulator.requests)
        twice, sent = duplicates(emulator), creates(emulator)
    moments = ", ".join(f"{count} {moment}" for moment, count in sorted(killing.moments.items()))
    report(
        f"kill -9, IDs by the {ids}, {wanted} wanted",
        f"{killed} kills ({moments}), {sent} creates arrived, {twice} duplicates, "
        f"{len(missing)} lost, {len(left)} unknown or left over, then {runs} runs to the end; "
        f"faults met: {', '.join(f'{k} {met[k]}' for k in sorted(RATES))}",
    )
    assert (twice, missing, left, code) == (0, [], [], 0)
    assert killed >= kills
    assert len(known) == wanted
    assert kills < LONG or all(met[kind] for kind in RATES)
    with (
        serve(port=port or 0, behaviour=Behaviour(revision=behaviour["revision"])) as clean,
        Site(tmp_path / "clean", clean.url, audience_ids=ids) as ground,
    ):
        ground.want(wanted)
        code, out, err = ground.run(*APPLY)
        assert code == 0, out + err
        assert normal == ground.normal_state()


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
        killing = Killing(ground, emulator, command, wanted, random.Random(1))
        killed, _, _ = kill_and_finish(killing, kills, {"latency": PLATFORM["latency"]})
        twice = duplicates(emulator)
    report("kill -9, a naive loop", f"{killed} kills, {wanted} wanted, {twice} duplicates")
    assert killed
    assert twice > 0
