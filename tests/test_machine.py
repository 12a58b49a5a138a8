"""Any order of plans, applies, crashes, edits, decisions and losses: never twice, never lost.

What a step may be is a rule; what must hold after each of them is an invariant. The platform and
the disk are in memory (machine_parts), everything else is the program as it is.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import quick_folder
from hypothesis import HealthCheck, settings
from hypothesis import Phase as Doing
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from machine_advice import Advice, advice_of, follow_if_possible, is_for_the_manifest
from machine_parts import (
    FAULTS,
    WINDOW,
    Crash,
    World,
    noted,
    run_apply,
    wanted,
)
from machine_people import COUNTS, People
from machine_plans import only_what_was_reviewed, review
from machine_platform import OUTRUN, SPELLINGS, Habits
from old_state import FATES, begin_with

from aepctl.apply.outcomes import OutcomeKind
from aepctl.apply.report import ApplyReport
from aepctl.errors import (
    AepctlError,
    PlatformError,
    SafetyRefusal,
    StateError,
    StateLocked,
    StateNotWritten,
)
from aepctl.model.lifecycle import OnRemoval
from aepctl.model.steps import Create, Patch
from aepctl.operations import adopting
from aepctl.operations import state as deciding
from aepctl.operations.plan import plan
from aepctl.operations.refreshed import refreshed_plan
from aepctl.plan.plan import Action, Change, Plan
from aepctl.state.codec import decode_state
from aepctl.state.encoder import encode_state
from aepctl.state.journal_codec import read_journal
from aepctl.state.model import Intent, Phase

ROUNDS = int(os.environ.get("AEPCTL_RIG_ROUNDS", "1"))
HABITS = st.builds(
    Habits,
    spelling=st.sampled_from(["as sent", *SPELLINGS]),
    unique=st.booleans(),
    repeats=st.booleans(),
    hides=st.booleans(),
)
LAGS = st.sampled_from([(0.0, 0.0), (0.5, 0.0), (WINDOW, 0.0), (WINDOW / 2, WINDOW / 2)])
HOW = st.sampled_from([(False, False), (False, False), (True, False), (False, True), (True, True)])
"""With `--refresh`, with `--overwrite`."""
CRASHES = st.one_of(st.none(), st.integers(1, 70))
REFUSALS = ("the manifests want none of", "the platform was changed meanwhile")
MOST_APPLIES = 4
MOST_DECISIONS = 12


class Machine(People):
    """One environment's life: what people do in it, what befalls it, and what the program does."""

    @initialize(
        ids=st.sampled_from(["server", "client"]),
        count=st.integers(1, 4),
        old=st.none() | st.lists(st.sampled_from(FATES), min_size=1, max_size=6),
        document=st.booleans(),
        habits=HABITS,
        on_removal=st.sampled_from(OnRemoval),
    )
    def begin(
        self,
        ids: str,
        count: int,
        old: list[str] | None,
        document: bool,
        habits: Habits,
        on_removal: OnRemoval,
    ) -> None:
        """With nothing, or with what aepctl 0.1 left behind when it died."""
        folder = Path(self._folder.name)
        self.world = World(folder, ids, habits, counts=COUNTS, on_removal=on_removal)
        COUNTS[f"platforms: {habits.spelling}"] += 1
        COUNTS["platforms: unique without regard to case"] += habits.unique
        for _ in range(count if old is None else len(old)):
            self._add()
        if old is not None:
            begin_with(
                self.world, dict(zip(self.world.wanted, old, strict=True)), document=document
            )
            COUNTS["lives that began with format 1.0"] += 1

    # What befalls the state

    @precondition(lambda self: len(self.world.state().audiences) > 2)
    @rule(journal=st.booleans())
    def drop_state(self, journal: bool) -> None:
        """Once what was created shows in lists: what the platform hides nobody can find."""
        self.world.clock.sleep(2 * WINDOW)
        gone = ["machine.json", "machine.journal"] if journal else ["machine.json"]
        for name in gone:
            self.world.disk.names.pop(name, None)
        self.world.disk.sync_folder(self.world.folder)
        self.world.forgotten |= {one.audience_id for one in self.world.made}
        self.world.told.clear()
        self.serials.clear()
        self._forget_what_plans_did()
        COUNTS["states dropped"] += 1
        self._follow_the_advice_for_a_journal_that_does_not_belong()

    def _forget_what_plans_did(self) -> None:
        """An older state may know of less; apply then looks before it creates, and adopts."""
        for one in self.reviewed:
            one.told.clear()

    def _follow_the_advice_for_a_journal_that_does_not_belong(self) -> None:
        """It is refused, naming both; a person moves it away and recovers what it holds."""
        if not self._is_refused():
            return
        left = self.world.disk.names["machine.journal"].data
        self.world.disk.put("machine.journal", None)
        journal = left[: left.rfind(b"\n") + 1].decode()
        try:
            self._decide(deciding.recover, journal, "moved-away")
        except (SafetyRefusal, StateError):  # the state has another intent, or another lineage
            assert self.world.store().read().document is not None
            COUNTS["journals that could not be recovered"] += 1
        else:
            COUNTS["journals recovered"] += 1

    def _is_refused(self) -> bool:
        """Whether the journal does not fit the state, which the message has to say of both."""
        try:
            self.world.state()
        except StateError as refusal:
            said = refusal
        else:
            return False
        assert "machine.journal" in said.message
        assert "machine.json" in said.message
        assert said.hint is not None
        return True

    @precondition(lambda self: len(self.documents) > 1)
    @rule(data=st.data(), journal=st.booleans())
    def roll_the_state_back(self, data: st.DataObject, journal: bool) -> None:
        """An earlier copy takes its place; a journal is left beside it, or goes as well.

        Once what was created shows in lists, as where the state is lost.
        """
        world = self.world
        world.clock.sleep(2 * WINDOW)
        document = data.draw(st.sampled_from(self.documents[:-1]))
        world.disk.put("machine.json", document)
        if not journal:
            world.disk.put("machine.journal", None)
        world.forgotten |= {one.audience_id for one in world.made}
        world.told.clear()
        self.serials.clear()
        self._forget_what_plans_did()
        left = world.store().read().log
        if left:
            state, found = decode_state(document, "machine.json"), read_journal(left, "journal")
            assert found is not None
            belongs = found.lineage == state.lineage and found.serial <= state.serial
            assert belongs or self._is_refused()
        COUNTS["states rolled back"] += 1
        self._follow_the_advice_for_a_journal_that_does_not_belong()

    @precondition(lambda self: self.journals and not self.world.store().read().log)
    @rule(data=st.data())
    def bring_a_journal_back(self, data: st.DataObject) -> None:
        """One whose run is in the state is ignored, whatever has happened since."""
        world = self.world
        before, lost = world.state(), data.draw(st.sampled_from(self.journals))
        journal = read_journal(lost, "machine.journal")
        assert journal is not None
        world.disk.put("machine.journal", lost)
        if before.has_run(journal.run):
            assert world.state() == before
            COUNTS["folded journals ignored"] += 1
        elif self._is_refused():
            world.disk.put("machine.journal", None)
            COUNTS["strange journals refused"] += 1
        else:
            # It was written beside another state than this one: what was told since counts no more.
            world.forgotten |= {one.audience_id for one in world.made}
            world.told.clear()
            self._forget_what_plans_did()
            COUNTS["strange journals taken in"] += 1

    @precondition(lambda self: not self.world.store().read().log and self._at_rest())
    @rule(data=st.data())
    def merge_by_hand(self, data: st.DataObject) -> None:
        """Of two branches one knows the audience, and the other has the intent to create it."""
        world, state = self.world, self.world.state()
        key = data.draw(st.sampled_from(self._at_rest()))
        self.numbers += 1
        at = world.clock.now().isoformat(timespec="milliseconds")
        step = Create(state.audiences[key].audience)
        intent = Intent(f"merged-{self.numbers}", "another-run", key, step, at)
        merged = dataclasses.replace(
            state, serial=state.serial + 1, intents={**state.intents, intent.id: intent}
        )
        world.disk.put("machine.json", encode_state(merged).encode())
        COUNTS["intents of known keys"] += 1

    def _at_rest(self) -> list[str]:
        """The keys that are known, and have nothing open."""
        state = self.world.state()
        open_now = {one.key for one in state.intents.values() if one.phase is Phase.OPEN}
        return sorted(state.audiences.keys() - open_now)

    def _decide(self, decision: Callable[..., object], *words: str) -> None:
        decision(self.world.context, self.world.environment, *words)

    @precondition(lambda self: self.world.state().intents)
    @rule(data=st.data(), decision=st.sampled_from(["adopt", "abandon", "recreate"]))
    def resolve(self, data: st.DataObject, decision: str) -> None:
        world = self.world
        intent = data.draw(st.sampled_from(list(world.state().intents.values())))
        world.clock.sleep(2 * WINDOW)  # a person who abandons has looked
        step = intent.step
        audience = step.before if isinstance(step, Patch) else step.audience
        twins = world.twins(audience)
        try:
            if decision == "adopt" and twins:
                self._decide(adopting.adopt, intent.key, twins[0].audience_id)
            elif decision == "recreate":
                self._decide(deciding.recreate, intent.key)
                world.excused.add(audience.folded_identity)
            elif decision == "abandon":
                self._decide(deciding.abandon, intent.key)
        except AepctlError:  # owned by another key
            COUNTS["decisions refused"] += 1
        world.forgotten |= {one.audience_id for one in twins}
        COUNTS["decisions"] += 1

    @rule(choice=st.integers(0, 3))
    def follow_the_advice(self, choice: int) -> None:
        """Of the plan as it is now, and of the last apply, however long ago."""
        decide = [change for change in self._plan().changes if change.waits]
        advice = [Advice(change.key, change.reason or "") for change in decide]
        for one in (*advice, *self.advice):
            assert one.commands or one.needs_no_command, one
            taken = follow_if_possible(self.world, one, choice)
            COUNTS["advice followed" if taken else "decisions refused"] += 1
        self.advice = []

    def _plan(self) -> Plan:
        return plan(self.world.context, self.world.environment).plan

    # What the program does

    @rule()
    def plan(self) -> None:
        before, writes = self.world.disk.everything(), self.world.disk.writes
        self._plan()
        assert (self.world.disk.everything(), self.world.disk.writes) == (before, writes)
        COUNTS["plans"] += 1

    @rule(
        faults=st.lists(st.sampled_from(FAULTS), max_size=6),
        lags=LAGS,
        list_faults=st.integers(0, 10),
        crash=CRASHES,
        power_cut=st.one_of(st.none(), st.integers(0, 15)),
        second=st.booleans(),
        how=HOW,
    )
    def apply(
        self,
        faults: list[str],
        lags: tuple[float, float],
        list_faults: int,
        crash: int | None,
        power_cut: int | None,
        second: bool,
        how: tuple[bool, bool] = (False, False),
    ) -> None:
        world = self.world
        world.list_faults, (world.lag, world.late) = list_faults, lags
        world.within = self._second_runner if second else None
        with self._trouble(faults, crash, power_cut):
            report = run_apply(world, refresh=how[0], overwrite=how[1])
            self.advice = advice_of(report)
            settled = [one for one in report.outcomes if one.action is Action.SETTLE]
            in_vain = {one.key for one in settled if one.kind is OutcomeKind.UNKNOWN}
            created = {one.key for one in report.outcomes if one.action is Action.CREATE}
            assert not in_vain & created
            for kind, count in report.counts().items():
                COUNTS[kind] += count
        COUNTS["applies"] += 1

    @contextmanager
    def _trouble(
        self, faults: list[str], crash: int | None, power_cut: int | None
    ) -> Iterator[None]:
        """Within, answers go wrong; the process may die, and the power go."""
        world = self.world
        world.faults, world.fuse.left = faults, crash
        try:
            yield
        except Crash:
            COUNTS["crashes"] += 1
            if power_cut is not None:
                world.disk.power_cut(power_cut)
                self.serials.clear()  # a rename that was not durable yet is undone
                COUNTS["power cuts"] += 1
        except PlatformError:
            COUNTS["applies that could not list"] += 1
        except SafetyRefusal as refusal:
            known = [one for one in REFUSALS if one in refusal.message]
            if not known:
                raise
            COUNTS[f"refused: {known[0]}"] += 1
        finally:
            world.disk.handles.clear()
            world.fuse.left, world.within, world.faults, world.list_faults = None, None, [], 0

    @rule(new=st.integers(0, 2), data=st.data(), some=st.booleans())
    def save_a_plan(self, new: int, data: st.DataObject, some: bool) -> None:
        """As on a pull request, that often asks for more."""
        self.add(new)
        keys = sorted(self.world.wanted) if some else []
        targets = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
        self.reviewed = [*self.reviewed[-2:], review(self.world, tuple(targets))]
        COUNTS["plans saved"] += 1

    @precondition(lambda self: self.reviewed)
    @rule(
        data=st.data(),
        faults=st.lists(st.sampled_from(FAULTS), max_size=6),
        lags=LAGS,
        crash=CRASHES,
        power_cut=st.none() | st.integers(0, 15),
    )
    def apply_a_saved_plan(
        self,
        data: st.DataObject,
        faults: list[str],
        lags: tuple[float, float],
        crash: int | None,
        power_cut: int | None,
    ) -> None:
        """However long ago it was made, and whatever was applied since."""
        world, one = self.world, data.draw(st.sampled_from(self.reviewed))
        (world.lag, world.late), ended = lags, one.has_ended(world)
        with self._trouble(faults, crash, power_cut), only_what_was_reviewed(world, one):
            try:
                report = run_apply(world, one.saved)
            except SafetyRefusal:
                COUNTS["saved plans refused"] += 1
            else:
                one.take(report)
                self.advice = advice_of(report)
                COUNTS["saved plans that had ended" if ended else "saved plans applied"] += 1
                COUNTS["saved plans finished"] += one.has_ended(world) and not ended

    @rule(
        new=st.integers(0, 2),
        faults=st.lists(st.sampled_from(FAULTS), max_size=4),
        crash=st.integers(1, 40),
        power_cut=st.one_of(st.none(), st.integers(0, 15)),
    )
    def add_and_crash(self, new: int, faults: list[str], crash: int, power_cut: int | None) -> None:
        self.add(new)
        self.apply(faults, (0.5, 0.0), 0, crash, power_cut=power_cut, second=False)

    @rule(faults=st.lists(st.sampled_from(FAULTS), max_size=6), lags=LAGS)
    def apply_to_the_end(self, faults: list[str], lags: tuple[float, float]) -> None:
        self.apply(faults, lags, 0, None, power_cut=None, second=False)

    @rule(
        taken=st.sampled_from([("lock",), ("journal",), ("lock", "journal")]),
        faults=st.lists(st.sampled_from(FAULTS), max_size=6),
        lags=LAGS,
    )
    def apply_and_files_are_taken_away(
        self, taken: tuple[str, ...], faults: list[str], lags: tuple[float, float]
    ) -> None:
        """While its first request is under way; what it then prints is taken in."""
        world = self.world
        at_work: list[int] = []
        missed: list[bool] = []  # a step that is sent again begins no journal that could be

        def take_away() -> None:
            if not at_work:
                if "lock" in taken:
                    Path(world.environment.state).with_suffix(".lock").unlink()
                missed.append("lock" in taken or "machine.journal" in world.disk.everything())
                if "journal" in taken:
                    world.disk.put("machine.journal", None)
                    world.blind = True  # what the run has noted by now nobody else can read
                COUNTS[f"{' and '.join(taken)} taken away"] += 1
            at_work.append(len(world.made))

        rescue = ""
        (world.lag, world.late), world.within = lags, take_away
        with self._trouble(faults, None, None):
            try:
                rescue = run_apply(world).rescue or ""
            except StateNotWritten as error:
                rescue = "".join(getattr(error, "__notes__", ()))
            assert len(at_work) <= 1 or not missed[0]  # nothing more was sent
        world.blind = False
        if rescue:
            deciding.recover(world.context, world.environment, rescue, "log")
            COUNTS["rescues taken in"] += 1

    def _second_runner(self) -> None:
        """While the first one is at work: it may read, and gets no lock."""
        before = self.world.disk.everything()
        self._plan()
        try:
            with self.world.store().hold({"pid": "2"}, wait=0.0):
                self.world.wrongs.append("two runners hold the state")
        except StateLocked:
            COUNTS["second runners turned away"] += 1
        if self.world.disk.everything() != before:
            self.world.wrongs.append("a second runner wrote")

    # What must always hold

    @invariant()
    def nothing_went_wrong_on_the_way(self) -> None:
        assert self.world.wrongs == [], self.world.wrongs

    @invariant()
    def at_most_one_unresolved_create_a_key(self) -> None:
        intents = self.world.state().intents.values()
        keys = Counter(one.key for one in intents if one.phase is Phase.OPEN)
        assert max(keys.values(), default=0) <= 1

    @invariant()
    def every_audience_is_in_state_or_journal(self) -> None:
        state = self.world.state()
        for one in self.world.live():
            # Where a person wanted it twice, which of the two is known is not told apart.
            forgotten = one.theirs or one.audience_id in self.world.forgotten
            if not forgotten and one.audience.folded_identity not in self.world.excused:
                assert noted(state, one), one
        ids = {name for one in state.audiences.values() for name in one.all_ids}
        ended = {one.audience_id for one in self.world.made if not one.is_there}
        assert self.world.told - self.world.forgotten - ended <= ids

    @invariant()
    def no_audience_belongs_to_two_keys(self) -> None:
        known = self.world.state().audiences.values()
        ids = Counter(name for one in known for name in one.all_ids)
        assert max(ids.values(), default=0) <= 1

    @invariant()
    def the_serial_only_grows(self) -> None:
        document = self.world.store().read().document
        if document is None:
            return
        state = decode_state(document, "machine.json")
        before = self.serials.get(state.lineage)
        if before is not None:
            assert state.serial >= before[0]
            assert state.serial > before[0] or state.audiences == before[1]
        assert len(self.serials) <= 1 or state.lineage in self.serials
        self.serials[state.lineage] = (state.serial, state.audiences)

    @invariant()
    def copies_are_kept(self) -> None:
        """For a state that is rolled back later, and a journal that comes back."""
        stored = self.world.store().read()
        if stored.document is not None and stored.document not in self.documents[-1:]:
            self.documents.append(stored.document)
        if stored.log and stored.log not in self.journals[-1:]:
            self.journals.append(stored.log)

    def teardown(self) -> None:
        """Left in peace, it comes to an end: everything wanted is known, nothing is open."""
        try:
            self._comes_to_an_end()
        finally:
            self._folder.cleanup()

    def _comes_to_an_end(self) -> None:
        world = self.world
        world.clock.sleep(3600)
        world.lag = world.late = 0.0
        if not world.wanted:  # an empty folder is refused
            self._add()
        report = self._applies_until_nothing_is_unknown()
        self._what_is_left_is_a_question(report)
        for choice in range(MOST_DECISIONS):
            advice = [one for one in advice_of(report) if not is_for_the_manifest(world, one)]
            if not advice:
                break
            for one in advice:
                COUNTS["advice followed at the end"] += follow_if_possible(world, one, choice)
            report = self._applies_until_nothing_is_unknown()
        assert not advice, report.outcomes
        left = {one.key for one in advice_of(report)}
        self._what_is_left_is_a_question(report)
        COUNTS["lives that end with a question to the manifests"] += bool(left)
        if not left:
            self._nothing_is_left_to_do()
        self.nothing_went_wrong_on_the_way()
        self.every_audience_is_in_state_or_journal()
        COUNTS["lives"] += 1

    def _nothing_is_left_to_do(self) -> None:
        """A second plan is empty; and one of what the platform shows, when that was taken in."""
        world = self.world
        if self._plan().changes:  # what was adopted is changed by the next run
            self._applies_until_nothing_is_unknown()
        changes = self._plan().changes
        assert not changes, changes
        report = self._applies_until_nothing_is_unknown(refresh=True)
        if advice_of(report):  # somebody edited or ended what is otherwise as it was wanted
            return
        environment = world.environment
        changes = refreshed_plan(world.context, environment).plan.changes
        assert not changes, changes
        live = {one.audience_id for one in world.live()}
        known = [world.state().audiences[key].ids for key in world.wanted]
        # Without the platform's own id nothing proves that something is gone.
        assert {one.audience_id for one in known if one.platform_id is not None} <= live
        COUNTS["lives that end as it was wanted"] += 1

    def _applies_until_nothing_is_unknown(self, *, refresh: bool = False) -> ApplyReport:
        """A question says nothing of what one more run will settle."""
        for _ in range(MOST_APPLIES):
            report = run_apply(self.world, refresh=refresh)
            if report.exit_code in {0, 3} and not report.counts()[OutcomeKind.UNKNOWN]:
                break
        assert report.exit_code in {0, 3}, report.outcomes
        return report

    def _what_is_left_is_a_question(self, report: ApplyReport) -> None:
        """Everything wanted is known, or a person is asked about it."""
        state = self.world.state()
        undecided = {one.key for one in advice_of(report)}
        in_doubt = {one.step.audience.folded_identity for one in state.intents.values()
                    if isinstance(one.step, Create) and one.key in undecided}  # fmt: skip
        waiting = {
            one.key
            for one in report.plan.of(Action.SETTLE)
            if one.wanted is not None
            and (one.wanted.folded_identity in in_doubt or _waits_for(one) in undecided)
        }
        known = state.audiences.keys()
        assert self.world.wanted.keys() - undecided - waiting <= known, report.outcomes
        assert all(isinstance(one.step, Create) for one in state.intents.values())


