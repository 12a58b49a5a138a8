"""All keys as JSON. See listed_documents for what it is."""

from collections import Counter

from aepctl.render.documents import FORMAT
from aepctl.render.json import document, error_data, no_state_data, target_data
from aepctl.render.known_json import step_data
from aepctl.render.listed import Listed, ListedEnvironment, ListedKey, Status
from aepctl.render.listed_documents import ListData, ListEnvironmentData, ListKeyData


def listed_json(listed: Listed) -> str:
    """Every key, each in every environment that was read."""
    one = None if listed.every else listed.environments[0]
    counts = Counter(key.status for key in listed.keys)
    data: ListData = {
        "format": FORMAT,
        "environment": None if one is None else one.name,
        "target": None if one is None or one.target is None else target_data(one.target),
        "environments": [_environment(each) for each in listed.environments],
        "audiences": [_key(key) for key in listed.keys],
        "summary": {
            "audiences": len(listed.keys),
            "known": counts[Status.KNOWN],
            "new": counts[Status.NEW],
            "removed": counts[Status.REMOVED],
            "elsewhere": counts[Status.ELSEWHERE],
            "retained": counts[Status.RETAINED],
            "inDoubt": counts[Status.IN_DOUBT],
        },
        "error": None,
    }
    return document(data)


def _environment(one: ListedEnvironment) -> ListEnvironmentData:
    data: ListEnvironmentData = {
        "environment": one.name,
        "target": None if one.target is None else target_data(one.target),
        "error": None if one.error is None else error_data(one.error),
    }
    if one.no_state is not None:
        data["noState"] = no_state_data(one.no_state)
    return data


def _key(one: ListedKey) -> ListKeyData:
    fields = one.audience.fields() if one.audience else {}
    known, intents, wanted = one.state.known, one.state.intents, one.wanted
    return {
        "environment": one.environment,
        "key": one.key,
        "status": one.status,
        "planned": one.planned,
        "audienceId": one.state.audience_id,
        "id": known.ids.platform_id if known else None,
        "name": fields.get("name"),
        "description": fields.get("description"),
        "namespace": fields.get("namespace"),
        "originName": fields.get("originName"),
        "source": {"file": wanted.origin.file, "line": wanted.origin.line} if wanted else None,
        "open": step_data(intents[0]) if intents else None,
    }
