"""Runners whose disks are thrown away, over every store that a team shares.

They are killed, stopped and let go on, interrupted, started two at a time; the store's server goes
away, connections are cut in mid-write. Meanwhile a team changes its mind in every way that there
is, and somebody edits on the platform, whose lists lag, and which shows every fault. At the end:
nothing twice, nothing lost, nothing unknown, nothing written over an edit, nothing deleted that was
wanted again, and the lock is free. State in a file under the same rig makes duplicates, or the rig
would prove nothing.
"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deciding import MOST_RUNS, WAITS_FOR_A_PERSON, decide
from rig import (
    APPLY,
    PROGRAM,
    ROUNDS,
    Record,
    Site,
    creates,
    duplicates,
    every_fault,
)
from shared_places import PLACES, RUDE, Place
from team import WRITES, Team, deletes, number_of, writes
from waiting import wait_for

from aepctl.emulator import Behaviour, Emulator, FaultKind, LoggedRequest, serve
from aepctl.model.steps import Delete
from aepctl.state.codec import decode_written
from aepctl.state.written import Written

LAG = 2.0
SETTLE = "2.4"
LEASE = 5
LATENCY = 0.05
LATE = 0.3
"""So long after a kill, what had left by then has arrived."""
MOSTLY = 0.7
LOCKED = 5
INTERRUPTED = 130
SECONDS = 120
WAITING = (*APPLY, "--parallelism", "4", "--lock-timeout", "90", "--yes-delete", "100000")
LAGS = {"list_lag": LAG, "update_lag": 0.5, "delete_lag": LAG}
LOUD = frozenset({FaultKind.REFUSE, FaultKind.HANG_AFTER})

pytestmark = [pytest.mark.rig, pytest.mark.timeout(400 + 900 * ROUNDS)]


@dataclass
class Fleet:
    """Runners, each with a new disk, that bring about the same audiences."""

    folder: Path
    place: Place
    emulator: Emulator
    team: Team
    dice: random.Random
    did: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    late: list[LoggedRequest] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)

    def site(self) -> Site:
        """A machine that nothing was ever done on."""
        folder = self.folder / f"runner-{len(self.sites)}"
        settings = {"state": self.place.address, "lock_lease_seconds": LEASE}
        site = Site(folder, self.emulator.url, **settings)
        site.environ.update(self.place.environ)
        site.environ["AEPCTL_SETTLE_SECONDS"] = SETTLE
        self.team.write(site.folder)
        self.sites.append(site)
        return site

    def throw_away(self, site: Site) -> None:
        """The machine is gone, and its disk with it."""
        site.close()
        shutil.rmtree(site.folder, ignore_errors=True)

    def start(self) -> tuple[Site, "subprocess.Popen[str]"]:
        site = self.site()
        with (self.folder / f"{site.folder.name}.log").open("wb") as log:
            return site, site.start(*WAITING, stdout=log, stderr=log, start_new_session=True)

    def there(self) -> Written:
        """What the store has."""
        document = self.place.open().get()
        assert document is not None
        return decode_written(document.data, "the store")

    def prepare(self) -> None:
        """Another day; and mostly a run has looked for what was open, so that the next changes.

        The other times what is to happen happens to a run that looks.
        """
        time.sleep(LATE)
        state = self.there().state
        steps = [one.step for one in state.intents.values()]
        open_ones = {number_of(one.audience.name) for one in steps if isinstance(one, Delete)}
        self.team.day(more=6, changed=8, ends=3, open_ones=open_ones)
        self.team.edit(self.emulator, 1, (one.ids.audience_id for one in state.audiences.values()))
        self.team.begins(self.emulator)
        if self.there().state.intents and self.dice.random() < MOSTLY:
            site, process = self.start()
            self.ended(process)
            self.throw_away(site)

    # What happens to runners

    def killed(self) -> None:
        """kill -9 of one, at any moment of its life; sometimes with all that it has started."""
        site, process = self.start()
        self.some_moment(process)
        if self.dice.random() < 0.5:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        self.codes[process.wait(SECONDS)] += 1
        self.throw_away(site)

    def outage(self) -> None:
        """The store's server goes away while one is at work, and comes back; sometimes twice."""
        site, process = self.start()
        for _ in range(self.dice.randint(1, 2)):
            self.some_moment(process)
            self.place.outage(self.dice.uniform(0.2, 2.5))
        self.ended(process)
        self.throw_away(site)

    def two_at_once(self) -> None:
        """Two at the same time; sometimes one of them dies."""
        both = [self.start(), self.start()]
        if self.dice.random() < 0.5:
            _, one = self.dice.choice(both)
            self.some_moment(one)
            one.kill()
        for site, process in both:
            self.ended(process, -signal.SIGKILL)
            self.throw_away(site)

    def stopped(self) -> None:
        """One is stopped and another one takes over; the first goes on when its lease is over."""
        site, process = self.start()
        wait_for(lambda: self.holds(process) or process.poll() is not None, SECONDS, often=0.1)
        enough = writes(self.emulator) + self.dice.randint(0, self.team.today)
        wait_for(lambda: writes(self.emulator) >= enough, self.dice.uniform(0, 6))
        process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        other, second = self.start()
        held = self.there()
        wait_for(lambda: self.takes_over(held) or second.poll() is not None, 4 * LEASE, often=0.2)
        was_over = time.monotonic() - begun > LEASE and self.takes_over(held)
        time.sleep(self.dice.uniform(0, 2))
        arrived = len(self.emulator.requests)
        process.send_signal(signal.SIGCONT)
        self.ended(process)
        self.ended(second)
        if was_over and held.lock is not None:
            self.did["taken over"] += 1
            self.late += [
                one
                for one in self.emulator.requests[arrived:]
                if one.method in WRITES and one.x_request_id in held.state.intents
            ]
        self.throw_away(site)
        self.throw_away(other)

    def holds(self, process: "subprocess.Popen[str]") -> bool:
        lock = self.there().lock
        return lock is not None and lock.holder["pid"] == str(process.pid)

    def takes_over(self, held: Written) -> bool:
        now = self.there().lock
        return held.lock is not None and now is not None and now.id != held.lock.id

    def interrupted(self) -> None:
        """SIGINT: what was started is recorded, and the lock is given back."""
        site, process = self.start()
        self.some_moment(process)
        self.place.be_rude(0.0)
        process.send_signal(signal.SIGINT)
        self.ended(process, INTERRUPTED, -signal.SIGINT)
        there = self.there()
        if process.returncode in {0, INTERRUPTED}:
            assert there.lock is None or there.lock.holder["pid"] != str(process.pid)
            known = {one for known in there.state.audiences.values() for one in known.all_ids}
            open_ones = {one.key for one in there.state.intents.values()}
            for one in self.emulator.audiences:
                key = self.team.blocks[number_of(one["name"])].key
                assert one["audienceId"] in known or key in open_ones, key
        self.place.be_rude(RUDE)
        self.throw_away(site)

    def some_moment(self, process: "subprocess.Popen[str]") -> None:
        """While it starts, waits for the lock, settles, changes things, or ends."""
        moment = self.dice.choice(("start", "settling", "changing", "changing", "deleting", "end"))
        left, before = self.team.today, writes(self.emulator)
        deleted = deletes(self.emulator) + self.dice.randint(1, 2)
        enough = before + self.dice.randint(1, max(left // 2, 1))
        if moment == "end":
            enough = before + max(left - 4, 1)
        late = {"start": 0.8, "settling": LEASE + 3.0}.get(moment, LEASE + 12.0)
        ends = time.monotonic() + self.dice.uniform(0, late)
        if moment in {"changing", "deleting", "end"}:
            ends = time.monotonic() + late
        while process.poll() is None and time.monotonic() < ends:
            if moment == "deleting":
                if deletes(self.emulator) >= deleted:
                    break
            elif writes(self.emulator) >= enough:
                time.sleep(self.dice.uniform(0, 0.3))
                break
            time.sleep(0.003)
        self.did[f"at {moment}"] += 1

    def ended(self, process: "subprocess.Popen[str]", *may_be: int) -> None:
        """It ends in good order, or as it may."""
        code = process.wait(SECONDS)
        self.codes[code] += 1
        usual = {0, 1, WAITS_FOR_A_PERSON, 4, LOCKED, *may_be}
        logs = {one.name: one.read_text()[-3000:] for one in self.folder.glob("*.log")}
        assert code in usual, logs

    def finish(self, *words: str) -> int:
        """Runs without troubles until nothing is left but what somebody edited; how many."""
        for run in range(1, MOST_RUNS + 1):
            site = self.site()
            code, out, err = site.run(*WAITING, *words, seconds=SECONDS)
            assert code in {0, 1, WAITS_FOR_A_PERSON, 4}, out + err
            decided = code == WAITS_FOR_A_PERSON and decide(site, WAITING, out + err)
            self.throw_away(site)
            waits = code == WAITS_FOR_A_PERSON and not (words or decided)
            if code == 0 or (waits and not self.there().state.intents):
                return run
        return MOST_RUNS


EVENTS = (Fleet.killed, Fleet.stopped, Fleet.outage, Fleet.interrupted, Fleet.two_at_once)
"""In the first round of a store comes a kill and one of the others, so that all are tried."""


def events(store: str, dice: random.Random) -> list[str]:
    """Their names: two for each round."""
    names = [one.__name__ for one in EVENTS]
    short = ["killed", names[1 + list(PLACES).index(store) % (len(names) - 1)]]
    return (short + [dice.choice(names) for _ in range(2 * ROUNDS)])[: 2 * ROUNDS]


@pytest.mark.parametrize("store", PLACES)
def test_never_twice_never_lost(tmp_path: Path, report: Record, store: str) -> None:
    dice = random.Random(f"{store}/{ROUNDS}")
    (tmp_path / "server").mkdir()
    with (
        PLACES[store](tmp_path / "server", dice) as place,
        serve(behaviour=Behaviour(latency=LATENCY, **LAGS)) as emulator,
    ):
        fleet = Fleet(tmp_path, place, emulator, Team(dice), dice)
        begin(fleet)
        emulator.behaviour = Behaviour(faults=every_fault(), latency=LATENCY, **LAGS)
        place.be_rude(RUDE)
        for event in events(store, dice):
            fleet.prepare()
            getattr(fleet, event)()
            fleet.did[event] += 1
        place.be_rude(0.0)
        emulator.behaviour = Behaviour(faults=every_fault(but=LOUD), latency=LATENCY, **LAGS)
        runs = fleet.finish()
        unknown, twice, sent = fleet.there().state.intents, duplicates(emulator), writes(emulator)
        over, against = fleet.team.over_edits(emulator), fleet.team.deleted_against_wish(emulator)
        emulator.behaviour = Behaviour(latency=LATENCY, **LAGS)
        fleet.team.takes_over_edits(emulator)
        fleet.finish("--refresh", "--overwrite")
        there = fleet.there()
        differing = fleet.team.differing(emulator, there.state)
        code, out, err = fleet.site().run(*PROGRAM, "plan", "--refresh", "--detailed-exitcode")
    did = ", ".join(f"{count} {what}" for what, count in sorted(fleet.did.items()))
    met = sum(place.rude.met.values()) if place.rude else 0
    report(
        f"runners over {store}",
        f"{did}; {met} times rude; exit codes {dict(fleet.codes)}; {fleet.team.told()}; {sent} "
        f"changes arrived: {twice} duplicates, {len(differing)} lost or not as wanted, "
        f"{len(unknown)} unknown, {len(over)} over an edit, {len(against)} deleted against the "
        f"team's wish, {len(fleet.late)} sent late; then {runs} runs to the end",
    )
    assert (twice, dict(unknown), over, against, fleet.late, differing) == (0, {}, [], [], [], [])
    assert code == 0, out + err
    assert there.lock is None


def begin(fleet: Fleet) -> None:
    """What the team has, before anything goes wrong."""
    fleet.team.new(16)
    fleet.team.begins(fleet.emulator)
    site = fleet.site()
    for command in ((*PROGRAM, "state", "init"), WAITING):
        code, out, err = site.run(*command)
        assert code == 0, out + err
    fleet.throw_away(site)


def test_the_rig_finds_fault_with_a_state_file(tmp_path: Path, report: Record) -> None:
    """As pipelines have it that commit the state file when a run has ended well.

    The list lags for as long as this takes, however slow the machine is.
    """
    kills, wanted = 3, 30
    dice = random.Random(1)
    with serve(behaviour=Behaviour(latency=LATENCY, list_lag=600)) as emulator:
        place = Place("state/rig.json", {}, no_store, lambda _: None)
        fleet = Fleet(tmp_path, place, emulator, Team(dice), dice)
        fleet.team.new(1)
        first = fleet.site()
        code, out, err = first.run(*APPLY)
        assert code == 0, out + err
        committed = first.state.read_bytes()
        fleet.team.new(wanted - 1)
        for _ in range(kills):
            site = fleet.site()
            site.state.parent.mkdir()
            site.state.write_bytes(committed)
            enough = creates(emulator) + 6
            process = site.start(*APPLY, "--parallelism", "4", stdout=subprocess.DEVNULL)
            assert wait_for(lambda: creates(emulator) >= enough, 30)  # noqa: B023 - called here
            process.kill()
            process.wait(SECONDS)
            fleet.throw_away(site)
        last = fleet.site()
        last.state.parent.mkdir()
        last.state.write_bytes(committed)
        last.run(*APPLY, seconds=SECONDS)
        twice = duplicates(emulator)
    report("runners with a state file", f"{kills} kills, {wanted} wanted, {twice} duplicates")
    assert twice > 0


def no_store() -> None:
    raise AssertionError("a file is no shared store")
