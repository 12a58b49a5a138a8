"""What a person may decide about an open step of a key, by what kind of step it is. Pure."""

from typing import assert_never

from aepctl.errors import SafetyRefusal
from aepctl.model.audience import Known
from aepctl.model.steps import Create, Delete, Patch
from aepctl.project.environment import Environment
from aepctl.state.model import Intent


def is_read(environment: Environment, key: str, known: Known, intent: Intent) -> SafetyRefusal:
    """A change or delete needs no decision: an apply reads what became of it."""
    what = "delete" if isinstance(intent.step, Delete) else "change"
    abandon = environment.command("state", "resolve", key, "--abandon")
    return SafetyRefusal(
        f"what is open for `{key}` is a {what} of {known.ids.audience_id}, not a create",
        hint=f"`{environment.command('apply')}` reads what became of it, and does what is left; "
        f"to forget that it was begun: `{abandon}`",
        code="not-an-open-create",
    )


def is_the_old_one(environment: Environment, key: str, known: Known) -> SafetyRefusal:
    """The one that a replace was to end is not what its open create may have made."""
    resolve = environment.command("state", "resolve", key)
    return SafetyRefusal(
        f"`{key}` has the audienceId {known.ids.audience_id}; what is open is the create of the "
        "one that is to take its place",
        hint=f"if that did arrive: `{resolve} --adopt ID` with the ID of the new one; if not: "
        f"`{resolve} --recreate`; to forget that it was begun: `{resolve} --abandon`",
        code="not-an-open-create",
    )


def after_abandoning(intent: Intent, known: Known | None) -> str:
    """What the next apply does where this open step is forgotten."""
    match intent.step:
        case Create() if intent.takes_place_of(known):
            return (
                "the old one stays until the next apply. If the manifests still want another one "
                "in its place, that looks for it on the platform: what is found takes the place, "
                "else it is created"
            )
        case Create():
            return (
                "if the manifests still want it, the next apply looks for it on the platform: what "
                "is found is adopted, else it is created"
            )
        case Patch():
            return "the next apply reads what the platform has, and changes it if that is wanted"
        case Delete():
            return "the next apply reads whether it is there, and deletes it if that is wanted"
        case _:
            assert_never(intent.step)
