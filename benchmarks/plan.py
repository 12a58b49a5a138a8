"""How fast is a plan? Whole process, cold, against iterating libyaml's events over the same bytes.

    python benchmarks/plan.py [RUNS]

Prints for each size the median of the runs: wall and CPU seconds, peak memory, and the ratio of the
CPU time to that of the events (in a process of its own, and without the interpreter's start).
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ENVIRONMENT = "environments: {bench: {endpoint: emulator, sandbox: dev}}\n"
EVENTS = """
import sys, time, pathlib, yaml
files = [f.read_bytes() for f in sorted(pathlib.Path('audiences').rglob('*.yaml'))]
begun = time.process_time()
for raw in files:
    for event in yaml.parse(raw, Loader=yaml.CSafeLoader):
        pass
print(time.process_time() - begun)
"""


def write_manifests(folder: Path, files: int, each: int) -> None:
    """`files` manifests of `each` audiences, with all four fields."""
    (folder / "aepctl.yaml").write_text(ENVIRONMENT)
    (folder / "audiences").mkdir()
    for file in range(files):
        lines = ["audiences:"]
        for number in range(file * each, (file + 1) * each):
            lines += [
                f"  loyalty-{number:06d}:",
                f"    name: Loyalty - Gold tier {number}",
                f"    description: Members with {number} points or more in the programme.",
                "    namespace: agora",
                "    originName: Agora_Collaboration",
            ]
        (folder / "audiences" / f"{file:04d}.yaml").write_text("\n".join(lines) + "\n")


def measure(command: list[str], folder: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak megabytes of one run."""
    begun = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    wall = time.monotonic() - begun
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bench(label: str, files: int, each: int, runs: int) -> None:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_manifests(folder, files, each)
        plan = [sys.executable, "-m", "aepctl", "plan"]
        events = [sys.executable, "-c", EVENTS]
        rows, inner, outer = [], [], []
        for _ in range(runs):
            rows.append(measure(plan, folder))
            outer.append(measure(events, folder)[1])
            said = subprocess.run(events, cwd=folder, capture_output=True, text=True, check=True)
            inner.append(float(said.stdout))
        wall, cpu, peak = (statistics.median(column) for column in zip(*rows, strict=True))
        of_events, of_process = statistics.median(inner), statistics.median(outer)
        print(
            f"{label:<24} wall {wall:5.2f} s  CPU {cpu:5.2f} s  peak {peak:4.0f} MB   "
            f"events {of_events:.3f} s: CPU x {cpu / of_events:.1f}   "
            f"events' process {of_process:.3f} s: CPU x {cpu / of_process:.1f}"
        )


def bench_small(runs: int) -> None:
    """Start-up: the version, and the plan of this repository's sample."""
    here = Path(__file__).resolve().parent.parent
    for label, words in (("--version", ["--version"]), ("plan of the sample", ["plan"])):
        command = [sys.executable, "-m", "aepctl", *words]
        rows = [measure(command, here) for _ in range(runs)]
        wall = statistics.median(row[0] for row in rows)
        print(f"{label:<24} wall {wall * 1000:5.0f} ms")


if __name__ == "__main__":
    RUNS = int(sys.argv[1]) if sys.argv[1:] else 5
    bench_small(RUNS)
    bench("10,000 in one file", 1, 10_000, RUNS)
    bench("10,000 in 1,000 files", 1_000, 10, RUNS)
    bench("100,000 in one file", 1, 100_000, max(RUNS // 2, 1))
    bench("100,000 in 1,000 files", 1_000, 100, max(RUNS // 2, 1))
