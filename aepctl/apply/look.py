"""Look first: what the platform has of what is to be created or changed, as far as is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aepctl.apply.gates import Approval, checks_empty_state
from aepctl.apply.ports import Reader
from aepctl.apply.reading import confirmed, read_known
from aepctl.errors import ListForbidden, PlatformError
from aepctl.model.audience import Observed
from aepctl.plan.candidates import Candidate
from aepctl.plan.matching import ObservedIndex
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions
from aepctl.plan.seen import Seen
from aepctl.state.model import State


def look(
    reader: Reader,
    questions: Questions,
    state: State,
    policy: Policy,
    approval: Approval,
    *,
    fresh: bool = False,
) -> Seen | None:
    """What was seen; None where nobody looked.

    Where existing audiences are ignored, only what earlier attempts may have made is looked for,
    unless the state is empty. What is inactive is asked for as well, because it may be ours: an
    earlier attempt's, or a lost state's. `fresh`: nothing of what is to be created ever was, so
    that only an attempt is a reason to. What is known and would be changed is read by itself; where
    everything is refreshed, the list says of most what there is.
    Raises PlatformError and ListForbidden.
    """
    if policy.refresh:
        listed: tuple[Observed, ...] | None = _everything(reader, policy, inactive=True, tried=True)
        known = read_known(reader, questions.known.values(), listed)
    else:
        listed = _candidates(reader, questions, state, policy, approval, fresh=fresh)
        known = read_known(reader, questions.known.values())
    if listed is None and not questions.known:
        return None
    named = _named(reader, questions, listed or ())
    read = {one.ids.audience_id for one in known.found} | known.gone.keys()
    others = [one for one in (*(listed or ()), *named) if one.ids.audience_id not in read]
    new = _checked(reader, questions, state, others)
    return replace(known, found=(*new.found, *known.found), denied=new.denied)


def _checked(
    reader: Reader, questions: Questions, state: State, listed: Sequence[Observed]
) -> Seen:
    """What is listed, and of what would be adopted what is there by its own id.

    Lists go on showing what was deleted: `denied`, unless its audienceId was given again.
    """
    if not questions.candidates or not listed:
        return Seen(tuple(listed))
    index = ObservedIndex(listed, state.owner)
    matches = {
        one.ids.audience_id
        for candidate in questions.candidates
        for one in _matches(index, candidate)
    }
    there = {one.ids.audience_id: one.ids for one in confirmed(reader, listed, matches)}
    denied = frozenset(matches - there.keys())
    past = {one.ids for one in listed if one.ids.audience_id in matches - denied}
    past -= {*there.values()}
    return Seen(tuple(one for one in listed if one.ids not in past), denied=denied)


def _matches(index: ObservedIndex, candidate: Candidate) -> Iterator[Observed]:
    """What may be adopted in its place."""
    for audience in (candidate.wanted.audience, candidate.tried):
        if audience is not None:
            yield from index.free(audience, candidate.key)
    if candidate.adopts is not None:
        yield from index.with_id(candidate.adopts)


def _candidates(
    reader: Reader,
    questions: Questions,
    state: State,
    policy: Policy,
    approval: Approval,
    *,
    fresh: bool,
) -> tuple[Observed, ...] | None:
    if not questions.candidates:
        return None
    tried = bool(questions.tried)
    if policy.existing != "ignore":
        return _everything(reader, policy, inactive=tried or not fresh, tried=tried)
    if checks_empty_state(policy, state, len(questions.candidates), approval):
        try:
            return _everything(reader, policy, inactive=not fresh)
        except ListForbidden:  # that is why existing audiences are ignored
            return None
    return _everything(reader, policy, inactive=True, tried=True) if tried else ()


def _named(reader: Reader, questions: Questions, listed: Sequence[Observed]) -> Iterator[Observed]:
    """What manifests name themselves and a list does not show."""
    there = {one.ids.audience_id for one in listed}
    for candidate in questions.candidates:
        if candidate.adopts is not None and candidate.adopts not in there:
            yield from reader.find(candidate.adopts)


def _everything(
    reader: Reader, policy: Policy, *, inactive: bool, tried: bool = False
) -> tuple[Observed, ...]:
    """The list, and what it may leave out. No search by name: that finds one spelling only.

    `tried`: something was tried, so that it helps nobody to say that nothing was ever created.
    """
    listed = reader.list_all()
    if not inactive:
        return listed
    try:
        return tuple(dict.fromkeys((*listed, *reader.list_inactive())))
    except ListForbidden:
        raise
    except PlatformError as error:
        again = policy.command("apply", "--fresh")
        otherwise = "" if tried else f"; if nothing of this was ever created: `{again}`"
        raise PlatformError(
            f"{error.message} (inactive audiences are asked for, as one of them may be ours)",
            hint=f"{error.hint}{otherwise}",
            code=error.code,
        ) from error