def _waits_for(change: Change) -> str | None:
    """The key whose step has no known outcome."""
    return None if change.intent is None else change.intent.key


@pytest.mark.timeout(300 + 300 * ROUNDS)
@pytest.mark.parametrize(
    "lives",
    [
        pytest.param(30, id="a short round"),
        pytest.param(100 * ROUNDS, id="a long round", marks=pytest.mark.rig),
    ],
)
def test_any_life(lives: int, record_property: Callable[[str, object], None]) -> None:
    COUNTS.clear()
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=40,
            deadline=None,
            derandomize=ROUNDS == 1,
            database=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            phases=[Doing.generate, Doing.shrink],  # to explain takes minutes
        ),
    )
    told = ", ".join(f"{count} {what}" for what, count in sorted(COUNTS.items()))
    record_property("rig: state machine", told)
    assert COUNTS["crashes"] > lives / 2


def crashes_at(world: World, call: int) -> bool:
    """Run an apply that crashes at this call to disk or platform; whether it came so far."""
    world.fuse.left = call
    try:
        run_apply(world)
    except Crash:
        return True
    else:
        return False
    finally:
        world.disk.handles.clear()
        world.fuse.left = None


@pytest.mark.rig
def test_a_kill_at_every_call_and_a_power_cut_at_every_call_of_the_next_run() -> None:
    """A run that was killed leaves names that are not durable; the next one builds on them."""
    cases = 0
    with quick_folder() as folder:
        for first in range(1, 100):
            killed = True
            for second in range(1, 100):
                for kept in (0b000, 0b010, 0b100):
                    world = World(folder, wanted={"k1": wanted("k1", 1)})
                    killed = crashes_at(world, first)
                    cut = crashes_at(world, second)
                    if cut:
                        world.disk.power_cut(kept)
                    where = (first, second, kept)
                    state = world.state()
                    assert all(noted(state, one) for one in world.live()), where
                    world.clock.sleep(WINDOW)
                    assert run_apply(world).exit_code in {0, 4}
                    run_apply(world)
                    ids = [one.ids.audience_id for one in world.state().audiences.values()]
                    assert world.wrongs == [], where
                    assert ids == [one.audience_id for one in world.live()], where
                    assert set(world.disk.everything()) == {"machine.json"}, where
                    cases += 1
                if not cut:
                    break
            if not killed:
                break
    assert cases > 500


