"""state migrate: the same state, kept elsewhere, also where it is interrupted between two steps."""

from collections.abc import Callable
from pathlib import Path

import pytest
from places import FILE, ONE, TWO, Places
from projects import Project

from aepctl.emulator import Emulator
from aepctl.state.lease import Lease

WAYS = [(FILE, ONE), (ONE, FILE), (ONE, TWO), (FILE, "state/other.json")]
EVERY = pytest.mark.parametrize(
    ("old", "new"), WAYS, ids=["file to shared", "shared to file", "shared to shared", "files"]
)
WAIT = ("--lock-timeout", "10m")


@pytest.fixture
def places(project: Project, platform: Callable[..., Emulator]) -> Places:
    return Places(project, platform())


def begin(places: Places, at: str, *keys: str) -> None:
    """A state at this place that knows some audiences."""
    places.use(at)
    assert places.state("init").code == 0
    places.project.want(*(keys or ("gold",)))
    assert places.apply().code == 0


@EVERY
def test_it_keeps_lineage_and_serial_and_marks_the_old_one(
    places: Places, old: str, new: str
) -> None:
    begin(places, old)
    before = places.at(old).state
    result = places.state("migrate", old, new)
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        f"the state of `prod` is at {new} now (serial {before.serial}); {old} is marked as moved.\n"
        f"Next: write `state: {new}` for `prod` in aepctl.yaml.\n"
    )
    assert places.at(new).state == before
    assert (places.at(new).moved, places.at(new).lock) == (None, None)
    assert (places.at(old).moved, places.at(old).lock) == (new, None)
    places.use(new, lineage=before.lineage)
    assert "Nothing to do" in places.apply().out


@EVERY
def test_nobody_goes_on_with_the_old_one(places: Places, old: str, new: str) -> None:
    begin(places, old)
    places.state("migrate", old, new)
    before, asked = places.raw(old), len(places.platform.requests)
    places.project.want("gold", "silver")
    for words in (
        ("plan",), ("apply", "--auto-approve"), ("state", "pull"), ("state", "init"),
        ("state", "mv", "gold", "x"), ("state", "verify"),
    ):  # fmt: skip
        result = places.run(*words)
        assert result.code == 1
        assert result.err == (
            f"error: {old}: this state was moved to {new} [state-moved]\n"
            f"  write `state: {new}` for its environment in aepctl.yaml\n"
        )
    assert places.raw(old) == before
    assert len(places.platform.requests) == asked


@EVERY
def test_repeated_it_says_the_same(places: Places, old: str, new: str) -> None:
    begin(places, old)
    first = places.state("migrate", old, new)
    before = places.raw(old), places.raw(new)
    again = places.state("migrate", old, new)
    assert (again.code, again.out) == (0, first.out)
    assert (places.raw(old), places.raw(new)) == before


@EVERY
def test_back_again(places: Places, old: str, new: str) -> None:
    begin(places, old)
    places.state("migrate", old, new)
    places.use(new)
    places.project.want("gold", "silver")
    assert places.apply().code == 0
    state = places.at(new).state
    result = places.state("migrate", new, old)
    assert result.code == 0, result.err
    assert (places.at(old).state, places.at(old).moved) == (state, None)
    assert places.at(new).moved == old


@EVERY
def test_back_again_unchanged(places: Places, old: str, new: str) -> None:
    begin(places, old)
    state = places.at(old).state
    places.state("migrate", old, new)
    result = places.state("migrate", new, old)
    assert result.code == 0, result.err
    assert (places.at(old).state, places.at(old).moved) == (state, None)
    places.use(old)
    assert "Nothing to do" in places.apply().out


@EVERY
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("on_disk", [False, True], ids=["shared", "disk"])
def test_killed_between_any_two_steps_it_is_finished_by_running_it_again(
    places: Places, old: str, new: str, done: bool, on_disk: bool
) -> None:
    begin(places, old, "gold", "silver")
    state, raw = places.at(old).state, places.raw(old)
    at = 1
    while True:
        killed = places.killed("migrate", old, new, at=at, done=done, on_disk=on_disk)
        one = places.at(old)
        assert one.state == state  # whatever happens, what is known is there
        if one.moved is not None:
            assert places.at(new).state == state
        result = places.state("migrate", old, new, *WAIT)
        assert result.code == 0, result.err
        assert places.at(new).state == state
        assert (places.at(new).moved, places.at(old).moved) == (None, new)
        if not killed:
            break
        reset(places, old, new, raw)
        at += 1
    calls = [
        place for place in (old, new) if place.endswith(".json") and ("//" in place) != on_disk
    ]
    assert at > 4 * len(calls)


def reset(places: Places, old: str, new: str, raw: bytes | None) -> None:
    """As it was before: the state at the old place, nothing at the new one."""
    assert raw is not None
    places.servers.pop(new, None)
    (places.project.root / new).unlink(missing_ok=True)
    if old == FILE:
        Path(FILE).write_bytes(raw)
    else:
        places.change(old, moved=None)


@EVERY
def test_after_an_interrupt_the_old_one_may_go_on_and_be_moved_later(
    places: Places, old: str, new: str
) -> None:
    begin(places, old)
    copy = places.at(old).state
    places.state("migrate", old, new)
    unmark(places, old)  # as if the last step had not been done
    places.project.want("gold", "silver")
    assert places.apply().code == 0
    assert places.at(old).state.serial > copy.serial
    result = places.state("migrate", old, new)
    assert result.code == 0, result.err
    assert set(places.ids(new)) == {"gold", "silver"}


