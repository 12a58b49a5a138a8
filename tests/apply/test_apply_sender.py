"""One step, from intent to outcome: what is noted, what is tried again, what stops the run."""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from engine import Engine
from fakes import AT, RUN, TARGET, FakeJournal, FakeWriter, Heard, audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.verdicts import (
    Done,
    NotSent,
    Refused,
    RetryReason,
    Unknown,
    Verdict,
)
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.refusals import ENOUGH_DOUBTS
from aepctl.apply.results import done_kind
from aepctl.apply.sender import MAX_BACKOFF_SECONDS, TROUBLE_LIMITS, UNSENT, Sender
from aepctl.apply.stopping import Backoff
from aepctl.errors import CredentialsError, PlatformError
from aepctl.model.audience import Ids, Known, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    Patch,
    RemoteStep,
)
from aepctl.patience import MAX_WAIT_SECONDS, Patience
from aepctl.plan.plan import Action
from aepctl.state.events import Begun, Ended, Ending, Noted
from aepctl.state.model import Intent, State

IDS = Ids("A", "P")
GOLD, SHINY = audience("gold"), audience("gold", "Shiny")
CREATE, PATCH, DELETE = Create(GOLD), Patch(IDS, GOLD, SHINY), Delete(IDS, GOLD)
KNOWN = State("lineage", 1, TARGET, {"gold": Known(GOLD, IDS)})
THERE = Observed(GOLD, IDS)

CREATED = Done(IDS)
BUSY = Refused(Failure("slow down"), RetryReason.RATE_LIMITED)
UNAUTHORIZED = Refused(Failure("who are you?"), RetryReason.NEW_TOKEN)
NO = Refused(Failure("no"))
UNREACHED = NotSent(Failure("nothing was sent: no connection"))
DOUBT = Unknown(Failure("reset"))


def busy(seconds: float) -> Refused:
    return replace(BUSY, retry_after=seconds)


def create(engine: Engine, writer: FakeWriter, key: str = "gold") -> Outcome | None:
    return engine.sender.send(writer, key, Action.CREATE, Create(audience(key)))


def kind(engine: Engine, writer: FakeWriter) -> OutcomeKind:
    outcome = create(engine, writer)
    assert outcome is not None
    return outcome.kind


# One attempt


@pytest.mark.parametrize(
    ("step", "action", "verdict", "kind"),
    [
        (CREATE, Action.CREATE, CREATED, OutcomeKind.CREATED),
        (PATCH, Action.UPDATE, Done(observed=SHINY), OutcomeKind.UPDATED),
        (DELETE, Action.DELETE, Done(), OutcomeKind.DELETED),
    ],
    ids=["create", "patch", "delete"],
)
def test_a_step_that_is_done_has_the_outcome_of_its_kind_and_its_ids(
    step: RemoteStep, action: Action, verdict: Done, kind: OutcomeKind
) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([verdict], shows=[THERE])
    outcome = engine.sender.send(writer, "gold", action, step)
    assert outcome == Outcome("gold", action, kind, IDS)
    assert writer.read_ids == ([] if step is CREATE else [IDS])
    assert writer.sent == [(step, "id-1")]
    assert engine.journal.events == [
        Begun(Intent("id-1", RUN, "gold", step, AT)),
        Ended("id-1", Ending.DONE, RUN, AT, verdict.ids, verdict.observed),
    ]
    assert done_kind(step) is kind


def test_what_a_patch_did_not_change_is_not_known_by_its_answer() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([Done(observed=audience("Edited", "Shiny"))], shows=[THERE])
    engine.sender.send(writer, "gold", Action.UPDATE, PATCH)
    assert engine.journal.events[-1] == Ended("id-1", Ending.DONE, RUN, AT, observed=SHINY)