def test_no_two_keys_share_an_id_that_the_client_gives(tmp_path: Path) -> None:
    """Found by the machine: state lost, names exchanged, and the audience deleted by somebody."""
    world = World(tmp_path, "client", wanted={"k1": wanted("k1", 1)})
    assert run_apply(world).counts()[OutcomeKind.CREATED] == 1
    world.disk.names.clear()
    world.wanted = {"k1": wanted("k1", 2), "k2": wanted("k2", 1)}
    assert run_apply(world).counts()[OutcomeKind.ADOPTED] == 1  # k2, by its name, with the ID of k1
    world.made[0].deleted = True
    report = run_apply(world)
    assert [(one.key, one.kind) for one in report.outcomes] == [("k1", OutcomeKind.UNDECIDED)]
    assert report.outcomes[0].failure is not None
    assert "is the one that state has for `k2`" in report.outcomes[0].failure.message
    assert len(world.made) == 1


def test_what_somebody_makes_during_a_long_wait_is_not_made_a_second_time(tmp_path: Path) -> None:
    world = World(tmp_path, wanted={f"k{n}": wanted(f"k{n}", 4 * n) for n in (1, 2)})
    world.faults = [OUTRUN]
    report = run_apply(world)
    assert report.stopped is not None
    assert "`k1` is no longer to be created. Nothing more is sent" in report.stopped
    assert (len(world.made), report.not_started) == (1, 1)
    report = run_apply(world)
    assert {one.key: one.kind for one in report.outcomes} == {
        "k1": OutcomeKind.UNDECIDED,  # it is spelled otherwise
        "k2": OutcomeKind.CREATED,
    }
    assert world.wrongs == []


