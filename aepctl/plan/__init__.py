"""What differs: wanted and known in, an immutable plan out. No files, no clock, no network."""

from aepctl.plan.changes import Action, Change, FieldChange, Plan, Summary
from aepctl.plan.fields import field_changes
from aepctl.plan.planner import NoSuchTarget, make_plan

__all__ = [
    "Action",
    "Change",
    "FieldChange",
    "NoSuchTarget",
    "Plan",
    "Summary",
    "field_changes",
    "make_plan",
]
