"""The command that does what a plan shows."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aepctl.plan.plan import Plan
    from aepctl.project.environment import Environment


def apply_command(
    environment: "Environment", plan: "Plan", file: str | None, *, refresh: bool = False
) -> str | None:
    """As it can be pasted; `file` is where the plan is saved. None where it would do nothing."""
    if not any(change.steps or change.intent for change in plan.changes):
        return None
    if file is not None:
        return environment.command("apply", file)
    if environment.protected:
        return None
    words = [word for target in plan.targets for word in ("--target", target)]
    options = [*["--refresh"] * refresh, *["--overwrite"] * plan.overwrites]
    return environment.command("apply", *options, *words)
