"""One step, from intent to outcome: what is noted, what is tried again, what stops the run."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from engine import Engine
from fakes import AT, RUN, TARGET, FakeJournal, FakeWriter, audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.verdicts import (
    GONE,
    Done,
    NotSent,
    Refused,
    RetryReason,
    Unknown,
    Verdict,
)
from aepctl.apply.outcomes import Outcome, OutcomeKind
from aepctl.apply.sender import (
    MAX_BACKOFF_SECONDS,
    MAX_WAIT_SECONDS,
    TROUBLE_LIMITS,
    UNSENT,
    done_kind,
)
from aepctl.errors import CredentialsError
from aepctl.model.audience import Ids, Known
from aepctl.model.failure import Failure
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    LocalStep,
    Patch,
    Record,
    RemoteStep,
)
from aepctl.plan.plan import Action
from aepctl.state.events import Begun, Ended, Ending, Noted
from aepctl.state.model import Intent, State

IDS = Ids("A", "P")
GOLD, SHINY = audience("gold"), audience("gold", "Shiny")
CREATE, PATCH, DELETE = Create(GOLD), Patch(IDS, GOLD, SHINY), Delete(IDS, GOLD)
KNOWN = State("lineage", 1, TARGET, {"gold": Known(GOLD, IDS)})

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
        (DELETE, Action.REMOVED, Done(), OutcomeKind.DELETED),
    ],
    ids=["create", "patch", "delete"],
)
def test_a_step_that_is_done_has_the_outcome_of_its_kind_and_its_ids(
    step: RemoteStep, action: Action, verdict: Done, kind: OutcomeKind
) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    writer = FakeWriter([verdict])
    outcome = engine.sender.send(writer, "gold", action, step)
    assert outcome == Outcome("gold", action, kind, IDS)
    assert writer.sent == [(step, "id-1")]
    assert engine.journal.events == [
        Begun(Intent("id-1", RUN, "gold", step, AT)),
        Ended("id-1", Ending.DONE, RUN, AT, verdict.ids, verdict.observed),
    ]
    assert done_kind(step) is kind


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
    engine, writer = Engine(FakeJournal(before=KNOWN)), FakeWriter([verdict, CREATED])
    outcome = engine.sender.send(writer, "gold", Action.UPDATE, step)
    assert outcome == Outcome("gold", Action.UPDATE, kind, failure=verdict.failure)
    assert engine.journal.events == [Begun(Intent("id-1", RUN, "gold", step, AT)), ended]
    assert len(writer.sent) == 1
    assert not engine.stop.requested()


def test_the_intents_id_is_the_requests() -> None:
    engine, writer = Engine(), FakeWriter([BUSY, CREATED])
    create(engine, writer)
    assert writer.sent == [(CREATE, "id-1"), (CREATE, "id-2")]


# Steps that touch state only


def test_an_adoption_is_noted_and_has_an_outcome() -> None:
    engine = Engine()
    adopt = Adopt(Known(GOLD, IDS))
    outcome = engine.sender.note("gold", Action.ADOPT, adopt)
    assert outcome == Outcome("gold", Action.ADOPT, OutcomeKind.ADOPTED, IDS)
    assert engine.journal.events == [Noted("gold", adopt, AT)]
    assert not engine.stop.requested()


@pytest.mark.parametrize("step", [Record(SHINY), Forget()], ids=["record", "forget"])
def test_other_steps_of_that_kind_are_noted_without_an_outcome(step: LocalStep) -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    assert engine.sender.note("gold", Action.UPDATE, step) is None
    assert engine.journal.events == [Noted("gold", step, AT)]


def test_where_a_step_cannot_be_noted_it_is_told_and_the_run_stops() -> None:
    engine = Engine(FakeJournal({"note"}))
    outcome = engine.sender.note("gold", Action.ADOPT, Adopt(Known(GOLD, IDS)))
    assert outcome == Outcome("gold", Action.ADOPT, OutcomeKind.ADOPTED, IDS)
    assert engine.stop.reason == "the journal cannot be written (No space left on device)"


# An answer that is somebody else's


def test_an_id_that_another_key_has_is_no_answer_to_this_create() -> None:
    engine = Engine(FakeJournal(before=KNOWN))
    outcome = create(engine, FakeWriter([CREATED]), "silver")
    reason = "the platform answered with the audienceId that state has for gold"
    assert outcome == Outcome("silver", Action.CREATE, OutcomeKind.UNKNOWN, failure=Failure(reason))
    assert engine.words == ["begin", "unknown"]
    assert engine.journal.state.intents["id-1"].reason == reason


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


def test_one_that_asks_for_too_much_is_told_as_refused() -> None:
    engine = Engine()
    writer = FakeWriter([busy(MAX_WAIT_SECONDS + 1), CREATED])
    assert kind(engine, writer) is OutcomeKind.REFUSED
    assert (engine.waited, len(writer.sent)) == ([], 1)
    assert not engine.stop.requested()


def test_a_retry_after_of_zero_is_no_pause() -> None:
    engine = Engine()
    assert kind(engine, FakeWriter([busy(0.0), CREATED])) is OutcomeKind.CREATED
    assert engine.waited == []


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
        "the journal cannot be written (No space left on device): nothing more is sent"
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


# Sending an open intent again


def opened(step: RemoteStep) -> tuple[Engine, Intent]:
    """An engine whose state has this step open for gold."""
    intent = Intent("left", "run-0", "gold", step, AT)
    return Engine(FakeJournal(before=replace(KNOWN, intents={"left": intent}))), intent


@pytest.mark.parametrize(
    ("step", "kind"),
    [(PATCH, OutcomeKind.UPDATED), (DELETE, OutcomeKind.DELETED)],
    ids=["patch", "delete"],
)
def test_a_step_is_sent_again_under_the_same_intent(step: RemoteStep, kind: OutcomeKind) -> None:
    engine, intent = opened(step)
    writer = FakeWriter([Done()])
    outcome = engine.sender.resend(writer, Action.SETTLE, intent)
    assert outcome == Outcome("gold", Action.SETTLE, kind, IDS)
    assert writer.sent == [(step, "left")]
    assert engine.journal.events == [Ended("left", Ending.DONE, RUN, AT)]


def test_further_attempts_at_it_are_under_new_intents() -> None:
    engine, intent = opened(PATCH)
    writer = FakeWriter([BUSY, UNREACHED, Done()])
    engine.sender.resend(writer, Action.SETTLE, intent)
    assert writer.sent == [(PATCH, "left"), (PATCH, "id-1"), (PATCH, "id-2")]
    assert engine.words == ["refused", "begin", "not-sent", "begin", "done"]


def test_a_step_whose_second_sending_is_in_doubt_stays_open() -> None:
    engine, intent = opened(DELETE)
    outcome = engine.sender.resend(FakeWriter([DOUBT]), Action.SETTLE, intent)
    assert outcome == Outcome("gold", Action.SETTLE, OutcomeKind.UNKNOWN, failure=Failure("reset"))
    assert engine.journal.state.intents == {"left": replace(intent, reason="reset")}


def test_an_audience_that_is_gone_meanwhile_is_told_with_the_platforms_code() -> None:
    engine, intent = opened(PATCH)
    gone = Failure("not found", GONE, 404)
    outcome = engine.sender.resend(FakeWriter([Refused(gone)]), Action.SETTLE, intent)
    assert outcome == Outcome("gold", Action.SETTLE, OutcomeKind.REFUSED, failure=gone)
    assert engine.journal.state.intents == {}


def test_a_create_is_never_sent_again() -> None:
    engine, intent = opened(CREATE)
    writer = FakeWriter([CREATED])
    with pytest.raises(TypeError, match="a create is never sent again"):
        engine.sender.resend(writer, Action.SETTLE, intent)
    assert (writer.sent, engine.words) == ([], [])


def test_once_a_stop_is_requested_nothing_is_sent_again() -> None:
    engine, intent = opened(PATCH)
    engine.stop.request("enough")
    writer = FakeWriter([Done()])
    assert engine.sender.resend(writer, Action.SETTLE, intent) is None
    assert (writer.sent, engine.words) == ([], [])


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
