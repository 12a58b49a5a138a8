"""What a destroy is refused for, whatever was approved. Pure."""

from collections.abc import Callable

from aepctl.errors import SafetyRefusal
from aepctl.plan.plan import Plan
from aepctl.plan.policy import Policy
from aepctl.wording import listed


def check_not_protected(environment: str, command: Callable[..., str], *, protected: bool) -> None:
    """Nothing that was not reviewed is done to a protected environment, least of all a destroy."""
    if protected:
        save = command("plan", "--out", "plan.json")
        raise SafetyRefusal(
            f"the environment `{environment}` is protected: nothing was deleted",
            hint="list what is to go under `removed:` in the manifests, with `delete: true`, and "
            f"save that as a plan for a review: `{save}`; or, to give the environment up, remove "
            "`protected: true` from aepctl.yaml first",
            code="protected",
        )


def check_guarded(plan: Plan, policy: Policy) -> None:
    """What `prevent_destroy` protects goes with nothing else, and nothing else goes with it."""
    if plan.guarded:
        count = len(plan.guarded)
        first, again = policy.command("apply"), policy.command("destroy")
        what = "1 audience that is" if count == 1 else f"{count} audiences that are"
        raise SafetyRefusal(
            f"`prevent_destroy` protects {what} to be deleted: {listed(plan.guarded)}; nothing was "
            "sent",
            hint="to delete all the same: `prevent_destroy: false` in the manifest of each, "
            f"`{first}`, then `{again}`; to delete others only: `--target KEY` for each",
            code="prevent-destroy",
        )
