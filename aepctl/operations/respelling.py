"""What the platform keeps in another spelling than it was sent is remembered."""

from collections.abc import Iterator, Sequence

from aepctl.apply.sender import Sender
from aepctl.model.audience import Observed
from aepctl.model.steps import Record
from aepctl.plan.plan import Action
from aepctl.state.model import State


def remember(sender: Sender, state: State, observed: Sequence[Observed] | None) -> None:
    """Note the platform's own spelling of what is known. Other edits are not our business here."""
    with sender.noting():
        for key, step in _respelled(state, observed or ()):
            sender.note(key, Action.UPDATE, step)


def _respelled(state: State, observed: Sequence[Observed]) -> Iterator[tuple[str, Record]]:
    seen = {one.ids.audience_id: one.audience for one in observed}
    for key, known in state.audiences.items():
        theirs = seen.get(known.ids.audience_id)
        if theirs is not None and theirs.identity != known.audience.identity:
            spelled = known.audience.spelled_as(theirs)
            if spelled != known.audience:
                yield key, Record(spelled)
