"""What has drifted, as a View. As JSON: drifted_json. Other results do without this module."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aepctl.model.audience import ASLEEP
from aepctl.model.target import Target
from aepctl.plan.drift import Drift, Drifted
from aepctl.plan.kinds import Kind
from aepctl.plan.plan import FieldDiff
from aepctl.render.block import scalar
from aepctl.render.drift_words import IN_STEP, RETAINED, STATUS
from aepctl.render.formats import Result
from aepctl.render.view import Row, View
from aepctl.render.words import in_order
from aepctl.wording import command

SPECIAL = re.compile(r"[*?[]")
"""What means more than itself in a pattern."""
DRIFTED = 2
"""The exit code where there is any."""


@dataclass(frozen=True, slots=True)
class Where:
    """The environment that it was asked of; `program` is how a command for it begins."""

    environment: str
    target: Target
    program: str
    manifests: str = "audiences"

    def command(self, *words: str) -> str:
        """A command, in its marks."""
        return f"`{command(self.program, *words)}`"


def of_drift(drift: Drift, where: Where) -> Result:
    """What has drifted, for all formats."""

    def document() -> str:
        from aepctl.render.drifted_json import drift_json  # noqa: PLC0415 - few ask for it

        return drift_json(drift, where)

    return Result(lambda: view_of_drift(drift, where), document, DRIFTED if drift.is_any else 0)


def view_of_drift(drift: Drift, where: Where) -> View:
    """Each audience of which there is something to be told, and what can be done about it."""
    totals = {status: count(drift, kind) for kind, status in STATUS.items()}
    totals |= {IN_STEP: drift.in_step, RETAINED: drift.retained}
    return View(
        command="drift",
        title="Drift",
        environment=where.environment,
        target=where.target,
        targets=drift.asked.targets,
        totals=in_order(totals),
        nothing="the state knows no audiences",
        rows=tuple(_row(one, where) for one in drift.found),
        empty="No drift.",
        alerts=tuple(("Warning", text) for text in warnings(drift)),
        next=_next(drift, where),
    )


def warnings(drift: Drift) -> Iterator[str]:
    """What somebody asked for that came to nothing."""
    for one in drift.idle:
        yield f"--ignore {one} is about no audience: the state knows no key like that"


def count(drift: Drift, kind: Kind) -> int:
    """How many audiences there are of which this is to be told."""
    return sum(one.kind is kind for one in drift.found)


def _next(drift: Drift, where: Where) -> str | None:
    if not any(one.kind in {Kind.CHANGED, Kind.GONE} for one in drift.found):
        return None
    refresh, plan = where.command("refresh"), where.command("plan", "--refresh")
    return f"{plan} shows what an apply would do; {refresh} takes what was seen into the state."


def _row(one: Drifted, where: Where) -> Row:
    """`key` is the name of what has no key."""
    return Row(
        STATUS[one.kind],
        one.audience.name if one.key is None else one.key,
        one.audience.fields(),
        one.fields,
        "; ".join(_said(one, where)),
        one.source,
        one.audience_id,
        columns=tuple(side for side, _ in one.fields[0].columns) if one.fields else (),
    )


def _said(one: Drifted, where: Where) -> Iterator[str]:
    if one.key is None:
        yield f"{one.audience.namespace}, {one.audience.origin_name}, audienceId {one.audience_id}"
        if one.like is not None:
            yield f"of the same name, namespace and originName as `{one.like}`"
    if one.old_half:
        yield f"the old one ({one.audience_id}), whose place another one took"
    if one.kind in {Kind.GONE, Kind.OVER} and one.lifecycle is not None:
        yield f"the platform has it as {one.lifecycle}"
    if one.kind not in {Kind.GONE, Kind.OVER} and one.lifecycle in ASLEEP:
        yield f"it is {one.lifecycle} there"
    told = advice(one, where)
    if told is not None:
        yield told


def advice(one: Drifted, where: Where) -> str | None:
    """What somebody can do about it."""
    key, told = one.key or "", None
    match one.kind:
        case Kind.CHANGED:
            told = _about_change(one, where)
        case Kind.GONE:
            anew = where.command("apply", "--refresh", "--target", key)
            made = f"to make it anew: {anew}; " if one.is_wanted else ""
            told = f"{made}to forget it: {where.command('refresh', '--target', key)}"
        case Kind.UNMANAGED if one.like is not None:
            told = "one of the two has to be deleted on the platform"
        case Kind.UNMANAGED if one.source is not None:
            block = f"`environments` of its block in {one.source.file}:{one.source.line}"
            manage = f"to manage it: write {where.environment} under {block}"
            told = f"{manage}; else delete it on the platform"
        case Kind.UNMANAGED:
            exact = SPECIAL.sub(r"[\g<0>]", one.audience.name).replace("`", "?")
            export = where.command("export", "--to", where.manifests, "--name", exact)
            told = f"to manage it: {export}; else delete it on the platform"
        case Kind.NOT_LISTED:
            forget = where.command("state", "rm", key)
            told = f"audienceId {one.audience_id}; if somebody deleted it: {forget}"
        case Kind.IN_DOUBT:
            told = f"{where.command('apply')} settles that first"
        case Kind.OVER if not one.old_half:
            told = f"{where.command('refresh', '--target', key)} forgets it"
    return told


def _about_change(one: Drifted, where: Where) -> str:
    key = one.key or ""
    ours = where.command("apply", "--refresh", "--overwrite", "--target", key)
    keep = where.command("refresh", "--target", key)
    if one.old_half:
        return f"an apply deletes it only with `--overwrite`: {ours}"
    if not one.is_wanted and one.source is not None:
        return f"its block is not for {where.environment}; to record what is there: {keep}"
    if not one.is_wanted:
        end = where.command("apply", "--target", key)
        return f"no manifest has it any more; to end it as it is now: {keep}, then {end}"
    return f"to keep what is there: write {_lines(one)}, then {keep}; to put ours back: {ours}"


def _lines(one: Drifted) -> str:
    """What has to be written, and where: into an override, where that gives the field."""
    file = "the manifest" if one.source is None else f"`{one.source.file}`"
    given, lines = dict(one.given), dict[str, list[str]]()
    for each in one.fields:
        at = given.get(each.field)
        place = file if at is None else f"`{at.file}:{at.line}`"
        lines.setdefault(place, []).append(_line(each))
    return " and ".join(f"{', '.join(some)} into {place}" for place, some in lines.items())


def _line(one: FieldDiff) -> str:
    """What a manifest has to say to want what is there."""
    if one.observed is None:
        return f"no `{one.field}`"
    said = scalar(one.observed).replace("`", r"\u0060")  # none may end what stands within them
    return f"`{one.field}: {said}`"
