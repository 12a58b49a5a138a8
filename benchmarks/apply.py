"""How close to the ideal rate are creates? 2,000 of them against a server that takes 50 ms each.

    python benchmarks/apply.py [RUNS]

The ideal is `creates x delay / workers`. `creates` counts from the first request to the last
answer, as the server saw them; `process` is the whole command, start and listing included.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from plan import write_manifests

CREATES = 2_000
DELAY = 0.05
SETTINGS = """\
environments:
  bench:
    org: bench@AdobeOrg
    sandbox: dev
    max_creates: 100000
    ais_url: http://127.0.0.1:{port}/ais
    ups_url: http://127.0.0.1:{port}/ups
    ims_url: http://127.0.0.1:{port}
"""
SERVER = Path(__file__).with_name("slow_server.py")


def run(workers: int) -> tuple[float, float]:
    """Seconds of the creates and of the whole process."""
    with (
        tempfile.TemporaryDirectory() as name,
        subprocess.Popen(
            [sys.executable, SERVER, str(DELAY)], stdout=subprocess.PIPE, text=True
        ) as server,
    ):
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            port = int(server.stdout.readline())
            folder = Path(name)
            write_manifests(folder, 1, CREATES)
            (folder / "aepctl.yaml").write_text(SETTINGS.format(port=port))
            command = [sys.executable, "-m", "aepctl", "apply", "--auto-approve", "--fresh"]
            begun = time.monotonic()
            subprocess.run(
                [*command, "--parallelism", str(workers)],
                cwd=folder,
                stdout=subprocess.DEVNULL,
                env={**os.environ, "AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"},
                check=True,
            )
            whole = time.monotonic() - begun
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/times") as answer:
                times = json.load(answer)
        finally:
            server.kill()
    if times["count"] != CREATES:
        sys.exit(f"{times['count']} creates instead of {CREATES}")
    return times["seconds"], whole


if __name__ == "__main__":
    RUNS = int(sys.argv[1]) if sys.argv[1:] else 3
    for workers in (8, 16, 32):
        ideal = CREATES * DELAY / workers
        rows = [run(workers) for _ in range(RUNS)]
        creates, whole = (statistics.median(column) for column in zip(*rows, strict=True))
        print(
            f"{workers:>2} workers  ideal {ideal:5.2f} s   creates {creates:5.2f} s: "
            f"{ideal / creates:4.0%} of the ideal   process {whole:5.2f} s: {ideal / whole:4.0%}"
        )
