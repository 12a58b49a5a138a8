"""After a long wait what is to be created is looked for again."""

import threading
from dataclasses import replace

import pytest
from engine import Engine
from fakes import AT, TARGET, FakeWriter, audience

from aepctl.aep.verdicts import Done, Refused, RetryReason
from aepctl.apply.afresh import LONG_SECONDS, Afresh, StepsByKey, without_run
from aepctl.apply.outcomes import Outcome
from aepctl.errors import PlatformError
from aepctl.model.audience import Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import Adopt, Create, Patch
from aepctl.plan.plan import Action
from aepctl.state.model import Intent, State

GOLD = audience("gold")
CREATE = Create(GOLD)
ADOPT = Adopt(Known(GOLD, Ids("A")))
LONG = LONG_SECONDS + 1


def busy(seconds: float) -> Refused:
    return Refused(Failure("slow down"), RetryReason.RATE_LIMITED, seconds)


class Looking:
    """A sender whose platform was changed to this meanwhile, and how often it looked."""

    def __init__(self, **now: Create | Adopt) -> None:
        self.now: StepsByKey | PlatformError = {key: (step,) for key, step in now.items()}
        self.looks: list[float] = []
        self.engine = Engine()
        engine = self.engine
        afresh = Afresh(self._look, engine.sender.backoff, engine.stop)
        self.sender = replace(engine.sender, afresh=afresh)

    def _look(self) -> StepsByKey:
        self.looks.append(self.engine.clock.monotonic() - 100)
        if isinstance(self.now, PlatformError):
            raise self.now
        return self.now

    def create(self, *waits: float, key: str = "gold") -> tuple[Outcome | None, FakeWriter]:
        """Create it, where the platform asks for these waits first."""
        writer = FakeWriter([*map(busy, waits), Done(Ids(f"id-{key}"))])
        step = Create(audience(key))
        return self.sender.send(writer, key, Action.CREATE, step), writer

    @property
    def stopped(self) -> str | None:
        return self.engine.stop.reason


def test_what_is_still_to_be_created_is_created_after_one_look() -> None:
    looking = Looking(gold=CREATE)
    outcome, writer = looking.create(LONG)
    assert outcome is not None
    assert (outcome.kind, len(writer.sent)) == ("created", 2)
    assert looking.looks == [LONG]  # when the wait was over


@pytest.mark.parametrize("now", [{"gold": ADOPT}, {}, {"gold": Create(audience("GOLD"))}])
def test_what_is_not_is_not_sent_and_the_run_stops(now: dict[str, Create | Adopt]) -> None:
    looking = Looking(**now)
    outcome, writer = looking.create(LONG)
    assert outcome is not None
    assert (outcome.kind, len(writer.sent)) == ("refused", 1)
    assert looking.stopped == (
        "the platform was changed while it asked to wait: `gold` is no longer to be created. "
        "Nothing more is sent; run it again, and review what it shows then"
    )
    assert looking.engine.words == ["begin", "refused"]
    assert looking.create(key="silver")[0] is None


@pytest.mark.parametrize("waits", [(), (1.0,), (LONG_SECONDS,), (20.0, 20.0, 20.0)])
def test_shorter_waits_are_no_reason_to_look(waits: tuple[float, ...]) -> None:
    looking = Looking()
    outcome, _ = looking.create(*waits)
    assert outcome is not None
    assert (outcome.kind, looking.looks) == ("created", [])


def test_many_short_ones_are() -> None:
    looking = Looking(gold=CREATE)
    looking.create(*[25.0] * 9)
    assert looking.looks == [75.0, 150.0, 225.0]


def test_time_in_which_nobody_was_asked_to_wait_does_not_count() -> None:
    looking = Looking()
    for key in ("gold", "silver"):
        looking.engine.clock.seconds += 3600
        looking.create(1.0, key=key)
    assert looking.looks == []


def test_who_waits_at_the_same_time_waits_once() -> None:
    looking = Looking()
    backoff = looking.engine.sender.backoff
    for _ in range(9):
        backoff.hold_back(LONG_SECONDS, 0.0, "slow down")
    looking.create()
    assert looking.looks == []


def test_a_look_while_the_next_wait_has_begun_does_not_count_for_its_end() -> None:
    """Another worker was turned away between our waiting and our looking."""
    looking = Looking(gold=CREATE, silver=Create(audience("silver")))
    afresh, backoff = looking.sender.afresh, looking.engine.sender.backoff
    assert afresh is not None
    backoff.hold_back(LONG, 0.0, "slow down")
    looking.engine.clock.seconds += LONG
    backoff.hold_back(LONG, 0.0, "slow down")
    assert afresh.is_to_do("gold", CREATE)
    looking.engine.clock.seconds += LONG
    assert afresh.is_to_do("silver", Create(audience("silver")))
    assert looking.looks == [LONG, 2 * LONG]


def test_a_platform_that_cannot_be_looked_at_stops_the_run() -> None:
    looking = Looking()
    looking.now = PlatformError("cannot list audiences: 503", hint="run it again")
    outcome, writer = looking.create(LONG)
    assert outcome is not None
    assert (outcome.kind, len(writer.sent)) == ("refused", 1)
    assert looking.stopped == "cannot list audiences: 503"


def test_a_run_that_stops_does_not_look() -> None:
    looking = Looking()
    looking.engine.sender.backoff.hold_back(LONG, 0.0, "slow down")
    looking.engine.clock.seconds += LONG
    looking.engine.stop.request("enough")
    assert looking.sender.afresh is not None
    assert not looking.sender.afresh.is_to_do("gold", CREATE)
    assert looking.looks == []


def test_of_a_change_a_look_says_nothing() -> None:
    looking = Looking()
    step = Patch(Ids("A", "P"), GOLD, audience("gold", "Shiny"))
    writer = FakeWriter([busy(LONG), Done()], shows=[Observed(GOLD, Ids("A", "P"))])
    looking.sender.send(writer, "gold", Action.UPDATE, step)
    assert (len(writer.sent), looking.looks, looking.stopped) == (2, [], None)


def test_many_workers_look_once() -> None:
    looking = Looking(gold=CREATE)
    looking.engine.sender.backoff.hold_back(LONG, 0.0, "slow down")
    looking.engine.clock.seconds += LONG
    afresh = looking.sender.afresh
    assert afresh is not None
    threads = [threading.Thread(target=afresh.is_to_do, args=("gold", CREATE)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looking.looks) == 1


def test_what_the_run_itself_has_begun_is_no_reason_not_to_send_it() -> None:
    """Its intent may be noted before it is its turn."""
    earlier, own = (Intent(run, run, "gold", CREATE, AT) for run in ("run-0", "run-1"))
    state = State("L", 1, TARGET, {}, {one.id: one for one in (earlier, own)})
    assert without_run(state, "run-1").intents == {"run-0": earlier}
