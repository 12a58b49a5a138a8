"""A person who follows what aepctl advises: the commands that its reasons name, as they stand."""

import re
import shlex
from dataclasses import dataclass, replace

from machine_parts import TARGET, WINDOW, World, run_apply, wanted

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import AepctlError
from aepctl.model.audience import Identity
from aepctl.model.lifecycle import AtRemoval
from aepctl.model.steps import Patch
from aepctl.operations import adopting, keys
from aepctl.operations import state as deciding
from aepctl.operations.keytroubles import Renaming
from aepctl.plan import reasons
from aepctl.plan.ids import computed_id

COMMAND = re.compile(r"`aepctl (state [^`]*)`")
MOVED = re.compile(r"`moved: \[{from: (\S+), to: (\S+)}\]`")
PLACEHOLDER = "ID"
WITHOUT = ("Give it another `audienceId` in the manifest", "Plan again")
"""What the manifest, or time, has to mend: no command decides it."""
EDITED = ("somebody edited it on the platform. ", "somebody edited it on the platform since ")
"""Over this the manifest is written, or it is written into the manifest."""
IN_THE_MANIFEST = (
    reasons.IMMUTABLE,
    reasons.PROTECTED,
    reasons.PROTECTED_REPLACE,
)


@dataclass(frozen=True)
class Advice:
    """Why something waits, with the commands that may end that."""

    key: str
    reason: str

    @property
    def commands(self) -> list[list[str]]:
        return [shlex.split(one)[1:] for one in COMMAND.findall(self.reason)]

    @property
    def needs_no_command(self) -> bool:
        said = self.reason in IN_THE_MANIFEST or MOVED.search(self.reason) is not None
        said = said or self.reason.startswith(EDITED)
        again = "--refresh`" in self.reason
        return said or again or any(words in self.reason for words in WITHOUT)


def advice_of(report: ApplyReport) -> list[Advice]:
    """What a run says of all that waits for a person; each has a way on."""
    undecided = [one for one in report.outcomes if one.kind is OutcomeKind.UNDECIDED]
    found = [Advice(one.key, one.failure.message if one.failure else "") for one in undecided]
    for one in found:
        assert one.commands or one.needs_no_command, one
    return found


def is_for_the_manifest(world: World, advice: Advice) -> bool:
    """Whether no command ends it for sure.

    The ID that the key gives is on the platform already; or the platform has each name only once,
    and another key has this one.
    """
    given = computed_id(TARGET.org, TARGET.sandbox, advice.key)
    taken = {one.audience_id for one in world.made if not one.deleted}
    owned = {name for one in world.state().audiences.values() for name in one.all_ids}
    same = _identities(world, advice.key)
    of_others = any(
        one.audience_id in owned and one.audience.folded_identity in same for one in world.live()
    )
    return (
        advice.needs_no_command
        or (world.ids == "client" and given in taken)
        or (world.habits.unique and of_others and advice.key not in world.state().audiences)
    )


def follow(world: World, advice: Advice, choice: int) -> None:
    """Do as one of its commands says, or as all of them where one comes after the other.

    `choice` counts on among alternatives. Raises AepctlError where the time for it is over.
    """
    world.clock.sleep(2 * WINDOW)  # a person looks at the platform, and at what it shows by then
    commands = advice.commands
    if _in_the_manifest(world, advice, choice):
        return
    if "--refresh`" in advice.reason:
        run_apply(world, refresh=True, overwrite="--overwrite" in advice.reason)
        return
    if not commands:
        return
    if " then " not in advice.reason:
        commands = commands[choice % len(commands) :][:1]
    for words in commands:
        _run(world, advice, words)


