"""The engine with a clock that does not wait and a journal in memory."""

from collections.abc import Iterable
from typing import Any

from fakes import FakeClock, FakeJournal, FakeStop, audience
from raw_server import GIVEN, platform_at

from aepctl.aep.writer import AudienceWriter
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Outcome
from aepctl.apply.sender import Sender
from aepctl.apply.stopping import Backoff
from aepctl.model.steps import Create, Step
from aepctl.plan.plan import Action, Change
from aepctl.project.credentials import Credentials
from aepctl.state.events import Begun
from aepctl.state.model import State


class Engine:
    """A sender, with what it notes, how it waits and why it stops in view."""

    def __init__(self, journal: FakeJournal | None = None) -> None:
        self.clock = FakeClock()
        self.stop = FakeStop(self.clock)
        self.journal = journal or FakeJournal()
        backoff = Backoff(self.clock, self.stop)
        self.sender = Sender(self.journal, self.clock, self.stop, backoff, lambda: 0.5)

    @property
    def waited(self) -> list[float]:
        return self.stop.waited

    @property
    def words(self) -> list[str]:
        return self.journal.words


def change(key: str, *steps: Step, action: Action = Action.CREATE) -> Change:
    return Change(key, action, wanted=audience(key), steps=steps)


def creates(keys: Iterable[str]) -> list[Change]:
    return [change(key, Create(audience(key))) for key in keys]


class EndToEnd:
    """Steps over a real connection, each noted before and after."""

    def __init__(self) -> None:
        self.engine = Engine()

    def apply(
        self,
        url: str,
        *keys: str,
        credentials: Credentials = GIVEN,
        parallelism: int = 1,
        **how: Any,
    ) -> list[Outcome]:
        """Create these audiences."""
        return self.execute(
            url, creates(keys or ["gold"]), credentials, parallelism=parallelism, **how
        )

    def execute(
        self,
        url: str,
        changes: Iterable[Change],
        credentials: Credentials = GIVEN,
        *,
        parallelism: int = 1,
        **how: Any,
    ) -> list[Outcome]:
        with platform_at(url, credentials, **how) as platform:
            outcomes = execute(
                changes,
                self.engine.sender,
                lambda: AudienceWriter(platform.connect()),
                parallelism=parallelism,
                on_outcome=lambda outcome: None,
            )
        return list(outcomes)

    @property
    def stopped(self) -> str | None:
        return self.engine.stop.reason

    @property
    def words(self) -> list[str]:
        return self.engine.journal.words

    @property
    def intents(self) -> list[str]:
        """The ids of all intents that began."""
        return [one.intent.id for one in self.engine.journal.events if isinstance(one, Begun)]

    @property
    def state(self) -> State:
        return self.engine.journal.state
