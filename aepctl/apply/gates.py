"""Every refusal between a plan and its first step, in one place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from aepctl.apply.guards import check_guarded
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.errors import SafetyRefusal
from aepctl.model.audience import Observed
from aepctl.model.failure import Failure
from aepctl.plan.binding import Binding
from aepctl.plan.matching import ObservedIndex
from aepctl.plan.plan import Action, Change, Plan
from aepctl.plan.policy import MOST_DELETED, Existing, Policy
from aepctl.plan.reviewed import compare, misfits
from aepctl.state.model import State
from aepctl.wording import listed

MAX_STALE = 200
"""So many changes that no longer hold are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody approved beforehand: the plan in a review, or so many creates and deletes."""

    reviewed: bool = False
    yes_create: int | None = None
    yes_delete: int | None = None

    def covers(self, creates: int) -> bool:
        """Whether so many creates are approved."""
        return self.reviewed or (self.yes_create is not None and creates <= self.yes_create)

    def covers_deletes(self, deletes: int) -> bool:
        """Whether so many deletes are approved."""
        return self.reviewed or (self.yes_delete is not None and deletes <= self.yes_delete)


def check(
    plan: Plan,
    policy: Policy,
    state: State,
    observed: Sequence[Observed] | None,
    *,
    protected: bool,
    approval: Approval,
) -> None:
    """Raise SafetyRefusal unless the plan may be carried out. Called once, before anybody is asked.

    `state` and `observed` are those that the plan was made from. `protected`: only what was
    reviewed as a saved plan may be done here.
    """
    if protected:
        check_protected(plan, policy, approval)
    check_guarded(plan, policy)
    if not (approval.reviewed or policy.destroys):
        check_emptied(plan, policy, state)
    check_existing(plan, policy)
    check_empty_state(plan, policy, state, observed, approval)
    check_creates(plan, policy, approval)
    check_deletes(plan, policy, state, approval)


def check_protected(plan: Plan, policy: Policy, approval: Approval) -> None:
    """A protected environment is changed by saved plans alone."""
    if not approval.reviewed and any(one.steps for one in plan.changes):
        save = policy.command("plan", "--out", "plan.json")
        apply = policy.command("apply", "plan.json")
        raise SafetyRefusal(
            f"the environment `{policy.environment}` is protected: only a saved plan is applied",
            hint=f"`{save}`, have it reviewed, then `{apply}`",
            code="protected",
        )


def check_emptied(plan: Plan, policy: Policy, state: State) -> None:
    """Manifests that want nothing at all, where much is known, are a mistake more often than not.

    What the manifests themselves say to be removed, they know of: that alone may end so.
    """
    ended = [
        one.key
        for one in plan.changes
        if one.action in _ENDS and not one.is_named
        if one.known is not None and not one.known.retained
    ]
    known = sum(not one.retained for one in state.audiences.values())
    wants = plan.unchanged or any(one.wanted is not None for one in plan.changes)
    if ended and not wants and not plan.targets:
        destroy = policy.command("destroy")
        raise SafetyRefusal(
            f"the manifests want none of the {known} audience{'s' * (known != 1)} that the "
            f"state knows, and no `removed:` names {listed(ended)}",
            hint="if the folder of manifests is the right one: list them under `removed:` there, "
            f"or delete all of them with `{destroy}`",
            code="manifests-emptied",
        )


def check_existing(plan: Plan, policy: Policy) -> None:
    """Policy "fail": the platform must have nothing of what is to be created."""
    there = [one.key for one in plan.changes if one.action is Action.ADOPT or one.matches]
    if policy.existing == "fail" and there:
        raise SafetyRefusal(
            f"the platform already has {len(there)} of the audiences to create: {listed(there)}",
            hint=f"to record them in state: `{_again(plan, policy, existing='adopt')}`",
            code="already-on-platform",
        )


def checks_empty_state(policy: Policy, state: State, creates: int, approval: Approval) -> bool:
    """Whether `check_empty_state` needs the platform's whole list before so many creates."""
    return policy.existing == "ignore" and not state.audiences and not approval.covers(creates)


def check_empty_state(
    plan: Plan,
    policy: Policy,
    state: State,
    observed: Sequence[Observed] | None,
    approval: Approval,
) -> None:
    """Missing or empty state is not "nothing exists", even where what exists is ignored.

    Nothing observed: these credentials may not list, which is why what exists is ignored.
    """
    new = [one for one in plan.changes if one.action in _NEW or one.matches]
    if observed is None or not checks_empty_state(policy, state, len(new), approval):
        return
    seen = ObservedIndex(observed, state.owner)
    there = [change.key for change in new if _is_there(change, seen)]
    if there:
        count = len(new)
        twice = _again(plan, policy, "--yes-create", str(count), existing="ignore")
        adopt = _again(plan, policy, existing="adopt")
        raise SafetyRefusal(
            f"the state is empty, but the platform already has {len(there)} of the {count} "
            f"audiences to create: {listed(there)}",
            hint=f"to record them in state: `{adopt}`; to create them a second time: `{twice}`",
            code="state-empty",
        )


