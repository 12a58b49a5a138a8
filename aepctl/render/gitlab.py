"""The counts that GitLab shows in a merge request: `artifacts:reports:terraform`."""

import json

from aepctl.render.view import View
from aepctl.render.words import word

MAX_COUNT = 999_999
"""GitLab takes no larger number."""


def render(view: View) -> str:
    """How many audiences the plan creates, updates and deletes.

    Without a plan it is a document of which GitLab says that a report failed to generate: zeros
    would say that there is nothing to do. So it is where one of several environments failed.
    """
    totals = view.plan.totals if view.plan else view.totals
    if any(part.totals is None for part in view.parts):
        totals = None
    if totals is None:
        return "{}\n"
    counts = {"create": 0, "update": 0, "delete": 0}
    for status, count in totals.items():
        for kind in word(status).terraform:
            counts[kind] += count
    return json.dumps({name: min(count, MAX_COUNT) for name, count in counts.items()}) + "\n"
