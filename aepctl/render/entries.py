"""A plan, or what came of it, as one list of entries: what all review formats are made from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.plan import Action, Change, FieldChange, Plan
from aepctl.render.display import display
from aepctl.render.labels import NOT_STARTED, Label, label
from aepctl.state.model import Intent, Phase

DECIDE = "a decision is needed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One change and, after an apply, its outcome. `status` is its result or its action."""

    change: Change
    status: str
    outcome: Outcome | None = None

    @property
    def label(self) -> Label:
        return label(self.status)

    @property
    def file(self) -> str | None:
        return self.change.source.file if self.change.source else None

    @property
    def audience_id(self) -> str | None:
        """The ID that the platform gave, else the one that the client gives."""
        if self.outcome is not None and self.outcome.audience_id is not None:
            return self.outcome.audience_id
        before = self.change.before
        return before.audience_id if before is not None else self.change.audience_id

    @property
    def said(self) -> dict[str, str]:
        """The audience's fields: as wanted, else as known, else as once begun."""
        change = self.change
        if change.after is not None:
            return change.after.fields()
        if change.before is not None:
            return change.before.audience.fields()
        return change.intent.audience.fields() if change.intent else {}

    @property
    def fields(self) -> tuple[FieldChange, ...]:
        """What differs, field by field; of a create, all that will be."""
        change = self.change
        if change.action is Action.CREATE and change.after is not None:
            return tuple(FieldChange(*one) for one in _added(change.after.fields()))
        return change.fields

    @property
    def note(self) -> str | None:
        """Why this is more than a wish, or why it did not come true. On one line."""
        if self.outcome is not None:
            return _failure(self.outcome)
        change = self.change
        if change.reason is not None:
            return display(f"{DECIDE}: {change.reason}")
        return _history(change.intent) if change.intent else None


def plan_entries(plan: Plan) -> tuple[Entry, ...]:
    """The changes of a plan, in its order."""
    return tuple(Entry(change, change.action.value) for change in plan.changes)


def report_entries(report: ApplyReport) -> tuple[Entry, ...]:
    """All outcomes with their changes, and the changes without an outcome.

    What was settled before the plan was made has an outcome, but no change in it.
    """
    outcomes: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        outcomes.setdefault(outcome.key, []).append(outcome)
    changes = [entry for change in report.plan.changes for entry in _told(change, outcomes)]
    settled = [
        Entry(Change(one.key, Action.SETTLE), one.result.value, one)
        for left in outcomes.values()
        for one in left
    ]
    return (*settled, *changes)


def by_file(entries: Iterable[Entry]) -> Iterator[tuple[str | None, tuple[Entry, ...]]]:
    """The entries of each file, in the files' order; those of no file come last."""
    ordered = sorted(entries, key=lambda entry: (entry.file is None, entry.file or ""))
    for file, group in groupby(ordered, key=lambda entry: entry.file):
        yield file, tuple(group)


def _told(change: Change, outcomes: dict[str, list[Outcome]]) -> Iterator[Entry]:
    """The entries of a change; its outcomes are taken out."""
    own = outcomes.pop(change.key, ())
    for outcome in own:
        yield Entry(change, outcome.result.value, outcome)
    if not own:
        waiting = change.action is Action.CREATE
        yield Entry(change, NOT_STARTED if waiting else change.action.value)


def _failure(outcome: Outcome) -> str | None:
    """The platform's own words, or ours."""
    failure = outcome.failure
    if failure is None:
        return None
    code = " ".join(part for part in (str(failure.status or ""), failure.code or "") if part)
    head = f"{DECIDE}: " if outcome.decision else ""
    tail = f" (x-request-id {failure.request_id})" if failure.request_id else ""
    return display(f"{head}{code}{': ' if code else ''}{failure.message}{tail}")


def _history(intent: Intent) -> str:
    """What became of an earlier attempt."""
    if intent.phase is Phase.OPEN:
        return display(f"a create was begun at {intent.at}: {intent.doubt}")
    return display(f"again, after the attempt of {intent.at}: {intent.doubt}")


def _added(fields: dict[str, str]) -> Iterator[tuple[str, None, str]]:
    return ((field, None, value) for field, value in fields.items())
