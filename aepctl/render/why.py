"""Why a change is more than a wish, and what it costs, in words."""

from aepctl.model.steps import Create, Delete
from aepctl.plan.plan import Action, Change
from aepctl.render.words import STEPS
from aepctl.state.model import Intent, Phase
from aepctl.wording import listed

STAYS = "no longer in the manifests; stays on the platform"


def why(change: Change) -> str | None:
    """What is to be known of it beside what differs."""
    told = _reason(change)
    also = _ends(change)
    return "; ".join(one for one in (told, also) if one) or None


def _reason(change: Change) -> str | None:
    if change.reason is not None and change.action is Action.ADOPT and change.diff:
        return change.reason
    if change.reason is not None:
        return f"{_what(change)}: {change.reason}"
    intent = change.intent
    if intent is None:
        return STAYS if change.action is Action.FORGET else None
    if change.action is not Action.CREATE:
        return attempt(intent)
    if intent.phase is Phase.RECREATE:
        return "a person decided: created without looking"
    return f"second attempt; the first ({intent.at}): {intent.reason}"


def _what(change: Change) -> str:
    if change.steps:
        return "reason"
    return "waiting" if change.action is Action.SETTLE else "decision needed"


def _ends(change: Change) -> str | None:
    """What is deleted with it, where that is not what the change is called."""
    if change.action is Action.DELETE or len(change.steps) < 2:  # noqa: PLR2004 - one is its own
        return None
    gone = [one.ids.audience_id for one in change.steps if isinstance(one, Delete)]
    if not gone:
        return None
    ids = listed(f"`{one}`" for one in gone)
    new = next((one for one in change.steps if isinstance(one, Create)), None)
    if new is None:
        there = change.adopted_id
        other = there is not None and there not in {_known_id(change), *gone}
        return f"{f'`{there}` takes its place, then ' if other else ''}{ids} is deleted for good"
    comes = f"as `{new.audience_id}`" if new.audience_id else "under a new ID"
    return f"another one is created {comes}, then {ids} is deleted for good"


def _known_id(change: Change) -> str | None:
    return change.known.ids.audience_id if change.known else None


def attempt(intent: Intent) -> str:
    """What an intent is about, and what is known of it."""
    unknown = ", outcome unknown" if intent.phase is Phase.OPEN else ""
    return f"{STEPS[type(intent.step)]} started at {intent.at}{unknown}: {intent.reason}"
