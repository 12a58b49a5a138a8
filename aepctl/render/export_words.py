"""What becomes of an audience in an export: a part of the table of words, kept apart for length."""

from collections.abc import Mapping

from aepctl.render.word import Word

TO_EXPORT = "export"
EXPORTED = "exported"
DEFINED = "defined"
ASLEEP = "asleep"
LEFT_OUT = "left-out"
ENDED = "ended"

EXPORT_WORDS: Mapping[str, Word] = {
    LEFT_OUT: Word(
        "left out",
        "left out",
        "!",
        "warn",
        urgency=16,
        hint="Not exported. Each says why.",
        junit="failure",
        output="left_out",
    ),
    ASLEEP: Word(
        "not at work",
        "inactive or drafts",
        ".",
        "warn",
        urgency=17,
        hint="Not exported without --inactive.",
        junit="skipped",
        output="asleep",
    ),
    DEFINED: Word("defined", "defined already", "✓", "quiet", output="defined"),
    ENDED: Word("ended", "ended on purpose", ".", "quiet", output="ended"),
    TO_EXPORT: Word(
        "export",
        "to export",
        "+",
        "good",
        line="{name} (audienceId {id})",
        output="to_export",
        brief=True,
    ),
    EXPORTED: Word(
        "exported",
        "exported",
        "+",
        "good",
        line="{name} (audienceId {id})",
        output="exported",
        brief=True,
    ),
}