@pytest.mark.parametrize("step", [CREATE, PATCH, DELETE], ids=["create", "patch", "delete"])
@pytest.mark.parametrize(
    ("verdict", "kind", "ended"),
    [
        (NO, OutcomeKind.REFUSED, Ended("id-1", Ending.REFUSED, RUN, AT, reason="no")),
        (DOUBT, OutcomeKind.UNKNOWN, Ended("id-1", Ending.UNKNOWN, RUN, AT, reason="reset")),
        (
            replace(DOUBT, exists=True),
            OutcomeKind.UNKNOWN,
            Ended("id-1", Ending.UNKNOWN, RUN, AT, reason="reset", exists=True),
        ),
    ],
    ids=["refused", "unknown", "exists"],
)
def test_a_step_that_is_not_done_is_noted_with_the_reason_and_not_sent_again(
    step: RemoteStep, verdict: Refused | Unknown, kind: OutcomeKind, ended: Ended
) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([verdict, CREATED], shows=[THERE])
    outcome = engine.sender.send(writer, "gold", Action.UPDATE, step)
    assert outcome == Outcome("gold", Action.UPDATE, kind, failure=verdict.failure)
    assert engine.journal.events == [Begun(Intent("id-1", RUN, "gold", step, AT)), ended]
    assert len(writer.sent) == 1
    assert not engine.stop.requested()


def test_the_intents_id_is_the_requests() -> None:
    engine, writer = Engine(), FakeWriter([BUSY, CREATED])
    create(engine, writer)
    assert writer.sent == [(CREATE, "id-1"), (CREATE, "id-2")]


# What is changed is read right before


ODD = Observed(audience("gold", "Odd"), IDS)


class TestReadRightBefore:
    """The platform has no way to change a thing only if nobody else did."""

    def test_what_is_so_already_is_done_without_sending_anything(self) -> None:
        engine = Engine(FakeJournal(before=KNOWN))
        writer = FakeWriter(shows=[Observed(SHINY, IDS)])
        outcome = engine.sender.send(writer, "gold", Action.UPDATE, PATCH)
        assert outcome == Outcome("gold", Action.UPDATE, OutcomeKind.UPDATED, IDS)
        assert (writer.sent, engine.words) == ([], ["begin", "done"])
        assert engine.journal.state.audiences == {"gold": Known(SHINY, IDS)}

    def test_what_does_not_show_is_deleted_all_the_same(self) -> None:
        """It may be so new that it does not show yet."""
        engine, writer = Engine(FakeJournal(before=KNOWN)), FakeWriter([Done()], shows=[None])
        outcome = engine.sender.send(writer, "gold", Action.DELETE, DELETE)
        assert outcome == Outcome("gold", Action.DELETE, OutcomeKind.DELETED, IDS)
        assert [step for step, _ in writer.sent] == [DELETE]

    @pytest.mark.parametrize("step", [PATCH, DELETE], ids=["patch", "delete"])
    def test_what_somebody_edited_is_neither_sent_nor_noted(self, step: RemoteStep) -> None:
        engine, writer = Engine(FakeJournal(before=KNOWN)), FakeWriter(shows=[ODD])
        outcome = engine.sender.send(writer, "gold", Action.UPDATE, step)
        assert outcome is not None
        assert (outcome.kind, outcome.ids) == (OutcomeKind.UNDECIDED, IDS)
        assert outcome.failure is not None
        assert outcome.failure.message.startswith("somebody edited it on the platform meanwhile: ")
        assert (writer.sent, engine.words, engine.stop.requested()) == ([], [], False)

    def test_what_others_depend_on_is_refused(self) -> None:
        engine = Engine(FakeJournal(before=KNOWN))
        writer = FakeWriter(shows=[replace(THERE, dependents=("B",))])
        outcome = engine.sender.send(writer, "gold", Action.DELETE, DELETE)
        assert outcome is not None
        assert outcome.kind is OutcomeKind.REFUSED
        assert (writer.sent, engine.words) == ([], [])

    def test_every_attempt_reads_anew(self) -> None:
        engine = Engine(FakeJournal(before=KNOWN))
        writer = FakeWriter([BUSY, UNREACHED, Done()], shows=[THERE, THERE, ODD])
        outcome = engine.sender.send(writer, "gold", Action.UPDATE, PATCH)
        assert outcome is not None
        assert outcome.kind is OutcomeKind.UNDECIDED
        assert len(writer.sent) == 2
        assert engine.words == ["begin", "refused", "begin", "not-sent"]

    @pytest.mark.parametrize("error", [PlatformError, CredentialsError])
    def test_where_it_cannot_be_read_nothing_is_sent_and_the_run_stops(
        self, error: type[PlatformError] | type[CredentialsError]
    ) -> None:
        engine = Engine(FakeJournal(before=KNOWN))
        writer = FakeWriter(shows=[error("no answer", hint="run it again")])
        assert engine.sender.send(writer, "gold", Action.UPDATE, PATCH) is None
        assert (writer.sent, engine.words) == ([], [])
        assert engine.stop.reason == "no answer; run it again"

    def test_without_the_platforms_own_id_it_is_refused_unread(self) -> None:
        engine, writer = Engine(FakeJournal(before=KNOWN)), FakeWriter()
        outcome = engine.sender.send(writer, "gold", Action.DELETE, Delete(Ids("A"), GOLD))
        assert outcome is not None
        assert outcome.kind is OutcomeKind.REFUSED
        assert (writer.read_ids, writer.sent, engine.words) == ([], [], [])

    def test_where_that_it_is_so_cannot_be_noted_the_run_stops(self) -> None:
        engine = Engine(FakeJournal({"begin"}, KNOWN))
        writer = FakeWriter(shows=[Observed(SHINY, IDS)])
        assert engine.sender.send(writer, "gold", Action.UPDATE, PATCH) is None
        assert engine.stop.requested()


