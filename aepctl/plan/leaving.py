"""What is known and not wanted, and what the manifests, state and the environment say of it. Pure.

What other environments want is not removed: where its block does not say itself what becomes of it,
it is left as it is, and state goes on knowing it.
"""

from collections.abc import Collection, Mapping

from aepctl.model.audience import Known, Wanted
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.wants import Wants
from aepctl.plan.policy import Policy


class Leaving:
    """By key. `known` under the keys that the manifests have; `guarded` are the keys that they
    protect where everything is to be deleted. `elsewhere` has the blocks for other environments.
    """

    def __init__(
        self,
        wants: Wants,
        known: Mapping[str, Known],
        policy: Policy,
        guarded: Collection[str] = (),
    ) -> None:
        self.said = {one.key: one.delete for one in wants.removed}
        self.elsewhere: Mapping[str, Wanted] = {one.key: one for one in wants.elsewhere}
        self._known, self._policy, self._guarded = known, policy, guarded

    def is_removed(self, key: str) -> bool:
        """Whether the manifests say themselves that it is no longer wanted, or not here."""
        return key in self.said or (key in self.elsewhere and not self.is_kept(key))

    def is_kept(self, key: str) -> bool:
        """Whether it is for other environments, and nothing says what becomes of it in this one."""
        block, known = self.elsewhere.get(key), self._known.get(key)
        retained = known is not None and known.retained
        return not (block is None or retained or key in self.said or _rule(block) is not None)

    def ends(self, key: str) -> bool:
        """Whether something becomes of what is not wanted."""
        return not self.is_kept(key) and (not self._known[key].retained or key in self.said)

    def deletes(self, key: str) -> bool:
        """Whether what is no longer wanted is to be deleted on the platform."""
        known, said = self._known[key], self.said.get(key)
        if self._policy.destroys:
            return not known.retained
        if said is not None or known.retained:
            return bool(said)
        block = self.elsewhere.get(key)
        if block is not None:
            return _rule(block) is OnRemoval.DELETE
        return (known.at_removal.on_removal or self._policy.on_removal) is OnRemoval.DELETE

    def guards(self, key: str) -> bool:
        """Whether a destroy must leave it, as its manifest or state protects it."""
        known = self._known[key]
        return self._policy.destroys and (known.at_removal.prevent_destroy or key in self._guarded)

    def protects(self, key: str) -> bool:
        """Whether `prevent_destroy` holds for what is no longer wanted."""
        block = self.elsewhere.get(key)
        by_block = block is not None and block.lifecycle.at_removal.prevent_destroy
        return by_block or self._known[key].at_removal.prevent_destroy


def _rule(block: Wanted) -> OnRemoval | None:
    return block.lifecycle.at_removal.on_removal
