"""How close to the ideal rate are creates? 2,000 of them against a server that takes 50 ms each.

    python benchmarks/apply.py [RUNS]

Over plain HTTP and over TLS, in turn. The ideal is `creates x delay / workers`. `creates` counts
from the first request to the last answer, as the server saw them; `process` is the whole command,
start and listing included; `CPU` is what it took of a processor for each create. The server runs on
the same processors, so on a busy machine CPU says more than the rate. Needs `openssl`.
"""

import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NamedTuple

from plan import write_manifests

CREATES = 2_000
DELAY = 0.05
SETTINGS = """\
environments:
  bench:
    org: bench@AdobeOrg
    sandbox: dev
    max_creates: 100000
    ais_url: {url}/ais
    ups_url: {url}/ups
    ims_url: {url}
"""
SERVER = Path(__file__).with_name("slow_server.py")


class Seen(NamedTuple):
    """Seconds of the creates, of the whole process, and of its CPU."""

    creates: float
    process: float
    cpu: float


def certificate(folder: Path) -> Path:
    """One that signs itself, and its key, in one file."""
    both = folder / "both.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    more = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", both, "-out", folder / "cert.pem"]
    subprocess.run([*command.split(), *more], check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def apply(folder: Path, url: str, workers: int) -> tuple[float, float]:
    """Seconds, and seconds of CPU, of one command upon the manifests in the folder."""
    (folder / "aepctl.yaml").write_text(SETTINGS.format(url=url))
    command = [sys.executable, "-m", "aepctl", "apply", "--auto-approve", "--fresh"]
    given = {"AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"}
    if url.startswith("https"):
        given["SSL_CERT_FILE"] = str(folder / "both.pem")
    begun = time.monotonic()
    with subprocess.Popen(
        [*command, "--parallelism", str(workers)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **given},
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"apply ended with {process.returncode}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


def run(scheme: str, workers: int) -> Seen:
    """One apply, against a server of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_manifests(folder, 1, CREATES)
        command = [sys.executable, SERVER, str(DELAY)]
        trusted = None
        if scheme == "https":
            command.append(certificate(folder))
            trusted = ssl.create_default_context(cafile=folder / "cert.pem")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None  # noqa: S101 - a pipe was asked for
                url = f"{scheme}://127.0.0.1:{int(server.stdout.readline())}"
                whole, cpu = apply(folder, url, workers)
                with urllib.request.urlopen(f"{url}/times", context=trusted) as answer:  # noqa: S310
                    times = json.load(answer)
            finally:
                server.kill()
    if times["count"] != CREATES:
        sys.exit(f"{times['count']} creates instead of {CREATES}")
    return Seen(times["seconds"], whole, cpu)


if __name__ == "__main__":
    RUNS = int(sys.argv[1]) if sys.argv[1:] else 3
    for workers in (8, 16, 32):
        ideal = CREATES * DELAY / workers
        rounds = [
            {scheme: run(scheme, workers) for scheme in ("http", "https")} for _ in range(RUNS)
        ]
        for scheme in ("http", "https"):
            seen = Seen(*map(statistics.median, zip(*(one[scheme] for one in rounds), strict=True)))
            print(
                f"{workers:>2} workers  {scheme:<5}  ideal {ideal:5.2f} s   "
                f"creates {seen.creates:5.2f} s: {ideal / seen.creates:4.0%} of the ideal   "
                f"process {seen.process:5.2f} s: {ideal / seen.process:4.0%}   "
                f"CPU {seen.cpu / CREATES * 1000:4.2f} ms"
            )
