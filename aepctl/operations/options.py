"""What somebody asks of an apply."""

from dataclasses import dataclass

from aepctl.plan.binding import Binding
from aepctl.plan.policy import Existing


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A reviewed plan: the file it is in, and what it is bound to."""

    file: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """How an apply goes about it.

    `lock_timeout` is in seconds. `yes_create` and `yes_delete`: up to so many creates and deletes
    are approved. `refresh`: everything known is looked at. `overwrite`: what somebody edited on the
    platform is changed all the same. `saved`: the review was the approval, of just that plan; it
    has targets of its own. `fresh`: nothing of it was ever created, whatever is missing in the
    state. `destroys`: all that is known is deleted.
    """

    targets: tuple[str, ...] = ()
    parallelism: int = 8
    lock_timeout: float = 0.0
    existing: Existing = "adopt"
    yes_create: int | None = None
    yes_delete: int | None = None
    refresh: bool = False
    overwrite: bool = False
    saved: SavedPlan | None = None
    fresh: bool = False
    destroys: bool = False

    @property
    def command(self) -> str:
        """The command that asks for it."""
        return "destroy" if self.destroys else "apply"

    @property
    def words(self) -> tuple[str, ...]:
        """The command that goes on where this stopped."""
        if self.saved is not None:
            file = self.saved.file
            return (self.command, f"./{file}" if file.startswith("-") else file)
        existing = ("--existing", self.existing) if self.existing != "adopt" else ()
        refresh = ("--refresh",) if self.refresh else ()
        overwrite = ("--overwrite",) if self.overwrite else ()
        targets = (word for target in self.targets for word in ("--target", target))
        return (self.command, *existing, *refresh, *overwrite, *targets)
