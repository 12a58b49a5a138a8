"""Journals of format 1.0: what aepctl 0.1 left behind is read as events of today."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import AT, TARGET, audience
from stores import MemoryStore

from aepctl.errors import StateError
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create
from aepctl.model.target import Target
from aepctl.state.encoder import encode_state, encode_target
from aepctl.state.events import Begun, Ended, Ending, Noted
from aepctl.state.journal import REPAIR, JournalContents
from aepctl.state.journal_codec import read_journal
from aepctl.state.journal_v1 import COMMAND, without_settled
from aepctl.state.loading import load
from aepctl.state.model import Intent, Phase, Run, State
from aepctl.state.stores.base import Stored

LATER = "2026-01-31T12:00:01.000+00:00"
LINEAGE = "7d0f4a7e-3f0c-4a55-9a0e-3f1f2b6f0c11"


def old(data: Path, name: str) -> JournalContents:
    journal = read_journal((data / "upgrade" / name).read_bytes(), name)
    assert journal is not None
    return journal


def intent(
    journal: JournalContents, number: int, key: str, name: str, given: str | None = None
) -> Intent:
    step = Create(audience(name), given)
    return Intent(f"1d4e0000-0000-4000-8000-00000000000{number}", journal.run.id, key, step, AT)


def test_one_that_is_brought_back_does_not_begin_beside_what_the_state_has_open() -> None:
    """A newer run has tried the key anew; of two attempts nobody could tell whose outcome it is."""
    begun = {"type": "intent", "intent": "old-k", "key": "k", "at": AT}
    head = {"type": "journal", "format": "1.0", "lineage": "L", "serial": 5}
    lines = [
        {**head, "target": encode_target(TARGET)},
        {**begun, "audience": audience("k").fields()},
        {**begun, "intent": "old-k-2", "audience": audience("k").fields()},
    ]
    log = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    own = Intent("new-k", "run-9", "k", Create(audience("k")), AT)
    for intents, count in (({}, 2), ({own.id: replace(own, phase=Phase.ABSENT)}, 2)):
        state = State("L", 7, TARGET, {}, intents)
        found = load(Stored(encode_state(state).encode(), log), MemoryStore(), TARGET).state
        assert len(found.intents) == count
    document = encode_state(State("L", 7, TARGET, {}, {own.id: own})).encode()
    with pytest.raises(StateError) as caught:
        load(Stored(document, log), MemoryStore(), TARGET)
    assert caught.value.message == (
        "state/local.journal:2 does not fit state/local.json: "
        "`k` has an open intent already (new-k)"
    )


def test_creates_and_adoptions_become_events_with_their_lines(data: Path) -> None:
    journal = old(data, "prod.journal")
    run = journal.run.id

    def ended(number: int, ending: Ending, **more: object) -> Ended:
        name = f"1d4e0000-0000-4000-8000-00000000000{number}"
        return Ended(name, ending, run, LATER, **more)  # type: ignore[arg-type]

    silver = Ids("c0ffee00-0000-4000-8000-000000000002", "5f1d0000-0000-4000-8000-00000000000a")
    autumn = Known(audience("Autumn"), Ids("c0ffee00-0000-4000-8000-000000000004"))
    given = "c0ffee00-0000-4000-8000-000000000005"
    events = (
        Begun(intent(journal, 1, "loyalty-silver", "Loyalty - Silver tier")),
        ended(1, Ending.DONE, ids=silver),
        Begun(intent(journal, 2, "winter-sale", "Winter ❄")),
        ended(2, Ending.UNKNOWN, reason="no answer in time", exists=True),
        Begun(intent(journal, 3, "spring-sale", "Spring", given)),
        ended(3, Ending.REFUSED, reason="400 the name is too long"),
        Begun(intent(journal, 4, "summer-sale", "Summer")),
        ended(4, Ending.ABSENT, reason="not found on the platform"),
        Noted("autumn-sale", Adopt(autumn), LATER),
        Begun(intent(journal, 6, "loyalty-gold", "Loyalty - Gold tier")),
    )
    assert journal.events == tuple(enumerate(events, 2))


def test_its_run_is_known_again_by_its_bytes(data: Path) -> None:
    raw = (data / "upgrade" / "prod.journal").read_bytes()
    journal = old(data, "prod.journal")
    digest = hashlib.sha256(raw).hexdigest()[:32]
    assert journal.run == Run(f"journal-{digest}", AT, COMMAND)
    assert COMMAND == "aepctl, with a journal of format 1.0"
    assert (journal.lineage, journal.serial, journal.target) == (LINEAGE, 7, TARGET)
    assert (journal.size, journal.old) == (len(raw), True)
    torn = read_journal(raw + b'{"type": "int', "x")
    assert torn is not None
    assert torn.run == journal.run
    assert torn.size == len(raw)


def test_what_a_finished_run_left_open_keeps_what_is_known_of_it(data: Path) -> None:
    journal = old(data, "finished.journal")
    (_, first), (_, second) = journal.events
    run = journal.run.id
    winter, summer = Create(audience("Winter ❄")), Create(audience("Summer"))
    name = "1d4e0000-0000-4000-8000-00000000000"
    assert first == Begun(
        Intent(f"{name}2", run, "winter-sale", winter, AT, reason="no answer in time", exists=True)
    )
    assert second == Begun(
        Intent(f"{name}4", run, "summer-sale", summer, AT, Phase.ABSENT, "not found", False, run)
    )


def test_an_intent_whose_key_is_known_was_settled(data: Path) -> None:
    journal = old(data, "prod.journal")
    left = without_settled(journal, {"loyalty-gold"})
    assert left == journal.events[:-1]
    assert without_settled(journal, {"winter-sale"}) == (*journal.events[:2], *journal.events[4:])
    assert without_settled(journal, set()) == journal.events


HEADER = (
    b'{"type": "journal", "format": "1.0", "lineage": "L", "serial": 3, '
    b'"target": {"endpoint": "e", "org": "o", "sandbox": "s"}}\n'
)
FIELDS = '"audience": {"name": "n", "namespace": "n", "originName": "o"}'


def intent_line(name: str, key: str = "gold") -> bytes:
    line = f'{{"type": "intent", "intent": "{name}", "key": "{key}", "at": "{AT}", {FIELDS}}}\n'
    return line.encode()


def outcome_line(name: str, word: str, more: str = "") -> bytes:
    line = f'{{"type": "outcome", "intent": "{name}", "outcome": "{word}", "at": "{AT}"{more}}}\n'
    return line.encode()


def read(*lines: bytes) -> JournalContents:
    journal = read_journal(HEADER + b"".join(lines), "old.journal")
    assert journal is not None
    return journal


@pytest.mark.parametrize("word", ["created", "adopted"])
def test_two_words_of_old_mean_done(word: str) -> None:
    journal = read(intent_line("i"), outcome_line("i", word, ', "audienceId": "A", "id": "P"'))
    ended = Ended("i", Ending.DONE, journal.run.id, AT, Ids("A", "P"))
    assert journal.events[1] == (3, ended)
    assert without_settled(journal, set()) == journal.events


@pytest.mark.parametrize(
    ("word", "ending"), [("abandoned", Ending.ABANDONED), ("recreate", Ending.RECREATE)]
)
def test_the_others_mean_what_they_say(word: str, ending: Ending) -> None:
    journal = read(intent_line("i"), outcome_line("i", word))
    assert journal.events[1] == (3, Ended("i", ending, journal.run.id, AT))


def test_a_key_that_became_known_in_the_journal_itself_drops_its_intent_too() -> None:
    done = outcome_line("i", "created", ', "audienceId": "A"')
    journal = read(intent_line("i"), done, intent_line("j"), outcome_line("j", "unknown"))
    assert without_settled(journal, set()) == journal.events[:2]
    refused = read(intent_line("i"), outcome_line("i", "refused"), intent_line("j"))
    assert without_settled(refused, set()) == refused.events


def test_a_key_may_have_several_open_intents_as_a_recovery_could_leave_them() -> None:
    log = HEADER.replace(b'"serial": 3', b'"serial": 0') + intent_line("i-1") + intent_line("i-2")
    stored = Stored(log=log)
    state = load(stored, MemoryStore(), Target("o", "s", "e")).state
    assert [(one.id, one.key) for one in state.intents.values()] == [
        ("i-1", "gold"),
        ("i-2", "gold"),
    ]


def test_a_journal_that_only_has_its_header_has_no_time() -> None:
    assert (read().run.at, read().events) == ("", ())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (HEADER, "2: not a journal line: input tag 'journal'"),
        (outcome_line("i", "created"), "2: `created` without an audienceId"),
        (outcome_line("i", "adopted"), "2: `adopted` without an audienceId"),
        (outcome_line("i", "done"), "2: not a journal line: outcome.outcome: input should be"),
        (b'{"type": "noted"}\n', "2: not a journal line: input tag 'noted'"),
        (intent_line("i").replace(b"+00:00", b""), "2: not a journal line: intent.at: value error"),
    ],
)
def test_what_no_journal_of_old_has_is_refused_with_its_line(line: bytes, message: str) -> None:
    with pytest.raises(StateError) as caught:
        read_journal(HEADER + line, "old.journal")
    assert caught.value.message.startswith(f"old.journal:{message}")
    assert caught.value.hint == REPAIR


def test_a_header_of_old_that_is_damaged_is_refused() -> None:
    with pytest.raises(StateError) as caught:
        read_journal(HEADER.replace(b'"lineage"', b'"Lineage"'), "old.journal")
    assert caught.value.message == "old.journal:1: not a journal line: lineage: field required"
