"""What was read right before a change: whether it is still to be sent. Pure."""

from dataclasses import dataclass

from aepctl.apply.sightings import is_now
from aepctl.model.audience import FIELD_NAMES, Audience, Observed
from aepctl.model.failure import no_platform_id
from aepctl.model.steps import Delete, Patch
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class Found:
    """Why a step is not sent.

    `why`: a person has to decide, or, where it is `refused`, the platform would refuse it. Without
    that it is done already, as `observed` shows.
    """

    why: str | None = None
    refused: bool = False
    observed: Audience | None = None


SEND = Found()
"""It is sent: everything is as it was."""


@dataclass(frozen=True, slots=True)
class Ways:
    """The commands that go on where a person has to decide, as they begin."""

    look: str = "aepctl plan --refresh"
    overwrite: str = "aepctl apply --overwrite"


def judge(key: str, step: Patch | Delete, observed: Observed | None, ways: Ways = Ways()) -> Found:
    """What is to become of the step. `observed` None: the platform has no such audience.

    Without the platform's own id nothing was asked, and nothing can be.
    """
    if step.ids.platform_id is None:
        return Found(no_platform_id(step.ids).message, refused=True)
    if isinstance(step, Delete):
        return _judge_delete(key, step, observed, ways)
    audience_id = step.ids.audience_id
    if observed is None:
        gone = f"the platform has no audience {audience_id} any more"
        return Found(f"{gone}. Plan again: `{ways.look}`")
    now = observed.audience
    if is_now(now, step.after, step.before, step.changes):
        return Found(observed=now)
    if is_now(now, step.before, step.after, step.changes):
        return SEND
    return Found(f"{_edited(step.before, now, step.after)}. Plan again: `{ways.look}`")


def _judge_delete(key: str, step: Delete, observed: Observed | None, ways: Ways) -> Found:
    if observed is None:  # it may only not show yet: to delete what is gone succeeds
        return SEND
    if observed.dependents:
        why = f"other audiences depend on it: {listed(observed.dependents)}"
        return Found(f"{why}; delete or change those first", refused=True)
    now = observed.audience
    if is_now(now, step.audience, step.audience, FIELD_NAMES):
        return SEND
    again = f"to delete it all the same: `{ways.overwrite} --target {key}`"
    return Found(f"{_edited(step.audience, now, None)}. Plan again: `{ways.look}`; {again}")


def _edited(before: Audience, now: Audience, after: Audience | None) -> str:
    """The fields that somebody edited meanwhile, on all sides."""
    was, shows = before.fields(), now.fields()
    shall = after.fields() if after is not None else {}
    names = [name for name in FIELD_NAMES if was.get(name) != shows.get(name)]
    each = "; ".join(
        f"{name} was {_shown(was.get(name))}, is {_shown(shows.get(name))}"
        + (f", shall be {_shown(shall.get(name))}" if after is not None else "")
        for name in names
    )
    return f"somebody edited it on the platform meanwhile: {each}"


def _shown(text: str | None) -> str:
    return "empty" if text is None else repr(text)
