"""What is told of drift: a part of the table of words, kept apart for length."""

from collections.abc import Mapping

from aepctl.plan.kinds import Kind
from aepctl.render.word import Word

IN_STEP = "in-step"
RETAINED = "retained"
STATUS = {kind: "not-at-work" if kind is Kind.ASLEEP else kind.value for kind in Kind}
"""The status of each kind: other results have words of their own for what is asleep."""

DRIFT_WORDS: Mapping[str, Word] = {
    STATUS[Kind.CHANGED]: Word(
        "changed",
        "changed on the platform",
        "*",
        "warn",
        urgency=20,
        hint="The platform has other texts than the state.",
        junit="failure",
        output="changed",
    ),
    STATUS[Kind.GONE]: Word(
        "gone",
        "gone from the platform",
        "-",
        "bad",
        urgency=21,
        hint="The platform itself says that it has them no more.",
        junit="failure",
        output="gone",
    ),
    STATUS[Kind.UNMANAGED]: Word(
        "unmanaged",
        "unmanaged",
        "+",
        "warn",
        urgency=22,
        hint="Of our namespace and originName, and no manifest and no state names them.",
        junit="failure",
        output="unmanaged",
    ),
    STATUS[Kind.NOT_LISTED]: Word(
        "not listed",
        "not listed",
        "?",
        "warn",
        urgency=23,
        hint="No drift: a list may lag, so that proves nothing.",
        junit="skipped",
        output="not_listed",
    ),
    STATUS[Kind.IN_DOUBT]: Word(
        "in doubt",
        "in doubt",
        "?",
        "warn",
        urgency=24,
        hint="No drift: an earlier step has no known outcome, so nothing can be compared.",
        junit="skipped",
        output="in_doubt",
    ),
    STATUS[Kind.ASLEEP]: Word(
        "not at work",
        "inactive or drafts",
        ".",
        "warn",
        urgency=25,
        hint="No drift: the state does not keep whether an audience is at work.",
        junit="skipped",
        output="not_at_work",
    ),
    STATUS[Kind.OVER]: Word(
        "over",
        "ended, and gone by now",
        ".",
        "quiet",
        output="over",
    ),
    IN_STEP: Word("as known", "as the state knows them", "✓", "quiet", output="in_step"),
    RETAINED: Word("retained", "retained, so not compared", ".", "quiet", output="retained"),
}
