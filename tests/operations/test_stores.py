"""Where state is kept, as commands: init, unlock, pull, push. On a file and on a shared store."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import TARGET, audience
from places import FILE, ONE, Places
from projects import Project

from aepctl.emulator import Emulator
from aepctl.model.audience import Deposed, Ids, Known
from aepctl.model.steps import Create
from aepctl.operations.stores import losses
from aepctl.state.lease import Lease
from aepctl.state.model import Intent, State

BOTH = pytest.mark.parametrize("place", [FILE, ONE], ids=["file", "shared"])
RECORDED = Known(audience("gold"), Ids("A-1"))
THEIRS = Lease("lock-1", 60.0, {"command": "aepctl apply", "host": "runner-8", "since": "noon"})


@pytest.fixture
def places(project: Project, platform: Callable[..., Emulator]) -> Places:
    there = Places(project, platform())
    there.use(FILE)
    return there


@pytest.fixture
def made(places: Places) -> Places:
    """A shared state that knows gold."""
    places.use(ONE)
    assert places.state("init").code == 0
    places.project.want("gold")
    assert places.apply().code == 0
    return places


class TestInit:
    @BOTH
    def test_makes_a_state_and_prints_the_line_that_pins_it(
        self, places: Places, place: str
    ) -> None:
        places.use(place)
        result = places.state("init")
        state = places.at(place).state
        assert (result.code, result.err) == (0, "")
        assert result.out == (
            f"the state of `prod` is made: {place}.\n"
            f"Next: write `lineage: {state.lineage}` for this environment in aepctl.yaml.\n"
        )
        assert (state.serial, state.runs[0].command) == (1, "aepctl state init")
        places.use(place, lineage=state.lineage)
        places.project.want()
        assert places.run("plan").code == 0

    @BOTH
    def test_twice_is_no_error_and_changes_nothing(self, places: Places, place: str) -> None:
        places.use(place)
        places.state("init")
        before = places.raw(place)
        result = places.state("init")
        assert result.code == 0
        assert result.out.startswith(f"{place} has a state already (serial 1).\nNext: write `lin")
        assert places.raw(place) == before

    @BOTH
    def test_of_a_pinned_state_says_nothing_more(self, places: Places, place: str) -> None:
        places.use(place)
        places.state("init")
        places.use(place, lineage=places.at(place).state.lineage)
        result = places.state("init")
        assert (result.code, result.out) == (0, f"{place} has a state already (serial 1).\n")

    @BOTH
    def test_with_a_pinned_lineage_it_makes_no_other_one(self, places: Places, place: str) -> None:
        places.use(place, lineage="L")
        result = places.state("init")
        assert (result.code, places.raw(place)) == (1, None)
        assert result.err == (
            f"error: {place}: there is no state, but aepctl.yaml names one (lineage L) "
            "[state-missing]\n"
            "  bring it back; or, if it shall begin anew, remove `lineage:`\n"
        )

    def test_a_store_that_ignores_conditions_is_refused(self, places: Places) -> None:
        places.use(ONE)
        places.heedless = True
        result = places.state("init")
        assert result.code == 1
        assert result.err.startswith(f"error: {ONE}: state is not safe there: a write that was")
        assert places.run("plan").code == 1

    @pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
    def test_killed_at_any_call_it_can_be_run_again(self, places: Places, done: bool) -> None:
        at = 1
        while True:
            places.servers.clear()
            places.use(ONE)
            killed = places.killed("init", at=at, done=done)
            assert places.state("init").code == 0
            assert places.at(ONE).state.serial == 1
            if not killed:
                break
            at += 1
        assert at > 6

    def test_a_state_that_was_moved_is_not_made_again(self, made: Places) -> None:
        made.state("migrate", ONE, FILE)
        result = made.state("init")
        assert result.code == 1
        assert f"{ONE}: this state was moved to {FILE}" in result.err

    def test_a_journal_without_its_state_is_not_passed_over(self, places: Places) -> None:
        places.project.want("gold")
        places.apply()
        journal = places.project.root / "state/prod.journal"
        state = places.project.state()
        header = {
            "type": "journal", "format": "1.2", "lineage": "other", "serial": 3,
            "target": state["target"], "run": state["runs"][0],
        }  # fmt: skip
        journal.write_text(json.dumps(header) + "\n")
        (places.project.root / FILE).unlink()
        assert places.state("init").code == 1
        assert journal.exists()
        assert places.raw(FILE) is None


class TestUnlock:
    def test_gives_back_a_lock_and_says_whose_it_was(self, made: Places) -> None:
        made.change(ONE, lock=THEIRS, write_id="x")
        result = made.state("unlock", "lock-1")
        assert result.code == 0
        assert result.out.startswith(
            f"{ONE} is unlocked; it was locked by `aepctl apply` on runner-8, since noon.\n"
        )
        assert made.at(ONE).lock is None
        assert made.apply().code == 0

    def test_another_id_is_refused_with_the_command_for_the_right_one(self, made: Places) -> None:
        made.change(ONE, lock=THEIRS, write_id="x")
        result = made.state("unlock", "lock-2")
        assert result.code == 3
        assert "if you mean this one: `aepctl state unlock lock-1`" in result.err
        assert made.at(ONE).lock == THEIRS

    def test_what_is_not_locked_is_left_as_it_is(self, made: Places) -> None:
        before = made.raw(ONE)
        assert made.state("unlock", "x").out == f"{ONE} is not locked.\n"
        assert made.raw(ONE) == before

    def test_a_file_has_nothing_to_unlock(self, places: Places) -> None:
        result = places.state("unlock", "x")
        assert result.code == 1
        assert "the lock of a file ends with the process that has it" in result.err


class TestPull:
    @BOTH
    def test_prints_what_push_takes(self, places: Places, place: str) -> None:
        places.use(place)
        places.state("init")
        places.project.want("gold")
        places.apply()
        pulled = places.state("pull")
        assert pulled.code == 0
        assert "lock" not in pulled.json
        places.project.write("pulled", pulled.out)
        assert places.state("push", "pulled").code == 0
        assert places.at(place).state.audiences.keys() == {"gold"}

    @BOTH
    def test_of_nothing_is_an_error(self, places: Places, place: str) -> None:
        places.use(place)
        result = places.state("pull")
        assert (result.code, result.out) == (1, "")
        assert "there is no state" in result.err


class TestPush:
    @pytest.fixture(params=[FILE, ONE], ids=["file", "shared"])
    def place(self, request: pytest.FixtureRequest, places: Places) -> str:
        """A state that knows gold and silver; `older` is it before silver."""
        place = str(request.param)
        places.use(place)
        places.state("init")
        places.project.want("gold")
        places.apply()
        places.project.write("older", places.state("pull").out)
        places.project.want("gold", "silver")
        places.apply()
        places.project.write("now", places.state("pull").out)
        return place

    def test_what_would_lose_an_id_is_refused_and_says_which(
        self, places: Places, place: str
    ) -> None:
        before = places.at(place).state
        silver = before.audiences["silver"].ids.audience_id
        result = places.state("push", "older")
        assert result.code == 3
        assert result.err == (
            f"error: older has less than {place}: the IDs of `silver` ({silver}) would be lost "
            "[push-would-lose]\n  if that is meant: `aepctl state push --force older`\n"
        )
        assert (places.at(place).state, places.at(place).lock) == (before, None)

    def test_forced_it_says_what_is_lost(self, places: Places, place: str) -> None:
        silver = places.ids(place)["silver"]
        serial = places.at(place).state.serial
        result = places.state("push", "--force", "older")
        assert result.code == 0
        assert f"; the state no longer has the IDs of `silver` ({silver})." in result.out
        assert set(places.ids(place)) == {"gold"}
        assert places.at(place).state.serial == serial + 1

    def test_what_is_older_and_loses_nothing_is_refused_as_well(
        self, places: Places, place: str
    ) -> None:
        places.state("mv", "silver", "argent")
        result = places.state("push", "now")
        assert result.code == 3
        assert f"now is older than {place} (serial" in result.err

    def test_what_is_open_is_not_lost(self, places: Places, place: str) -> None:
        places.project.want("gold", "silver", "bronze")
        places.state("resolve", "bronze", "--recreate")
        result = places.state("push", "now")
        assert result.code == 3
        assert "what is open for `bronze` would be lost" in result.err

    def test_another_state_is_refused_even_forced(self, places: Places, place: str) -> None:
        text = (places.project.root / "now").read_text()
        lineage = str(places.at(place).state.lineage)
        places.project.write("other", text.replace(lineage, "M"))
        result = places.state("push", "--force", "other")
        assert result.code == 3
        assert f"other is another state than {place} (lineage M, not {lineage})" in result.err

    def test_another_target_is_refused(self, places: Places, place: str) -> None:
        text = (places.project.root / "now").read_text()
        places.project.write("other", text.replace('"sandbox": "prod"', '"sandbox": "dev"'))
        result = places.state("push", "--force", "other")
        assert result.code == 1
        assert "other is the state of another target: sandbox dev, not prod" in result.err

    def test_a_state_that_was_lost_comes_back_by_it_also_where_it_is_pinned(
        self, places: Places, place: str
    ) -> None:
        known = places.ids(place)
        places.use(place, lineage=places.at(place).state.lineage)
        places.servers.clear()
        (places.project.root / FILE).unlink(missing_ok=True)
        assert places.run("plan").code == 1
        result = places.state("push", "now")
        assert result.code == 0, result.err
        assert places.ids(place) == known
        assert "Nothing to do" in places.apply().out

    def test_what_is_not_the_pinned_state_does_not_come_back(
        self, places: Places, place: str
    ) -> None:
        places.use(place, lineage="M")
        places.servers.clear()
        (places.project.root / FILE).unlink(missing_ok=True)
        result = places.state("push", "now")
        assert (result.code, places.raw(place)) == (1, None)
        assert "now: this is another state than the one that aepctl.yaml names" in result.err

    def test_a_file_that_is_no_state_is_named(self, places: Places, place: str) -> None:
        places.project.write("text", "hello")
        assert "text:1: not valid JSON" in places.state("push", "text").err
        assert places.state("push", "nowhere").err == (
            "error: nowhere: cannot be read: No such file or directory [file-unreadable]\n"
            "  name the document that `aepctl state pull` printed\n"
        )


def test_an_id_that_is_only_still_to_be_deleted_is_lost_like_any_other() -> None:
    gold = Known(audience("gold"), Ids("A-2"))
    replaced = replace(gold, deposed=Deposed(Ids("A-1"), audience("gold")))
    with_old = State("L", 2, TARGET, {"gold": replaced})
    without, before = (replace(with_old, audiences={"gold": one}) for one in (gold, RECORDED))
    assert str(losses(with_old, without)) == "the IDs of `gold` (A-1)"
    assert str(losses(with_old, before)) == "the IDs of `gold` (A-2)"
    assert str(losses(before, with_old)) == ""


def test_a_push_that_is_refused_is_no_interrupt_in_the_history(made: Places) -> None:
    made.project.write("older.json", made.state("pull").out.replace('"serial": 3', '"serial": 1'))
    assert made.state("push", "older.json").code == 3
    assert made.servers[ONE].history[-2:] == ["state push: begun\n", "nothing was changed\n"]


def test_push_waits_for_a_lock_or_says_who_has_it(made: Places) -> None:
    made.project.write("now", made.state("pull").out)
    made.change(ONE, lock=THEIRS, write_id="x")
    result = made.state("push", "now")
    assert result.code == 5
    assert "is locked by `aepctl apply` on runner-8, since noon" in result.err
    assert made.state("push", "now", "--lock-timeout", "10m").code == 0


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_push_killed_at_any_call_leaves_the_old_state_or_the_new(made: Places, done: bool) -> None:
    made.project.write("now", made.state("pull").out)
    at = 1
    while made.killed("push", "now", at=at, done=done):
        assert set(made.ids(ONE)) == {"gold"}
        assert made.state("push", "now", "--lock-timeout", "10m").code in {0, 3}
        made.project.write("now", made.state("pull").out)
        at += 1
    assert at > 3


def test_history_lists_the_runs_the_latest_first(made: Places) -> None:
    lines = made.state("history").out.splitlines()
    assert [line.split("  ")[1] for line in lines] == ["aepctl apply", "aepctl state init"]
    document = made.state("history", "-o", "json").json
    assert [one["command"] for one in document["history"]] == [
        "aepctl apply", "aepctl state init",
    ]  # fmt: skip
    assert {one["source"] for one in document["history"]} == {"run"}


def test_history_of_nothing_says_so(places: Places) -> None:
    assert places.state("history").out == "Nothing has changed it yet.\n"


def test_nothing_is_left_beside_a_shared_state(made: Places) -> None:
    assert not Path("state").exists()


def test_so_many_open_steps_that_would_be_lost_are_named_and_the_others_counted() -> None:
    keys = [f"k{number:02}" for number in range(12)]
    intents = {key: Intent(key, "r", key, Create(audience(key)), "2027-01-01") for key in keys}
    state = State("L", 1, TARGET, {}, intents)
    named = ", ".join(f"`{key}`" for key in keys[:10])
    assert str(losses(state, State("L", 1, TARGET))) == f"what is open for {named} and 2 more"
