"""Look once more before something is created or let go: what was seen may no longer be true."""

from collections.abc import Container
from dataclasses import dataclass

from aepctl.clock import Clock
from aepctl.errors import SafetyRefusal
from aepctl.log import SILENT, Log
from aepctl.model.steps import Adopt, Create, Forget, Move, Step
from aepctl.model.target import EMULATOR
from aepctl.operations.context import Console, Context
from aepctl.patience import wait
from aepctl.plan.plan import Change, Plan
from aepctl.project.environment import Environment
from aepctl.wording import listed

SOME_SECONDS = 5.0
"""After so long, what was seen is looked at again before anything is created."""
WORTH_SAYING = 1.0
"""Seconds; nobody notices a shorter wait."""


@dataclass(frozen=True, slots=True)
class Again:
    """When a run looks once more, and what it may find.

    `at`: when it looked, in seconds on the monotonic clock. `is_new`: there was no state, so that
    nothing is known of what was created a moment ago, which a list that `lags` does not show.
    """

    clock: Clock
    console: Console
    environment: Environment
    at: float
    is_new: bool
    lags: bool = False
    log: Log = SILENT

    def is_due(self, plan: Plan, gone: Container[str], *, asked: bool) -> bool:
        """Whether to look once more, after waiting where there was no state.

        `gone`: what the platform said is not there, which is believed when it has said so twice: it
        may have been made a moment ago. `asked`: somebody was asked meanwhile, which takes as long
        as it takes.
        """
        if self.lags and any(_lets_go(change, gone) for change in plan.changes):
            self._wait("what is gone from the platform may have been made a moment ago")
            return True
        if not any(_creates(change.steps) for change in plan.changes):
            return False
        if self.is_new:
            fresh = self.environment.command("apply", "--fresh")
            why = (
                f"there was no state at {self.environment.state}: what was created a moment ago "
                "may not be listed yet"
            )
            self._wait(why, f"; if nothing of this was ever created, `{fresh}` does not wait")
            return True
        return asked or self.clock.monotonic() - self.at > SOME_SECONDS

    def _wait(self, why: str, otherwise: str = "") -> None:
        left = self.at + self.environment.settle_seconds - self.clock.monotonic()
        if left >= WORTH_SAYING:
            again = f"the platform is looked at once more in {left:.0f} s"
            self.console.warn(f"{why}, so {again}{otherwise}")
        if left > 0:
            wait(self.clock, self.log, left, why)

    def check(self, before: Plan, now: Plan) -> bool:
        """Whether what is to be done has changed. Never to more than was approved.

        What appeared meanwhile is adopted or waits. Raises SafetyRefusal for anything else.
        """
        approved = {change.key: change.steps for change in before.changes if change.steps}
        changed = {
            change.key: change.steps
            for change in now.changes
            if change.steps and change.steps != approved.get(change.key)
        }
        more = [key for key, steps in changed.items() if not _appeared(approved.get(key), steps)]
        if more:
            raise SafetyRefusal(
                f"the platform was changed meanwhile: what would be done for {listed(more)} is no "
                "longer what was shown; nothing was sent",
                hint="run it again, and review what it shows then",
                code="edited-meanwhile",
            )
        if changed:
            self.console.warn(
                f"made by somebody else meanwhile, and so recorded instead of created: "
                f"{listed(changed)}"
            )
        remaining = {change.key for change in now.changes if change.steps}
        return bool(changed) or remaining != approved.keys()


def begin(context: Context, environment: Environment, *, is_new: bool) -> Again:
    """From now on. The list of the embedded platform does not lag."""
    lags = environment.target.endpoint != EMULATOR and environment.settle_seconds > 0
    clock = context.clock
    now, console = clock.monotonic(), context.console
    return Again(clock, console, environment, now, is_new and lags, lags, context.log)


def _creates(steps: tuple[Step, ...]) -> bool:
    return any(isinstance(step, Create) for step in steps)


def _lets_go(change: Change, gone: Container[str]) -> bool:
    """Whether state would no longer have what the platform may have all the same."""
    known = change.known is not None and change.known.ids.audience_id in gone
    return known and any(isinstance(step, Forget) for step in change.steps)


def _appeared(before: tuple[Step, ...] | None, now: tuple[Step, ...]) -> bool:
    """Whether it was to be created, and now is there to be adopted."""
    adopts = all(isinstance(step, Adopt | Forget | Move) for step in now)
    return before is not None and _creates(before) and adopts