def _in_the_manifest(world: World, advice: Advice, choice: int) -> bool:
    """Do what it says about the manifest, or of `--overwrite`; whether it says such a thing."""
    moved = MOVED.search(advice.reason)
    if moved is not None:
        if moved[1] not in world.wanted:
            world.removed.pop(moved[1], None)
            world.moved[moved[1]] = moved[2]
        return True
    key, reason = advice.key, advice.reason
    audiences = world.state().audiences
    former = (old for old, new in world.moved.items() if new == key and old in audiences)
    known, one = audiences.get(key, audiences.get(next(former, key))), world.wanted.get(key)
    is_edited = reason.startswith(EDITED)
    if known is None or not (is_edited or reason in IN_THE_MANIFEST):
        return is_edited or reason in IN_THE_MANIFEST
    mine = known.ids.audience_id
    there = next((each for each in world.live() if each.audience_id == mine), None)
    if is_edited and (choice % 2 or there is None):
        run_apply(world, overwrite=True)
    elif there is not None:
        same = replace(one or wanted(key, 0), audience=there.audience)
        lifecycle = replace(same.lifecycle, at_removal=AtRemoval())
        if reason == reasons.IMMUTABLE and one is not None:
            same, lifecycle = one, replace(lifecycle, replaces=True)
        world.want(replace(same, lifecycle=lifecycle))
    return True


def _run(world: World, advice: Advice, words: list[str]) -> None:
    context, environment = world.context, world.environment
    match words:
        case ["mv", old, new]:
            keys.move(context, environment, [Renaming(old, new)])
        case ["rm", key]:
            known = world.state().audiences.get(key)
            keys.forget(context, environment, [key])
            world.forgotten |= set() if known is None else {*known.all_ids}
        case ["resolve", key, "--adopt", audience_id, *unchecked]:
            chosen = _chosen(world, key, audience_id)
            if chosen is not None:
                same = _identities(world, key)
                _delete_others(world, advice, chosen)
                adopting.adopt(context, environment, key, chosen, check=not unchecked)
                _know_of(world, same)
        case ["resolve", key, "--recreate"]:
            same = _identities(world, key)
            deciding.recreate(context, environment, key)
            _know_of(world, same, twice=True)
        case ["resolve", key, "--abandon"]:
            same = _identities(world, key)
            deciding.abandon(context, environment, key)
            _know_of(world, same)
        case _:
            raise AssertionError(f"{words} cannot be pasted")


def _identities(world: World, key: str) -> set[Identity]:
    """What may be meant by a decision about this key."""
    found = [world.wanted[key].audience] if key in world.wanted else []
    for intent in world.state().intents.values():
        if intent.key == key:
            step = intent.step
            found.append(step.before if isinstance(step, Patch) else step.audience)
    return {one.folded_identity for one in found}


def _chosen(world: World, key: str, audience_id: str) -> str | None:
    """The ID that is named, or one that a person finds."""
    if audience_id != PLACEHOLDER:
        return audience_id
    same = _identities(world, key)
    found = [one for one in world.live() if one.audience.folded_identity in same]
    owned = {name for one in world.state().audiences.values() for name in one.all_ids}
    free = [one.audience_id for one in found if one.audience_id not in owned]
    return free[0] if free else None


def _delete_others(world: World, advice: Advice, kept: str) -> None:
    """Where the advice says that first of all the others are to be deleted on the platform."""
    if "delete" in advice.reason:
        for one in world.made:
            if one.audience_id != kept and one.audience_id in advice.reason:
                one.deleted = True


def _know_of(world: World, same: set[Identity], *, twice: bool = False) -> None:
    """Somebody has looked at all that may be meant, and chosen: the others are his from now on.

    Where it is to be made once more, what is archived goes for good: it would keep its ID.
    """
    meant = [one for one in world.made if one.audience.folded_identity in same]
    world.forgotten |= {one.audience_id for one in meant}
    if twice:
        world.excused |= same
        for one in meant:
            one.deleted = one.deleted or not one.is_there


def follow_if_possible(world: World, advice: Advice, choice: int) -> bool:
    """Whether the command was taken."""
    try:
        follow(world, advice, choice)
    except AepctlError:  # overtaken by what happened meanwhile
        return False
    return True
