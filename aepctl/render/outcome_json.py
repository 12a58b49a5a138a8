"""Outcomes as JSON. See plan_json for what `format` promises."""

from aepctl.apply.outcomes import Outcome, Result
from aepctl.apply.report import ApplyReport
from aepctl.render.plan_json import FORMAT, document, summary_data, target_data


def report_json(report: ApplyReport) -> str:
    """What came of an apply."""
    return document(
        {
            "format": FORMAT,
            "environment": report.plan.environment,
            "target": target_data(report.plan.target),
            "outcomes": [_outcome(outcome) for outcome in report.outcomes],
            "summary": {
                **{result.value: report.count(result) for result in Result},
                "notStarted": report.not_started,
                "stopped": report.stopped,
                "plan": summary_data(report.plan),
            },
            "error": None,
        }
    )


def _outcome(outcome: Outcome) -> dict[str, object]:
    failure = outcome.failure
    return {
        "key": outcome.key,
        "action": outcome.action,
        "outcome": outcome.result.value,
        "audienceId": outcome.audience_id,
        "decision": outcome.decision,
        "error": failure
        and {
            "message": failure.message,
            "code": failure.code,
            "status": failure.status,
            "requestId": failure.request_id,
        },
    }
