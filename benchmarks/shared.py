"""What does state that a team shares cost? Creates at 16 workers, beside the ideal rate.

    python benchmarks/shared.py [RUNS [STORE ...]]

The platform takes 50 ms for a create; the ideal is `creates x delay / workers`, from the first
request to the last answer, as the platform sees them. CPU is what the whole command takes of a
processor for each create, and what the platform does: they share the machine. Stores: `memory`
(within the process, each call takes 20 ms), `s3` (moto), `postgresql`, `git` (a bare repository
over file://), `git-30` (the same for 30 s, in which pushes are counted), and `file` to compare.
Real servers are those of the tests, and must be there: `pip install -e '.[dev]'`.
"""

import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from plan import write_manifests

# ruff: noqa: PLC0415 - what a store needs is imported where it is measured
HERE = Path(__file__).parent
TESTS = HERE.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "rigs"), str(TESTS / "state" / "stores")]

WORKERS = 16
CREATES, DELAY, CALL = 1_000, 0.05, 0.02
LONG_CREATES, LONG_DELAY = 3_000, 0.16
SETTINGS = """\
environments:
  bench:
    org: bench@AdobeOrg
    sandbox: dev
    state: {state}
    max_creates: 100000
    ais_url: http://127.0.0.1:{port}/ais
    ups_url: http://127.0.0.1:{port}/ups
    ims_url: http://127.0.0.1:{port}
"""
AEPCTL = (sys.executable, "-m", "aepctl")
IN_MEMORY = (sys.executable, str(HERE / "shared.py"), "in-memory")
Count = Callable[[], int]


@dataclass(frozen=True)
class Kind:
    """A store to measure: its address, variables, and how many writes it has seen."""

    address: str
    environ: Mapping[str, str]
    writes: Count | None = None
    creates: int = CREATES
    delay: float = DELAY
    program: tuple[str, ...] = AEPCTL


@contextmanager
def stores(name: str, folder: Path) -> Iterator[Kind]:
    """Start one."""
    from shared_places import PLACES

    if name in {"file", "memory"}:
        # any address of a shared store does: the engine is put in its place
        program = AEPCTL if name == "file" else IN_MEMORY
        address = "state/bench.json" if name == "file" else "s3://in-memory/bench.json"
        yield Kind(address, {}, program=program)
        return
    place = {"git": "git over file", "git-30": "git over file"}.get(name, name)
    with PLACES[place](folder, random.Random(1)) as found:  # noqa: S311 - no secret
        kind = Kind(found.address, found.environ)
        if name.startswith("git"):
            kind = replace(kind, writes=lambda: commits(folder / "origin.git"))
        if name == "git-30":
            kind = replace(kind, creates=LONG_CREATES, delay=LONG_DELAY)
        yield kind


def commits(repository: Path) -> int:
    """How many writes a branch has seen."""
    command = ["git", "-C", str(repository), "rev-list", "--count", "aepctl-state"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


class Seen(NamedTuple):
    """The share of the ideal, seconds of the process, CPU of both in ms a create, writes."""

    share: float
    process: float
    cpu: float
    server_cpu: float
    writes: int | None


def measured(name: str) -> Seen:
    """One apply."""
    with tempfile.TemporaryDirectory() as root:
        (server_folder := Path(root, "server")).mkdir()
        (folder := Path(root, "project")).mkdir()
        with stores(name, server_folder) as kind, platform(kind.delay) as port:
            write_manifests(folder, 1, kind.creates)
            settings = SETTINGS.format(port=port, state=json.dumps(kind.address))
            (folder / "aepctl.yaml").write_text(settings)
            environ = {**os.environ, **kind.environ}
            environ |= {"AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"}

            def run(*words: str) -> None:
                subprocess.run(
                    [*kind.program, *words], cwd=folder, env=environ, check=True,
                    stdout=subprocess.DEVNULL,
                )  # fmt: skip

            if name not in {"file", "memory"}:
                run("state", "init")
            before = kind.writes() if kind.writes else 0
            begun, used = time.monotonic(), children_cpu()
            run("apply", "--auto-approve", "--fresh", "--parallelism", str(WORKERS))
            whole, cpu = time.monotonic() - begun, children_cpu() - used
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/times") as answer:
                times = json.load(answer)
            if times["count"] != kind.creates:
                sys.exit(f"{times['count']} creates instead of {kind.creates}")
            ideal = kind.creates * kind.delay / WORKERS
            writes = kind.writes() - before if kind.writes else None
            each = [one / kind.creates * 1000 for one in (cpu, times["cpu"])]
            return Seen(ideal / times["seconds"], whole, *each, writes)


def children_cpu() -> float:
    """Of those that have ended: the commands, not the servers."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


@contextmanager
def platform(delay: float) -> Iterator[int]:
    """A platform that takes so long for a create; its port."""
    command = [sys.executable, str(HERE / "slow_server.py"), str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - a pipe was asked for
            yield int(server.stdout.readline())
        finally:
            server.kill()


def in_memory(arguments: list[str]) -> int:
    """The program, over an engine in its own memory that takes 20 ms for each call."""
    from memory_documents import MemoryDocuments, MemoryServer

    from aepctl.cli.main import run
    from aepctl.operations.context import Context, system_context
    from aepctl.project.environment import Environment
    from aepctl.state.encoder import StateEncoder
    from aepctl.state.model import State
    from aepctl.state.shared_store import SharedStore
    from aepctl.state.stores.documents import Document
    from aepctl.state.written import Written

    server = MemoryServer()

    class Slow(MemoryDocuments):
        def get(self) -> Document | None:
            time.sleep(CALL)
            return super().get()

        def put(self, data: bytes, expected: str | None, note: str) -> str:
            time.sleep(CALL)
            return super().put(data, expected, note)

    def open_store(environment: Environment) -> SharedStore:
        if server.document is None:
            made = Written(State("bench", 1, environment.target))
            MemoryDocuments(server).put(StateEncoder().encode(made).encode(), None, "made")
        return SharedStore(Slow(server), Path(".aepctl", "rescue"), environment.name)

    def context() -> Context:
        return replace(system_context(), open_store=open_store)

    code = run(arguments, context)
    print(f"{len(server.history) - 1} writes", file=sys.stderr)
    return code


if __name__ == "__main__":
    if sys.argv[1:2] == ["in-memory"]:
        sys.exit(in_memory(sys.argv[2:]))
    RUNS = int(sys.argv[1]) if sys.argv[1:] else 3
    for store in sys.argv[2:] or ("file", "memory", "s3", "postgresql", "git", "git-30"):
        rows = [measured(store) for _ in range(RUNS)]
        shares = sorted(row.share for row in rows)
        counted = {row.writes for row in rows} - {None}
        process, cpu, server = (
            statistics.median(one) for one in list(zip(*rows, strict=True))[1:4]
        )
        print(
            f"{store:>10}  best {shares[-1]:4.0%}  median {statistics.median(shares):4.0%} of the "
            f"ideal   process {process:5.2f} s   CPU {cpu:4.2f} ms, platform {server:4.2f} ms"
            + (f"   {sorted(counted)} writes" if counted else "")
        )
