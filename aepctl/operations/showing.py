"""show: one key on all sides. Takes no lock, and asks the platform only where that is wished."""

from dataclasses import replace
from difflib import get_close_matches

from aepctl.errors import AepctlError
from aepctl.manifests.located import Located
from aepctl.model.audience import Known
from aepctl.operations.context import Context
from aepctl.operations.listing import Compared, compared
from aepctl.operations.plan import policy_of
from aepctl.plan.plan import Action, Plan
from aepctl.plan.seen import Seen
from aepctl.project.environment import Environment
from aepctl.render.known import Knowledge
from aepctl.render.listed import ListedKey
from aepctl.render.shown import OnPlatform, Shown
from aepctl.wording import listed as named


def show(context: Context, environment: Environment, key: str, *, refresh: bool = False) -> Shown:
    """All that is known of `key`; with `refresh` also what the platform has of it.

    Raises InvalidInput, StateError; AepctlError where neither manifests nor state have the key;
    CredentialsError, PlatformError and ListForbidden where the platform cannot be asked.
    """
    sides = compared(context, environment)
    one = _of(sides, key)
    plan, there = sides.plan, None
    if refresh:
        plan, seen = _looked(context, sides, one.key)
        there = _on_platform(plan, one, seen)
        one = replace(one, planned=_planned(plan, one.key))
    mine = tuple(each for each in plan.changes if each.key == one.key)
    state, wanted = sides.state, one.wanted
    unchanged = int(wanted is not None and not mine)
    return Shown(
        one,
        Knowledge(environment.name, environment.target, state.serial, (one.state,), state.runs),
        replace(plan, changes=mine, targets=(one.key,), unchanged=unchanged),
        environment.state,
        {} if wanted is None else Located(sides.texts).fields(wanted, environment.name),
        there,
    )


def _of(sides: Compared, key: str) -> ListedKey:
    """The key, or the one that it has by now. Raises AepctlError."""
    keys = {one.key: one for one in sides.rows()}
    moved = {one.moved_from: one.key for one in sides.plan.changes if one.moved_from is not None}
    found = keys.get(key) or keys.get(moved.get(key, ""))
    if found is not None:
        return found
    block = next((one for one in sides.wants.elsewhere if one.key == key), None)
    if block is not None:
        at, name = f"{block.origin.file}:{block.origin.line}", sides.environment.name
        raise AepctlError(
            f"`{key}` in {at} is not for `{name}`, and the state there does not know it",
            hint="`environments` says for which it is",
            code="not-for-environment",
        )
    close = get_close_matches(key, keys, n=1)
    if close:
        hint = f"did you mean `{close[0]}`?"
    elif keys:
        listing = sides.environment.command("list")
        hint = f"the keys are {named(keys)}; see `{listing}`"
    else:
        hint = "there are no audiences in the manifests or the state"
    raise AepctlError(
        f"no audience `{key}` in {sides.environment.name}: neither the manifests nor the state "
        "have it",
        hint=hint,
        code="no-such-key",
    )


def _planned(plan: Plan, key: str) -> Action | None:
    return next((one.action for one in plan.changes if one.key == key), None)


def _looked(context: Context, sides: Compared, key: str) -> tuple[Plan, Seen]:
    """The plan of a key and of nothing else, made with a look at the platform."""
    from aepctl.operations.onlooker import Onlooker  # noqa: PLC0415 - it needs HTTP
    from aepctl.operations.refreshed import looked  # noqa: PLC0415 - likewise

    onlooker = Onlooker(context, sides.environment, sides.wants, sides.state)
    plan, seen = looked(onlooker, policy_of(sides.environment, refresh=True), (key,))
    return plan, seen or Seen()


def _on_platform(plan: Plan, one: ListedKey, seen: Seen) -> OnPlatform:
    """What was seen of what is known under the key; else of what a plan would adopt for it."""
    known: Known | None = one.state.known
    if known is None:
        found = (each.observed for each in plan.changes if each.key == one.key)
        observed = next((each for each in found if each is not None), None)
        return OnPlatform(observed, None if observed else "nothing of it was found")
    audience_id = known.ids.audience_id
    observed = seen.by_id().get(audience_id)
    if observed is not None:
        return OnPlatform(observed)
    if audience_id in seen.gone:
        word = seen.gone[audience_id]
        return OnPlatform(word=f"it is gone{f': {word}' if word else ''}")
    if audience_id in seen.missing:
        return OnPlatform(word="no list shows it, which proves nothing")
    return OnPlatform(word="it was not looked for: a step of it has no known outcome")
