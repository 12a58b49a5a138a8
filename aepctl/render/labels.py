"""What actions and results are called in the review formats, and how loudly they are told.

One table for all of them, by their values: a new action or result is one new line here, and until
then it is shown under its own name, as something to look at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from aepctl.apply.report import ApplyReport
from aepctl.plan import Plan

NOT_STARTED = "not-started"


@dataclass(frozen=True, slots=True)
class Label:
    """How one status is shown. `total` follows a number; `attention` puts it before all others."""

    word: str
    total: str
    symbol: str
    tone: str
    attention: bool = False
    hint: str = ""


ACTIONS: Mapping[str, Label] = {
    "settle": Label(
        "settle",
        "to settle",
        "?",
        "warn",
        attention=True,
        hint="An earlier create has no known outcome. The next apply looks for it on the platform "
        "before anything else happens for its key.",
    ),
    "decide": Label(
        "decide",
        "to decide",
        "!",
        "warn",
        attention=True,
        hint="Nothing happens for these before a person decides.",
    ),
    "adopt": Label(
        "adopt",
        "to adopt",
        "=",
        "info",
        attention=True,
        hint="On the platform already. Apply takes their IDs into state and creates nothing.",
    ),
    "create": Label("create", "to create", "+", "good"),
    "update": Label(
        "changed",
        "changed",
        "~",
        "info",
        hint="Shown only: this version does not update audiences.",
    ),
    "removed": Label(
        "removed",
        "no longer in the manifests",
        "o",
        "warn",
        attention=True,
        hint="They stay on the platform: this version does not delete audiences.",
    ),
    "unchanged": Label("unchanged", "unchanged", "·", "quiet"),
}

RESULTS: Mapping[str, Label] = {
    "unknown": Label(
        "unknown",
        "unknown",
        "?",
        "warn",
        attention=True,
        hint="Neither success nor failure. Nothing is sent again unseen: the next apply looks for "
        "these before anything else.",
    ),
    "refused": Label(
        "refused",
        "refused",
        "x",
        "bad",
        attention=True,
        hint="Nothing came of these, for sure.",
    ),
    "adopted": Label(
        "adopted",
        "adopted",
        "=",
        "info",
        attention=True,
        hint="Found on the platform. Their IDs are in state now; nothing was created.",
    ),
    NOT_STARTED: Label(
        "not started", "not started", "-", "warn", hint="Nothing was sent for these."
    ),
    "created": Label("created", "created", "+", "good"),
}


URGENCY = ("unknown", "settle", "refused", "decide", "removed", "adopted", "adopt")
"""What needs attention, the most urgent first."""


def urgency(status: str) -> int:
    """Where among all that needs attention a status stands; what is new comes first."""
    return URGENCY.index(status) if status in URGENCY else -1


def label(status: str) -> Label:
    """The label of an action or a result."""
    known = ACTIONS.get(status) or RESULTS.get(status)
    return known or Label(status, status, "?", "warn", attention=True)


def plan_counts(plan: Plan) -> dict[str, int]:
    """How many audiences there are under each action, and `unchanged`."""
    return asdict(plan.summary)


def report_counts(report: ApplyReport) -> dict[str, int]:
    """How many changes there are under each result, the bad news first, and not started."""
    counts = Counter(outcome.result.value for outcome in report.outcomes)
    counts[NOT_STARTED] = report.not_started
    return {status: counts.pop(status, 0) for status in RESULTS} | dict(counts)


def by_status(statuses: Iterable[str]) -> dict[str, int]:
    """How often each status occurs, in the order of first sight."""
    return dict(Counter(statuses))


RESCUE = "Some IDs could not be written to disk: the log holds them, for `aepctl state recover`."


def totals(counts: Mapping[str, int]) -> str:
    """The counts in words, without those that are zero."""
    return ", ".join(
        f"{count:,} {label(status).total}" for status, count in counts.items() if count
    )
