"""One audience, from intent to outcome: what is noted, what is tried again, what stops the run."""

from collections import Counter
from dataclasses import replace

import pytest
from engine import Engine
from fakes import FakeCreator, FakeJournal, audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.replies import Answer, Broken, NotSent, Reply
from aepctl.apply.attempts import ATTEMPTS, LONGEST_BACK_OFF, LONGEST_WAIT
from aepctl.apply.outcomes import Outcome, Result, Retry
from aepctl.errors import CredentialsError
from aepctl.plan import Action, Change

GOLD = audience("gold")
CREATED = Answer(200, b'{"name": "gold", "audienceId": "A"}')
BUSY = Answer(429, b'{"message": "slow down"}')
UNAUTHORIZED = Answer(401, b'{"message": "who are you?"}')
NOT_SENT = NotSent("no connection")


def change(key: str) -> Change:
    return Change(key, Action.CREATE, after=audience(key))


def create(engine: Engine, creator: FakeCreator, key: str = "gold") -> Outcome | None:
    return engine.attempts.create(creator, change(key))


def result(engine: Engine, creator: FakeCreator) -> Result:
    outcome = create(engine, creator)
    assert outcome is not None
    return outcome.result


def noted(engine: Engine) -> list[str]:
    assert isinstance(engine.journal, FakeJournal)
    return [what for what, _ in engine.journal.notes]


def test_the_intents_id_is_the_requests() -> None:
    engine, creator = Engine(), FakeCreator([BUSY, CREATED])
    create(engine, creator)
    assert creator.sent == [("gold", "id-1"), ("gold", "id-2")]


def test_notes_carry_the_time_to_the_millisecond() -> None:
    engine = Engine()
    create(engine, FakeCreator([Broken("reset")]))
    assert isinstance(engine.journal, FakeJournal)
    assert engine.journal.open["id-1"].at == "2026-01-31T12:00:00.000+00:00"


# Again, under a new intent


def test_not_sent_is_tried_again_after_a_pause_that_grows() -> None:
    engine, creator = Engine(), FakeCreator([NOT_SENT] * 3 + [CREATED])
    assert result(engine, creator) is Result.CREATED
    assert noted(engine) == ["begin", "refused"] * 3 + ["begin", "created"]
    assert engine.waited == [0.75, 1.5, 3.0]
    assert not engine.stop.requested()


def test_after_four_attempts_that_reached_nobody_the_run_stops() -> None:
    engine, creator = Engine(), FakeCreator([NOT_SENT] * 9)
    assert result(engine, creator) is Result.REFUSED
    assert len(creator.sent) == ATTEMPTS[Retry.NOT_SENT] == 4
    reason = "the platform cannot be reached: nothing was sent: no connection"
    assert engine.stop.reason == reason


def test_a_platform_that_asks_for_patience_gets_it() -> None:
    engine = Engine()
    creator = FakeCreator([Answer(429, retry_after=LONGEST_WAIT), CREATED])
    assert result(engine, creator) is Result.CREATED
    assert engine.waited == [LONGEST_WAIT]


def test_one_that_asks_for_too_much_is_told_as_refused() -> None:
    engine = Engine()
    creator = FakeCreator([Answer(429, retry_after=LONGEST_WAIT + 1), CREATED])
    assert result(engine, creator) is Result.REFUSED
    assert (engine.waited, len(creator.sent)) == ([], 1)
    assert not engine.stop.requested()


def test_a_retry_after_of_zero_is_no_pause() -> None:
    engine = Engine()
    assert result(engine, FakeCreator([Answer(429, retry_after=0.0), CREATED])) is Result.CREATED
    assert engine.waited == []


def test_without_a_time_the_pause_doubles_to_its_longest() -> None:
    engine = Engine()
    assert result(engine, FakeCreator([BUSY] * 10)) is Result.REFUSED
    assert engine.waited == [0.75, 1.5, 3.0, 6.0, 12.0, 22.5, 22.5, 22.5, 22.5]
    assert max(engine.waited) <= LONGEST_BACK_OFF


@pytest.mark.parametrize(("dice", "pause"), [(0.0, 0.5), (1.0, 1.0)])
def test_jitter_spreads_the_pause_over_half_of_it(dice: float, pause: float) -> None:
    engine = Engine()
    attempts = replace(engine.attempts, jitter=lambda: dice)
    attempts.create(FakeCreator([BUSY, CREATED]), change("gold"))
    assert engine.waited == [pause]


def test_a_401_is_tried_once_more_with_another_token() -> None:
    engine, creator = Engine(), FakeCreator([UNAUTHORIZED, CREATED])
    assert result(engine, creator) is Result.CREATED
    assert (creator.renewed, noted(engine)) == (1, ["begin", "refused", "begin", "created"])


def test_a_second_401_is_refused() -> None:
    engine, creator = Engine(), FakeCreator([UNAUTHORIZED] * 5)
    assert result(engine, creator) is Result.REFUSED
    assert (len(creator.sent), creator.renewed) == (2, 1)


def test_a_401_without_another_token_is_refused() -> None:
    engine, creator = Engine(), FakeCreator([UNAUTHORIZED] * 5, renews=False)
    assert result(engine, creator) is Result.REFUSED
    assert len(creator.sent) == 1


