"""The counts that GitLab shows in a merge request: `artifacts:reports:terraform`."""

import json

from aepctl.plan import Plan

MOST = 999_999
"""GitLab takes no larger number."""


def plan_terraform(plan: Plan) -> str:
    """How many audiences a plan creates and changes. It never deletes any."""
    summary = plan.summary
    counts = {"create": summary.create, "update": summary.update, "delete": 0}
    return json.dumps({name: min(count, MOST) for name, count in counts.items()}) + "\n"