# Steps that touch state only


@pytest.mark.parametrize("more", [True, False])
def test_a_step_that_touches_state_only_is_noted(more: bool) -> None:
    engine = Engine()
    adopt = Adopt(Known(GOLD, IDS))
    engine.sender.note("gold", adopt, more=more)
    assert engine.journal.events == [Noted("gold", adopt, AT, more=more)]
    assert not engine.stop.requested()


def test_where_a_step_cannot_be_noted_the_run_stops() -> None:
    engine = Engine(FakeJournal({"note"}))
    engine.sender.note("gold", Adopt(Known(GOLD, IDS)))
    assert engine.stop.reason == "the state cannot be written (No space left on device)"


# An answer that is somebody else's


def test_an_id_that_another_key_has_is_no_answer_to_this_create() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    outcome = create(engine, FakeWriter([CREATED]), "silver")
    reason = "the platform answered with the audienceId A, which gold has"
    assert outcome == Outcome("silver", Action.CREATE, OutcomeKind.UNKNOWN, failure=Failure(reason))
    assert engine.words == ["begin", "unknown"]
    intent = engine.journal.state.intents["id-1"]
    assert (intent.reason, intent.exists) == (reason, True)


@pytest.mark.parametrize("key", ["silver", "gold"])
def test_nor_is_one_that_a_key_had_whose_audience_is_gone_since_the_run_began(key: str) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    engine.sender.note("gold", Forget())
    outcome = create(engine, FakeWriter([CREATED]), key)
    reason = "the platform answered with the audienceId A, which gold had, and which is gone"
    assert outcome == Outcome(key, Action.CREATE, OutcomeKind.UNKNOWN, failure=Failure(reason))


def test_nor_is_the_id_of_what_it_was_to_replace_which_would_be_deleted_next() -> None:
    engine, step = Engine(FakeJournal(before=KNOWN)), Create(SHINY, replaces=IDS)
    outcome = engine.sender.send(FakeWriter([CREATED]), "gold", Action.REPLACE, step)
    assert outcome is not None
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert outcome.failure == Failure(
        "the platform answered with the audienceId A, which is that of what it replaces"
    )
    assert engine.journal.state.audiences == KNOWN.audiences


