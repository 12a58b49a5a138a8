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


def failed_terraform() -> str:
    """The document of a run without a plan: GitLab then says that a report failed to generate.

    Zeros would say that there is nothing to do.
    """
    return "{}\n"