def test_what_a_person_decided_to_create_is_created_after_a_long_wait_as_well(
    tmp_path: Path,
) -> None:
    world = World(tmp_path, wanted={"k1": wanted("k1", 4)})
    world.commit(world.wanted["k1"].audience, "theirs", None, theirs=True)
    deciding.recreate(world.context, world.environment, "k1")
    world.faults, world.excused = [OUTRUN], {world.wanted["k1"].audience.folded_identity}
    assert run_apply(world).counts()[OutcomeKind.CREATED] == 1
    assert len(world.made) == 2


@pytest.mark.parametrize("crash", range(1, 25))
def test_a_delete_that_a_crash_left_open_and_files_that_go_while_its_key_is_made_again(
    crash: int,
) -> None:
    """Found by the machine: what was printed seemed to give the key a second audience."""
    machine = Machine()
    world = machine.world
    world.wanted = {"k0": wanted("k0", 8), "k1": wanted("k1", 4)}
    assert run_apply(world).counts()[OutcomeKind.CREATED] == 2
    again, world.removed = world.wanted.pop("k1"), {"k1": True}
    with machine._trouble([], crash, None):
        run_apply(world)
    world.want(again)
    machine.apply_and_files_are_taken_away(("lock", "journal"), [], (0.0, 0.0))
    machine.nothing_went_wrong_on_the_way()
    machine.every_audience_is_in_state_or_journal()
    machine.teardown()
