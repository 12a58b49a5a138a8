"""Why a change that was reviewed no longer holds, in words. Pure."""

from collections.abc import Iterator, Mapping

from aepctl.model.audience import Known
from aepctl.model.steps import Create
from aepctl.plan.binding import Reviewed
from aepctl.plan.plan import Action, Change

MAX_VALUE = 60
"""Characters of a value that a message shows."""


def why(
    one: Reviewed, change: Change | None, known: Known | None, *, elsewhere: bool = False
) -> str:
    """What differs, in words. `elsewhere`: it is for other environments by now, and left alone."""
    in_step = None if known is None or elsewhere else known.audience
    wanted = change.wanted if change is not None else in_step
    words = [*_known_words(one, known)]
    if wanted is None and one.after is not None:
        words.append(f"the manifests no longer want it{' here' if elsewhere else ''}")
    elif wanted is not None and one.after is None:
        words.append("the manifests want it again")
    elif wanted is not None and not (change is None and words):
        words += _differing("", one.after or {}, wanted.fields())
    given = change.given_id if change is not None else None
    gives = change is not None and (
        change.is_named or any(isinstance(step, Create) for step in change.steps)
    )
    if gives and given != one.given_id:
        words.append(f"audienceId was {one.given_id or 'none'}, is now {given or 'none'}")
    if change is not None and change.reason is not None:
        words.append(change.reason)
    elif change is not None and change.action is Action.SETTLE:
        words.append("another step for it has no known outcome")
    return "; ".join(words) or "something else would be done"


def _known_words(one: Reviewed, known: Known | None) -> Iterator[str]:
    """What is known now, as compared with what was known, or was to be."""
    if known is None:
        if one.before is not None:
            yield "it is no longer known"
        return
    audience_id = known.ids.audience_id
    if one.before is None:
        other = "; ".join(_differing("known ", one.after or {}, known.audience.fields()))
        yield f"it is known now, as {audience_id}" + (f" ({other})" if other else "")
        return
    if audience_id != one.before["audienceId"]:
        yield f"it was known as {one.before['audienceId']}, is now known as {audience_id}"
    before = {name: text for name, text in one.before.items() if name not in {"audienceId", "id"}}
    yield from _differing("known ", before, known.audience.fields())


def _differing(prefix: str, was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in dict.fromkeys((*was, *now)):
        if was.get(name) != now.get(name):
            yield f"{prefix}{name} was {_shown(was.get(name))}, is now {_shown(now.get(name))}"


def _shown(text: str | None) -> str:
    if text is None:
        return "none"
    return repr(text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 1]}…")
