"""What came of an apply as JSON. A plan does without this module and what it needs."""

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.failure import Failure
from aepctl.plan.plan import Action
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, left_alone_data, plan_summary, target_data
from aepctl.render.outcome_documents import (
    ALWAYS_COUNTED,
    FailureData,
    OutcomeData,
    OutcomeSummary,
    ReportData,
)
from aepctl.render.report import replaced_id


def report_json(report: ApplyReport) -> str:
    """What came of an apply."""
    data: ReportData = {
        "format": FORMAT,
        "environment": report.plan.environment,
        "target": target_data(report.plan.target),
        "outcomes": _outcomes(report),
        "leftAlone": left_alone_data(report.plan),
        "summary": _outcome_summary(report),
        "error": None,
    }
    return document(data)


def _outcomes(report: ApplyReport) -> list[OutcomeData]:
    old = {one.key: replaced_id(one) for one in report.plan.of(Action.REPLACE)}
    return [_outcome(outcome, old.get(outcome.key)) for outcome in report.outcomes]


def _outcome(outcome: Outcome, old: str | None) -> OutcomeData:
    data: OutcomeData = {
        "key": outcome.key,
        "action": outcome.action,
        "outcome": outcome.kind,
        "audienceId": outcome.ids.audience_id if outcome.ids else None,
        "decision": outcome.kind is OutcomeKind.UNDECIDED,
        "error": _failure(outcome.failure) if outcome.failure else None,
    }
    if old is not None and outcome.kind is OutcomeKind.REPLACED:
        data["replacedId"] = old
    return data


def _failure(failure: Failure) -> FailureData:
    return {
        "message": failure.message,
        "code": failure.code,
        "status": failure.status,
        "requestId": failure.request_id,
    }


def _outcome_summary(report: ApplyReport) -> OutcomeSummary:
    counts = report.counts()
    return {
        **{k.value: counts[k] for k in OutcomeKind if counts[k] or k in ALWAYS_COUNTED},
        "notStarted": report.not_started,
        "stopped": report.stopped,
        "plan": plan_summary(report.plan),
    }
