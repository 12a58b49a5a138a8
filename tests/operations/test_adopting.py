"""Recording what was found for a key, with what its manifest says of its end."""

import pytest
from fakes import AT, TARGET, FakeClock, Ids, audience
from stores import MemoryStore

from aepctl.model.audience import Ids as AudienceIds
from aepctl.model.audience import Known, Observed
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval
from aepctl.model.steps import Create
from aepctl.operations.adopting import record
from aepctl.state.codec import decode_state
from aepctl.state.model import Run
from aepctl.state.session import open_session

GOLD, FOUND = audience("gold"), Observed(audience("GOLD"), AudienceIds("A-gold", "P-gold"))
PROTECTED = AtRemoval(prevent_destroy=True)


@pytest.mark.parametrize("at_removal", [NOTHING_SAID, PROTECTED])
@pytest.mark.parametrize("is_open", [False, True])
def test_it_is_known_as_it_was_seen_and_how_it_is_to_end(
    at_removal: AtRemoval, is_open: bool
) -> None:
    store, run = MemoryStore(), Run("run-1", AT, "aepctl import gold")
    with open_session(store, TARGET, run, clock=FakeClock(), ids=Ids("run-1")) as session:
        intent = session.begin("gold", Create(GOLD)) if is_open else None
        record(session, "gold", intent, GOLD, FOUND, at_removal)
        session.checkpoint()
    state = decode_state(store.document or b"", "s.json")
    assert state.audiences == {"gold": Known(FOUND.audience, FOUND.ids, GOLD, at_removal)}
    assert state.intents == {}
