"""What the rigs that fail the real program's storage share: a project to run it in, and checks."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from projects import Project
from rig import CODE, journal_lines, rescued

from aepctl.emulator import Behaviour, Emulator, serve
from aepctl.model.audience import Audience
from aepctl.model.steps import Create
from aepctl.state.codec import decode_state
from aepctl.state.events import Begun
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Run, State
from aepctl.state.stores.file import FileStore

AT = "2026-01-31T12:00:00.000+00:00"
TOLD = re.compile(r"^(?:created|adopted) +(\S+)  (\S+)$", re.MULTILINE)
APPLY = (sys.executable, "-m", "aepctl", "apply", "--auto-approve")
SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """How a run of the real program ended."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, str]:
        """The ID of each key that was told to be created or adopted."""
        return dict(TOLD.findall(self.out))

    @property
    def printed(self) -> list[str]:
        """The journal lines that were printed for `state recover`."""
        return journal_lines(self.err)


class Ground:
    """A project with its platform: state that knows `old`, an open intent, one to adopt.

    `found` was created by a run that died before it was told; `there` is on the platform only.
    """

    def __init__(self, project: Project, platform: Emulator) -> None:
        self.project = project
        self.platform = platform
        self.folder = project.root / "state"
        self.path = self.folder / "prod.json"
        self.journal = self.folder / "prod.journal"

    def prepare(self, new: Sequence[str]) -> None:
        self.project.settle_on(self.platform)
        self.project.setenv("AEPCTL_SETTLE_SECONDS", "0")
        for keys in (("found", "there"), ("old",)):
            self.path.unlink(missing_ok=True)
            self.project.want(*keys)
            assert self.project.apply().code == 0
        self.wanted = ("old", "found", "there", *new)
        self.project.want(*self.wanted)
        self.before = self.path.read_bytes()
        state = decode_state(self.before, self.path.name)
        known = state.audiences["old"].audience
        found = Audience("Name found", known.namespace, known.origin_name)
        intent = Intent("earlier", "an-earlier-run", "found", Create(found), AT)
        assert state.lineage is not None
        self.target = state.target
        self.journal.write_bytes(
            encode_header(state.lineage, state.serial, state.target, Run(intent.run, AT, "apply"))
            + encode_event(Begun(intent))
        )
        self.serial = state.serial
        self.arrived = len(self.platform.requests)

    def state(self) -> State:
        """What counts: the document with what its journal adds."""
        return read_state(FileStore(str(self.path)), self.target)

    def run(self, *command: str, **options: object) -> Ended:
        """Run the real program, or whatever runs it.

        Without measuring its coverage: that writes files of its own, which a limit would hit.
        """
        kept = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
        done = subprocess.run(
            command or APPLY,
            check=False,
            cwd=self.project.root,
            env={**kept, "PYTHONPATH": str(CODE), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            **options,  # type: ignore[call-overload]
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def sent(self) -> list[tuple[str, str]]:
        """Name and request ID of each create that arrived since it was prepared."""
        requests = self.platform.requests[self.arrived :]
        return [(one.name or "", one.x_request_id) for one in requests if one.method == "POST"]

    def check(self, ended: Ended) -> State:
        """State is old or new; whatever was sent or told can be found; nothing else lies there."""
        assert "Traceback" not in ended.err, ended.err
        assert "internal error:" not in ended.err, ended.err
        found = self.state()
        known = {key: one.ids.audience_id for key, one in found.audiences.items()}
        assert "old" in known
        written = self.path.read_bytes()
        assert written == self.before or decode_state(written, "").serial > self.serial
        printed = rescued(ended.printed)
        for key, audience_id in ended.told.items():
            assert audience_id in {known.get(key), printed.get(key)}, key
        for name, request_id in self.sent():
            key = name.removeprefix("Name ")
            assert key in known or found.intents[request_id].key == key, name
        return found

    def check_next_runs(self) -> None:
        """On storage that works again: each wanted audience once, all known, nothing left over."""
        for _ in range(2):
            done = self.project.apply()
            if done.code == 0:
                break
        assert done.code == 0, done.out + done.err
        there = {one["name"]: one["audienceId"] for one in self.platform.audiences}
        assert Counter(one["name"] for one in self.platform.audiences) == Counter(
            f"Name {key}" for key in self.wanted
        )
        assert {f"Name {key}": given for key, given in self.project.ids().items()} == there
        assert self.project.files == ["prod.json"]


class Grounds:
    """One ground after another, each with a platform and a folder of its own."""

    def __init__(
        self,
        root: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self._root = root
        self._patch = monkeypatch
        self._capsys = capsys
        self._running = ExitStack()
        self._count = 0

    def __call__(
        self, *new: str, lay: Callable[[Path], object] | None = None, latency: float = 0.0
    ) -> Ground:
        """A ground that wants these as well; `lay` prepares the folder of states."""
        self._count += 1
        root = self._root / str(self._count)
        root.mkdir()
        self._patch.chdir(root)
        if lay is not None:
            (root / "state").mkdir()
            lay(root / "state")
        platform = self._running.enter_context(serve())
        ground = Ground(Project(root, self._patch, self._capsys), platform)
        ground.prepare(new)
        platform.behaviour = Behaviour(latency=latency)
        return ground

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()
