"""Look before creating: what the platform has of the creates, and what that means for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from aepctl.apply.existing import Existing
from aepctl.apply.ports import Finder
from aepctl.errors import ListForbidden, SafetyRefusal
from aepctl.plan import Action, Change, Plan
from aepctl.state.model import Known

Policy: TypeAlias = Literal["adopt", "fail", "ignore"]
MOST_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Looking:
    """How a plan is revised once the platform has been looked at."""

    finder: Finder
    known: Mapping[str, Known]
    policy: Policy

    def revise(self, plan: Plan, *, meant: bool) -> Plan:
        """The plan with adoptions and decisions in place of creates. `meant`: so many creates are.

        Raises SafetyRefusal, and PlatformError where the platform cannot be read.
        """
        creates = plan.of(Action.CREATE)
        if not creates:
            return plan
        if self.policy == "ignore":
            if not self.known and not meant:
                self._check_empty_state(creates)
            return plan.replaced(self._again(creates))
        existing = Existing(self.finder.everything(), self.known)
        revised = [existing.revise(change) for change in creates]
        there = [change.key for change in revised if change.action is not Action.CREATE]
        if there and self.policy == "fail":
            raise SafetyRefusal(
                f"the platform already has {len(there)} of the audiences to create: {_some(there)}",
                next="use --existing adopt to take them over into state",
            )
        return plan.replaced(revised)

    def _again(self, creates: Sequence[Change]) -> list[Change]:
        """Creates after an earlier attempt are looked up even where existing ones are ignored."""
        again = [change for change in creates if change.intent is not None]
        found = [
            one
            for change in again
            if change.after is not None
            for one in self.finder.find(change.after, change.audience_id)
        ]
        existing = Existing(dict.fromkeys(found), self.known)
        return [existing.revise(change) for change in again]

    def _check_empty_state(self, creates: Sequence[Change]) -> None:
        """Missing or empty state is not "nothing exists", even where existing is ignored."""
        try:
            existing = Existing(self.finder.everything(), {})
        except ListForbidden:  # that is why existing audiences are ignored
            return
        there = [one.key for one in creates if one.after and existing.free(one.after, one.key)]
        if there:
            raise SafetyRefusal(
                f"the state is empty, but the platform already has {len(there)} of the "
                f"{len(creates)} audiences to create: {_some(there)}",
                next="without --existing ignore they are taken over into state; "
                f"--yes-create {len(creates)} makes them twice",
            )


def _some(keys: Iterable[str]) -> str:
    keys = list(keys)
    more = f" and {len(keys) - MOST_SHOWN} more" if len(keys) > MOST_SHOWN else ""
    return f"{', '.join(keys[:MOST_SHOWN])}{more}"
