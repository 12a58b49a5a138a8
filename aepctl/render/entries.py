"""A plan, or what came of it, as one list of entries: what all review formats are made from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from aepctl.apply.outcomes import Outcome
from aepctl.apply.report import ApplyReport
from aepctl.plan import Action, Change, FieldChange, Plan
from aepctl.render.display import display
from aepctl.render.labels import NOT_STARTED, Label, label


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
        """The ID that the platform gave."""
        if self.outcome is not None and self.outcome.audience_id is not None:
            return self.outcome.audience_id
        return self.change.before.audience_id if self.change.before else None

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
            return failure_text(self.outcome)
        change = self.change
        reason: str | None = getattr(change, "reason", None)
        if reason is not None:
            return display(reason)
        if change.intent is not None:
            begun = f"a create was begun at {change.intent.at}: {change.intent.doubt}"
            return display(begun)
        return None


def plan_entries(plan: Plan) -> tuple[Entry, ...]:
    """The changes of a plan, in its order."""
    return tuple(Entry(change, change.action.value) for change in plan.changes)


def report_entries(report: ApplyReport) -> tuple[Entry, ...]:
    """The changes of the plan that was applied, each with its outcome."""
    outcomes = {outcome.key: outcome for outcome in report.outcomes}
    return tuple(_entry(change, outcomes.get(change.key)) for change in report.plan.changes)


def by_file(entries: Iterable[Entry]) -> Iterator[tuple[str | None, tuple[Entry, ...]]]:
    """The entries of each file, in the files' order; those of no file come last."""
    ordered = sorted(entries, key=lambda entry: (entry.file is None, entry.file or ""))
    for file, group in groupby(ordered, key=lambda entry: entry.file):
        yield file, tuple(group)


def failure_text(outcome: Outcome) -> str | None:
    """The platform's own words, or ours, on one line."""
    failure = outcome.failure
    if failure is None:
        return None
    head = " ".join(part for part in (str(failure.status or ""), failure.code or "") if part)
    said = f"{head}: {failure.message}" if head else failure.message
    return display(said + (f" (x-request-id {failure.request_id})" if failure.request_id else ""))


def _entry(change: Change, outcome: Outcome | None) -> Entry:
    if outcome is not None:
        return Entry(change, outcome.result.value, outcome)
    return Entry(change, NOT_STARTED if change.action is Action.CREATE else change.action.value)


def _added(fields: dict[str, str]) -> Iterator[tuple[str, None, str]]:
    return ((field, None, value) for field, value in fields.items())
