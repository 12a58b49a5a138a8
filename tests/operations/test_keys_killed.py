"""state mv and rm of several: killed at any call, the state is as before or as after."""

from collections.abc import Callable

import pytest
from places import FILE, ONE, Places
from projects import Project

from aepctl.emulator import Emulator
from aepctl.state.encoder import encode_state
from aepctl.state.model import State

WORDS = {
    "a ring": ("mv", "gold", "silver", "silver", "bronze", "bronze", "gold"),
    "several": ("rm", "gold", "bronze"),
}
AFTER = {
    "a ring": {"gold": "bronze", "silver": "gold", "bronze": "silver"},
    "several": {"silver": "silver"},
}


@pytest.fixture
def places(project: Project, platform: Callable[..., Emulator]) -> Places:
    return Places(project, platform())


@pytest.mark.parametrize("place", [FILE, ONE], ids=["file", "shared"])
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("what", WORDS)
def test_whenever_its_process_is_killed_all_of_it_is_done_or_nothing(
    places: Places, place: str, done: bool, what: str
) -> None:
    places.use(place)
    assert places.state("init").code == 0
    places.project.want("gold", "silver", "bronze")
    assert places.apply().code == 0
    begun, state = places.ids(place), places.at(place).state
    ended = {key: begun[old] for key, old in AFTER[what].items()}
    at, seen = 0, set()
    while True:
        at += 1
        killed = places.killed(*WORDS[what], at=at, done=done, on_disk=place == FILE)
        # What the next command on this machine reads, and what it takes over from the dead one.
        listed = {one["key"]: one["audienceId"] for one in listing(places)}
        assert listed in (begun, ended)
        seen.add(listed == ended)
        assert places.state("mv", "nobody", "nothing", "--lock-timeout", "10m").code == 1
        assert places.ids(place) == listed
        if not killed:
            break
        put_back(places, place, state)
    assert (at > 2, seen) == (True, {False, True})


def listing(places: Places) -> list[dict[str, str]]:
    audiences: list[dict[str, str]] = places.run("state", "list", "-o", "json").json["audiences"]
    return audiences


def put_back(places: Places, place: str, state: State) -> None:
    """The state as it was before the command."""
    if place == FILE:
        (places.project.root / FILE).write_text(encode_state(state))
    else:
        places.change(place, state=state, lock=None)
