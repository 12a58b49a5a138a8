"""One key on all sides as JSON. See shown_documents for what it is."""

from aepctl.model.audience import Observed, Wanted
from aepctl.model.problem import Origin
from aepctl.render.documents import FORMAT, SourceData
from aepctl.render.json import document, plan_data, target_data
from aepctl.render.known_json import intent_data, known_data, run_data
from aepctl.render.shown import OnPlatform, Shown
from aepctl.render.shown_documents import LookData, ObservedData, ShowData, WantedData


def shown_json(shown: Shown) -> str:
    """Everything known of the key."""
    knowledge, one = shown.knowledge, shown.listed.state
    _, changes = plan_data(shown.plan)
    data: ShowData = {
        "format": FORMAT,
        "environment": knowledge.environment,
        "target": target_data(knowledge.target),
        "serial": knowledge.serial,
        "key": one.key,
        "status": shown.listed.status,
        "wanted": None if shown.wanted is None else _wanted(shown, shown.wanted),
        "known": None if one.known is None else known_data(one.known),
        "platform": None if shown.platform is None else _look(shown.platform),
        "change": changes[0] if changes else None,
        "intents": [intent_data(intent, knowledge) for intent in one.intents],
        "run": run_data(knowledge.runs[-1]) if knowledge.runs else None,
        "error": None,
    }
    return document(data)


def _wanted(shown: Shown, wanted: Wanted) -> WantedData:
    life = wanted.lifecycle
    return {
        "audience": wanted.audience.fields(),
        "audienceId": wanted.audience_id,
        "source": _source(wanted.origin),
        "fields": {name: _source(place) for name, place in shown.places.items()},
        "on_removal": life.at_removal.on_removal,
        "prevent_destroy": life.at_removal.prevent_destroy,
        "replaces": life.replaces,
        "ignored": sorted(life.ignored),
    }


def _source(origin: Origin) -> SourceData:
    return {"file": origin.file, "line": origin.line}


def _look(there: OnPlatform) -> LookData:
    observed = there.observed
    return {
        "observed": None if observed is None else _observed(observed),
        "reason": there.word,
    }


def _observed(one: Observed) -> ObservedData:
    return {
        "audience": one.audience.fields(),
        "audienceId": one.ids.audience_id,
        "id": one.ids.platform_id,
        "created": one.created,
        "state": one.lifecycle,
        "usedBy": list(one.dependents),
    }
