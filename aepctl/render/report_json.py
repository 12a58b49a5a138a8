"""What came of an apply as JSON. A plan does without this module and what it needs."""

from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.model.failure import Failure
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, left_alone_data, plan_summary, target_data
from aepctl.render.outcome_documents import (
    ALWAYS_COUNTED,
    FailureData,
    OutcomeData,
    OutcomeSummary,
    ReportData,
)


def report_json(report: ApplyReport) -> str:
    """What came of an apply."""
    data: ReportData = {
        "format": FORMAT,
        "environment": report.plan.environment,
        "target": target_data(report.plan.target),
        "outcomes": [_outcome(outcome) for outcome in report.outcomes],
        "leftAlone": left_alone_data(report.plan),
        "summary": _outcome_summary(report),
        "error": None,
    }
    return document(data)


def _outcome(outcome: Outcome) -> OutcomeData:
    return {
        "key": outcome.key,
        "action": outcome.action,
        "outcome": outcome.kind,
        "audienceId": outcome.ids.audience_id if outcome.ids else None,
        "decision": outcome.kind is OutcomeKind.UNDECIDED,
        "error": _failure(outcome.failure) if outcome.failure else None,
    }


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
