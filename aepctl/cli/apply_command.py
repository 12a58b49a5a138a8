"""The command that does what a plan shows."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aepctl.plan.plan import Plan
    from aepctl.project.environment import Environment


def apply_command(
    environment: "Environment", plan: "Plan", file: str | None, *, refresh: bool = False
) -> str | None:
    """As it can be pasted; `file` is where the plan is saved. None where it would do nothing.

    Where the plan exceeds a limit, which is told above it, the command says that this is meant.
    """
    if not any(change.steps or change.intent for change in plan.changes):
        return None
    if file is not None:
        return environment.command("apply", file)
    if environment.protected:
        return None
    words = [word for target in plan.targets for word in ("--target", target)]
    limits = (
        ("max_creates", "--yes-create", plan.creates),
        ("max_deletes", "--yes-delete", plan.deletes),
    )
    allowed = [
        word
        for name, option, count in limits
        if name in plan.exceeded
        for word in (option, str(count))
    ]
    options = [*["--refresh"] * refresh, *["--overwrite"] * plan.overwrites]
    return environment.command("apply", *allowed, *options, *words)
