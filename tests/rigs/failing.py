"""What the rigs of failing storage share: a platform that looks at the disk, and one whole apply.

The apply meets everything that a run can: outcomes that an earlier run left in its journal, an
intent to settle that is found and one that is not, an audience to adopt, creates that are answered,
put off, refused, and not answered.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aepctl.aep.replies import Answer, Broken, Reply
from aepctl.audience import Audience
from aepctl.settings import Target
from aepctl.state.disk import Disk
from aepctl.state.journal import replay
from aepctl.state.lines import encode_header, encode_intent, encode_outcome
from aepctl.state.store import StateStore
from aepctl.workflow import applying, deciding
from aepctl.workflow.reading import Scope
from fakes import AT, MemoryDisk, audience

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import Stop
from aepctl.plan import Plan
from aepctl.state.codec import encode_state
from aepctl.state.model import Intent, Known, State

ORG = "1BD6382559DF0C130A49422D@AdobeOrg"
TARGET = Target(ORG, "prod", "https://platform.adobe.io")
OLD = State("L", 3, TARGET, {"old": Known(audience("old"), "id-old")})
WANTED = ("old", "lead", "found", "vanished", "there", "gold", "late", "picky", "mute")


class Watched:
    """A platform in memory. At each create it looks whether the intent would survive a power cut.

    `late` is put off once, `picky` refused once, `mute` is made without an answer.
    """

    timeout = 0.0

    def __init__(self, disk: MemoryDisk, journal: Path) -> None:
        self._disk = disk
        self._journal = journal
        self.there: list[tuple[Audience, str]] = []
        for name in ("old", "lead", "found", "there"):
            self._make(audience(name))
        self.sent: list[str] = []
        self.without_intent: list[str] = []
        self._once = {
            "late": Answer(429, b"{}", retry_after=0.0),
            "picky": Answer(400, b'{"message": "too picky"}'),
        }

    def connect(self) -> "Watched":
        return self

    def close(self) -> None:
        pass

    def renew_token(self) -> bool:
        return False

    def create(self, one: Audience, request_id: str, audience_id: str | None = None) -> Reply:
        self.sent.append(one.name)
        if request_id not in self._durable_intents():
            self.without_intent.append(one.name)
        put_off = self._once.pop(one.name, None)
        if put_off is not None:
            return put_off
        given = self._make(one)
        if one.name == "mute":
            return Broken("the connection was closed without an answer")
        return Answer(200, json.dumps({"audienceId": given}).encode())

    def _make(self, one: Audience) -> str:
        before = sum(other.name == one.name for other, _ in self.there)
        self.there.append((one, f"id-{one.name}" + "-again" * before))
        return self.there[-1][1]

    def _durable_intents(self) -> set[str]:
        """What a power cut at this instant would leave of the journal."""
        inode = self._disk.safe_names.get(self._journal)
        found = replay(inode.safe, "journal") if inode else None
        return {intent.id for intent in found.intents} if found else set()

    def get(self, path: str, query: dict[str, str]) -> Reply:
        children = [
            {
                "id": f"p-{n}",
                "audienceId": given,
                **one.fields(),
                "type": "ExternalSegment",
                "creationTime": int(time.time() * 1000),
            }
            for n, (one, given) in enumerate(self.there)
            if query.get("name", "") in one.name
        ]
        page = {"totalCount": len(children)}
        return Answer(200, json.dumps({"children": children, "_page": page}).encode())


@dataclass
class Told:
    """A conversation that approves of everything and remembers what it was told."""

    acknowledged: dict[str, str] = field(default_factory=dict)

    def show(self, plan: Plan) -> None:
        pass

    def approve(self, plan: Plan) -> bool:
        return True

    def tell(self, outcome: Outcome) -> None:
        if outcome.result in {Result.CREATED, Result.ADOPTED}:
            assert outcome.audience_id is not None
            self.acknowledged[outcome.key] = outcome.audience_id


class World:
    """A folder of manifests, a disk in memory, a platform, and applies over them."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._patch = monkeypatch
        monkeypatch.chdir(folder)
        monkeypatch.setenv("AEP_ACCESS_TOKEN", "rig")
        monkeypatch.setenv("AEP_API_KEY", "rig")
        monkeypatch.setenv("AEPCTL_SETTLE_SECONDS", "0")
        lines = ["defaults: {namespace: agora, originName: Agora_Collaboration}", "audiences:"]
        lines += [f"  {key}: {{name: {key}}}" for key in WANTED]
        (folder / "audiences").mkdir()
        (folder / "audiences" / "all.yaml").write_text("\n".join(lines) + "\n")
        (folder / "aepctl.yaml").write_text(
            f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n"
        )
        self.begin("nothing")

    def begin(self, start: str) -> None:
        """No state at all, or everything as an earlier run has left it."""
        self.memory = MemoryDisk()
        store = self.store()
        self.platform = Watched(self.memory, store.journal)
        if start == "nothing":
            return
        lead, found, vanished = (
            Intent(f"earlier-{key}", key, audience(key), AT)
            for key in ("lead", "found", "vanished")
        )
        journal = encode_header("L", 3, TARGET)
        journal += "".join(encode_intent(one) for one in (lead, found, vanished))
        journal += encode_outcome(lead, "created", AT, audienceId="id-lead")
        for path, text in ((store.path, encode_state(OLD)), (store.journal, journal)):
            handle = self.memory.open_new(path)
            self.memory.open[handle].data = text.encode()
            self.memory.sync(handle)
            self.memory.close(handle)
            self.memory.sync_folder(path.parent)

    def store(self, disk: Disk | None = None) -> StateStore:
        return StateStore(
            str(self.folder / "state" / "prod.json"), TARGET, disk=disk or self.memory
        )

    def _wire(self, disk: Disk) -> None:
        def stored(path: str, target: Target) -> StateStore:
            return StateStore(path, target, disk=disk)

        @contextmanager
        def platform_of(_: object) -> Iterator[Watched]:
            yield self.platform

        self._patch.setattr(applying, "StateStore", stored)
        self._patch.setattr(deciding, "StateStore", stored)
        self._patch.setattr(applying, "platform_of", platform_of)

    def apply(self, disk: Disk, told: Told, parallelism: int = 1) -> ApplyReport:
        self._wire(disk)
        return applying.apply(applying.ApplyOptions(Scope(), parallelism), told, Stop())

    def recover(self, text: str) -> deciding.Decided:
        self._wire(self.memory)
        return deciding.recover(None, text, "log")