def test_nothing_more_is_read_from_a_connection_whose_answer_may_not_be_ours() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([CREATED, DOUBT, Done(Ids("B")), NO])
    for number, key in enumerate(("silver", "bronze", "iron", "tin")):
        create(engine, writer, key)
        assert writer.reconnected == min(number + 1, 2)


def test_an_id_that_two_creates_of_one_run_are_given_at_once_goes_to_one_of_them() -> None:
    """Both have their answer before either has noted it."""
    together = threading.Barrier(2, timeout=10)

    class Both(FakeWriter):
        def send(self, step: RemoteStep, request_id: str) -> Verdict:
            together.wait()
            return CREATED

    engine = Engine()
    outcomes: list[Outcome | None] = []
    threads = [
        threading.Thread(target=lambda key=key: outcomes.append(create(engine, Both(), key)))
        for key in ("gold", "silver")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.kind for one in outcomes if one) == ["created", "unknown"]


def test_creates_of_one_run_that_are_given_ids_of_their_own_are_all_created() -> None:
    engine, writer = Engine(), FakeWriter([Done(Ids("A")), Done(Ids("B"))])
    for key in ("gold", "silver"):
        create(engine, writer, key)
    assert engine.journal.state.audiences == {
        "gold": Known(GOLD, Ids("A")), "silver": Known(audience("silver"), Ids("B"))
    }  # fmt: skip


def test_an_id_that_its_own_key_has_is_its_own() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    assert kind(engine, FakeWriter([CREATED])) is OutcomeKind.CREATED


# Again, under a new intent


def test_not_sent_is_tried_again_after_a_pause_that_grows() -> None:
    engine, writer = Engine(), FakeWriter([UNREACHED] * 3 + [CREATED])
    assert kind(engine, writer) is OutcomeKind.CREATED
    assert engine.words == ["begin", "not-sent"] * 3 + ["begin", "done"]
    assert engine.waited == [0.75, 1.5, 3.0]
    assert not engine.stop.requested()


def test_after_four_attempts_that_reached_nobody_the_run_stops() -> None:
    engine, writer = Engine(), FakeWriter([UNREACHED] * 9)
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert len(writer.sent) == TROUBLE_LIMITS[UNSENT] == 4
    assert engine.stop.reason == ("the platform cannot be reached: nothing was sent: no connection")
    reason = "nothing was sent: no connection"
    assert engine.journal.events[1] == Ended("id-1", Ending.NOT_SENT, RUN, AT, reason=reason)


def test_a_platform_that_asks_for_patience_gets_it() -> None:
    engine = Engine()
    writer = FakeWriter([busy(MAX_WAIT_SECONDS), CREATED])
    assert kind(engine, writer) is OutcomeKind.CREATED
    assert engine.waited == [MAX_WAIT_SECONDS]


def test_one_that_asks_for_more_than_we_are_ready_for_stops_the_run_and_says_until_when() -> None:
    engine = Engine()
    writer = FakeWriter([busy(3600), CREATED])
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert create(engine, writer, "silver") is None
    assert (engine.waited, len(writer.sent)) == ([], 1)
    assert engine.stop.reason == (
        "the platform asks to wait 1 h, until 2026-01-31 13:00:00+00:00, and --max-wait is 5 min: "
        "run it again then"
    )


def patient(engine: Engine, patience: Patience) -> Sender:
    backoff = Backoff(engine.clock, engine.stop, patience)
    return replace(engine.sender, backoff=backoff)


def test_how_long_we_are_ready_to_wait_can_be_said() -> None:
    engine = Engine()
    sender = patient(engine, Patience(max_wait=3600))
    writer = FakeWriter([busy(3600), CREATED])
    outcome = sender.send(writer, "gold", Action.CREATE, CREATE)
    assert outcome is not None
    assert (outcome.kind, engine.waited) == (OutcomeKind.CREATED, [3600])


