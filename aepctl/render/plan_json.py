"""Plans and errors as JSON. The schema is versioned: `format` is MAJOR.MINOR.

Within a major number fields are only added. One change stands on one line.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict

from aepctl.audience import Audience
from aepctl.errors import AepctlError
from aepctl.plan import Change, Plan
from aepctl.render.display import COMMAND, UNSAFE
from aepctl.render.problems import problem_data
from aepctl.settings import Target
from aepctl.state.codec import encode_known
from aepctl.yamldoc import InvalidInput

FORMAT = "1.0"


def plan_json(plan: Plan) -> str:
    """A plan. `changes` leaves out what is unchanged; `summary` counts it."""
    return document(
        {
            "format": FORMAT,
            "environment": plan.environment,
            "target": target_data(plan.target),
            "targets": list(plan.targets),
            "changes": [change_data(change) for change in plan.changes],
            "summary": summary_data(plan),
            "error": None,
        }
    )


def validation_json(count: int) -> str:
    """Manifests without problems."""
    summary = {"audiences": count, "problems": 0}
    return document({"format": FORMAT, "problems": [], "summary": summary, "error": None})


def error_json(error: AepctlError, empty: str) -> str:
    """The document of a run that failed: `empty` names its list, which holds nothing then."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    fields: dict[str, object] = {"format": FORMAT, "environment": None, "target": None}
    if empty != "problems":
        fields[empty] = []
    return document(
        {
            **fields,
            "problems": [problem_data(problem) for problem in problems],
            "summary": None,
            "error": {"message": error.what, "next": error.next, "exitCode": error.exit_code},
        }
    )


def target_data(target: Target) -> dict[str, str]:
    return {"org": target.org, "sandbox": target.sandbox, "endpoint": target.endpoint}


def summary_data(plan: Plan) -> dict[str, int]:
    return asdict(plan.summary)


def change_data(change: Change) -> dict[str, object]:
    data: dict[str, object] = {
        "key": change.key,
        "action": change.action.value,
        "before": encode_known(change.before) if change.before else None,
        "after": _fields(change.after),
        "source": {"file": change.source.file, "line": change.source.line}
        if change.source
        else None,
    }
    if change.fields:
        data["fields"] = [
            {"field": one.field, "before": one.before, "after": one.after} for one in change.fields
        ]
    if change.intent is not None:
        intent = change.intent
        data["intent"] = {
            "id": intent.id,
            "at": intent.at,
            "phase": intent.phase.value,
            "reason": intent.doubt,
        }
    if change.audience_id is not None:
        data["audienceId"] = change.audience_id
    if change.reason is not None:
        data["reason"] = change.reason
    return data


def _fields(audience: Audience | None) -> dict[str, str] | None:
    return audience.fields() if audience else None


def document(fields: Mapping[str, object]) -> str:
    """The fields, one to a line, lists of objects with one object to a line."""
    return (
        "{\n" + ",\n".join(f"  {_dump(name)}: {_value(v)}" for name, v in fields.items()) + "\n}\n"
    )


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return _dump(value)
    return "[\n" + _lines(value) + "\n  ]"


def _lines(values: Iterable[object]) -> str:
    return ",\n".join(f"    {_dump(value)}" for value in values)


_encode = json.JSONEncoder(ensure_ascii=False).encode


def _dump(value: object) -> str:
    """JSON that is as safe to look at as `display` makes text, and means the same."""
    text = _encode(value)
    if "##" in text:
        text = COMMAND.sub(r"##\1\\u005b", text)
    if text.isascii() and text.isprintable():
        return text
    return UNSAFE.sub(lambda found: json.dumps(found[0])[1:-1], text)
