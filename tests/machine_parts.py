"""What the state machine runs on: the world around the program, and how it is run in it.

The story of apply, from lock to journal, is the real one.
"""

import dataclasses
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from machine_disk import Crash, Fuse, MemoryDisk
from machine_platform import FAULTS, Habits, JumpingClock, Made, Platform

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.manifests import Manifests
from aepctl.model.audience import Audience, Identity, Wanted
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.target import Target
from aepctl.model.wants import Moved, Removed
from aepctl.operations.apply import apply
from aepctl.operations.context import Context, SilentConsole
from aepctl.operations.options import ApplyOptions, SavedPlan
from aepctl.plan.renames import former_keys
from aepctl.project.environment import Environment
from aepctl.state.loading import load
from aepctl.state.model import State
from aepctl.state.stores.base import Stored
from aepctl.state.stores.file import FileStore, whole_lines

__all__ = ["FAULTS", "Crash", "Made"]  # who runs a world needs these as well

WINDOW = 10.0  # settle_seconds
TARGET = Target("MACHINE@AdobeOrg", "dev", "https://platform.example")


@dataclass
class World(Platform):
    """Everything outside the program."""

    folder: Path
    ids: str = "server"
    habits: Habits = field(default_factory=Habits)
    fuse: Fuse = field(default_factory=Fuse)
    clock: JumpingClock = field(default_factory=JumpingClock)
    wanted: dict[str, Wanted] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    lag: float = 0.0
    late: float = 0.0
    faults: list[str] = field(default_factory=list)
    list_faults: int = 0
    moved: dict[str, str] = field(default_factory=dict)
    removed: dict[str, bool] = field(default_factory=dict)
    on_removal: OnRemoval = OnRemoval.RETAIN
    overwrites: bool = False
    blind: bool = False
    excused: set[Identity] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    wrongs: list[str] = field(default_factory=list)
    within: Callable[[], None] | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.disk = MemoryDisk(self.fuse)
        self.dice = random.Random(7)
        self._last: tuple[Stored, State] | None = None
        self.environment = self._environment()

    def _environment(self) -> Environment:
        return Environment(
            name="machine",
            target=TARGET,
            state=str(self.folder / "machine.json"),
            ais_url=f"{TARGET.endpoint}/ais",
            ups_url=f"{TARGET.endpoint}/ups",
            ims_url=TARGET.endpoint,
            settle_seconds=WINDOW,
            audience_ids="client" if self.ids == "client" else "server",
            on_removal=self.on_removal,
        )

    @property
    def wants(self) -> Manifests:
        """All that the manifests say."""
        place = Origin("audiences/machine.yaml", 1, 1)
        return Manifests(
            tuple(self.wanted.values()),
            tuple(Moved(old, new, place) for old, new in self.moved.items()),
            tuple(Removed(key, delete, place) for key, delete in self.removed.items()),
        )

    def want(self, one: Wanted) -> None:
        """No block stands beside a word that it moved or is gone."""
        self.wanted[one.key] = one
        self.removed.pop(one.key, None)
        self.moved.pop(one.key, None)

    @property
    def context(self) -> Context:
        """This world, as the program is given it."""

        @contextmanager
        def open_platform(*_: object) -> Iterator[World]:
            yield self

        return Context(
            environ={"AEP_ACCESS_TOKEN": "test-token", "AEP_API_KEY": "test-key"},
            clock=self.clock,
            new_id=lambda: str(UUID(int=self.dice.getrandbits(128), version=4)),
            read_manifests=lambda _: self.wants,
            open_store=self._store_of,
            open_platform=open_platform,  # type: ignore[arg-type] # a connection in memory
            console=Yes(self.told),
        )

    def _store_of(self, environment: Environment) -> FileStore:
        """Other environments know nothing."""
        if environment.state == self.environment.state:
            return self.store()
        return FileStore(environment.state, disk=MemoryDisk(Fuse()))

    def store(self) -> FileStore:
        """A new one each time, as every process has its own."""
        return FileStore(self.environment.state, disk=self.disk)

    def state(self) -> State:
        """What counts: the document with what its journal adds."""
        return self._loaded(self.store().read())

    def durable(self) -> State:
        """What a power cut at this instant would leave of the state."""
        kept = {name: inode.durable for name, inode in self.disk.durable_names.items()}
        log = whole_lines(kept.get("machine.journal", b""))
        return self._loaded(Stored(kept.get("machine.json"), log or None))

    def _loaded(self, stored: Stored) -> State:
        """Each step asks several times for the same."""
        if self._last is None or self._last[0] != stored:
            self._last = stored, load(stored, self.store(), TARGET).state
        return self._last[1]


