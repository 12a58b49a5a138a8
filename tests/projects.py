"""A project folder for tests, and what came of a command in it."""

import io
import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fakes import QuickClock

from aepctl.cli.main import run
from aepctl.emulator import Emulator
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.target import Target
from aepctl.operations.context import system_context
from aepctl.state.encoder import encode_state
from aepctl.state.model import State

ORG = "1BD6382559DF0C130A49422D@AdobeOrg"


@dataclass(frozen=True)
class Result:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal(io.StringIO):
    """A standard input on which somebody has typed."""

    def isatty(self) -> bool:
        return True


def copy_tracked(repository: Path, folder: Path) -> None:
    """The files of a repository as they are now, and nothing that merely lies among them."""
    words = ["git", "ls-files", "-z", "--cached"]
    listed = subprocess.run(words, cwd=repository, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (repository / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository / name, folder / name)


def tree(folder: Path) -> dict[str, bytes]:
    """All files in a folder, but for locks, to see that nothing of them was changed."""
    files = (one for one in folder.rglob("*") if one.is_file() and one.suffix != ".lock")
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


class Project:
    """A folder with settings, manifests and state."""

    def __init__(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.root = root
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.clock = QuickClock()

    def write(self, file: str, text: str) -> Path:
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def want(self, *keys: str, namespace: str = "agora", file: str = "audiences/all.yaml") -> None:
        """Manifests that want an audience per key, named after it: `gold` is called `Name gold`."""
        lines = [f"defaults: {{namespace: {namespace}, originName: Tests}}", "audiences:"]
        lines += [f"  {key}: {{name: Name {key}}}" for key in keys] or ["  {}"]
        self.write(file, "\n".join(lines) + "\n")

    def know(self, name: str, *keys: str) -> None:
        """A state of this environment, on an emulator, that knows these as they are wanted."""
        known = {
            key: Known(
                Audience(name=f"Name {key}", namespace="agora", origin_name="Tests"), Ids(key)
            )
            for key in keys
        }
        target = Target("emulator@AdobeOrg", name, "emulator")
        self.write(f"state/{name}.json", encode_state(State("L", 1, target, known)))

    def settle_on(self, platform: Emulator, **settings: object) -> None:
        """Settings for one environment, `prod`, on this platform, with credentials."""
        more = "".join(f"    {name}: {value}\n" for name, value in settings.items())
        self.write(
            "aepctl.yaml",
            f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n"
            f"    ais_url: {platform.url}/core/ais\n    ups_url: {platform.url}/data/core/ups\n"
            f"    ims_url: {platform.url}\n{more}",
        )
        self.setenv("AEP_ACCESS_TOKEN", "test-token")
        self.setenv("AEP_API_KEY", "test-key")
        self.setenv("AEPCTL_SETTLE_SECONDS", "0.3")

    def edit(self, file: str, old: str, new: str) -> None:
        """Write `new` for `old`, which stands there."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def setenv(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(name, value)

    def run(self, *words: str, typed: str | None = None, **world: Any) -> Result:
        """Run a command here; `typed` is what somebody types on a terminal.

        `world` replaces parts of the real Context; its clock waits for nothing.
        """
        stdin = io.StringIO() if typed is None else Terminal(typed)
        self._monkeypatch.setattr("sys.stdin", stdin)
        self._capsys.readouterr()
        code = run(words, lambda: replace(system_context(), **{"clock": self.clock} | world))
        captured = self._capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def apply(self, *words: str) -> Result:
        return self.run("apply", "--auto-approve", *words)

    def state(self, name: str = "prod") -> Any:
        return json.loads((self.root / f"state/{name}.json").read_text())

    def ids(self, name: str = "prod") -> dict[str, str]:
        """The recorded ID of each key."""
        return {key: one["audienceId"] for key, one in self.state(name)["audiences"].items()}

    @property
    def files(self) -> list[str]:
        """What lies in state/, but for the lock and what has Git pass over it."""
        there = (self.root / "state").iterdir()
        return sorted(f.name for f in there if f.suffix != ".lock" and f.name != ".gitignore")
