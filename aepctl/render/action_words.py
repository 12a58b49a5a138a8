"""The words for what a plan would do; words has them all."""

from aepctl.render.word import Word

ACTION_WORDS: dict[str, Word] = {
    "settle": Word(
        "settle",
        "to settle",
        "?",
        "warn",
        urgency=2,
        hint="An earlier step has no known outcome. The next apply checks that on the platform "
        "before it does anything else for these.",
        junit="error",
        output="to_settle",
    ),
    "decide": Word(
        "decide",
        "to decide",
        "!",
        "warn",
        urgency=5,
        hint="Nothing is done until a person decides.",
        junit="failure",
        output="to_decide",
    ),
    "drift": Word(
        "edited",
        "edited on the platform",
        "*",
        "warn",
        urgency=6,
        hint="Neither the state nor the manifests say what the platform has. Nothing is done until "
        "a person decides.",
        junit="failure",
        output="drift",
    ),
    "delete": Word(
        "delete",
        "to delete",
        "-",
        "bad",
        urgency=7,
        hint="Deleted on the platform, for good.",
        line="{name} (audienceId {id}) is deleted on the platform",
        output="to_delete",
        terraform="delete",
    ),
    "replace": Word(
        "replace",
        "to replace",
        "-/+",
        "warn",
        urgency=8,
        hint="Another one takes its place, under another ID, and the old one is deleted then.",
        output="to_replace",
        terraform="update",
    ),
    "adopt": Word(
        "adopt",
        "to adopt",
        "=",
        "info",
        urgency=11,
        hint="Already on the platform. Apply records their IDs and creates nothing.",
        line="already on the platform (audienceId {id})",
        output="to_adopt",
    ),
    "create": Word("create", "to create", "+", "good", output="to_create", terraform="create"),
    "update": Word("update", "to update", "~", "info", output="to_update", terraform="update"),
    "move": Word("move", "to move", ">", "info", line="was {moved_from}", output="to_move"),
    "record": Word("record", "to record", "^", "info", output="to_record"),
    "forget": Word(
        "forget",
        "to forget",
        ".",
        "warn",
        urgency=13,
        hint="No longer in the manifests. They stay on the platform.",
        line="no longer in the manifests; stays on the platform as {name} (audienceId {id})",
        output="to_forget",
    ),
}
"""In the order in which totals are told: what needs a person, then what cannot be undone."""
