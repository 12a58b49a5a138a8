"""Which of what is observed may be the doing of a create, and when a person has to say."""

import shlex
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from aepctl.model.audience import IDENTIFYING, Audience, Ids, Observed
from aepctl.model.folding import folded
from aepctl.model.steps import Create
from aepctl.plan import reasons
from aepctl.plan.matching import ObservedIndex
from aepctl.state.model import Intent
from aepctl.wording import command, listed

CLOCK_SKEW = timedelta(hours=1)
"""How far the platform's clock may be behind the one of the machine that noted an intent."""


def may_be_of(intent: Intent, step: Create, observed: ObservedIndex) -> tuple[Observed, ...]:
    """What may be this create's doing: what has the ID that it gave, else its identity.

    What another key owns is not; what its own key owns is, whatever its age, but for what it was
    to take the place of.
    """
    given = step.audience_id
    if given is not None and observed.owner(given) in {None, intent.key}:
        there = observed.with_id(given)
        if there:
            identity = step.audience.identity
            return (next((one for one in there if one.audience.identity == identity), there[0]),)
    return tuple(
        one
        for one in observed.free(step.audience, intent.key)
        if observed.owner(one.ids.audience_id) == intent.key or can_be_its_doing(intent, one)
        if not is_replaced(step, one)
    )


def is_replaced(step: Create, observed: Observed) -> bool:
    """Whether this is what was there before, whose place it was to take."""
    return step.replaces is not None and step.replaces.audience_id == observed.ids.audience_id


def can_be_its_doing(intent: Intent, observed: Observed) -> bool:
    """Whether it is not older than the intent, as far as clocks agree; or was there already."""
    if intent.exists or observed.created is None:
        return True
    began = datetime.fromisoformat(intent.at).timestamp()
    return observed.created >= began - CLOCK_SKEW.total_seconds()


def is_now(now: Audience, side: Audience, other: Audience, names: Iterable[str]) -> bool:
    """Whether these fields are as one side of a change has them, in the platform's spelling.

    Where the two sides differ in spelling alone, that has to be the side's own.
    """
    have, mine, theirs = now.fields(), side.fields(), other.fields()
    return all(_is_now(have.get(name), mine.get(name), theirs.get(name)) for name in names)


def _is_now(now: str | None, mine: str | None, theirs: str | None) -> bool:
    if now == mine or now is None or mine is None:
        return now == mine
    alike = folded(mine)
    return folded(now) == alike and (theirs is None or folded(theirs) != alike)


def doubt_about(
    key: str, step: Create, found: Sequence[Observed], known: Ids | None, program: str
) -> str | None:
    """Why a person has to decide about this create, and how; None where it is plain.

    `known` are the IDs that its key has already. `program` begins the command.
    """
    wanted = step.audience.folded_identity
    other = next((one for one in found if one.audience.folded_identity != wanted), None)
    if other is not None:
        return reasons.given_id_of_another(key, other.ids.audience_id, other.audience.name, program)
    asleep = next((one for one in found if one.is_asleep), None)
    if asleep is not None and known is None and len(found) == 1:
        return reasons.asleep(key, asleep, program)
    ids = [one.ids.audience_id for one in found]
    if known is not None and set(ids) - {known.audience_id}:
        others = [one for one in ids if one != known.audience_id]
        return reasons.beside_known(key, known.audience_id, others, program)
    return reasons.several(key, ids, program) if len(ids) > 1 else None


def doubt_about_absence(
    intent: Intent, step: Create, alike: Sequence[Observed], known: Ids | None, program: str
) -> str | None:
    """Why a person has to decide although nothing is found that is just as it was sent.

    `alike` is what differs in its spelling alone. A create that the platform says is there already
    is never sent again without a person's word. `known` are the IDs that its key has already, which
    no decision takes from it.
    """
    if not (alike or intent.exists):
        return None
    resolve = command(program, "state", "resolve", intent.key)
    said = f"the platform says it exists ({intent.reason})" if intent.exists else "it may exist"
    if known is not None:
        mine = known.audience_id
        others = [one.ids.audience_id for one in alike if one.ids.audience_id != mine]
        if others:
            return reasons.beside_known(intent.key, mine, others, program)
        keep = f"{resolve} --adopt {shlex.quote(mine)}"
        return f"{said}, and state has {mine} for it. To keep that: `{keep}`"
    if not alike:
        return (
            f"{said}, but does not show it. If you find it there: `{resolve} --adopt ID`; "
            f"to create it all the same: `{resolve} --recreate`"
        )
    likely = listed(f"{one.audience.name!r} ({one.ids.audience_id})" for one in alike)
    adopt = f"{resolve} --adopt {shlex.quote(alike[0].ids.audience_id)}"
    if alike[0].audience.folded_identity == step.audience.folded_identity:
        return (
            f"{said}; likely {likely}, which differs from {step.audience.name!r} in blanks, case "
            f"or Unicode form only. If it is: `{adopt}`"
        )
    return (
        f"{said}: {likely} was made since then, with {_others(step.audience, alike[0].audience)}. "
        f"If the platform keeps it so: `{adopt} --no-check`; if it is somebody else's: "
        f"`{resolve} --recreate`"
    )


def _others(sent: Audience, shown: Audience) -> str:
    """What is shown in place of what was sent."""
    have, was = shown.fields(), sent.fields()
    return listed(
        f"{name} {have.get(name)!r} for {was[name]!r}"
        for name in IDENTIFYING
        if have.get(name) != was[name]
    )


def doubt_about_owner(key: str, owner: str, found: Observed, program: str) -> str:
    """The ID of what this create asked for is that of another key, by somebody's mistake."""
    abandon = command(program, "state", "resolve", key, "--abandon")
    move = command(program, "state", "mv", owner, key)
    return (
        f"the platform shows it as {found.ids.audience_id}, which state has for `{owner}`, whose "
        f"name is another. If it is this one: `{abandon}`, then `{move}`; `{owner}` is looked for "
        "again after that"
    )


def doubt_about_second(intent: Intent, owner: str, found: Observed, program: str) -> str:
    """The platform has this audience once and no second one: it is that of another key."""
    abandon = command(program, "state", "resolve", intent.key, "--abandon")
    move = command(program, "state", "mv", owner, intent.key)
    return (
        f"the platform says it exists ({intent.reason}) and shows it as {found.ids.audience_id}, "
        f"which state has for `{owner}`: it makes no second one. If it is this one: `{abandon}`, "
        f"then `{move}`; `{owner}` is looked for again after that. If not, give it another name in "
        f"the manifest, and run `{abandon}`"
    )