@pytest.mark.parametrize(("asked", "waited"), [(0.0, 0.75), (0.7, 0.75), (0.8, 0.8), (9.0, 9.0)])
def test_what_is_asked_for_is_a_minimum_and_never_less_than_our_own(
    asked: float, waited: float
) -> None:
    engine = Engine()
    assert kind(engine, FakeWriter([busy(asked), CREATED])) is OutcomeKind.CREATED
    assert engine.waited == [waited]


def test_a_delay_holds_for_whoever_comes_later() -> None:
    engine, writer = Engine(), FakeWriter([CREATED])
    engine.sender.backoff.hold_back(9.0, 0.0, "busy")
    assert kind(engine, writer) is OutcomeKind.CREATED
    assert engine.waited == [9.0]


@pytest.mark.parametrize(
    ("asked", "told"),
    [(2.0, []), (2.1, ["waiting 2.1 s: slow down"]), (90.0, ["waiting 90 s: slow down"])],
)
def test_every_wait_that_is_noticed_is_told(asked: float, told: list[str]) -> None:
    engine = Engine()
    heard: list[str] = []
    sender = patient(engine, Patience(log=Heard(heard)))
    sender.send(FakeWriter([busy(asked), CREATED]), "gold", Action.CREATE, CREATE)
    assert heard == told


def test_without_a_time_the_pause_doubles_to_its_longest() -> None:
    engine = Engine()
    assert kind(engine, FakeWriter([BUSY] * 10)) is OutcomeKind.REFUSED
    assert engine.waited == [0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5, 22.5, 22.5]
    assert max(engine.waited) <= MAX_BACKOFF_SECONDS


@pytest.mark.parametrize(("dice", "pause"), [(0.0, 0.5), (1.0, 1.0)])
def test_jitter_spreads_the_pause_over_half_of_it(dice: float, pause: float) -> None:
    engine = Engine()
    sender = replace(engine.sender, jitter=lambda: dice)
    sender.send(FakeWriter([BUSY, CREATED]), "gold", Action.CREATE, CREATE)
    assert engine.waited == [pause]


def test_a_401_is_tried_once_more_with_another_token() -> None:
    engine, writer = Engine(), FakeWriter([UNAUTHORIZED, CREATED])
    assert kind(engine, writer) is OutcomeKind.CREATED
    assert (writer.renewed, engine.words) == (1, ["begin", "refused", "begin", "done"])


def test_a_second_401_is_refused() -> None:
    engine, writer = Engine(), FakeWriter([UNAUTHORIZED] * 5)
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert (len(writer.sent), writer.renewed) == (2, 1)


def test_a_401_without_another_token_is_refused() -> None:
    engine, writer = Engine(), FakeWriter([UNAUTHORIZED] * 5, renews=False)
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert len(writer.sent) == 1


def test_each_kind_of_trouble_is_counted_by_itself() -> None:
    script: list[Verdict | Exception] = [
        UNREACHED,
        BUSY,
        UNAUTHORIZED,
        UNREACHED,
        BUSY,
        UNREACHED,
        CREATED,
    ]
    assert kind(Engine(), FakeWriter(script)) is OutcomeKind.CREATED


# Stopping


def test_once_a_stop_is_requested_nothing_is_begun(engine: Engine) -> None:
    engine.stop.request("enough")
    writer = FakeWriter([CREATED])
    assert create(engine, writer) is None
    assert (writer.sent, engine.words) == ([], [])


def test_a_stop_during_a_pause_leaves_the_audience_refused(engine: Engine) -> None:
    class Impatient(FakeWriter):
        def send(self, step: RemoteStep, request_id: str) -> Verdict:
            engine.stop.request("enough")
            return super().send(step, request_id)

    writer = Impatient([BUSY, CREATED])
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert engine.words == ["begin", "refused"]


def test_where_no_token_can_be_had_the_run_stops(engine: Engine) -> None:
    writer = FakeWriter([CredentialsError("no token: bad secret")])
    failure = Failure("no token: bad secret")
    assert create(engine, writer) == Outcome(
        "gold", Action.CREATE, OutcomeKind.REFUSED, failure=failure
    )
    assert engine.stop.reason == "no token: bad secret"
    assert engine.words == ["begin", "refused"]


