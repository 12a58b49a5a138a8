"""A named target, resolved once, at the top, to a value that everything else is given."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from aepctl.model.lifecycle import OnRemoval
from aepctl.model.target import Target
from aepctl.wording import command

if TYPE_CHECKING:
    from aepctl.model.rule import Rule


@dataclass(frozen=True, slots=True)
class Environment:
    """What one command runs with: whose audiences, at which addresses, and where its files are.

    `settle_seconds`: how long a lookup that finds nothing is repeated. `max_creates`: how many
    creates need no further word, `max_deletes`: how many deletes. `on_removal`: what becomes of an
    audience whose block is gone, where it did not say. `protected`: apply only with a saved plan.
    `audience_ids`: who makes up `audienceId` (revision 3 only).
    `ais_url`, `ups_url` and `ims_url` do not count where `target.endpoint` is the emulator.
    `lineage`: the only state that is taken. `lock_lease_seconds`: how long the lock of a shared
    state lasts without a sign of life.
    `program` is how a command for it begins: `aepctl --env prod`. `rules`: what a team asks of
    every audience. `siblings`: all environments of aepctl.yaml, this one included.
    """

    name: str
    target: Target
    state: str
    ais_url: str
    ups_url: str
    ims_url: str
    manifests: str = "audiences"
    settle_seconds: float = 30.0
    max_creates: int = 500
    max_deletes: int = 10
    on_removal: OnRemoval = OnRemoval.RETAIN
    protected: bool = False
    audience_ids: Literal["server", "client"] = "server"
    lineage: str | None = None
    lock_lease_seconds: float = 90.0
    program: str = "aepctl"
    rules: "tuple[Rule, ...]" = ()
    siblings: tuple[str, ...] = ()

    @property
    def client_ids(self) -> bool:
        """Whether aepctl makes up the IDs (revision 3 of the create call)."""
        return self.audience_ids == "client"

    def command(self, *words: str) -> str:
        """A command that can be pasted as it stands: it names this environment where needed."""
        return command(self.program, *words)
