"""Compare wanted with known. Pure."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase

from aepctl.audience import Wanted
from aepctl.errors import AepctlError
from aepctl.plan.changes import Action, Change, Plan, Summary
from aepctl.plan.fields import field_changes
from aepctl.settings import Settings
from aepctl.state.model import Intent, Known, Snapshot


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
    chosen = _chosen([one.key for one in wanted], [*known, *intents], targets)
    if chosen is not None:
        wanted = [one for one in wanted if one.key in chosen]
    wanted_by_key = {one.key: one for one in wanted}

    settle = [
        _settle(intent, wanted_by_key.get(key))
        for key, intent in sorted(intents.items())
        if chosen is None or key in chosen
    ]
    differing = [
        change
        for one in wanted
        if one.key not in intents
        for change in _compare(one, known.get(one.key))
    ]
    removed = [
        Change(key, Action.REMOVED, before=before)
        for key, before in sorted(known.items())
        if key not in wanted_by_key and key not in intents and (chosen is None or key in chosen)
    ]
    changes = (*settle, *differing, *removed)
    open_and_wanted = sum(key in wanted_by_key for key in intents)
    return Plan(
        environment=settings.environment,
        target=settings.target,
        changes=changes,
        summary=Summary(
            settle=len(settle),
            create=sum(change.action is Action.CREATE for change in differing),
            update=sum(change.action is Action.UPDATE for change in differing),
            removed=len(removed),
            unchanged=len(wanted) - len(differing) - open_and_wanted,
        ),
        targets=tuple(targets),
    )


def _compare(wanted: Wanted, known: Known | None) -> tuple[Change, ...]:
    if known is None:
        return (Change(wanted.key, Action.CREATE, None, wanted.audience, wanted.origin),)
    if known.audience == wanted.audience:
        return ()
    fields = field_changes(known.audience.fields(), wanted.audience.fields())
    change = Change(wanted.key, Action.UPDATE, known, wanted.audience, wanted.origin, fields)
    return (change,)


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
