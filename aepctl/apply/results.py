"""What came of a step, as an outcome."""

from typing import assert_never

from aepctl.aep.verdicts import Done, NotSent, Refused, Unknown, Verdict
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.plan.plan import Action
from aepctl.state.model import Intent


def outcome_of(intent: Intent, action: Action, verdict: Verdict) -> Outcome:
    """What the platform's answer to a step means for its change."""
    match verdict:
        case Done(ids):
            step = intent.step
            of = ids if isinstance(step, Create) else step.ids
            return Outcome(intent.key, action, done_kind(step), of)
        case Refused(failure) | NotSent(failure):
            return Outcome(intent.key, action, OutcomeKind.REFUSED, failure=failure)
        case Unknown(failure):
            return Outcome(intent.key, action, OutcomeKind.UNKNOWN, failure=failure)
        case _:
            assert_never(verdict)


def done_kind(step: RemoteStep) -> OutcomeKind:
    """What it is called when the step is done."""
    match step:
        case Create():
            return OutcomeKind.CREATED
        case Patch():
            return OutcomeKind.UPDATED
        case Delete():
            return OutcomeKind.DELETED
        case _:
            assert_never(step)
