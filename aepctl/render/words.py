"""What actions, outcomes and intents are called, and how loudly they are told.

One table for all formats, by value: a new action or outcome is one new row here. A value without a
row is still shown, under its own name and as something to look at: nothing is ever hidden.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.render.action_words import ACTION_WORDS
from aepctl.render.drift_words import DRIFT_WORDS
from aepctl.render.export_words import EXPORT_WORDS
from aepctl.render.word import Word
from aepctl.state.model import Phase

UNCHANGED = "unchanged"
NOT_STARTED = "not-started"
FINDING = "finding"
DONE = "done"
LEFT_ALONE = "left-alone"
WANTED = "wanted"
OVERRIDDEN = "overridden"


WORDS: dict[str, Word] = {
    # what a plan would do
    **ACTION_WORDS,
    UNCHANGED: Word("unchanged", "unchanged", "✓", "quiet", output="unchanged"),
    # where it is wanted
    WANTED: Word("wanted", "wanted", "✓", "good", output="wanted"),
    OVERRIDDEN: Word("overridden", "overridden", "~", "info", output="overridden"),
    # what came of it
    "unknown": Word(
        "unknown",
        "unknown",
        "?",
        "warn",
        urgency=1,
        hint="Neither success nor failure. The next apply checks on the platform whether these "
        "were done before it sends anything for them.",
        junit="error",
        output="unknown",
    ),
    "refused": Word(
        "refused",
        "refused",
        "x",
        "bad",
        urgency=3,
        hint="Certainly not done.",
        junit="failure",
        output="refused",
    ),
    "undecided": Word(
        "undecided",
        "undecided",
        "!",
        "warn",
        urgency=4,
        hint="Nothing was done for these: a person has to decide first.",
        junit="failure",
        output="undecided",
    ),
    NOT_STARTED: Word(
        "not started",
        "not started",
        "…",
        "warn",
        hint="Nothing was sent for these.",
        junit="skipped",
        output="not_started",
    ),
    "deleted": Word(
        "deleted", "deleted", "-", "warn", 9, "No longer on the platform.", output="deleted"
    ),
    "replaced": Word(
        "replaced",
        "replaced",
        "-/+",
        "warn",
        urgency=10,
        hint="Another one, with another ID, took its place; the old one is deleted.",
        output="replaced",
    ),
    "adopted": Word(
        "adopted",
        "adopted",
        "=",
        "info",
        urgency=12,
        hint="Found on the platform: their IDs were recorded and nothing was created.",
        output="adopted",
    ),
    "forgotten": Word(
        "forgotten",
        "forgotten",
        ".",
        "info",
        hint="No longer known to aepctl: what there is of them stays on the platform.",
        output="forgotten",
    ),
    "updated": Word("updated", "updated", "~", "info", output="updated"),
    "moved": Word("moved", "moved", ">", "info", output="moved"),
    "recorded": Word("recorded", "recorded", "^", "info", output="recorded"),
    "created": Word("created", "created", "+", "good", output="created"),
    # what a saved plan leaves out
    DONE: Word("done", "done already", "✓", "quiet", output="done"),
    LEFT_ALONE: Word(
        "left alone",
        "left alone",
        "|",
        "info",
        urgency=14,
        hint="Not in the saved plan, so nothing is done for these.",
        junit="skipped",
        output="left_alone",
    ),
    # what is known of an intent
    Phase.OPEN.value: Word(
        "open",
        "open",
        "?",
        "warn",
        line="the next apply checks on the platform whether it was done",
        junit="error",
        output="open",
    ),
    Phase.ABSENT.value: Word(
        "not found",
        "not found",
        "?",
        "warn",
        line="the next apply checks again, then creates it if it is still wanted",
        junit="error",
        output="absent",
    ),
    Phase.RECREATE.value: Word(
        "recreate",
        "to create again",
        "+",
        "warn",
        line="decided by a person: the next apply creates it without checking",
        output="recreate",
    ),
    FINDING: Word(
        "to mend", "to mend", "!", "bad", 15, "Each says what mends it.", "", "failure", "findings"
    ),
    **EXPORT_WORDS,
    **DRIFT_WORDS,
}
"""In the order in which totals are told: the bad news first."""


STEPS: Mapping[type[RemoteStep], str] = {Create: "create", Patch: "update", Delete: "delete"}
"""What a step that touches the platform is called."""


def word(status: str) -> Word:
    """How a status is told."""
    known = WORDS.get(status)
    if known is not None:
        return known
    return Word(status, status, "?", "warn", urgency=0, output=status.replace("-", "_"))


def in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts in the order of the table; those without a row come first."""
    places = {status: place for place, status in enumerate(WORDS)}
    return dict(sorted(counts.items(), key=lambda one: places.get(one[0], -1)))


def by_urgency(statuses: Iterable[str]) -> list[str]:
    """Each status once: those that need attention first, the most urgent before all."""
    once = dict.fromkeys(statuses)
    return sorted(once, key=lambda one: (word(one).urgency is None, word(one).urgency or 0))


def by_status(statuses: Iterable[str]) -> dict[str, int]:
    """How often each status occurs, in the order of first sight."""
    return dict(Counter(statuses))


def totals(counts: Mapping[str, int]) -> str:
    """The counts in words, without those that are zero."""
    return ", ".join(
        f"{count:,} {word(status).counted}" for status, count in counts.items() if count
    )
