"""state resolve KEY --adopt ID: looked up, compared and recorded as the platform has it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from aepctl.errors import AepctlError, CredentialsError, PlatformError, SafetyRefusal
from aepctl.model.audience import IDENTIFYING, Audience, Ids, Known, Observed
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval
from aepctl.model.steps import Adopt, Create, Remember
from aepctl.operations.context import Context
from aepctl.operations.elsewhere import check_elsewhere
from aepctl.operations.openones import is_the_old_one
from aepctl.operations.state import Decided, known_otherwise, session_for, wanted_audience
from aepctl.project.environment import Environment
from aepctl.state.events import Ending
from aepctl.state.model import Intent
from aepctl.state.session import StateSession


def adopt(
    context: Context,
    environment: Environment,
    key: str,
    audience_id: str,
    *,
    check: bool = True,
    wait: float = 0.0,
) -> Decided:
    """Decide that `key` is the audience with this ID. Unless `check` is off, the platform is asked.

    Raises StateLocked, StateError, InvalidInput, CredentialsError, PlatformError; SafetyRefusal
    where state or the platform knows otherwise.
    """
    with session_for(context, environment, f"state resolve {key}", wait) as session:
        state = session.state
        known, intent = state.audiences.get(key), state.intent_of(key)
        check_owner(environment, key, audience_id, session.owner(audience_id), known)
        replacing = intent is not None and intent.takes_place_of(known)
        if known is not None and replacing and audience_id in known.all_ids:
            raise is_the_old_one(environment, key, known)
        if known is not None and not replacing:
            if known.ids.audience_id != audience_id:
                raise known_otherwise(environment, key, known.ids.audience_id)
            return keep(session, key, known, intent)
        check_elsewhere(context, environment, audience_id)
        asked = _asked(context, environment, key, intent)
        found = _look(context, environment, key, audience_id) if check else None
        if found is not None:
            _check_same(context, environment, key, asked, found)
        record(session, key, intent, asked, found or Observed(asked, Ids(audience_id)))
        session.checkpoint()
    after = "what it took the place of is still there; the next apply deletes that"
    if not replacing:
        undo = environment.command("state", "rm", key)
        after = "the next plan compares it with the manifests; nothing is created for it. "
        after += f"To undo: `{undo}`"
    return Decided(f"`{key}` now has the audienceId {audience_id}{_of_platform(found)}", after)


def _of_platform(found: Observed | None) -> str:
    """What else is to be said of an audience that was recorded."""
    if found is None:
        return " (not checked on the platform)"
    return f" ({found.lifecycle} on the platform)" if found.is_asleep else ""


def keep(session: StateSession, key: str, known: Known, intent: Intent | None) -> Decided:
    """State has it already: a create that is open beside it came to nothing that matters."""
    open_one = ""
    if intent is not None and isinstance(intent.step, Create) and not intent.takes_place_of(known):
        session.end(intent, Ending.DONE, ids=known.ids, observed=known.audience)
        open_one = "; its open intent is closed"
    elif intent is not None:
        open_one = "; what is open of it the next apply reads and settles"
    session.checkpoint()
    return Decided(f"`{key}` already has the audienceId {known.ids.audience_id}{open_one}")


def record(
    session: StateSession,
    key: str,
    intent: Intent | None,
    asked: Audience,
    found: Observed,
    at_removal: AtRemoval = NOTHING_SAID,
) -> None:
    """Record what was found for a key; an open create of it has come to that."""
    if intent is not None and isinstance(intent.step, Create):
        session.end(intent, Ending.DONE, ids=found.ids, observed=found.audience)
        if at_removal != NOTHING_SAID:
            session.note(key, Remember(at_removal))
    else:
        known = Known.seen(asked, found.audience, found.ids)
        session.note(key, Adopt(replace(known, at_removal=at_removal)))


def check_owner(
    environment: Environment, key: str, audience_id: str, owner: str | None, known: Known | None
) -> None:
    """Raise SafetyRefusal for an ID that is another key's. `known`: what `key` has so far."""
    if owner not in {None, key}:
        pair = (str(owner), key)
        ways = f"to give it the other key: `{environment.command('state', 'mv', *pair)}`"
        if known is not None:
            both = environment.command("state", "mv", *pair, key, "NEW")
            ways = f"to give it the other key, and what `{key}` is now the key NEW: `{both}`"
        raise SafetyRefusal(
            f"{audience_id} is the audienceId of `{owner}`; `{key}` cannot have it as well",
            hint=ways,
            code="id-taken",
        )


