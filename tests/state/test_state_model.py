"""What state means: `with_known` and Snapshot, without any file."""

from fakes import TARGET, audience

from aepctl.state.model import Known, Snapshot, State, with_known

GOLD = Known(audience("Gold"), "id-gold")
SILVER = Known(audience("Silver"), "id-silver")


def test_the_serial_grows_by_one_for_any_number_of_changes() -> None:
    state = with_known(State("L", 7, TARGET), {"gold": GOLD, "silver": SILVER})
    assert (state.serial, state.audiences) == (8, {"gold": GOLD, "silver": SILVER})


def test_the_serial_stays_where_nothing_changes() -> None:
    state = State("L", 7, TARGET, {"gold": GOLD})
    assert with_known(state, {}) is state
    assert with_known(state, {"gold": GOLD}) is state


def test_other_ids_of_the_same_audience_are_a_change() -> None:
    state = State("L", 7, TARGET, {"gold": GOLD})
    for other in (Known(GOLD.audience, "other"), Known(GOLD.audience, "id-gold", "platform-id")):
        assert with_known(state, {"gold": other}).serial == 8


def test_lineage_target_and_the_state_that_was_given_are_never_changed() -> None:
    state = State("L", 7, TARGET)
    grown = with_known(state, {"gold": GOLD})
    assert (grown.lineage, grown.target, state.audiences) == ("L", TARGET, {})


def test_where_nothing_is_recorded_nothing_is_known() -> None:
    assert Snapshot(None).audiences == {}
    assert Snapshot(State("L", 1, TARGET, {"gold": GOLD})).audiences == {"gold": GOLD}