def unmark(places: Places, at: str) -> None:
    if at == FILE:
        text = Path(FILE).read_text().splitlines(keepends=True)
        Path(FILE).write_text("".join(line for line in text if '"moved"' not in line))
    else:
        places.change(at, moved=None)


@EVERY
def test_a_place_that_has_another_state_is_refused(places: Places, old: str, new: str) -> None:
    begin(places, new)
    begin(places, old)
    before = places.raw(new), places.at(old).state
    result = places.state("migrate", old, new)
    assert result.code == 3
    assert f"error: {new} has another state already (lineage" in result.err
    assert (places.raw(new), places.at(old).state) == before
    assert places.at(old).lock is None
    assert places.run("plan").code == 0


@EVERY
def test_a_copy_that_somebody_has_gone_on_with_is_not_written_over(
    places: Places, old: str, new: str
) -> None:
    begin(places, old)
    places.state("migrate", old, new)
    unmark(places, old)
    places.use(new)
    places.project.want("gold", "silver")
    assert places.apply().code == 0
    before = places.raw(new)
    result = places.state("migrate", old, new)
    assert result.code == 3
    assert places.raw(new) == before
    assert places.at(old).moved is None


@EVERY
def test_nor_is_one_that_is_newer_and_has_all_the_same_ids(
    places: Places, old: str, new: str
) -> None:
    begin(places, old)
    places.state("migrate", old, new)
    unmark(places, old)
    places.use(new)
    places.state("mv", "gold", "golden")
    result = places.state("migrate", old, new)
    assert result.code == 3
    assert set(places.ids(new)) == {"golden"}


@pytest.mark.parametrize("old", [FILE, ONE])
def test_what_is_not_read_back_as_it_was_written_does_not_count(places: Places, old: str) -> None:
    begin(places, old)
    places.forgetful = True
    result = places.state("migrate", old, TWO)
    assert result.code == 1
    assert result.err == (
        f"error: {TWO}: what was written is not what is read there (serial) "
        "[state-not-kept]\n"
        f"  {old} is as it was: look what stands in the new place\n"
    )
    assert (places.at(old).moved, places.at(old).lock) == (None, None)


@pytest.mark.parametrize(("one", "other"), [(FILE, "./state/prod.json"), (FILE, FILE), (ONE, ONE)])
def test_where_it_is_already_it_stays(places: Places, one: str, other: str) -> None:
    begin(places, one)
    before = places.at(one).state
    result = places.state("migrate", one, other)
    assert result.code == 3
    assert "is where the state is already" in result.err
    assert (places.at(one).state, places.at(one).moved) == (before, None)


def test_two_addresses_of_one_shared_place_are_found_out(places: Places) -> None:
    begin(places, ONE)
    places.servers[TWO] = places.servers[ONE]
    result = places.state("migrate", ONE, TWO)
    assert result.code == 3
    assert f"{TWO} is where the state is already" in result.err
    assert (places.at(ONE).moved, places.at(ONE).lock) == (None, None)


@pytest.mark.parametrize("old", [FILE, ONE])
def test_without_a_state_there_is_nothing_to_move(places: Places, old: str) -> None:
    places.use(old)
    result = places.state("migrate", old, TWO)
    assert result.code == 1
    assert f"{old}: there is no state" in result.err
    assert "name the place where it is now first" in result.err
    assert places.raw(TWO) is None


def test_a_lock_is_told_and_may_be_waited_for(places: Places) -> None:
    begin(places, ONE)
    places.change(ONE, lock=Lease("lock-1", 60.0, {"command": "aepctl apply"}), write_id="x")
    result = places.state("migrate", ONE, FILE)
    assert result.code == 5
    assert "is locked by `aepctl apply`" in result.err
    assert places.state("migrate", ONE, FILE, *WAIT).code == 0


def test_a_place_that_ignores_conditions_is_refused_and_the_old_one_stays(places: Places) -> None:
    begin(places, FILE)
    places.heedless = True
    result = places.state("migrate", FILE, ONE)
    assert result.code == 1
    assert "state is not safe there" in result.err
    assert places.at(FILE).moved is None


def test_what_only_this_machine_knows_is_taken_in_first(places: Places) -> None:
    begin(places, ONE)
    places.project.write(".aepctl/rescue/prod@run.journal", "")
    result = places.state("migrate", ONE, FILE)
    assert result.code == 3
    assert "`aepctl apply` takes it in; then run this again" in result.err
    assert places.raw(FILE) is None


def test_a_journal_in_the_new_place_is_not_thrown_away(places: Places) -> None:
    begin(places, ONE)
    journal = places.project.write("state/prod.journal", "whatever it is\n")
    result = places.state("migrate", ONE, FILE)
    assert result.code == 1
    assert "state/prod.journal: a run that was killed left it in the new place" in result.err
    assert journal.exists()
    assert places.at(ONE).moved is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((FILE, "ftp://host/x"), "state cannot be kept in `ftp:`"),
        ((FILE, "elsewhere"), "a path that ends in .json was expected"),
        ((FILE, "https://user:secret@host/x"), "no user with a password"),
    ],
)
def test_an_address_that_is_none_is_a_usage_error(
    places: Places, words: tuple[str, str], told: str
) -> None:
    places.use(FILE)
    result = places.state("migrate", *words)
    assert result.code == 64
    assert told in result.err
    assert "secret" not in result.err