def test_an_unexpected_error_leaves_its_intent_open(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        create(engine, FakeWriter([ZeroDivisionError()]))
    assert engine.words == ["begin"]


# A journal that cannot be written


def test_where_the_intent_cannot_be_noted_nothing_is_sent() -> None:
    engine, writer = Engine(FakeJournal({"begin"})), FakeWriter([CREATED])
    assert create(engine, writer) is None
    assert writer.sent == []
    assert engine.stop.reason == (
        "the state cannot be written (No space left on device): nothing more is sent"
    )


def test_where_the_next_intent_cannot_be_noted_the_outcome_so_far_stands() -> None:
    engine = Engine()

    class Filling(FakeWriter):
        def send(self, step: RemoteStep, request_id: str) -> Verdict:
            engine.journal.full_at.add("begin")
            return super().send(step, request_id)

    writer = Filling([BUSY, CREATED])
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert len(writer.sent) == 1


@pytest.mark.parametrize(
    ("word", "verdict", "kind"),
    [
        ("done", CREATED, OutcomeKind.CREATED),
        ("refused", NO, OutcomeKind.REFUSED),
        ("not-sent", UNREACHED, OutcomeKind.REFUSED),
        ("unknown", DOUBT, OutcomeKind.UNKNOWN),
    ],
)
def test_where_an_outcome_cannot_be_noted_it_is_told_and_the_run_stops(
    word: str, verdict: Verdict, kind: OutcomeKind
) -> None:
    engine, writer = Engine(FakeJournal({word})), FakeWriter([verdict, CREATED])
    outcome = create(engine, writer)
    assert outcome is not None
    assert (outcome.kind, outcome.ids) == (kind, IDS if verdict is CREATED else None)
    assert engine.stop.reason == "an outcome could not be recorded (No space left on device)"
    assert create(engine, writer, "silver") is None
    assert len(writer.sent) == 1


def test_a_refusal_that_cannot_be_noted_is_not_tried_again() -> None:
    for verdict in (BUSY, UNAUTHORIZED, UNREACHED):
        engine = Engine(FakeJournal({"refused", "not-sent"}))
        writer = FakeWriter([verdict, CREATED])
        assert kind(engine, writer) is OutcomeKind.REFUSED
        assert len(writer.sent) == 1


# Whatever the platform does

KEYS = ("gold", "silver", "bronze")
failures = st.sampled_from([Failure("no"), Failure("odd", "code", 400, "r")])
verdicts: st.SearchStrategy[Verdict | Exception] = st.one_of(
    st.text("abc", min_size=1, max_size=3).map(lambda one: Done(Ids(one))),
    st.builds(
        Refused, failures, st.none() | st.sampled_from(RetryReason), st.none() | st.floats(0, 400)
    ),
    st.builds(Unknown, failures, st.booleans()),
    st.builds(NotSent, failures),
    st.just(CredentialsError("no token")),
)
faults = st.sets(st.sampled_from(["begin", "done", "refused", "unknown", "not-sent"]), max_size=2)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(verdicts, max_size=40), faults, st.booleans())
def test_for_any_script_nothing_is_sent_twice_and_no_id_is_lost(
    script: list[Verdict | Exception], full_at: set[str], renews: bool
) -> None:
    engine = Engine(FakeJournal(full_at))
    writer = FakeWriter([*script, *(Done(Ids(f"last-{n}")) for n in range(40))], renews=renews)
    outcomes = {key: create(engine, writer, key) for key in KEYS}
    state = engine.journal.state

    assert len({request_id for _, request_id in writer.sent}) == len(writer.sent)
    in_doubt = Counter(intent.key for intent in state.intents.values())
    assert all(count == 1 for count in in_doubt.values())
    assert not set(in_doubt) & set(state.audiences)
    for key, outcome in outcomes.items():
        sent = [one for step, one in writer.sent if step == Create(audience(key))]
        if outcome is None:
            assert sent == []
        elif outcome.kind is OutcomeKind.CREATED:
            assert state.audiences[key].ids == outcome.ids
        elif outcome.kind is OutcomeKind.UNKNOWN:
            assert state.intents[sent[-1]].key == key
        else:
            assert key not in in_doubt
    # After a crash: each audience that may have been created is known, or has its intent.
    left = engine.journal.durable
    for key, outcome in outcomes.items():
        if outcome is not None and outcome.kind is not OutcomeKind.REFUSED:
            assert key in left.audiences or left.intent_of(key) is not None


