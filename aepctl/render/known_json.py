"""What state knows as JSON. See known_documents for what it is."""

from collections.abc import Iterable

from aepctl.model.audience import Deposed, Known
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, target_data
from aepctl.render.known import Knowledge, KnownKey
from aepctl.render.known_documents import (
    AttemptData,
    KeyData,
    ListedData,
    OpenData,
    ReplacedData,
    RunData,
    StateListData,
    StateShowData,
)
from aepctl.render.view import audience_id_of, audience_of
from aepctl.render.words import STEPS
from aepctl.state.model import Intent, Run


def list_json(knowledge: Knowledge) -> str:
    """All keys, each with what it is known as."""
    data: StateListData = {
        "format": FORMAT,
        "environment": knowledge.environment,
        "target": target_data(knowledge.target),
        "audiences": [_listed(one) for one in knowledge.keys],
        "summary": {"audiences": len(knowledge.keys), "open": _open(knowledge.keys)},
        "error": None,
    }
    return document(data)


def _open(keys: Iterable[KnownKey]) -> int:
    return sum(bool(one.intents) for one in keys)


def _listed(one: KnownKey) -> ListedData:
    fields = one.audience.fields() if one.audience else {}
    return {
        "key": one.key,
        "audienceId": one.audience_id,
        "id": one.known.ids.platform_id if one.known else None,
        "name": fields.get("name"),
        "description": fields.get("description"),
        "namespace": fields.get("namespace"),
        "originName": fields.get("originName"),
        "open": step_data(one.intents[0]) if one.intents else None,
        "retained": one.known is not None and one.known.retained,
    }


def step_data(intent: Intent) -> OpenData:
    """An open step, as a list of keys tells it."""
    return {"step": STEPS[type(intent.step)], "phase": intent.phase}


def show_json(knowledge: Knowledge) -> str:
    """All that state has for the one key."""
    (one,), runs = knowledge.keys, knowledge.runs
    data: StateShowData = {
        "format": FORMAT,
        "environment": knowledge.environment,
        "target": target_data(knowledge.target),
        "serial": knowledge.serial,
        "key": one.key,
        "known": None if one.known is None else known_data(one.known),
        "intents": [intent_data(intent, knowledge) for intent in one.intents],
        "run": run_data(runs[-1]) if runs else None,
        "error": None,
    }
    return document(data)


def known_data(known: Known) -> KeyData:
    """What state knows under a key."""
    ids = known.ids
    return {
        "audienceId": ids.audience_id,
        "id": ids.platform_id,
        "audience": known.audience.fields(),
        "sent": None if known.sent is None else known.sent.fields(),
        "on_removal": known.at_removal.on_removal,
        "prevent_destroy": known.at_removal.prevent_destroy,
        "retained": known.retained,
        "replaced": None if known.deposed is None else _replaced(known.deposed),
    }


def _replaced(deposed: Deposed) -> ReplacedData:
    ids = deposed.ids
    return {
        "audienceId": ids.audience_id,
        "id": ids.platform_id,
        "audience": deposed.audience.fields(),
    }


def intent_data(intent: Intent, knowledge: Knowledge) -> AttemptData:
    """An open step with all that is known of it, and of its run."""
    run = knowledge.run(intent.run)
    return {
        "step": STEPS[type(intent.step)],
        "phase": intent.phase,
        "at": intent.at,
        "reason": intent.reason,
        "requestId": intent.id,
        "audienceId": audience_id_of(intent.step),
        "audience": audience_of(intent.step).fields(),
        "runId": intent.run,
        "run": None if run is None else run_data(run),
    }


def run_data(run: Run) -> RunData:
    """A run that changed the state."""
    return {
        "id": run.id,
        "at": run.at,
        "command": run.command,
        "by": run.by,
        "commit": run.commit,
        "job": run.job,
    }