def check_deletes(plan: Plan, policy: Policy, state: State, approval: Approval) -> None:
    """More deletes than `max_deletes`, or than a part of what is known, need somebody's word."""
    deletes, allowed = plan.deletes, plan.max_deletes
    if allowed is None or deletes <= allowed or approval.covers_deletes(deletes):
        return
    most, known = policy.max_deletes, len(state.audiences)
    why = f"more than max_deletes ({most})"
    if allowed != most:
        why = f"more than {MOST_DELETED:.0%} of the {known} that are known"
    creates = ("--yes-create", str(plan.creates)) if "max_creates" in plan.exceeded else ()
    again = _again(plan, policy, *creates, "--yes-delete", str(deletes))
    good = "; for good: `max_deletes` in aepctl.yaml" if allowed == most else ""
    raise SafetyRefusal(
        f"{deletes} audience{'s' * (deletes != 1)} would be deleted on the platform, {why}",
        hint=f"to allow it once: `{again}`{good}",
        code="too-many-deletes",
    )


def check_creates(plan: Plan, policy: Policy, approval: Approval) -> None:
    """More creates than `max_creates` need somebody's word."""
    creates, max_creates = plan.creates, plan.max_creates
    if max_creates is not None and creates > max_creates and not approval.covers(creates):
        given = approval.yes_delete
        deletes = () if given is None else ("--yes-delete", str(given))
        again = _again(plan, policy, "--yes-create", str(creates), *deletes)
        raise SafetyRefusal(
            f"{creates} audiences would be created, more than max_creates ({max_creates})",
            hint=f"to allow it once: `{again}`; for good: `max_creates` in aepctl.yaml",
            code="too-many-creates",
        )


def check_environment(name: str, saved: Binding, given: str | None) -> None:
    """An environment that is given beside a saved plan must be the plan's own."""
    if given not in {None, saved.environment}:
        raise SafetyRefusal(
            f"{name} is a plan for the environment `{saved.environment}`, not for `{given}`",
            hint="leave out --env, or give the environment of the plan",
            code="another-environment",
        )


def check_saved(name: str, saved: Binding, now: Plan, state: State, policy: Policy) -> Plan:
    """What is left of a saved plan, each change of which must hold or be done. `name` is its file.

    `now` is the plan of everything as it is now. Raises SafetyRefusal, naming what does not hold.
    """
    words = misfits(saved, now, state)
    if words:
        said = f"{name} does not fit: {'; '.join(words)}"
        raise SafetyRefusal(said, hint=_anew(name, saved, policy), code="plan-does-not-fit")
    compared = compare(saved, now, state)
    stale = compared.stale
    if stale:
        count = f"{len(stale)} of its {len(saved.effects)} changes"
        named = [f"{key}: {why}" for key, why in stale.items()]
        more = [f"and {len(named) - MAX_STALE} more"] if len(named) > MAX_STALE else []
        lines = (f"{name} no longer holds for {count}", *named[:MAX_STALE], *more)
        hint = _anew(name, saved, policy, edited=compared.edited)
        raise SafetyRefusal("\n".join(lines), hint=hint, code="plan-out-of-date")
    return compared.plan


def _anew(name: str, saved: Binding, policy: Policy, *, edited: bool = False) -> str:
    """How the same plan is made of what there is now. `edited`: somebody did, on the platform."""
    targets = [word for target in saved.targets for word in ("--target", target)]
    looks = ["--refresh"] if saved.refreshed or edited else []
    how = [*looks, *(["--overwrite"] if saved.overwrites else [])]
    anew = policy.command("plan", "--out", name, *how, *targets)
    return f"nothing of it was sent; create a new plan with `{anew}` and have it reviewed"


def undecided(plan: Plan) -> tuple[Outcome, ...]:
    """What waits for a person, as outcomes."""
    return tuple(
        Outcome(
            change.key, change.action, OutcomeKind.UNDECIDED, failure=Failure(change.reason or "")
        )
        for change in plan.changes
        if change.waits
    )


_NEW = frozenset({Action.CREATE, Action.ADOPT})
_ENDS = frozenset({Action.DELETE, Action.FORGET})


def _is_there(change: Change, seen: ObservedIndex) -> bool:
    wanted, key = change.wanted, change.key
    return wanted is not None and bool(seen.free(wanted, key) or seen.alike(wanted, key))


def _again(plan: Plan, policy: Policy, *words: str, existing: Existing | None = None) -> str:
    """The same apply with what it lacked: what was given already is given again."""
    kept = None if policy.existing == "adopt" else policy.existing
    named = existing or kept
    looks = [*["--refresh"] * policy.refresh, *["--overwrite"] * policy.overwrite]
    targets = [word for target in plan.targets for word in ("--target", target)]
    how = ["--existing", named] if named is not None else []
    return policy.command("apply", *how, *words, *looks, *targets)
