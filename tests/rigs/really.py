"""What the rigs that fail the real program's storage share: a project to run it in, and checks."""

import json
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
from aepctl.settings import load_settings
from aepctl.state.lines import encode_header, encode_intent
from aepctl.state.store import StateStore
from projects import Project
from rig import CODE

from aepctl.emulator import Behaviour, Emulator, serve
from aepctl.state.codec import decode_state
from aepctl.state.model import Intent, Snapshot

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
        return [line for line in self.err.splitlines() if line.startswith('{"type": "')]


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
        state = self.store().read().state
        assert state is not None
        known = state.audiences["old"]
        fields = json.loads(json.dumps(known.audience.fields()).replace("Name old", "Name found"))
        assert fields["name"] == "Name found"
        audience = type(known.audience)(fields["name"], fields["namespace"], fields["originName"])
        self.journal.write_text(
            encode_header(state.lineage, state.serial, state.target)
            + encode_intent(Intent("earlier", "found", audience, AT))
        )
        self.before = self.path.read_bytes()
        self.serial = state.serial
        self.arrived = len(self.platform.requests)

    def store(self) -> StateStore:
        settings = load_settings(os.environ, None)
        return StateStore(str(self.path), settings.target)

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

    def check(self, ended: Ended) -> Snapshot:
        """State is old or new; whatever was sent or told can be found; nothing else lies there."""
        assert "Traceback" not in ended.err, ended.err
        assert "bug:" not in ended.err, ended.err
        found = self.store().read()
        known = {key: one.audience_id for key, one in found.audiences.items()}
        assert found.state is not None
        assert "old" in known
        written = self.path.read_bytes()
        assert written == self.before or decode_state(written.decode(), "").serial > self.serial
        printed = {one["key"]: one["audienceId"] for one in map(json.loads, ended.printed[1:])}
        for key, audience_id in ended.told.items():
            assert audience_id in {known.get(key), printed.get(key)}, key
        open_now = {intent.audience.name for intent in found.intents}
        noted = self.journal.read_text() if self.journal.exists() else ""
        for name, request_id in self.sent():
            key = name.removeprefix("Name ")
            assert key in known or key in printed or name in open_now, name
            assert key in known or f'"intent": "{request_id}"' in noted, name
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
