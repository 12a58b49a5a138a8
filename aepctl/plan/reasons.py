"""Why a change waits, in words, with what to do where there is something to be done."""

from collections.abc import Iterable, Sequence

from aepctl.model.audience import IDENTIFYING, Audience, Known, Observed, Wanted
from aepctl.plan.policy import Policy
from aepctl.wording import command, listed

GONE = "gone from the platform"
IMMUTABLE = (
    "the platform lets nobody change `namespace` and `originName`. To make another one in its "
    "place and delete this one: `lifecycle: {on_immutable_change: replace}`"
)
PROTECTED = (
    "`prevent_destroy` protects it. To delete it: put its block back with "
    "`prevent_destroy: false`, apply, and remove it then"
)
PROTECTED_REPLACE = (
    "`prevent_destroy` protects it, and to replace it is to delete it. Apply "
    "`prevent_destroy: false` first"
)


UNKNOWN = "whether that was created is not known yet"
OLD_HALF = "another one took its place; the old one is still to be deleted"
HAS_IT = "the platform has it so already"
RETAINED = "it stayed on the platform when it was removed from the manifests"


def edited(key: str, policy: Policy) -> str:
    """It is neither as it is known nor as it is wanted."""
    return (
        "somebody edited it on the platform. To write the manifest's text over that: "
        f"`{policy.overwriting(key)}`; to keep what is there, write it into the manifest"
    )


def denied(key: str, audience_id: str, program: str) -> str:
    """A list shows it, and by its own id it is not there: one of the two is behind."""
    again = command(program, "state", "resolve", key, "--recreate")
    return (
        f"the platform lists `{audience_id}`, but has no such audience under its id: it was "
        "deleted or made a moment ago. Run this again in some minutes; or, if it was deleted: "
        f"`{again}`"
    )


def gone(policy: Policy) -> str:
    """What is known is not there any more, and nobody asked for more than changes."""
    again = policy.command("apply", "--refresh")
    return f"{GONE}: `{again}` makes it anew"


def missing(key: str, known: Known, policy: Policy) -> str:
    """What is known is not in the platform's list, which may lag: that proves nothing."""
    forget = policy.command("state", "rm", key)
    return (
        f"the platform does not list `{known.ids.audience_id}`, which proves nothing where it was "
        f"made a moment ago. If somebody deleted it: `{forget}`"
    )


def remembered(known: Known, one: Wanted) -> str:
    """What state says otherwise of the end of what is as it is wanted."""
    was, now = known.at_removal, one.lifecycle.at_removal
    words = []
    if was.prevent_destroy != now.prevent_destroy:
        words.append("protected from now on" if now.prevent_destroy else "no longer protected")
    if was.on_removal != now.on_removal:
        words.append(f"on_removal: {now.on_removal or 'as the environment says'}")
    return "; ".join(words)


def other_id(key: str, known: str, given: str, policy: Policy) -> str:
    """The manifest names another audience than state has."""
    forget = policy.command("state", "rm", key)
    return (
        f"the manifest says that it is `{given}`, and state has `{known}` for it. Remove "
        f"`audienceId`; or, to let `{known}` stay on the platform and be forgotten: `{forget}`"
    )


def no_such_id(audience_id: str) -> str:
    """The manifest names an audience that the platform does not show."""
    return (
        f"the platform shows no audience `{audience_id}`, which the manifest says it is. Correct "
        "or remove `audienceId`"
    )


def other_than_adopted(wanted: Audience, found: Observed) -> str:
    """The audience that the manifest names cannot become what it wants."""
    return (
        f"the audience that its `audienceId` names has {_differing(wanted, found)}, which nobody "
        "can change"
    )


def moved_to_known(old: str, new: str, policy: Policy) -> str:
    """The manifests say that a key moved to one that state knows as something else."""
    return (
        f"the manifests say that `{old}` is `{new}` now, but state has another audience for "
        f"`{new}`. Correct `moved:`; or, to let the one of `{old}` stay on the platform and be "
        f"forgotten: `{policy.command('state', 'rm', old)}`"
    )


def renamed(old: str, new: str) -> str:
    """A removed key has the same audience: creating it under the new key would make a second."""
    return (
        f"`{new}` has the same name, namespace and originName as `{old}`, which was removed from "
        f"the manifests. If it was renamed, say so there: `moved: [{{from: {old}, to: {new}}}]`"
    )


def renamed_there(old: str, new: str, found: Observed, policy: Policy) -> str:
    """What state has under a removed key is on the platform what the new key wants."""
    return (
        f"the platform shows {found.ids.audience_id}, the audience of `{old}`, which was removed "
        f"from the manifests, with the name, namespace and originName of `{new}`. "
        f"If it was renamed: `{policy.command('state', 'mv', old, new)}`"
    )


