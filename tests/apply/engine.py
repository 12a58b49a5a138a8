"""The engine with a clock that does not wait, and a real state beside it."""

import json
from collections.abc import Iterable
from typing import Any

from fakes import FakeClock, FakeJournal, FakeStop, audience
from raw_server import GIVEN, platform_at

from aepctl.apply.attempts import Attempts
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Outcome
from aepctl.apply.ports import Journal
from aepctl.apply.stopping import Pace
from aepctl.credentials import Credentials
from aepctl.plan import Action, Change
from aepctl.state.held import hold
from aepctl.state.model import Snapshot
from aepctl.state.store import StateStore


class Engine:
    """Attempts, with what they note, how they wait and why they stop in view."""

    def __init__(self, journal: Journal | None = None) -> None:
        self.clock = FakeClock()
        self.stop = FakeStop(self.clock)
        self.journal = journal or FakeJournal()
        pace = Pace(self.clock, self.stop)
        self.attempts = Attempts(self.journal, self.clock, self.stop, pace, lambda: 0.5)

    @property
    def waited(self) -> list[float]:
        return self.stop.waited


def creates(keys: Iterable[str]) -> list[Change]:
    return [Change(key, Action.CREATE, after=audience(key)) for key in keys]


class EndToEnd:
    """Creates over a real connection into a real journal, which is left as the run leaves it."""

    def __init__(self, store: StateStore) -> None:
        self.store = store
        self.engine = Engine()

    def apply(
        self,
        url: str,
        *keys: str,
        credentials: Credentials = GIVEN,
        parallelism: int = 1,
        **how: Any,
    ) -> list[Outcome]:
        with (
            hold(self.store, {}) as held,
            platform_at(url, credentials, **how) as platform,
        ):
            self.engine = Engine(held)
            outcomes = execute(
                creates(keys or ["gold"]),
                self.engine.attempts,
                platform.connect,
                parallelism=parallelism,
                tell=lambda outcome: None,
            )
        return list(outcomes)

    @property
    def stopped(self) -> str | None:
        return self.engine.stop.reason

    @property
    def journaled(self) -> list[dict[str, Any]]:
        """The journal's lines behind its header."""
        if not self.store.journal.exists():
            return []
        return [json.loads(line) for line in self.store.journal.read_text().splitlines()][1:]

    @property
    def notes(self) -> list[str]:
        return [line.get("outcome", line["type"]) for line in self.journaled]

    @property
    def intents(self) -> list[str]:
        return [line["intent"] for line in self.journaled if line["type"] == "intent"]

    def read(self) -> Snapshot:
        return self.store.read()
