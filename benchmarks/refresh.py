"""How long does a look at everything take? 4,000 known audiences, a platform of 50 ms an answer.

    python benchmarks/refresh.py [RUNS [AUDIENCES]]

`drift`, `plan --refresh`, and a `refresh` that records all of them: seconds, CPU and peak memory of
the whole process, and how often the platform was asked. Half of the texts differ from the state's.
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

from list_server import audience

DELAY = 0.05
SETTINGS = """\
environments:
  bench:
    org: bench@AdobeOrg
    sandbox: dev
    ais_url: {url}/ais
    ups_url: {url}/ups
    ims_url: {url}
"""
SERVER = Path(__file__).with_name("list_server.py")
FIELDS = ("audienceId", "name", "description", "namespace", "originName")
COMMANDS = (("drift",), ("plan", "--refresh"), ("refresh", "--auto-approve"))


def write_project(folder: Path, url: str, count: int) -> None:
    """Settings, manifests, and a state without platform ids; each fortieth text was edited."""
    (folder / "aepctl.yaml").write_text(SETTINGS.format(url=url))
    (folder / "audiences").mkdir()
    (folder / "state").mkdir()
    known, lines = {}, ["defaults: {namespace: agora, originName: Bench}", "audiences:"]
    for number in range(count):
        fields = {name: audience(number)[name] for name in FIELDS}
        if number % 40 == 0:
            fields["description"] = f"Number {number}."
        known[f"k{number:05}"] = fields
        lines += [
            f"  k{number:05}:",
            f"    name: {fields['name']}",
            f"    description: {fields['description']}",
        ]
    (folder / "audiences" / "all.yaml").write_text("\n".join(lines) + "\n")
    target = {"org": "bench@AdobeOrg", "sandbox": "dev", "endpoint": url}
    state = {"format": "1.4", "lineage": "bench", "serial": 1, "target": target}
    (folder / "state" / "bench.json").write_text(json.dumps({**state, "audiences": known}))


def run(folder: Path, words: tuple[str, ...]) -> tuple[float, float, float]:
    """Seconds, seconds of CPU, and peak memory in MB, of one command."""
    environ = {**os.environ, "AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"}
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "aepctl", *words],
        cwd=folder, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in {0, 2}:
        sys.exit(f"{words}: exit {code}")
    cpu = usage.ru_utime + usage.ru_stime
    return time.monotonic() - begun, cpu, usage.ru_maxrss / 1024


def asked(url: str) -> int:
    """How often the platform was asked so far."""
    with urllib.request.urlopen(f"{url}/count") as answer:  # noqa: S310 - loopback
        return int(json.load(answer))


def measure(runs: int, count: int) -> None:
    """Print a line for each command."""
    command = [sys.executable, str(SERVER), str(DELAY), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            for words in COMMANDS:
                rows, before = [], asked(url)
                for _ in range(runs):
                    with tempfile.TemporaryDirectory() as folder:
                        write_project(Path(folder), url, count)
                        rows.append(run(Path(folder), words))
                seconds = [row[0] for row in rows]
                requests = (asked(url) - before) / runs
                print(
                    f"{' '.join(words):<24} {statistics.median(seconds):5.2f} s "
                    f"(best {min(seconds):5.2f} s)  "
                    f"CPU {statistics.median(row[1] for row in rows):5.2f} s  "
                    f"peak {max(row[2] for row in rows):4.0f} MB  "
                    f"{requests:.0f} requests"
                )
        finally:
            server.kill()


if __name__ == "__main__":
    measure(int((sys.argv[1:2] or ["5"])[0]), int((sys.argv[2:3] or ["4000"])[0]))
