"""drift: what the platform has that state does not know. Reads alone, and takes no lock.

It cannot write: what it is given are values and a Reader, and what it imports reaches neither a
writer of the platform, a session of the state, nor a store (import-linter holds that).
"""

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from aepctl.apply.gates import Approval
from aepctl.apply.look import look
from aepctl.apply.ports import Reader
from aepctl.apply.reading import confirmed
from aepctl.model.wants import Wants
from aepctl.plan.drift import Asked, Drift
from aepctl.plan.drifting import find_drift
from aepctl.plan.policy import Policy
from aepctl.plan.questions import Questions, to_look_up
from aepctl.plan.seen import Seen
from aepctl.state.model import State


class Sighted(Protocol):
    """An environment of which only this can be had. See operations.onlooker."""

    @property
    def wants(self) -> Wants: ...
    @property
    def state(self) -> State: ...
    def reader(self) -> AbstractContextManager[Reader]:
        """Raises CredentialsError."""
        ...


def drift(sighted: Sighted, policy: Policy, asked: Asked) -> Drift:
    """Compare what is known with the platform. `policy` is one that refreshes.

    Raises NoSuchTarget, CredentialsError, PlatformError, ListForbidden.
    """
    wants, state = sighted.wants, sighted.state
    known = to_look_up(wants, state, policy, asked.targets).known
    if not known and not asked.unmanaged:
        return find_drift(wants, state, Seen(), policy, asked)
    with sighted.reader() as reader:
        seen = look(reader, Questions(known=known), state, policy, Approval()) or Seen()
        drift = find_drift(wants, state, seen, policy, asked)
        if not drift.unmanaged:
            return drift
        seen = replace(seen, found=confirmed(reader, seen.found, drift.unmanaged))
    return find_drift(wants, state, seen, policy, asked)