def test_each_kind_of_trouble_is_counted_by_itself() -> None:
    script = [NOT_SENT, BUSY, UNAUTHORIZED, NOT_SENT, BUSY, NOT_SENT, CREATED]
    assert result(Engine(), FakeCreator(script)) is Result.CREATED


# Never again


@pytest.mark.parametrize("reply", [Broken("reset"), Answer(500), Answer(200), Answer(409)])
def test_a_doubt_is_never_sent_again(reply: Reply) -> None:
    engine, creator = Engine(), FakeCreator([reply, CREATED])
    assert result(engine, creator) is Result.UNKNOWN
    assert (len(creator.sent), noted(engine)) == (1, ["begin", "unknown"])


# Stopping


def test_once_a_stop_is_requested_nothing_is_begun(engine: Engine) -> None:
    engine.stop.request("enough")
    creator = FakeCreator([CREATED])
    assert create(engine, creator) is None
    assert (creator.sent, noted(engine)) == ([], [])


def test_a_stop_during_a_pause_leaves_the_audience_refused(engine: Engine) -> None:
    class Impatient(FakeCreator):
        def create(self, *args: object) -> Reply:
            engine.stop.request("enough")
            return super().create(*args)  # type: ignore[arg-type]

    creator = Impatient([BUSY, CREATED])
    assert result(engine, creator) is Result.REFUSED
    assert noted(engine) == ["begin", "refused"]


def test_where_no_token_can_be_had_the_run_stops(engine: Engine) -> None:
    creator = FakeCreator([CredentialsError("no token: bad secret")])
    assert result(engine, creator) is Result.REFUSED
    assert engine.stop.reason == "no token: bad secret"
    assert noted(engine) == ["begin", "refused"]


def test_an_unexpected_error_leaves_its_intent_open(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        create(engine, FakeCreator([ZeroDivisionError()]))
    assert noted(engine) == ["begin"]


# A journal that cannot be written


def test_where_the_intent_cannot_be_noted_nothing_is_sent() -> None:
    engine, creator = Engine(FakeJournal({"begin"})), FakeCreator([CREATED])
    assert create(engine, creator) is None
    assert creator.sent == []
    assert engine.stop.reason == (
        "the journal cannot be written (No space left on device): nothing more is sent"
    )


@pytest.mark.parametrize(
    ("note", "reply"), [("created", CREATED), ("refused", Answer(400)), ("unknown", Answer(500))]
)
def test_where_an_outcome_cannot_be_noted_it_is_told_and_the_run_stops(
    note: str, reply: Reply
) -> None:
    engine, creator = Engine(FakeJournal({note})), FakeCreator([reply, CREATED])
    outcome = create(engine, creator)
    assert outcome is not None
    assert outcome.result == note
    assert outcome.audience_id == ("A" if note == "created" else None)
    assert engine.stop.reason == "an outcome could not be recorded (No space left on device)"
    assert create(engine, creator, "silver") is None
    assert len(creator.sent) == 1


def test_a_refusal_that_cannot_be_noted_is_not_tried_again() -> None:
    for reply in (BUSY, UNAUTHORIZED, NOT_SENT):
        engine, creator = Engine(FakeJournal({"refused"})), FakeCreator([reply, CREATED])
        assert result(engine, creator) is Result.REFUSED
        assert len(creator.sent) == 1


# Whatever the platform does

KEYS = ("gold", "silver", "bronze")
ids = st.text("abc", min_size=1, max_size=3)
replies: st.SearchStrategy[Reply | Exception] = st.one_of(
    ids.map(lambda one: Answer(200, f'{{"audienceId": "{one}"}}'.encode())),
    st.builds(
        Answer,
        st.sampled_from([200, 204, 301, 400, 401, 408, 409, 422, 429, 500, 503]),
        st.sampled_from([b"", b"<html>", b'{"audienceId": "cut', b'{"message": "\\ud800"}']),
        st.booleans(),
        st.none() | st.floats(0, 400),
    ),
    st.just(Broken("reset")),
    st.just(NOT_SENT),
    st.just(CredentialsError("no token")),
)
faults = st.sets(st.sampled_from(["begin", "created", "refused", "unknown"]), max_size=2)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(replies, max_size=40), faults, st.booleans())
def test_for_any_script_nothing_is_sent_twice_and_no_id_is_lost(
    script: list[Reply | Exception], full_at: set[str], renews: bool
) -> None:
    journal = FakeJournal(full_at)
    engine = Engine(journal)
    creator = FakeCreator([*script, *[CREATED] * 40], renews=renews)
    outcomes = {key: create(engine, creator, key) for key in KEYS}

    assert len({request_id for _, request_id in creator.sent}) == len(creator.sent)
    in_doubt = Counter(intent.key for intent in journal.open.values())
    assert all(count == 1 for count in in_doubt.values())
    assert not set(in_doubt) & set(journal.known)
    for key, outcome in outcomes.items():
        sent = [request_id for name, request_id in creator.sent if name == key]
        if outcome is None:
            assert sent == []
        elif outcome.result is Result.CREATED and "created" not in full_at:
            assert journal.known[key].audience_id == outcome.audience_id
        elif outcome.result is not Result.REFUSED:
            assert journal.open[sent[-1]].key == key
        elif "refused" not in full_at:
            assert key not in in_doubt
