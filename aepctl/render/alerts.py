"""What of a plan has to be seen first, and the lines that it gives to paste."""

from collections.abc import Iterable, Iterator

from aepctl.model.steps import Delete
from aepctl.plan.plan import NoState, Plan
from aepctl.plan.policy import MOST_DELETED
from aepctl.render.block import scalar
from aepctl.render.display import Paint, display, display_lines
from aepctl.render.wrapping import wrapped
from aepctl.wording import command, listed

RENAMED = "Renamed? Then paste this into a manifest, and plan again"
"""Before the lines of `moved_lines`."""


STAYS = "Stays on the platform"
ELSEWHERE = "For other environments"
NO_STATE = "No state yet"
CALM = (STAYS, ELSEWHERE, NO_STATE)
"""Alerts that only say what is left as it is."""


def is_calm(title: str) -> bool:
    """Whether an alert asks nobody to do anything."""
    return title.startswith(CALM)


def alert_lines(alerts: Iterable[tuple[str, str]], paint: Paint) -> Iterator[str]:
    """Alerts as text, a line each."""
    for title, text in alerts:
        colour = "cyan" if is_calm(title) else "red"
        said = f"{paint(display(title), colour, 'bold')}: {display_lines(text)}"
        yield wrapped(said, paint, 4)


def paste_text(lines: Iterable[str], paint: Paint) -> str:
    """The lines of `moved_lines` as text, to be pasted, between blank lines."""
    return "\n".join((f"{paint(RENAMED, 'yellow', 'bold')}:", "", *lines, ""))


def plan_alerts(plan: Plan) -> Iterator[tuple[str, str]]:
    """A word, and what it is about."""
    if plan.no_state is not None and plan.changes:
        yield NO_STATE, no_state_text(plan.no_state)
    gone = [
        f"`{change.key}` (`{step.ids.audience_id}`)"
        for change in plan.changes
        for step in change.steps
        if isinstance(step, Delete)
    ]
    if gone:
        yield "Deletes", f"{_would(len(gone))} deleted for good: {listed(gone)}"
    if plan.not_listed:
        said = "the platform's list lacks them, which proves nothing"
        more = command(plan.program, "drift")
        yield "Not listed", f"{listed(_keys(plan.not_listed))}: {said}. `{more}` says more"
    if plan.stays:
        yield STAYS, f"retained when it was removed: {listed(_keys(plan.stays))}"
    if plan.elsewhere:
        yield ELSEWHERE, _elsewhere(plan)
    if plan.overwrites and plan.changes:
        yield "Overwrites", "what somebody edited on the platform is changed or deleted as well"
    exceeded = plan.exceeded
    if "max_creates" in exceeded:
        limit = f"max_creates ({plan.max_creates})"
        yield "Limit", _exceeded(plan, plan.creates, "created", limit)
    if "max_deletes" in exceeded:
        limit = _deletes_allowed(plan)
        yield "Limit", _exceeded(plan, plan.deletes, "deleted", limit)


def no_state_text(one: NoState) -> str:
    """What it means that nothing is known: it may have been there, and been lost."""
    looks = "an apply looks on the platform first, and adopts what is there"
    if one.locked is None:
        return f"none at {one.where}: {looks}"
    had = f"though a run had its lock at {one.locked}"
    return f"none at {one.where}, {had}: if it was lost, bring it back; {looks}"


def moved_lines(plan: Plan) -> tuple[str, ...]:
    """YAML that says what may have been renamed; each line is safe to look at. Empty: nothing."""
    pairs = [f"  - {{from: {scalar(old)}, to: {scalar(new)}}}" for old, new in plan.renames]
    return ("moved:", *pairs) if pairs else ()


def _deletes_allowed(plan: Plan) -> str:
    """The limit that holds, as it came about."""
    if plan.max_deletes == int(plan.known * MOST_DELETED):
        return f"{MOST_DELETED:.0%} of the {plan.known} that are known".replace("%", " %")
    return f"max_deletes ({plan.max_deletes})"


def _keys(keys: Iterable[str]) -> Iterator[str]:
    return (f"`{key}`" for key in keys)


def _elsewhere(plan: Plan) -> str:
    keys, forget = plan.elsewhere, command(plan.program, "state", "rm", plan.elsewhere[0])
    are = "are left as they are" if keys[1:] else "is left as it is"
    return (
        f"{listed(_keys(keys))}, known here, {are}. To end one here: "
        f"`lifecycle: {{on_removal: delete}}` (or `retain`) in its block; to forget it: `{forget}`"
    )


def _exceeded(plan: Plan, count: int, done: str, limit: str) -> str:
    return (
        f"{_would(count)} {done}, more than {limit}: `{_allow(plan)}` allows it, and whoever "
        "applies this as a saved plan approves them"
    )


def _allow(plan: Plan) -> str:
    """The command that allows all of it: each option by itself would still be refused."""
    words = ["apply"]
    if "max_creates" in plan.exceeded:
        words += ("--yes-create", str(plan.creates))
    if "max_deletes" in plan.exceeded:
        words += ("--yes-delete", str(plan.deletes))
    words += (word for target in plan.targets for word in ("--target", target))
    return command(plan.program, *words)


def _would(count: int) -> str:
    return f"{count:,} audience{'s' * (count != 1)} would be"