def _asked(context: Context, environment: Environment, key: str, intent: Intent | None) -> Audience:
    """What was asked for under this key: by an attempt in doubt, else by the manifests."""
    if intent is not None and isinstance(intent.step, Create):
        return intent.step.audience
    return wanted_audience(context, environment, key)


def _look(context: Context, environment: Environment, key: str, audience_id: str) -> Observed:
    """The audience as the platform has it. Raises SafetyRefusal where it does not."""
    from aepctl.aep.reader import AudienceReader  # noqa: PLC0415 - not without a look
    from aepctl.apply.reading import confirmed  # noqa: PLC0415
    from aepctl.operations.reading import connected  # noqa: PLC0415

    unchecked = environment.command("state", "resolve", key, "--adopt", audience_id, "--no-check")
    with or_without(unchecked), connected(context, environment) as connection:
        reader = AudienceReader(connection, context.clock)
        found = reader.find(audience_id)
        there = confirmed(reader, found, {audience_id})
    if there:
        return there[0]
    if not all(one.is_gone for one in found):
        raise listed_but_gone(environment, key, audience_id)
    said = f"has {audience_id} as {found[0].lifecycle}" if found else f"has no {audience_id}"
    raise SafetyRefusal(
        f"the platform {said} in the sandbox {environment.target.sandbox}: nothing was recorded",
        hint=f"check the ID; one that was made a moment ago may not be listed yet. "
        f"To record it all the same: `{unchecked}`",
        code="id-not-found",
    )


def listed_but_gone(environment: Environment, key: str, audience_id: str) -> SafetyRefusal:
    """What a list shows, while by the platform's own id it is not there."""
    apply = environment.command("apply")
    return SafetyRefusal(
        f"the platform lists {audience_id}, but has no such audience under its id in the sandbox "
        f"{environment.target.sandbox}: nothing was recorded",
        hint="it was deleted or made a moment ago. Run this again in some minutes; if it was "
        f"deleted, nothing can manage it any more: once it is listed no more, `{apply}` makes "
        f"`{key}` anew where a manifest wants it",
        code="listed-but-gone",
    )


@contextmanager
def or_without(command: str) -> Iterator[None]:
    """Where the platform cannot be asked, the command that does without."""
    try:
        yield
    except (CredentialsError, PlatformError) as error:
        error.hint = f"{error.hint}; or, without looking: `{command}`"
        raise


def _check_same(
    context: Context, environment: Environment, key: str, asked: Audience, found: Observed
) -> None:
    """Raise SafetyRefusal unless it is what was asked for, or what is wanted by now."""
    folded = found.audience.folded_identity
    if folded == asked.folded_identity:
        return
    try:
        wanted = wanted_audience(context, environment, key)
    except AepctlError:  # no longer in the manifests, or they cannot be read: what was asked counts
        wanted = asked
    if folded == wanted.folded_identity:
        return
    audience_id = found.ids.audience_id
    command = environment.command("state", "resolve", key, "--adopt", audience_id, "--no-check")
    raise SafetyRefusal(
        f"{audience_id} is another audience than `{key}`: {_differences(wanted, found.audience)}",
        hint=f"check the ID, or correct the manifest; to record it all the same: `{command}`",
        code="another-audience",
    )


def _differences(wanted: Audience, found: Audience) -> str:
    mine, theirs = wanted.fields(), found.fields()
    return ", ".join(
        f"its {name} is {theirs[name]!r}, not {mine[name]!r}"
        for name in IDENTIFYING
        if mine[name] != theirs[name]
    )
