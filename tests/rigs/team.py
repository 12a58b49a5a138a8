"""What a team wants of its audiences from day to day, and what must have come of it in the end.

Every audience has a number, which its name begins with whatever becomes of it: so what the platform
has, and each request of its log, says which one it is about.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx
import yaml
from rig import CREDENTIALS, ORG

from aepctl.emulator import Emulator
from aepctl.state.model import State

NAMESPACES = ("agora", "crm", "loyalty")
NUMBER = re.compile(r"Audience (\d{4})")
WRITES = frozenset({"POST", "PATCH", "DELETE"})


class End(StrEnum):
    """What became of a block."""

    WANTED = "wanted"
    RETAINED = "retained"  # it is gone, and said `retain`
    DELETED = "deleted"  # it is gone, and said `delete`
    LISTED = "listed"  # `removed:` says that it is to be deleted


@dataclass(frozen=True, slots=True)
class Block:
    """One audience. `keys`: those that it has had, the last of them is its key now."""

    number: int
    keys: tuple[str, ...]
    description: str
    name: str
    namespace: str = NAMESPACES[0]
    end: End = End.WANTED

    @property
    def key(self) -> str:
        return self.keys[-1]

    @property
    def on_removal(self) -> str:
        return "delete" if self.number % 3 == 1 else "retain"

    @property
    def texts(self) -> tuple[str, str, str]:
        return (self.name, self.description, self.namespace)


@dataclass(frozen=True, slots=True)
class Edit:
    """What somebody wrote on the platform when so many requests had arrived."""

    number: int
    fields: Mapping[str, str]
    since: int


@dataclass
class Team:
    """The manifests, how they change, and who edits on the platform; it remembers all of it."""

    dice: random.Random
    blocks: dict[int, Block] = field(default_factory=dict)
    edits: dict[str, Edit] = field(default_factory=dict)
    did: Counter[str] = field(default_factory=Counter)
    today: int = 0
    lately: list[int] = field(default_factory=list)
    _days: list[tuple[int, dict[int, Block]]] = field(default_factory=list)
    _namespaces: dict[str, str] = field(default_factory=dict)

    def wanted(self) -> list[Block]:
        return [one for one in self.blocks.values() if one.end is End.WANTED]

    # What changes

    def new(self, count: int) -> None:
        for number in range(len(self.blocks), len(self.blocks) + count):
            name = f"Audience {number:04}"
            self._set(Block(number, (f"aud-{number:04}",), f"Made for {number}.", name), "new")

    def day(self, more: int, changed: int, *, ends: int = 2) -> None:
        """So many are new, so many are changed in one way or another, so many end."""
        self.today = 0
        again, self.lately = self.lately, []
        for number in again:  # while it is being deleted, its block comes back
            if self.dice.random() < 0.6:
                self._set(replace(self.blocks[number], end=End.WANTED), "put back at once")
        self.new(more)
        older = [one for one in self.wanted() if one.number < len(self.blocks) - more]
        self.dice.shuffle(older)
        for block in older[:changed]:
            self._change(block)
        for block in older[changed : changed + ends]:
            self._end(block)
        ended = [one for one in self.blocks.values() if one.end is not End.WANTED]
        ended = [one for one in ended if one.number not in self.lately]
        if ended and self.dice.random() < 0.5:
            self._set(replace(self.dice.choice(ended), end=End.WANTED), "added again")

    def _change(self, block: Block) -> None:
        what = self.dice.choice(("described", "described", "renamed", "replaced", "moved"))
        count = sum(self.did.values())
        match what:
            case "described":
                block = replace(block, description=f"Said anew, {count}.")
            case "renamed":
                block = replace(block, name=f"Audience {block.number:04}, {count}")
            case "replaced":
                others = [one for one in NAMESPACES if one != block.namespace]
                block = replace(block, namespace=self.dice.choice(others))
            case _:
                key = f"aud-{block.number:04}-{len(block.keys)}"
                block = replace(block, keys=(*block.keys, key))
                if self.dice.random() < 0.3:
                    block = replace(block, description=f"Moved and said anew, {count}.")
        self._set(block, what)

    def _end(self, block: Block) -> None:
        end = End.DELETED
        if block.on_removal == "retain":
            end = self.dice.choice((End.RETAINED, End.LISTED))
        self._set(replace(block, end=end), end)
        self.lately.append(block.number)

    def _set(self, block: Block, what: str) -> None:
        self.blocks[block.number] = block
        self.did[what] += 1
        self.today += 1

    def write(self, folder: Path) -> None:
        """The manifests as they are today."""
        (folder / "audiences").mkdir(exist_ok=True)
        lasting = [one for one in self.blocks.values() if one.end in {End.WANTED, End.LISTED}]
        moved = [
            {"from": old, "to": new}
            for one in lasting
            for old, new in zip(one.keys, one.keys[1:], strict=False)
        ]
        listed = [{"key": one.key, "delete": True} for one in lasting if one.end is End.LISTED]
        document = {
            "audiences": {
                one.key: {
                    "name": one.name,
                    "description": one.description,
                    "namespace": one.namespace,
                    "originName": "Rig",
                    "lifecycle": {
                        "on_immutable_change": "replace",
                        "on_removal": one.on_removal,
                    },
                }
                for one in self.wanted()
            },
            "moved": moved,
            "removed": listed,
        }
        (folder / "audiences" / "team.yaml").write_text(yaml.safe_dump(document))

    # What somebody does on the platform

    def edit(self, emulator: Emulator, count: int, known: Iterable[str] = ()) -> None:
        """Other texts for a few; another name only where state knows it, or nothing finds it."""
        known = frozenset(known)
        free = [one for one in emulator.audiences if one["id"] not in self.edits]
        self.dice.shuffle(free)
        for one in free[:count]:
            number = number_of(one["name"])
            fields = {"description": f"Somebody wrote this, {len(self.edits)}."}
            if one["audienceId"] in known and self.dice.random() < 0.3:
                fields = {"name": f"Audience {number:04} of somebody, {len(self.edits)}"}
            put(emulator, one, fields)
            self.edits[one["id"]] = Edit(number, fields, len(emulator.requests))
            self.did["edited there"] += 1

    def takes_over_edits(self, emulator: Emulator) -> None:
        """Half of what was edited, and is still wanted, becomes what is wanted."""
        there = {one["id"]: one for one in emulator.audiences}
        for identifier, edit in self.edits.items():
            block = self.blocks[edit.number]
            same = identifier in there and there[identifier]["namespace"] == block.namespace
            if same and block.end is End.WANTED and edit.number % 2:
                self.blocks[edit.number] = replace(block, **edit.fields)

    # What must hold

    def begins(self, emulator: Emulator) -> None:
        """From now on the manifests are those of today. No runner is at work."""
        self._look(emulator)
        self._days.append((len(emulator.requests), dict(self.blocks)))

    def _look(self, emulator: Emulator) -> None:
        self._namespaces |= {one["id"]: one["namespace"] for one in emulator.audiences}

    def over_edits(self, emulator: Emulator) -> list[str]:
        """What was written over somebody's edit, or deleted with it."""
        there = {one["id"]: one for one in emulator.audiences}
        found = [
            f"{identifier} {edit.fields}"
            for identifier, edit in self.edits.items()
            if not edit.fields.items() <= there.get(identifier, {}).items()
        ]
        requests = emulator.requests
        sent = (
            f"{one.method} {one.path} {one.result}"
            for identifier, edit in self.edits.items()
            for one in requests[edit.since :]
            if one.method in {"PATCH", "DELETE"} and one.path.endswith(f"/{identifier}")
        )
        return [*found, *sent]

    def deleted_against_wish(self, emulator: Emulator) -> list[str]:
        """The deletes of what was wanted, or to be retained, by the manifests of that day."""
        self._look(emulator)
        found, requests = [], emulator.requests
        ends = [*(begun for begun, _ in self._days[1:]), len(requests)]
        for (begun, blocks), end in zip(self._days, ends, strict=True):
            for one in requests[begun:end]:
                if one.method != "DELETE" or one.name is None:
                    continue
                block = blocks[number_of(one.name)]
                identifier = one.path.rpartition("/")[2]
                replaced = self._namespaces.get(identifier, block.namespace) != block.namespace
                if block.end in {End.WANTED, End.RETAINED} and not replaced:
                    found.append(f"{one.name} {one.path} {one.result}: {block}")
        return found

    def differing(self, emulator: Emulator, state: State) -> list[str]:
        """What platform and state have otherwise than the team wants it, once all is done."""
        there: dict[int, list[Any]] = defaultdict(list)
        for one in emulator.audiences:
            there[number_of(one["name"])].append(one)
        ids = {key: one.ids.audience_id for key, one in state.audiences.items()}
        found = [
            f"{key} is still to be replaced" for key, o in state.audiences.items() if o.deposed
        ]
        known = {one["audienceId"] for each in there.values() for one in each}
        found += [f"lost or gone: {one}" for one in known.symmetric_difference(ids.values())]
        for number, block in self.blocks.items():
            mine = [
                (one["name"], one.get("description"), one["namespace"]) for one in there[number]
            ]
            key = [one["audienceId"] for one in there[number]] == [ids.get(block.key)]
            right = key and mine == [block.texts]
            if block.end is not End.WANTED:
                kept = [one for key, one in state.audiences.items() if one.retained]
                kept = [one for one in kept if number_of(one.audience.name) == number]
                may_be = 0 if block.end is End.LISTED else len(kept)
                right = len(mine) == may_be <= 1
            if not right:
                found.append(f"{block}: {mine}")
        return found

    def left_behind(self, emulator: Emulator) -> int:
        """How many that said `delete` are retained: they ended before state had that word."""
        there = {number_of(one["name"]) for one in emulator.audiences}
        return sum(b.end is End.DELETED and b.number in there for b in self.blocks.values())

    def told(self) -> str:
        return ", ".join(f"{count} {what}" for what, count in sorted(self.did.items()))


