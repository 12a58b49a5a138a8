"""What a plan is made for, and the rules it is made by."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from aepctl.model.target import Target
from aepctl.wording import command

Existing: TypeAlias = Literal["adopt", "fail", "ignore"]
"""What becomes of a wanted audience that the platform has already and state does not know.

adopt    it is recorded in state
fail     the run is refused (apply.gates)
ignore   it is created beside the other, except where an earlier attempt of ours may have made it
"""


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of one plan.

    `client_ids`: aepctl makes up the IDs (revision 3 of the create call). `run` is the run that
    plans: what it has itself looked for in vain stays in doubt until a later one. `program` is how
    every command begins that a message suggests. `max_creates`: more creates are told.
    """

    environment: str
    target: Target
    client_ids: bool = False
    existing: Existing = "adopt"
    run: str | None = None
    program: str = "aepctl"
    max_creates: int | None = None

    def command(self, *words: str) -> str:
        """A command for this environment that can be pasted as it stands."""
        return command(self.program, *words)
