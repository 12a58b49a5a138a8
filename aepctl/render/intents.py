"""Open intents, for people and for programs."""

from collections.abc import Iterable

from aepctl.render.display import Paint, display
from aepctl.render.plan_json import FORMAT, document
from aepctl.state.model import Intent, Phase

NEXT = {
    Phase.OPEN: "the next apply looks for it; to decide now: `aepctl state resolve {key} …`",
    Phase.ABSENT: "the next apply looks once more, and creates it if it is not there",
    Phase.RECREATE: "the next apply creates it without looking",
}


def intents_text(intents: Iterable[Intent], paint: Paint) -> str:
    """Each with why it is open and what happens next."""
    lines = []
    for one in intents:
        key = display(one.key)
        begun = f"{one.phase}, begun at {display(one.at)}"
        lines.append(f"{paint(f'? {key}', 'yellow', 'bold')}  {begun}")
        lines.append(f"    {display(one.doubt)}")
        lines.append(f"    {NEXT[one.phase].format(key=key)}")
    return "".join(f"{line}\n" for line in lines) or "Nothing is open.\n"


def intents_json(intents: Iterable[Intent]) -> str:
    """The schema's version is that of plans."""
    listed = [
        {
            "key": one.key,
            "phase": one.phase.value,
            "at": one.at,
            "reason": one.doubt,
            "requestId": one.id,
            "audienceId": one.audience_id,
        }
        for one in intents
    ]
    return document({"format": FORMAT, "intents": listed, "error": None})
