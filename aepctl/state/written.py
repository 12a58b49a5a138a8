"""What a state document holds."""

from dataclasses import dataclass

from aepctl.state.lease import Lease
from aepctl.state.model import State


@dataclass(frozen=True, slots=True)
class Written:
    """A document: the state, and what a store that a team shares keeps beside it.

    `lock`: who holds it; `write_id` names the write; `moved`: where its state went.
    """

    state: State
    lock: Lease | None = None
    write_id: str | None = None
    moved: str | None = None
