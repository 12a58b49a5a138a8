"""Everything as JSON, from the values themselves; reports of an apply are in report_json.

The schema is versioned: see documents. One change, outcome, problem or intent stands on one line.
"""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import indent
from types import MappingProxyType

from aepctl.errors import AepctlError, InvalidInput
from aepctl.model.audience import Known, Observed
from aepctl.model.problem import Problem
from aepctl.model.target import Target
from aepctl.plan.plan import Action, Change, FieldDiff, NoState, Plan
from aepctl.render.display import safe_json
from aepctl.render.documents import (
    FORMAT,
    ChangeData,
    ErrorData,
    FieldData,
    LimitsData,
    NoStateData,
    PlanSummary,
    ProblemData,
    TargetData,
)
from aepctl.render.plan_documents import PlanData
from aepctl.render.view import audience_id_of
from aepctl.render.words import UNCHANGED
from aepctl.state.model import Intent


def plan_json(plan: Plan) -> str:
    """A plan. `changes` leaves out what is unchanged; `summary` counts it."""
    summary, changes = plan_data(plan)
    data: PlanData = {
        "format": FORMAT,
        "environment": plan.environment,
        "target": target_data(plan.target),
        "targets": list(plan.targets),
        "changes": changes,
        "leftAlone": left_alone_data(plan),
        "refreshed": plan.refreshed,
        "overwrites": plan.overwrites,
        "renames": [{"from": old, "to": new} for old, new in plan.renames],
        "limits": limits_data(plan),
        "summary": summary,
        "error": None,
    }
    if plan.not_listed:
        data["notListed"] = list(plan.not_listed)
    if plan.elsewhere:
        data["elsewhere"] = list(plan.elsewhere)
    if plan.no_state is not None:
        data["noState"] = no_state_data(plan.no_state)
    return document(data)


def validation_json(
    count: int,
    counts: Mapping[str, int],
    differing: Mapping[str, Mapping[str, bool]] = MappingProxyType({}),
) -> str:
    """Manifests without problems; `counts`: how many audiences in each environment.

    `differing`: the keys that are not wanted alike everywhere, with where, and whether overridden.
    """
    summary = {"audiences": count, "problems": 0, "environments": dict(counts)}
    told = [
        {"key": key, "environments": [*where], "overridden": [one for one in where if where[one]]}
        for key, where in differing.items()
    ]
    return document(
        {"format": FORMAT, "problems": [], "differing": told, "summary": summary, "error": None}
    )


def intents_json(intents: Iterable[Intent]) -> str:
    """The steps without a known outcome."""
    listed = [
        {
            "key": one.key,
            "phase": one.phase.value,
            "at": one.at,
            "reason": one.reason,
            "requestId": one.id,
            "audienceId": audience_id_of(one.step),
        }
        for one in intents
    ]
    return document({"format": FORMAT, "intents": listed, "error": None})


def error_json(
    error: AepctlError,
    json_list: str | None = None,
    environment: str | None = None,
    target: Target | None = None,
) -> str:
    """The document of a run that failed. `json_list` names its list, which then is empty."""
    problems = error.problems if isinstance(error, InvalidInput) else ()
    fields: dict[str, object] = {
        "format": FORMAT,
        "environment": environment,
        "target": None if target is None else target_data(target),
    }
    if json_list not in {None, "problems"}:
        fields[str(json_list)] = []
    return document(
        {
            **fields,
            "problems": [problem_data(problem) for problem in problems],
            "summary": None,
            "error": error_data(error),
        }
    )


def error_data(error: AepctlError) -> ErrorData:
    """What went wrong, what it is called, and what to do next."""
    return {
        "message": error.message,
        "code": error.code,
        "next": error.hint,
        "exitCode": error.exit_code,
    }


def plan_data(plan: Plan) -> tuple[PlanSummary, list[ChangeData]]:
    """A plan's counts and changes as they stand in JSON, here and in a saved plan."""
    return plan_summary(plan), [_change(change) for change in plan.changes]


def target_data(target: Target) -> TargetData:
    """Whose audiences these are."""
    return {"org": target.org, "sandbox": target.sandbox, "endpoint": target.endpoint}


def no_state_data(one: NoState) -> NoStateData:
    """Where there is no state."""
    return {"state": one.where, "locked": one.locked}


def problem_data(problem: Problem) -> ProblemData:
    """A problem. `line` and `column` are null where the whole file is meant."""
    origin = problem.origin
    return {
        "file": origin.file,
        "line": origin.line or None,
        "column": origin.column or None,
        "rule": problem.rule,
        "message": problem.message,
        "hint": problem.hint,
    }


def plan_summary(plan: Plan) -> PlanSummary:
    """How many audiences there are under each action, and unchanged."""
    counts = plan.counts()
    counted = {action.value: counts[action] for action in Action}
    return counted | {
        UNCHANGED: plan.unchanged,
        "done": plan.done,
        "leftAlone": len(plan.left_alone),
    }


def left_alone_data(plan: Plan) -> list[ChangeData]:
    """The changes that the saved plan does not have."""
    return [_change(change) for change in plan.left_alone]


def limits_data(plan: Plan) -> LimitsData:
    """The thresholds that hold for this plan, and those that it exceeds."""
    return {
        "max_creates": plan.max_creates,
        "max_deletes": plan.max_deletes,
        "exceeded": list(plan.exceeded),
    }


def _change(change: Change) -> ChangeData:
    before, wanted, source = change.before, change.wanted, change.source
    data: ChangeData = {
        "key": change.key,
        "action": change.action,
        "before": _known(before) if before else None,
        "after": wanted.fields() if wanted else None,
        "source": {"file": source.file, "line": source.line} if source else None,
    }
    if change.diff:
        data["fields"] = [_field(one, change) for one in change.diff]
    if change.moved_from is not None:
        data["movedFrom"] = change.moved_from
    intent, given_id = change.intent, change.given_id
    if intent is not None:
        data["intent"] = {
            "id": intent.id,
            "at": intent.at,
            "phase": intent.phase,
            "reason": intent.reason,
        }
    if given_id is not None:
        data["audienceId"] = given_id
    if change.reason is not None:
        data["reason"] = change.reason
    return data


def _field(one: FieldDiff, change: Change) -> FieldData:
    data: FieldData = {"field": one.field, "before": one.before, "after": one.wanted}
    if change.known is not None and change.observed is not None:
        data["observed"] = one.observed
    return data


def _known(known: Known | Observed) -> dict[str, str]:
    ids = known.ids
    data = {"audienceId": ids.audience_id, **known.audience.fields()}
    return data if ids.platform_id is None else {**data, "id": ids.platform_id}


def document(fields: Mapping[str, object], **lists: Sequence[str]) -> str:
    """The fields, one to a line, lists of objects with one object to a line.

    `lists` are of whole documents, as this made them.
    """
    lines = [f"  {safe_json(name)}: {_value(value)}" for name, value in fields.items()]
    lines += (f"  {safe_json(name)}: {_nested(documents)}" for name, documents in lists.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _nested(documents: Sequence[str]) -> str:
    """No text in a document has a line break: all that there are stand between its parts."""
    if not documents:
        return "[]"
    return "[\n" + ",\n".join(indent(one.rstrip("\n"), "    ") for one in documents) + "\n  ]"


def _value(value: object) -> str:
    if not isinstance(value, list) or not value:
        return safe_json(value)
    return "[\n" + _lines(value) + "\n  ]"


def _lines(values: Iterable[object]) -> str:
    return ",\n".join(f"    {safe_json(value)}" for value in values)