class Yes(SilentConsole):
    """A console that says yes, and remembers which IDs it was told."""

    def __init__(self, told: set[str]) -> None:
        self._told = told

    def tell(self, outcome: Outcome) -> None:
        if outcome.kind in {OutcomeKind.DELETED, OutcomeKind.FORGOTTEN}:
            assert outcome.ids is not None
            self._told.discard(outcome.ids.audience_id)
        elif outcome.ids is not None:
            self._told.add(outcome.ids.audience_id)


def run_apply(
    world: World,
    saved: SavedPlan | None = None,
    *,
    refresh: bool = False,
    overwrite: bool = False,
) -> ApplyReport:
    """One worker: the order of calls, and so the point of a crash, is the same each time."""
    stop = WaitsInNoTime(world)
    options = ApplyOptions(
        parallelism=1, saved=saved, refresh=refresh, overwrite=overwrite, yes_delete=1000
    )
    _let_go(world)
    world.overwrites = overwrite
    try:
        report = apply(world.context, world.environment, options, stop)
    finally:
        world.overwrites = False
    if stop.error is not None:  # the end of the process, or a bug: told when the report is done
        raise stop.error
    # What settling finds, perhaps somebody else's doing, is told by the report.
    ended = (one for one in report.outcomes if one.kind in ENDED and one.ids)
    world.told -= {one.ids.audience_id for one in ended if one.ids}
    return report


ENDED = {OutcomeKind.DELETED, OutcomeKind.FORGOTTEN}


def _let_go(world: World) -> None:
    """What the manifests say to forget may be nobody's from now on."""
    state = world.state()
    going = former_keys(world.wants.moved, {**state.audiences, **_begun(state)})
    going = {key: going.get(key, key) for key in (*state.audiences, *_begun(state))}
    for key in (key for key, now in going.items() if world.removed.get(now) is False):
        known = state.audiences.get(key)
        world.forgotten |= set() if known is None else {*known.all_ids}
        begun = _begun(state).get(key, set())
        world.forgotten |= {one.audience_id for one in world.made if one.request in begun}


def _begun(state: State) -> dict[str, set[str]]:
    """The intents of each key."""
    found: dict[str, set[str]] = {}
    for one in state.intents.values():
        found.setdefault(one.key, set()).add(one.id)
    return found


class WaitsInNoTime(StopSignal):
    """Holding back takes no real time."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._clock = world.clock

    def wait(self, seconds: float) -> bool:
        self._clock.sleep(seconds)
        return self.requested()


NAMES = ("Audience {}", "Zielgruppe \u00e4 {}", "Audience  {}", "Audience {} ")
"""A platform that is free to respell finds something to do. aepctl 0.1 took the last two as well.
"""


def wanted(key: str, number: int, description: str | None = None) -> Wanted:
    name = NAMES[number % len(NAMES)].format(number)
    audience = Audience(name, "agora", "Machine", description)
    return Wanted(key, audience, Origin("audiences/machine.yaml", number + 1, 3))


def described(one: Wanted, description: str) -> Wanted:
    return dataclasses.replace(
        one, audience=dataclasses.replace(one.audience, description=description)
    )


def named(one: Wanted, name: str) -> Wanted:
    return dataclasses.replace(one, audience=dataclasses.replace(one.audience, name=name))


def noted(state: State, made: Made) -> bool:
    """Whether state knows it, or the journal has its intent."""
    known = {audience_id for one in state.audiences.values() for audience_id in one.all_ids}
    return made.audience_id in known or made.request in state.intents
