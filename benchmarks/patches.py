"""How close to the ideal rate are patches? 1,000 of them against a server that takes 50 ms each.

    python benchmarks/patches.py [RUNS]

Each is read, then changed: two requests, one after the other, so the ideal is
`2 x patches x delay / workers`. `patches` counts from the first of these reads to the last answer,
as the server saw them; `process` is the whole command, with its start and the reads before the
plan.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from apply import DELAY, SERVER, Seen, apply
from plan import write_manifests
from slow_audience import audience

from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.target import Target
from aepctl.state.encoder import encode_state
from aepctl.state.model import State

PATCHES = 1_000


def write_state(folder: Path, url: str) -> None:
    """What was there before the manifests changed."""
    known = {}
    for number in range(PATCHES):
        there = audience(f"{number:06d}")
        ids = Ids(there["audienceId"], there["id"])
        known[f"loyalty-{number:06d}"] = Known(Audience.of(there), ids)
    state = State("bench", 1, Target("bench@AdobeOrg", "dev", f"{url}/ais"), known)
    (folder / "state").mkdir()
    (folder / "state" / "bench.json").write_text(encode_state(state))


def run(workers: int) -> Seen:
    """One apply, against a server of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, SERVER, str(DELAY)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None  # noqa: S101 - a pipe was asked for
                url = f"http://127.0.0.1:{int(server.stdout.readline())}"
                write_manifests(folder, 1, PATCHES)
                write_state(folder, url)
                whole, cpu = apply(folder, url, workers)
                with urllib.request.urlopen(f"{url}/times") as answer:  # noqa: S310
                    times = json.load(answer)
            finally:
                server.kill()
    if times["count"] != PATCHES:
        sys.exit(f"{times['count']} patches instead of {PATCHES}")
    return Seen(times["seconds"], whole, cpu)


if __name__ == "__main__":
    RUNS = int(sys.argv[1]) if sys.argv[1:] else 3
    for workers in (8, 16, 32):
        ideal = 2 * PATCHES * DELAY / workers
        rounds = [run(workers) for _ in range(RUNS)]
        seen = Seen(*map(statistics.median, zip(*rounds, strict=True)))
        best = min(one.creates for one in rounds)
        print(
            f"{workers:>2} workers   ideal {ideal:5.2f} s   "
            f"patches {seen.creates:5.2f} s: {ideal / seen.creates:4.0%} of the ideal "
            f"(best {ideal / best:4.0%})   process {seen.process:5.2f} s: "
            f"{ideal / seen.process:4.0%}   CPU {seen.cpu / PATCHES * 1000:4.2f} ms"
        )
