"""What the rigs share: a folder to run the real program in, its processes, and what it left."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self
from zlib import crc32

import yaml

import aepctl
from aepctl.emulator import Emulator, Fault, FaultKind, Operation
from aepctl.emulator.faults import POSSIBLE
from aepctl.state.frames import read_frames

ROUNDS = int(os.environ.get("AEPCTL_RIG_ROUNDS", "1"))
"""How many times as much a long round does."""


def calls_in_turn(*what: object) -> Iterator[int]:
    """The numbers of the calls at which a fault is tried: every one; in a short round every other.

    Which half it is then depends on what is tried, so that together they meet all.
    """
    if ROUNDS > 1:
        return itertools.count(1)
    return itertools.count(1 + crc32(repr(what).encode()) % 2, 2)


ORG = "1BD6382559DF0C130A49422D@AdobeOrg"
PROGRAM = (sys.executable, "-m", "aepctl")
APPLY = (*PROGRAM, "apply", "--auto-approve")
CODE = Path(aepctl.__file__).parents[1]  # processes run the code that this process imports
CREDENTIALS = {"AEP_CLIENT_ID": "rig", "AEP_CLIENT_SECRET": "rig-secret"}

Identity = tuple[str, str, str]
Record = Callable[[str, object], None]


class Site:
    """A folder with settings and manifests, in which processes run. Leaving it ends them."""

    def __init__(self, folder: Path, url: str, **settings: Any) -> None:
        self.folder = folder
        self.state = folder / "state" / "rig.json"
        self.journal = self.state.with_suffix(".journal")
        self.lock = self.state.with_suffix(".lock")
        self.environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AEP", "CI_", "GITHUB_"))},
            **CREDENTIALS,
            "PYTHONPATH": str(CODE),
            "AEPCTL_SETTLE_SECONDS": "0.6",
        }
        self._running: list[subprocess.Popen[str]] = []
        target = {
            "org": ORG,
            "sandbox": "rig",
            "ais_url": f"{url}/core/ais",
            "ups_url": f"{url}/data/core/ups",
            "ims_url": url,
            "max_creates": 100_000,
            **settings,
        }
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "aepctl.yaml").write_text(yaml.safe_dump({"environments": {"rig": target}}))

    def want(self, count: int, *, in_a_file: int = 50) -> dict[str, Identity]:
        """Write manifests of so many audiences; the identity of each key."""
        wanted = {f"aud-{n:04}": (f"Audience {n:04}", "agora", "Rig") for n in range(count)}
        (self.folder / "audiences").mkdir(exist_ok=True)
        keys = list(wanted)
        for start in range(0, count, in_a_file):
            audiences = {
                key: {"name": wanted[key][0], "description": f"Made for {key}."}
                for key in keys[start : start + in_a_file]
            }
            defaults = {"namespace": "agora", "originName": "Rig"}
            text = yaml.safe_dump({"defaults": defaults, "audiences": audiences})
            (self.folder / "audiences" / f"from-{start:04}.yaml").write_text(text)
        return wanted

    def start(self, *command: str, **options: Any) -> "subprocess.Popen[str]":
        given: dict[str, Any] = {
            "cwd": self.folder,
            "env": self.environ,
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
            **options,
        }
        process = subprocess.Popen(command, **given)
        self._running.append(process)
        return process

    def run(self, *command: str, seconds: float = 60, **options: Any) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        given = options.pop("input", None)
        if given is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*command, **options)
        out, err = process.communicate(given, timeout=seconds)
        return process.returncode, out, err

    def close(self) -> None:
        for process in self._running:
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def document(self) -> dict[str, Any]:
        """What the state file says."""
        if not self.state.exists():
            return {}
        found: dict[str, Any] = json.loads(self.state.read_text())
        return found

    def known(self) -> dict[str, dict[str, str]]:
        """What the state file knows, by key."""
        found: dict[str, dict[str, str]] = self.document().get("audiences", {})
        return found

    def intents(self) -> list[dict[str, Any]]:
        """The intents without an outcome: after an orderly end in the state, else in the journal.

        Only a run that began with an empty state and ended at once is asked for the latter.
        """
        if not self.journal.exists():
            return list(self.document().get("intents", {}).values())
        assert not self.document().get("intents")
        lines = [json.loads(line) for line in self.journal.read_text().splitlines()]
        closed = {line["intent"] for line in lines if line["type"] == "outcome"}
        return [one for one in lines if one["type"] == "intent" and one["intent"] not in closed]

    def left_over(self) -> list[str]:
        """What is in the folder of states besides the state, its lock and what Git passes over."""
        usual = {self.state.name, self.lock.name, ".gitignore"}
        return sorted(one.name for one in self.state.parent.iterdir() if one.name not in usual)

    def normal_state(self) -> str:
        """The state file's text without what differs from run to run: IDs, lineage, serial, runs.

        Of each run it keeps all but its id, its time and the number of its writes; equal ones count
        once, because how many there are tells how often it was killed. Decisions are left out: they
        answer faults.
        """
        document = self.document()
        alike = {
            json.dumps({k: v for k, v in run.items() if k not in {"id", "at", "part"}})
            for run in document["runs"]
            if "state resolve" not in run["command"]
        }
        text = self.state.read_text()
        written, _, _ = text.partition(',\n  "runs": [')
        assert written != text
        text = f"{written}\n{sorted(alike)}"
        text = re.sub(r'"(audienceId|lineage)": "[^"]*"', r'"\1": ""', text)
        text = re.sub(r'"id": "[^"]*", ', "", text)  # a list has it, an answer to revision 1 not
        return re.sub(r'"serial": \d+', '"serial": 0', text)


def journal_lines(log: str) -> list[str]:
    """The journal lines that a run has printed for `state recover`."""
    return [line for text in read_frames(log).texts for line in text.splitlines()]


def rescued(lines: Iterable[str]) -> dict[str, str]:
    """The ID of each key in journal lines that a run has printed."""
    keys: dict[str, str] = {}
    ids: dict[str, str] = {}
    for line in map(json.loads, lines):
        if line["type"] == "intent":
            keys[line["intent"]] = line["key"]
        elif line["type"] == "outcome" and "audienceId" in line:
            ids[keys[line["intent"]]] = line["audienceId"]
        elif line["type"] == "noted" and line["step"]["type"] == "adopt":
            ids[line["key"]] = line["step"]["audienceId"]
    return ids


def identities(emulator: Emulator) -> list[Identity]:
    return [(one["name"], one["namespace"], one["originName"]) for one in emulator.audiences]


def duplicates(emulator: Emulator) -> int:
    """How many audiences the platform has too many."""
    return sum(count - 1 for count in Counter(identities(emulator)).values())


def lost(emulator: Emulator, known: dict[str, dict[str, str]]) -> list[str]:
    """Audiences of the platform that state does not have under their ID, and the other way."""
    there = {one["audienceId"]: one["name"] for one in emulator.audiences}
    ours = {one["audienceId"]: one["name"] for one in known.values()}
    differing = there.items() ^ ours.items()
    return sorted(f"{audience_id} {name}" for audience_id, name in differing)


def creates(emulator: Emulator) -> int:
    """How many creates arrived."""
    return sum(one.method == "POST" and one.name is not None for one in emulator.requests)


def signalled(process: "subprocess.Popen[str]", number: signal.Signals, wait: float) -> float:
    """Send a signal and wait for the end; how long that took."""
    began = time.monotonic()
    process.send_signal(number)
    process.wait(wait)
    return time.monotonic() - began


NEVER = frozenset({(Operation.CREATE, FaultKind.CONFLICT)})
"""What no run gets over by itself: the platform says that something is there which is not."""
RACES = FaultKind.EDITED
"""Between a look and the change that follows it: the platform has nothing against that."""
RATES = {
    FaultKind.REFUSE: 0.02,
    FaultKind.RATE_LIMIT: 0.04,
    FaultKind.ERROR_BEFORE: 0.03,
    FaultKind.ERROR_AFTER: 0.03,
    FaultKind.DROP_BEFORE: 0.03,
    FaultKind.DROP_AFTER: 0.03,
    FaultKind.HANG_AFTER: 0.01,
    FaultKind.CUT_BODY: 0.02,
    FaultKind.HTML_BODY: 0.02,
    FaultKind.EMPTY_BODY: 0.02,
    FaultKind.NO_ID: 0.02,
    FaultKind.UNAUTHORIZED: 0.02,
    FaultKind.REDIRECT: 0.02,
    FaultKind.SWAPPED: 0.02,
    FaultKind.LIST_ERROR: 0.05,
    FaultKind.LIST_RATE_LIMIT: 0.05,
    FaultKind.LIST_SHORT: 0.05,
    FaultKind.CONFLICT: 0.02,
    FaultKind.FORBIDDEN: 0.01,
    FaultKind.DEPENDENTS: 0.02,
    FaultKind.STALE: 0.2,
}
LIMITS = frozenset({FaultKind.RATE_LIMIT, FaultKind.LIST_RATE_LIMIT})
HANGS = 0.003
"""Of what is no create: whoever waits for it waits for half a minute."""


def every_fault(*, but: Iterable[FaultKind] = ()) -> tuple[Fault, ...]:
    """All that can happen to each call, each at a low rate."""
    without = frozenset({*but, RACES})
    return tuple(
        Fault(
            kind=kind,
            on=on,
            rate=HANGS if kind is FaultKind.HANG_AFTER and on is not Operation.CREATE else rate,
            retry_after="0" if kind in LIMITS else None,
        )
        for on, kinds in POSSIBLE.items()
        for kind, rate in RATES.items()
        if kind in kinds and kind not in without and (on, kind) not in NEVER
    )