# What is true for the whole run


def refused(status: int, code: str | None = None, message: str = "no") -> Refused:
    return Refused(Failure(message, code, status))


def sent_of(
    script: Sequence[Verdict | Exception], says: str | None = None, creates: int = 10
) -> tuple[int, Engine]:
    """How many of so many creates are sent before the run stops."""
    engine, writer = Engine(), FakeWriter([*script, *[NO] * 99], says=says)
    for number in range(creates):
        create(engine, writer, f"key-{number}")
    return len(writer.sent), engine


@pytest.mark.parametrize("status", [401, 403, 404, 405, 407, 415])
def test_a_few_refusals_alike_and_no_success_stop_the_run(status: int) -> None:
    sent, engine = sent_of([refused(status, "E1")] * 10)
    assert sent == 3
    assert engine.stop.reason == f"the platform refuses every request alike: {status} E1: no"


def test_one_that_says_what_is_wrong_is_enough_and_is_told_with_its_cure() -> None:
    sent, engine = sent_of([refused(401, "401013", "expired")] * 10, says="set a new one")
    assert sent == 1
    assert engine.stop.reason == (
        "the platform refuses every request alike: 401 401013: expired; set a new one"
    )


@pytest.mark.parametrize("code", ["400003", "403003"])
def test_a_code_that_is_about_who_asks_is_so_whatever_its_status(code: str) -> None:
    assert sent_of([refused(400, code)] * 10, says="check it")[0] == 1


@pytest.mark.parametrize("status", [400, 413, 422])
def test_what_is_about_what_was_sent_is_no_matter_of_the_whole_run(status: int) -> None:
    sent, engine = sent_of([refused(status, str(status))] * 10, says="check it")
    assert (sent, engine.stop.reason) == (10, None)


def test_after_one_success_a_refusal_is_a_matter_of_its_own() -> None:
    sent, engine = sent_of([CREATED, *[refused(403)] * 9])
    assert (sent, engine.stop.reason) == (10, None)


def test_refusals_that_differ_are_counted_apart() -> None:
    script = [refused(403, "A"), refused(403, "B"), refused(404, "A")] * 2
    assert sent_of([*script, refused(403, "B")])[0] == 7


def test_where_everything_is_put_off_for_ever_the_run_stops() -> None:
    slow = Refused(Failure("slow down", None, 429), RetryReason.RATE_LIMITED)
    sent, engine = sent_of([slow] * 99)
    assert sent == 3 * TROUBLE_LIMITS[RetryReason.RATE_LIMITED]
    assert engine.stop.reason == "the platform refuses every request alike: 429: slow down"


def test_a_delete_that_finds_nothing_is_a_matter_of_its_own() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([refused(404)] * 4, shows=[THERE])
    for _ in range(4):
        engine.sender.send(writer, "gold", Action.DELETE, DELETE)
    assert (len(writer.sent), engine.stop.reason) == (4, None)


def test_where_no_token_can_be_had_the_cure_is_told_as_well(engine: Engine) -> None:
    create(engine, FakeWriter([CredentialsError("no token", hint="check the secret")]))
    assert engine.stop.reason == "no token; check the secret"


def test_a_few_redirects_and_no_success_stop_the_run() -> None:
    moved = Unknown(Failure("moved", None, 307))
    sent, engine = sent_of([moved] * 10, says="check `ais_url`")
    assert sent == 3
    assert engine.stop.reason == (
        "the platform redirects every request alike: 307: moved; check `ais_url`"
    )


