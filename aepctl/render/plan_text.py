"""A plan as text for people."""

from collections.abc import Iterator

from aepctl.plan import Action, Change, Plan
from aepctl.render.display import Paint, display
from aepctl.state.model import Intent, Phase

COLOURS = {
    Action.SETTLE: "yellow",
    Action.DECIDE: "yellow",
    Action.ADOPT: "cyan",
    Action.CREATE: "green",
    Action.UPDATE: "cyan",
    Action.REMOVED: "yellow",
}


def plan_text(plan: Plan, paint: Paint) -> str:
    """The whole plan: what is open first, each change, and the totals at the end."""
    lines: list[str] = []
    for change in plan.changes:
        lines += _change(change, paint)
    if lines:
        lines.append("")
    lines.append(_totals(plan, paint))
    lines += _notes(plan, paint)
    return "\n".join(lines) + "\n"


def _change(change: Change, paint: Paint) -> Iterator[str]:
    colour = COLOURS[change.action]
    place = f"  {display(change.source.file)}:{change.source.line}" if change.source else ""
    head = f"{change.action.symbol} {display(change.key)}"
    yield paint(head, colour, "bold") + paint(place, "dim")
    if change.action is Action.CREATE and change.after is not None:
        for field, value in change.after.fields().items():
            yield f"    {field:<12} {display(value)}"
        if change.audience_id is not None:
            yield f"    {'audienceId':<12} {display(change.audience_id)}"
    for one in change.fields:
        yield f"    {one.field:<12} {_value(one.before)} {paint('->', 'dim')} {_value(one.after)}"
    if change.action is Action.REMOVED and change.before is not None:
        name = display(change.before.audience.name)
        audience_id = display(change.before.audience_id)
        yield f"    no longer in the manifests; {name} stays on the platform as {audience_id}"
    if change.action is Action.ADOPT and change.before is not None:
        yield f"    exists on the platform as {display(change.before.audience_id)}"
    if change.reason is not None:
        yield f"    {paint('a decision is needed', 'yellow')}: {display(change.reason)}"
    if change.intent is not None:
        yield from _history(change.intent)


def _history(intent: Intent) -> Iterator[str]:
    """What became of the earlier attempt, and what happens next."""
    if intent.phase is Phase.OPEN:
        yield f"    a create was begun at {display(intent.at)}: {display(intent.doubt)}"
        yield "    the next apply looks for it on the platform before anything else"
    else:
        yield f"    again, after the attempt of {display(intent.at)}: {display(intent.doubt)}"


def _value(value: str | None) -> str:
    return "(none)" if value is None else display(value)


def _totals(plan: Plan, paint: Paint) -> str:
    summary = plan.summary
    parts = [
        (summary.settle, "to settle", "yellow"),
        (summary.decide, "to decide", "yellow"),
        (summary.adopt, "to adopt", "cyan"),
        (summary.create, "to create", "green"),
        (summary.update, "changed", "cyan"),
        (summary.removed, "no longer in the manifests", "yellow"),
        (summary.unchanged, "unchanged", "dim"),
    ]
    said = ", ".join(paint(f"{count} {words}", colour) for count, words, colour in parts if count)
    target = plan.target
    where = f"{plan.environment} ({target.endpoint}, {target.org}, sandbox {target.sandbox})"
    only = f", only {' '.join(plan.targets)}" if plan.targets else ""
    return f"Plan for {display(where)}{display(only)}: {said or 'no audiences'}."


def _notes(plan: Plan, paint: Paint) -> Iterator[str]:
    summary = plan.summary
    if not plan.changes:
        yield "Nothing to do."
    if summary.update:
        yield paint("Changed audiences are shown only: this version does not update them.", "dim")
    if summary.removed:
        yield paint("Nothing is deleted: this version does not delete audiences.", "dim")
