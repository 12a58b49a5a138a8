"""import KEY ID: an audience that exists goes into state, under a key of the manifests."""

from collections.abc import Sequence

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.audience import Ids, Known, Observed, Wanted
from aepctl.model.steps import Record
from aepctl.operations.adopting import (
    check_owner,
    keep,
    listed_but_gone,
    or_without,
    record,
)
from aepctl.operations.context import Context
from aepctl.operations.elsewhere import check_elsewhere
from aepctl.operations.state import check_for_here, known_otherwise, session_for
from aepctl.plan.compare import field_diffs
from aepctl.project.environment import Environment
from aepctl.render.block import manifest_block
from aepctl.render.import_documents import Came
from aepctl.render.imported import Imported
from aepctl.state.model import State
from aepctl.state.session import StateSession


def import_one(
    context: Context,
    environment: Environment,
    key: str,
    one_id: str,
    *,
    accept: bool = False,
    wait: float = 0.0,
) -> Imported:
    """Record the audience with this ID, its audienceId or its `id`, for `key`.

    One that is not as the manifests have it is recorded only if that is accepted. Raises
    StateLocked, StateError, InvalidInput, CredentialsError, PlatformError; SafetyRefusal where it
    cannot be this key's.
    """
    wants = context.wants(environment)
    check_for_here(wants, environment, key)
    wanted = next((one for one in wants.audiences if one.key == key), None)
    with session_for(context, environment, f"import {key}", wait) as session:
        owner = _owner(session.state, one_id)
        known = session.state.audiences.get(key)
        if owner is not None:
            theirs = session.state.audiences[owner].ids.audience_id
            check_owner(environment, key, theirs, owner, known)
        if known is not None and one_id in _both(known.ids) and not known.retained:
            return _known_already(session, key, known)
        found = _look(context, environment, key, one_id)
        audience_id = found.ids.audience_id
        check_owner(environment, key, audience_id, session.owner(audience_id), known)
        if known is not None:
            if known.ids.audience_id != audience_id:
                raise known_otherwise(environment, key, known.ids.audience_id)
            if not known.retained:
                session.note(key, Record(known.audience, found.ids.platform_id))
                return _known_already(session, key, session.state.audiences[key])
        check_elsewhere(context, environment, audience_id)
        came = _take(environment, session, key, wanted, found, accept=accept)
        session.checkpoint()
    return came


def _owner(state: State, one_id: str) -> str | None:
    """The key that is known under this ID, whichever of the two it is; or was until its replace."""
    for key, known in state.audiences.items():
        old = () if known.deposed is None else (known.deposed.ids,)
        if any(one_id in _both(ids) for ids in (known.ids, *old)):
            return key
    return None


def _both(ids: Ids) -> set[str | None]:
    return {ids.audience_id, ids.platform_id}


def _known_already(session: StateSession, key: str, known: Known) -> Imported:
    said = keep(session, key, known, session.state.intent_of(key)).done
    return Imported(key, Came.UNCHANGED, known.audience, known.ids, note=said)


def _take(
    environment: Environment,
    session: StateSession,
    key: str,
    wanted: Wanted | None,
    found: Observed,
    *,
    accept: bool,
) -> Imported:
    if wanted is None:
        return _not_wanted(environment, key, found)
    audience = wanted.audience
    seen = Known.seen(audience, found.audience, found.ids)
    every = field_diffs(audience, observed=seen.in_words_of(audience))
    diff = tuple(one for one in every if one.field not in wanted.lifecycle.ignored)
    came = Imported(
        key, Came.ADOPTED, found.audience, found.ids, diff, found.lifecycle, source=wanted.origin
    )
    again = environment.command("import", key, found.ids.audience_id, "--accept")
    if diff and not accept:
        return came.undecided(
            f"to record it as it is on the platform: `{again}`; the next plan then shows what "
            "differs. Or write into the manifest what the platform has, and import it again"
        )
    at_removal = wanted.lifecycle.at_removal
    record(session, key, session.state.intent_of(key), audience, found, at_removal)
    plan, undo = environment.command("plan"), environment.command("state", "rm", key)
    shows = "what differs from the manifests" if diff else "that nothing is to be done for it"
    return came.then(f"`{plan}` shows {shows}. To undo: `{undo}`")


def _not_wanted(environment: Environment, key: str, found: Observed) -> Imported:
    export = environment.command("export")
    error = AepctlError(
        f"no audience `{key}` in the manifests for `{environment.name}`, so nothing was recorded",
        hint=f"put it into a file in {environment.manifests}/ as the platform has it, then run "
        f"this again; `{export}` writes the manifests of many",
        code="not-in-manifests",
    )
    block = manifest_block(key, found.audience)
    return Imported(
        key, Came.UNDECIDED, found.audience, found.ids, lifecycle=found.lifecycle,
        error=error, block=block,
    )  # fmt: skip


def _look(context: Context, environment: Environment, key: str, one_id: str) -> Observed:
    """The one external audience with this ID. Raises SafetyRefusal where there is none, or two."""
    from aepctl.aep.either import Sighting, find_either  # noqa: PLC0415 - not without a look
    from aepctl.aep.reader import AudienceReader  # noqa: PLC0415
    from aepctl.apply.reading import confirmed  # noqa: PLC0415
    from aepctl.operations.reading import connected  # noqa: PLC0415

    unchecked = environment.command("state", "resolve", key, "--adopt", one_id, "--no-check")
    with or_without(unchecked), connected(context, environment) as connection:
        sightings: Sequence[Sighting] = find_either(
            connection, context.clock, one_id, context.patience
        )
        seen = [one.observed for one in sightings if one.observed is not None]
        reader = AudienceReader(connection, context.clock, patience=context.patience)
        there = confirmed(reader, seen, {one.ids.audience_id for one in seen})
    if len(there) == 1:
        return there[0]
    if there:
        raise _ambiguous(environment, key, one_id, there)
    if not all(one.is_gone for one in seen):
        raise listed_but_gone(environment, key, one_id)
    doubt = next((one.doubt for one in sightings if one.doubt is not None), None)
    said = f"the platform has no audience {one_id}"
    hint = "check the ID; one that was made a moment ago may not be listed yet"
    if seen:
        said = f"the platform has {one_id} as {seen[0].lifecycle}"
        hint = "check the ID: what is gone cannot be managed; without it, apply makes a new one"
    elif doubt is not None:
        said = f"the platform shows {one_id}, but its {doubt} cannot be used"
        hint = "look at it on the platform"
    elif sightings:
        said = f"{one_id} is no external audience, but one of the platform's own"
        hint = "aepctl manages external audiences; check the ID"
    where = f"in the sandbox {environment.target.sandbox}: nothing was recorded"
    raise SafetyRefusal(f"{said} {where}", hint=hint, code="id-not-found")


def _ambiguous(
    environment: Environment, key: str, one_id: str, there: Sequence[Observed]
) -> SafetyRefusal:
    """An ID that is one audience's audienceId and another's `id`: each has one that is its own."""
    whose, ways = [], []
    for one in there:
        mine = one.ids.audience_id == one_id
        other = one.ids.platform_id if mine else one.ids.audience_id
        whose.append(f"the {'audienceId' if mine else '`id`'} of {one.audience.name!r}")
        if other is not None and other != one_id:
            ways.append(f"{one.audience.name!r}: `{environment.command('import', key, other)}`")
    return SafetyRefusal(
        f"{one_id} is {' and '.join(whose)}: nothing was recorded",
        hint=f"name the one that is meant by its other ID: {', '.join(ways)}"
        if ways
        else "look at them on the platform: one has to go",
        code="id-ambiguous",
    )
