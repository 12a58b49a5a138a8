"""When an apply looks once more before it creates, and what may have changed then."""

from dataclasses import replace

import pytest
from fakes import FakeClock
from plan_samples import TARGET, audience, there

from aepctl.errors import SafetyRefusal
from aepctl.model.audience import Known
from aepctl.model.steps import Adopt, Create, Forget, Step
from aepctl.model.target import EMULATOR, Target
from aepctl.operations.again import SOME_SECONDS, Again, begin
from aepctl.operations.context import SilentConsole, system_context
from aepctl.plan.plan import Action, Change, Plan
from aepctl.project.environment import Environment


class Console(SilentConsole):
    """Remembers what was said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text: str, /) -> None:
        self.said.append(text)


ENVIRONMENT = Environment(
    "prod", TARGET, "state/prod.json", "", "", "", settle_seconds=30.0, program="aepctl --env prod"
)
GOLD = Create(audience("Gold"))
SHOWN = there(audience("Gold"), "A")
FOUND = Adopt(Known(SHOWN.audience, SHOWN.ids))


def made(**steps: Step | None) -> Plan:
    """A plan with this step for each key; None: it waits."""
    changes = tuple(
        Change(key, Action.DECIDE if step is None else Action.CREATE, steps=(step,) if step else ())
        for key, step in steps.items()
    )
    return Plan("prod", TARGET, changes)


class Looking:
    """An apply that looked, and then so many seconds went by."""

    def __init__(self, seconds: float = 0.0, *, is_new: bool = False, lags: bool = True) -> None:
        self.clock, self.console = FakeClock(), Console()
        at = self.clock.monotonic()
        self.again = Again(self.clock, self.console, ENVIRONMENT, at, is_new, lags)
        self.clock.seconds += seconds

    def is_due(
        self, plan: Plan, *, asked: bool = False, gone: frozenset[str] = frozenset()
    ) -> bool:
        return self.again.is_due(plan, gone, asked=asked)


@pytest.mark.parametrize(
    ("seconds", "asked", "due"),
    [
        (0.0, False, False),
        (SOME_SECONDS, False, False),
        (SOME_SECONDS + 0.1, False, True),
        (3600.0, False, True),
        (0.0, True, True),
    ],
)
def test_after_a_question_or_a_wait_it_is_due(seconds: float, asked: bool, due: bool) -> None:
    assert Looking(seconds).is_due(made(gold=GOLD), asked=asked) is due


def test_where_nothing_is_created_it_is_not() -> None:
    late = Looking(3600.0, is_new=True)
    assert not late.is_due(made(gold=FOUND), asked=True)
    assert late.console.said == []


@pytest.mark.parametrize(("seconds", "slept"), [(0.0, [30.0]), (10.0, [20.0]), (31.0, [])])
def test_without_a_state_the_list_gets_its_time(seconds: float, slept: list[float]) -> None:
    new = Looking(seconds, is_new=True)
    assert new.is_due(made(gold=GOLD))
    assert new.clock.slept == slept
    assert new.console.said == [
        "there was no state at state/prod.json: what was created a moment ago may not be listed "
        f"yet, so the platform is looked at once more in {left:.0f} s; if nothing of this was ever "
        "created, `aepctl --env prod apply --fresh` does not wait"
        for left in slept
    ]


@pytest.mark.parametrize(("left", "said"), [(1.0, 1), (0.9, 0)])
def test_a_wait_that_nobody_notices_is_not_told(left: float, said: int) -> None:
    new = Looking(30.0 - left, is_new=True)
    assert new.is_due(made(gold=GOLD))
    assert new.clock.slept == [pytest.approx(left)]
    assert len(new.console.said) == said


def test_when_its_time_is_over_to_the_second_nothing_is_waited_for() -> None:
    new = Looking(30.0, is_new=True)
    assert new.is_due(made(gold=GOLD))
    assert new.clock.slept == []


@pytest.mark.parametrize(
    ("endpoint", "settle_seconds", "is_new", "waits"),
    [
        (TARGET.endpoint, 30.0, True, True),
        (TARGET.endpoint, 0.5, True, True),
        (TARGET.endpoint, 0.0, True, False),
        (TARGET.endpoint, 30.0, False, False),
        (EMULATOR, 30.0, True, False),
    ],
)
def test_what_there_is_to_wait_for_is_a_list_that_lags_where_there_was_no_state(
    endpoint: str, settle_seconds: float, is_new: bool, waits: bool
) -> None:
    clock, console = FakeClock(), Console()
    context = replace(system_context(console), clock=clock)
    target = Target(TARGET.org, TARGET.sandbox, endpoint)
    environment = replace(ENVIRONMENT, target=target, settle_seconds=settle_seconds)
    again = begin(context, environment, is_new=is_new)
    lags = waits or not is_new
    assert again == Again(clock, console, environment, clock.monotonic(), waits, lags)


GONE = Change("gold", Action.FORGET, known=FOUND.known, steps=(Forget(),))
ANEW = Change("gold", Action.CREATE, known=FOUND.known, steps=(Forget(), GOLD))


@pytest.mark.parametrize("change", [GONE, ANEW], ids=["forgotten", "made anew"])
def test_that_something_is_gone_is_believed_when_the_platform_has_said_so_twice(
    change: Change,
) -> None:
    """What was made a moment ago may not show yet; to let go of it would be to lose it."""
    plan = Plan("prod", TARGET, (change,))
    looking = Looking(10.0)
    assert looking.is_due(plan, gone=frozenset({"A"}))
    assert looking.clock.slept == [20.0]
    (said,) = looking.console.said
    assert said == (
        "what is gone from the platform may have been made a moment ago, so the platform is "
        "looked at once more in 20 s"
    )
    assert not Looking(lags=False).is_due(Plan("prod", TARGET, (GONE,)), gone=frozenset({"A"}))


def test_what_the_manifests_let_go_of_is_no_matter_of_the_platform() -> None:
    assert not Looking().is_due(Plan("prod", TARGET, (GONE,)))


def test_what_stays_the_same_is_no_change() -> None:
    assert Looking().again.check(made(gold=GOLD), made(gold=GOLD)) is False


def test_what_appeared_is_adopted_and_told() -> None:
    looking = Looking()
    assert looking.again.check(made(gold=GOLD, b=GOLD), made(gold=FOUND, b=GOLD)) is True
    assert looking.console.said == [
        "made by somebody else meanwhile, and so recorded instead of created: gold"
    ]


def test_what_waits_now_is_a_change_too() -> None:
    looking = Looking()
    assert looking.again.check(made(gold=GOLD, b=GOLD), made(gold=None, b=GOLD)) is True
    assert looking.console.said == []


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (made(gold=FOUND), made(gold=GOLD)),
        (made(gold=None), made(gold=GOLD)),
        (made(), made(gold=GOLD)),
        (made(gold=GOLD), made(gold=Create(audience("Other")))),
        (made(gold=FOUND), made(gold=replace(FOUND, known=replace(FOUND.known, ids=None)))),
    ],
    ids=["gone", "decided", "new", "other", "another ID"],
)
def test_more_than_was_approved_is_refused(before: Plan, now: Plan) -> None:
    with pytest.raises(SafetyRefusal) as caught:
        Looking().again.check(before, now)
    assert caught.value.message == (
        "the platform was changed meanwhile: what would be done for gold is no longer what was "
        "shown; nothing was sent"
    )
    assert caught.value.hint == "run it again, and review what it shows then"