def owned_there(owner: str, new: str, found: Observed, policy: Policy) -> str:
    """What state has under a key that is wanted is on the platform what another key wants."""
    return (
        f"the platform shows {found.ids.audience_id}, which state has for `{owner}`, with the "
        f"name, namespace and originName of `{new}`. If it is `{new}`: "
        f"`{policy.command('state', 'mv', owner, new)}`, and `{owner}` is looked for after that; "
        f"if `{new}` is another one, to be created beside it: "
        f"`{policy.command('state', 'resolve', new)} --recreate`"
    )


def given_away(old: str, new: str, policy: Policy) -> str:
    """What a new key wants is a key that shall become another: no second one, and no change."""
    return (
        f"state has what `{new}` wants as `{old}`, which the manifests now want otherwise. "
        f"If it moved: `{policy.command('state', 'mv', old, new)}`; "
        f"if it shall be made a second time: `{policy.command('state', 'resolve', new)} --recreate`"
    )


def spelled_otherwise(key: str, wanted: Audience, alike: Sequence[Observed], program: str) -> str:
    """The platform has it, but for case, blanks, invisible characters or the Unicode form."""
    there = listed(_differing(wanted, one) for one in alike)
    return f"the platform has it in another spelling: {there}. {_choose(key, alike, program)}"


def said_to_exist(key: str, alike: Sequence[Observed], program: str) -> str:
    """A create was answered with "already there": it is never created again by itself."""
    likely = "; it was not found on the platform under any spelling"
    if alike:
        likely = f"; likely {listed(_named(one) for one in alike)}"
    return f"the platform says that it exists already{likely}. {_choose(key, alike, program)}"


def asleep(key: str, found: Observed, program: str) -> str:
    """The platform has it, but not at work."""
    return f"the platform has it as {_named(found)}. {_choose(key, (found,), program)}"


def _choose(key: str, found: Sequence[Observed], program: str) -> str:
    """How a person says which one it is, or that it is none of them."""
    only = found[0].ids.audience_id if len(found) == 1 else None
    resolve = command(program, "state", "resolve", key)
    adopt = f"{resolve} --adopt ID" if only is None else _adopt(key, only, program)
    return f"If that is it: `{adopt}`; if it is not: `{resolve} --recreate`"


def _adopt(key: str, audience_id: str, program: str) -> str:
    return command(program, "state", "resolve", key, "--adopt", audience_id)


def _named(one: Observed) -> str:
    state = f", {one.lifecycle}" if one.is_asleep else ""
    return f"{one.audience.name!r} ({one.ids.audience_id}{state})"


def _differing(wanted: Audience, one: Observed) -> str:
    """The fields that are spelled otherwise, and the ID."""
    mine, theirs = wanted.fields(), one.audience.fields()
    fields = [f"{name} {theirs[name]!r}" for name in IDENTIFYING if mine[name] != theirs[name]]
    state = f", {one.lifecycle}" if one.is_asleep else ""
    return f"{', '.join(fields)} ({one.ids.audience_id}{state})"


def held_back(key: str, other: str, *, same: bool) -> str:
    """The same audience may have been created under another key, or that is to be moved to it."""
    known = f"`{key}` has the same name, namespace and originName as `{other}`"
    return f"{known if same else f'`{other}` is `{key}` now'}, and {UNKNOWN}"


def several(key: str, audience_ids: Iterable[str], program: str) -> str:
    """More than one audience can be this one; all are named. `program` begins the command."""
    ids = list(audience_ids)
    resolve = f"{command(program, 'state', 'resolve', key)} --adopt ID"
    return (
        f"the platform has {len(ids)} audiences with this name, namespace and originName: "
        f"{listed(ids)}. Choose one: `{resolve}`"
    )


def id_of_another(audience_id: str, name: str) -> str:
    """The ID that the client would give is that of another audience on the platform."""
    return (
        f"its audienceId {audience_id} is that of another audience on the platform, {name!r}. "
        "Give it another `audienceId` in the manifest"
    )


def given_id_of_another(key: str, audience_id: str, name: str, program: str) -> str:
    """The ID that a create of unknown outcome gave is that of another audience."""
    abandon = command(program, "state", "resolve", key, "--abandon")
    return f"{id_of_another(audience_id, name)}, then run `{abandon}`"


def beside_known(key: str, known: str, audience_ids: Iterable[str], program: str) -> str:
    """A create of unknown outcome made more than what its key has in state."""
    others = listed(audience_ids)
    keep = command(program, "state", "resolve", key, "--adopt", known)
    return (
        f"state has {known} for it, and the platform has {others} too. "
        f"To keep {known}: delete {others} on the platform, then run `{keep}`"
    )


def id_of_key(audience_id: str, owner: str) -> str:
    """State has the ID that the client would give under another key: no two keys may share it."""
    return (
        f"its audienceId {audience_id} is the one that state has for `{owner}`. "
        "Give it another `audienceId` in the manifest"
    )


def shown_as(audience_id: str, other: str) -> str:
    """The platform was seen to have one ID for the audiences of two keys."""
    return (
        f"the platform showed audienceId {audience_id} as this audience and as that of `{other}`: "
        "somebody changed it meanwhile. Plan again"
    )