def number_of(name: str) -> int:
    found = NUMBER.match(name)
    assert found is not None, name
    return int(found[1])


def writes(emulator: Emulator) -> int:
    """How many creates, patches and deletes arrived."""
    return sum(one.method in WRITES and one.name is not None for one in emulator.requests)


def put(emulator: Emulator, document: Mapping[str, Any], fields: Mapping[str, str]) -> None:
    """What somebody does in the platform's own pages, which meet no faults."""
    form = {
        "grant_type": "client_credentials",
        "client_id": CREDENTIALS["AEP_CLIENT_ID"],
        "client_secret": CREDENTIALS["AEP_CLIENT_SECRET"],
        "scope": "openid",
    }
    texts = ("name", "description", "namespace", "originName")
    whole = {name: document[name] for name in texts if name in document} | dict(fields)
    with httpx.Client(trust_env=False, base_url=emulator.url) as client:
        token = client.post("/ims/token/v3", data=form).raise_for_status().json()["access_token"]
        headers = {
            "Authorization": f"Bearer {token}",
            "x-api-key": CREDENTIALS["AEP_CLIENT_ID"],
            "x-gw-ims-org-id": ORG,
            "x-sandbox-name": "rig",
        }
        path = f"/data/core/ups/audiences/{document['id']}"
        client.put(path, json=whole, headers=headers).raise_for_status()
