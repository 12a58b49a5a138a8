"""What a plan is made for, and the rules it is made by."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from aepctl.model.lifecycle import OnRemoval
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
    every command begins that a message suggests. More creates than `max_creates`, and more deletes
    than `max_deletes`, are told. `on_removal`: what becomes of what is no longer wanted, where its
    manifest did not say. `refresh`: everything known is looked at. `overwrite`: what somebody
    edited on the platform is changed all the same. `destroys`: all that is known is deleted,
    whatever is wanted. `may_miss`: a target that matches nothing may be about another environment.
    """

    environment: str
    target: Target
    client_ids: bool = False
    existing: Existing = "adopt"
    run: str | None = None
    program: str = "aepctl"
    max_creates: int | None = None
    max_deletes: int | None = None
    on_removal: OnRemoval = OnRemoval.RETAIN
    refresh: bool = False
    overwrite: bool = False
    destroys: bool = False
    may_miss: bool = False

    def command(self, *words: str) -> str:
        """A command for this environment that can be pasted as it stands."""
        return command(self.program, *words)

    def overwriting(self, key: str) -> str:
        """The command that changes or deletes what somebody edited, as this plan was made."""
        words = ["destroy"] if self.destroys else ["apply", *["--refresh"] * self.refresh]
        return self.command(*words, "--overwrite", "--target", key)


MOST_DELETED = 0.3
"""No run deletes a larger part of what is known without somebody's word."""


def deletes_allowed(policy: Policy, known: int) -> int | None:
    """How many of so many known audiences a run deletes without somebody's word."""
    if policy.max_deletes is None or policy.destroys:
        return None
    return min(policy.max_deletes, int(known * MOST_DELETED))