@pytest.mark.parametrize("status", [None, 200, 408, 409, 500, 503])
def test_a_few_in_doubt_are_a_matter_of_their_own(status: int | None) -> None:
    few = [Unknown(Failure("odd", None, status))] * (ENOUGH_DOUBTS - 1)
    sent, engine = sent_of(few, creates=ENOUGH_DOUBTS)
    assert (sent, engine.stop.reason) == (ENOUGH_DOUBTS, None)


@pytest.mark.parametrize("before", [[], [CREATED], [NO], [CREATED, *[NO] * 20]])
def test_many_in_a_row_stop_the_run_which_would_make_nothing_but_more_of_them(
    before: list[Verdict],
) -> None:
    away = Unknown(Failure("The service is unavailable.", "E1", 503))
    sent, engine = sent_of([*before, *[away] * 99], creates=99)
    assert sent == len(before) + ENOUGH_DOUBTS == len(before) + 10
    assert engine.stop.reason == (
        "what came of the last 10 requests is unknown (503 E1: The service is unavailable.): "
        "nothing more is sent; run it again when the platform is well, it looks for them first"
    )


@pytest.mark.parametrize("between", [CREATED, NO, replace(DOUBT, exists=True)])
def test_but_not_where_the_platform_answers_between(between: Verdict) -> None:
    doubts: list[Verdict] = [DOUBT] * (ENOUGH_DOUBTS - 1)
    script = [*doubts, between, *doubts]
    sent, engine = sent_of(script, creates=len(script))
    assert (sent, engine.stop.reason) == (len(script), None)


def test_what_is_not_sent_and_tried_again_is_no_answer() -> None:
    doubts: list[Verdict] = [DOUBT] * (ENOUGH_DOUBTS - 1)
    script = [*doubts, *[UNREACHED, DOUBT], CREATED]
    sent, engine = sent_of(script, creates=99)
    assert sent == len(script) - 1
    assert "is unknown (reset)" in str(engine.stop.reason)


def test_that_something_exists_is_an_answer_however_often() -> None:
    sent, engine = sent_of([replace(DOUBT, exists=True)] * 99, creates=99)
    assert (sent, engine.stop.reason) == (99, None)


# Patience that is asked for where the outcome is unknown


def test_all_hold_back_as_long_as_a_failing_platform_asks() -> None:
    engine = Engine()
    create(engine, FakeWriter([replace(DOUBT, retry_after=9.0)]))
    assert engine.waited == []
    create(engine, FakeWriter([CREATED]), "silver")
    assert engine.waited == [9.0]


def test_where_a_failing_platform_asks_for_too_much_the_run_stops() -> None:
    engine = Engine()
    create(engine, FakeWriter([replace(DOUBT, retry_after=3600.0)]))
    assert create(engine, FakeWriter([CREATED]), "silver") is None
    assert engine.stop.reason is not None
    assert engine.stop.reason.startswith("the platform asks to wait 1 h, until ")


def test_for_less_than_a_second_it_is_that_and_no_more() -> None:
    engine = Engine()
    create(engine, FakeWriter([replace(DOUBT, retry_after=0.5)]))
    create(engine, FakeWriter([CREATED]), "silver")
    assert engine.waited == [0.5]


def test_a_long_wait_is_told_with_the_reason_of_the_platform() -> None:
    engine, told = Engine(), []
    engine.sender.backoff.patience = Patience(log=Heard(told))
    create(engine, FakeWriter([Unknown(Failure("busy", status=503), retry_after=9.0)]))
    assert told == ["waiting 9 s: busy"]


def test_advice_is_asked_for_what_was_refused() -> None:
    class Advised(FakeWriter):
        def advice(self, failure: Failure) -> str | None:
            return f"about {failure.message}"

    engine = Engine()
    create(engine, Advised([refused(401, "401013", "expired")]))
    assert str(engine.stop.reason).endswith(": expired; about expired")
