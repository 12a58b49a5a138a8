"""apply: settle what is open, look, plan, show, ask, do. Under the lock from first to last."""

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from aepctl import __version__
from aepctl.aep.client import Platform
from aepctl.aep.listing import Reader
from aepctl.apply.attempts import Attempts
from aepctl.apply.executor import execute
from aepctl.apply.outcomes import Failure, Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.apply.settling import Settling
from aepctl.apply.stopping import Pace, Stop, SystemClock
from aepctl.audience import Wanted
from aepctl.credentials import credentials
from aepctl.errors import AepctlError, ListForbidden, SafetyRefusal, StateError
from aepctl.plan import Action, Change, Plan, make_plan
from aepctl.plan.binding import Binding, bind
from aepctl.settings import Settings
from aepctl.state.held import HeldState, hold
from aepctl.state.lock import holder
from aepctl.state.model import Phase, Snapshot
from aepctl.state.store import StateStore
from aepctl.workflow.looking import Looking, Policy
from aepctl.workflow.reading import Scope, read_wanted
from aepctl.workflow.saved import load, refuse_stale, scope_of
from aepctl.workflow.wiring import platform_of

DOING = frozenset({Action.ADOPT, Action.CREATE})


class Conversation(Protocol):
    """The person, or the pipeline, at the other end of an apply."""

    def show(self, plan: Plan) -> None: ...
    def approve(self, plan: Plan) -> bool: ...
    def tell(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How an apply goes about it.

    `yes_create`: up to so many creates are meant. `saved`: the file of a reviewed plan; the review
    was the approval, of just that plan.
    """

    scope: Scope
    parallelism: int = 8
    lock_timeout: float = 0.0
    existing: Policy = "adopt"
    yes_create: int | None = None
    saved: str | None = None


def apply(options: ApplyOptions, conversation: Conversation, stop: Stop) -> ApplyReport:
    """Create what is missing and record its IDs."""
    saved = load(options.saved) if options.saved is not None else None
    if saved is not None:
        options = replace(options, scope=scope_of(saved, options.scope))
    settings, wanted = read_wanted(options.scope.environment)
    store = StateStore(settings.state, settings.target)
    with hold(store, holder(os.environ, "aepctl apply"), wait=options.lock_timeout) as held:
        run = _Run(settings, wanted, held, options, conversation, stop, saved)
        plan = run.plan(held.snapshot)
        run.refuse_another(plan)
        if not (plan.of(Action.SETTLE) or plan.of(Action.CREATE)):
            conversation.show(plan)
            return ApplyReport(plan, _undecided(plan), plan_id=saved.id if saved else "")
        credentials(settings, os.environ)  # what is missing is said before anything is asked
        with platform_of(settings) as platform:
            return run.go(plan, platform)


@dataclass(frozen=True, slots=True)
class _Run:
    settings: Settings
    wanted: Sequence[Wanted]
    held: HeldState
    options: ApplyOptions
    conversation: Conversation
    stop: Stop
    saved: Binding | None

    def plan(self, snapshot: Snapshot) -> Plan:
        return make_plan(self.wanted, snapshot, self.settings, self.options.scope.targets)

    def refuse_another(self, plan: Plan) -> None:
        """Raise SafetyRefusal unless a saved plan is this one, and was not applied before."""
        saved = self.saved
        if saved is None:
            return
        state = self.held.snapshot.state
        state = state if state and state.serial else None  # nothing recorded yet
        now = bind(plan, self.wanted, state, __version__)
        refuse_stale(str(self.options.saved), saved, now, state)

    def go(self, plan: Plan, platform: Platform) -> ApplyReport:
        """The part with the platform."""
        connection = platform.connect()
        try:
            reader = Reader(connection)
            settled = self._settle(reader, platform.timeout)
            if settled:
                plan = self.plan(_as_it_was(self.held.snapshot, settled))
            looking = Looking(reader, self.held.snapshot.audiences, self.options.existing)
            plan = looking.revise(plan, meant=self._meant(plan))
        finally:
            connection.close()
        self.conversation.show(plan)
        self._check_threshold(plan)
        if any(change.action in DOING for change in plan.changes):
            if self.saved is not None:
                self._use_saved(self.saved.id)
            if not self.conversation.approve(plan):
                raise AepctlError("not approved: nothing was sent")
        return self._do(plan, settled, platform)

    def _use_saved(self, plan_id: str) -> None:
        """From here on the saved plan counts as applied."""
        try:
            self.held.use_plan(plan_id)
        except OSError as error:
            raise StateError(
                f"{self.settings.state}: cannot be written: {error.strerror}",
                next="nothing was sent; make the folder writable, or free some space",
            ) from error

    def _settle(self, reader: Reader, timeout: float) -> tuple[Outcome, ...]:
        snapshot = self.held.snapshot
        in_doubt = [one for one in snapshot.intents if one.phase is Phase.OPEN]
        if not in_doubt:
            return ()
        settling = Settling(
            self.held, reader, SystemClock(), self.settings.settle_seconds, timeout, time.sleep
        )
        try:
            return settling.settle(in_doubt, snapshot.audiences)
        except ListForbidden as error:
            if self.options.existing != "ignore":
                raise
            failure = Failure(f"{error.what}; decide with `aepctl state resolve KEY`")
            return tuple(
                Outcome(one.key, "settle", Result.UNKNOWN, failure=failure, decision=True)
                for one in in_doubt
            )
        except OSError as error:
            raise StateError(
                f"{self.settings.state}: its journal cannot be written: {error.strerror}",
                next="nothing was sent; what is open is looked for again by the next apply",
            ) from error

    def _meant(self, plan: Plan) -> bool:
        """Whether somebody said that so many creates are meant: in a review, or by number."""
        if self.saved is not None:
            return True
        most = self.options.yes_create
        return most is not None and plan.summary.create <= most

    def _check_threshold(self, plan: Plan) -> None:
        creates, most = plan.summary.create, self.settings.max_creates
        if creates > most and not self._meant(plan):
            raise SafetyRefusal(
                f"{creates} audiences would be created, more than max_creates ({most})",
                next=f"if that is meant: --yes-create {creates}, or `max_creates:` in aepctl.yaml",
            )

    def _do(self, plan: Plan, settled: tuple[Outcome, ...], platform: Platform) -> ApplyReport:
        clock = SystemClock()
        with self.stop.working():
            adopted = self._adopt(plan.of(Action.ADOPT), clock)
            creates = plan.of(Action.CREATE)
            created = execute(
                creates,
                Attempts(self.held, clock, self.stop, Pace(clock, self.stop)),
                platform.connect,
                parallelism=self.options.parallelism,
                tell=self.conversation.tell,
            )
            rescue = self._save()
        outcomes = (*settled, *_undecided(plan), *adopted, *created)
        place = {change.key: number for number, change in enumerate(plan.changes)}
        return ApplyReport(
            plan=plan,
            outcomes=tuple(sorted(outcomes, key=lambda one: place.get(one.key, -1))),
            not_started=len(creates) - len(created),
            stopped=self.stop.reason,
            interrupted=self.stop.interrupted,
            rescue=rescue,
            plan_id=self.saved.id if self.saved else "",
        )

    def _adopt(self, changes: Iterable[Change], clock: SystemClock) -> tuple[Outcome, ...]:
        outcomes = []
        for change in changes:
            known = change.before
            assert known is not None  # noqa: S101 - what is adopted was found
            try:
                self.held.adopted(change.key, known, clock.now().isoformat())
            except OSError as error:
                self.stop.request(f"the journal cannot be written ({error.strerror})")
            outcome = Outcome(
                change.key, "adopt", Result.ADOPTED, known.audience_id, known.platform_id
            )
            self.conversation.tell(outcome)
            outcomes.append(outcome)
        return tuple(outcomes)

    def _save(self) -> str:
        """Fold into the state file; where that fails, the IDs that no disk has."""
        try:
            self.held.fold()
        except OSError as error:
            file = self.settings.state
            self.stop.request(f"{file} cannot be written ({error.strerror})")
            return self.held.rescue()
        return ""


def _undecided(plan: Plan) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(one.key, "decide", Result.REFUSED, failure=Failure(one.reason or ""), decision=True)
        for one in plan.of(Action.DECIDE)
    )


def _as_it_was(snapshot: Snapshot, settled: Iterable[Outcome]) -> Snapshot:
    """The snapshot in which what was looked for in vain just now is still to be settled."""
    in_vain = {one.key for one in settled if one.result is Result.UNKNOWN}
    intents = tuple(
        replace(one, phase=Phase.OPEN) if one.key in in_vain else one for one in snapshot.intents
    )
    return replace(snapshot, intents=intents)
