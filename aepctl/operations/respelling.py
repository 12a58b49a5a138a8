"""What the platform keeps in another spelling than was sent, and its own ids, are remembered."""

from collections.abc import Iterator, Sequence

from aepctl.apply.sender import Sender
from aepctl.model.audience import Observed
from aepctl.model.steps import Record
from aepctl.state.model import State


def remember(sender: Sender, state: State, observed: Sequence[Observed] | None) -> None:
    """Note the platform's own spelling of what is known, and its own id where that was not known.

    Other edits are not our business here. It is no change of a plan: `more` says that this is not
    what a saved plan has for the key.
    """
    with sender.noting():
        for key, step in _respelled(state, observed or ()):
            sender.note(key, step, more=True)


def _respelled(state: State, observed: Sequence[Observed]) -> Iterator[tuple[str, Record]]:
    seen = {one.ids.audience_id: one for one in observed}
    for key, known in state.audiences.items():
        theirs = seen.get(known.ids.audience_id)
        if theirs is None:
            continue
        spelled = known.audience
        if theirs.audience.identity != spelled.identity:
            spelled = spelled.spelled_as(theirs.audience)
        ids = known.ids.or_else(theirs.ids)
        if spelled != known.audience or ids != known.ids:
            yield key, Record(spelled, ids.platform_id)
