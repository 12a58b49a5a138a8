"""Compare wanted with known. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from fnmatch import fnmatchcase

from aepctl.audience import Wanted
from aepctl.errors import AepctlError
from aepctl.plan.changes import Action, Change, Plan, summarize
from aepctl.plan.fields import field_changes
from aepctl.settings import Settings
from aepctl.state.model import Intent, Known, Phase, Snapshot


class NoSuchTarget(AepctlError):
    """A --target that names no audience."""


def make_plan(
    wanted: Sequence[Wanted],
    snapshot: Snapshot,
    settings: Settings,
    targets: Sequence[str] = (),
) -> Plan:
    """The changes that lead from known to wanted; with `targets`, only those of matching keys.

    Raises NoSuchTarget for a target that matches nothing.
    """
    known = snapshot.audiences
    intents = {intent.key: intent for intent in snapshot.intents}
    in_doubt = {key: one for key, one in intents.items() if one.phase is Phase.OPEN}
    orphans = _orphans(known, {one.key for one in wanted})
    chosen = _chosen([one.key for one in wanted], [*known, *in_doubt], targets)
    everything = {one.key: one for one in wanted}
    if chosen is not None:
        wanted = [one for one in wanted if one.key in chosen]

    settle = [
        _settle(intent, everything.get(key))
        for key, intent in sorted(in_doubt.items())
        if chosen is None or key in chosen
    ]
    differing = [
        change
        for one in wanted
        if one.key not in in_doubt
        for change in _compare(one, known.get(one.key), intents.get(one.key), settings, orphans)
    ]
    removed = [
        Change(key, Action.REMOVED, before=before)
        for key, before in sorted(known.items())
        if key not in everything and key not in in_doubt and (chosen is None or key in chosen)
    ]
    changes = (*settle, *differing, *removed)
    in_doubt_and_wanted = sum(one.key in in_doubt for one in wanted)
    return Plan(
        environment=settings.environment,
        target=settings.target,
        changes=changes,
        summary=summarize(changes, len(wanted) - len(differing) - in_doubt_and_wanted),
        targets=tuple(targets),
    )


def _orphans(
    known: Mapping[str, Known], wanted: AbstractSet[str]
) -> dict[tuple[str, str, str], str]:
    """The keys that are no longer wanted, by what their audience is; of several, the first."""
    gone = sorted((key for key in known if key not in wanted), reverse=True)
    return {known[key].audience.identity: key for key in gone}


def _compare(
    wanted: Wanted,
    known: Known | None,
    intent: Intent | None,
    settings: Settings,
    orphans: Mapping[tuple[str, str, str], str],
) -> tuple[Change, ...]:
    if known is None:
        old = orphans.get(wanted.audience.identity)
        return (
            Change(
                wanted.key,
                Action.CREATE if old is None else Action.DECIDE,
                after=wanted.audience,
                source=wanted.origin,
                intent=intent,
                audience_id=_given_id(wanted, settings),
                reason=None if old is None else _renamed(old, wanted.key),
            ),
        )
    if known.audience == wanted.audience:
        return ()
    fields = field_changes(known.audience.fields(), wanted.audience.fields())
    change = Change(wanted.key, Action.UPDATE, known, wanted.audience, wanted.origin, fields)
    return (change,)


def _renamed(old: str, new: str) -> str:
    return (
        f"this is the audience that state knows as {old}, which is no longer in the manifests; "
        f"`aepctl state mv {old} {new}` gives it the new key, creating it would make it twice"
    )


def _given_id(wanted: Wanted, settings: Settings) -> str | None:
    """The ID that the client gives: of nothing that could be lost with the state."""
    if settings.audience_ids == "server":
        return None
    from aepctl.plan.ids import given_id  # noqa: PLC0415 - few need it

    return wanted.audience_id or given_id(settings.target.org, settings.target.sandbox, wanted.key)


def _settle(intent: Intent, wanted: Wanted | None) -> Change:
    return Change(
        intent.key,
        Action.SETTLE,
        after=wanted.audience if wanted else None,
        source=wanted.origin if wanted else None,
        intent=intent,
    )


def _chosen(
    wanted: Iterable[str], others: Iterable[str], targets: Sequence[str]
) -> set[str] | None:
    """The keys that match a target, or None where there are no targets."""
    if not targets:
        return None
    keys = list(dict.fromkeys((*wanted, *others)))
    chosen: set[str] = set()
    for target in targets:
        matching = [key for key in keys if key == target or fnmatchcase(key, target)]
        if not matching:
            close = get_close_matches(target, keys, n=1)
            raise NoSuchTarget(
                f"no audience matches --target {target!r}",
                next=f"did you mean {close[0]}?" if close else "`aepctl plan` lists the keys",
            )
        chosen.update(matching)
    return chosen
