"""The journal as text: one line an event, what counts of it, and all that it is refused for."""

import json
from dataclasses import replace

import pytest
from fakes import AT, TARGET, audience
from histories import events, names, runs, targets
from hypothesis import given
from hypothesis import strategies as st

from aepctl.errors import StateError
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Adopt, Create, Forget, Move, Record
from aepctl.model.target import Target
from aepctl.state.events import Begun, Ended, Ending, Event, Noted, PlanUsed
from aepctl.state.journal_codec import (
    JOURNAL_FORMAT,
    MERGE,
    REPAIR,
    JournalContents,
    encode_event,
    encode_header,
    in_ascii,
    read_journal,
)
from aepctl.state.model import Intent, Phase, Run

RUN = Run("run-1", AT, "aepctl apply", by="mia", part=2)
HEADER = encode_header("L", 3, TARGET, RUN)
GOLD = Intent("i-1", "run-1", "gold", Create(audience("Gold", "Größe ❄")), AT)
SILVER = Intent("i-2", "run-1", "silver", Create(audience("Silver")), AT)
FIELDS = {"name": "Gold", "namespace": "agora", "originName": "Agora_Collaboration"}


def read(*some: Event) -> JournalContents:
    journal = read_journal(HEADER + b"".join(map(encode_event, some)), "local.journal")
    assert journal is not None
    return journal


def refusal(raw: bytes) -> StateError:
    with pytest.raises(StateError) as caught:
        read_journal(raw, "local.journal")
    return caught.value


def spelled(event: Event) -> object:
    line = encode_event(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    return json.loads(line)


def test_the_header_names_format_state_target_and_run() -> None:
    assert json.loads(HEADER) == {
        "type": "journal",
        "format": "1.4",
        "lineage": "L",
        "serial": 3,
        "target": {"endpoint": TARGET.endpoint, "org": TARGET.org, "sandbox": TARGET.sandbox},
        "run": {"id": "run-1", "at": AT, "command": "aepctl apply", "by": "mia", "part": 2},
    }
    assert read() == JournalContents("local.journal", RUN, "L", 3, TARGET, (), len(HEADER))


def test_an_intent_says_all_that_is_needed_to_settle_it() -> None:
    assert spelled(Begun(GOLD)) == {
        "type": "intent",
        "intent": "i-1",
        "key": "gold",
        "at": AT,
        "run": "run-1",
        "step": {"type": "create", "audience": {**FIELDS, "description": "Größe ❄"}},
    }


def test_an_outcome_says_what_was_seen() -> None:
    known = Ended("i-1", Ending.DONE, "run-1", AT, Ids("A", "P"), audience("Gold"))
    assert spelled(known) == {
        "type": "outcome",
        "intent": "i-1",
        "outcome": "done",
        "at": AT,
        "audienceId": "A",
        "id": "P",
        "observed": FIELDS,
    }
    unknown = Ended("i-1", Ending.UNKNOWN, "run-1", AT, reason="reset", exists=True)
    assert spelled(unknown) == {
        "type": "outcome",
        "intent": "i-1",
        "outcome": "unknown",
        "at": AT,
        "reason": "reset",
        "exists": True,
    }


@pytest.mark.parametrize(
    ("step", "line"),
    [
        (
            Adopt(Known(audience("Gold"), Ids("A", "P"))),
            {"type": "adopt", "audienceId": "A", "id": "P", "audience": FIELDS},
        ),
        (Move("old"), {"type": "move", "from": "old"}),
        (Forget(), {"type": "forget"}),
        (Record(audience("Gold")), {"type": "record", "audience": FIELDS}),
    ],
)
def test_a_step_that_touches_state_only_is_noted(step: Adopt, line: dict[str, object]) -> None:
    assert spelled(Noted("gold", step, AT)) == {
        "type": "noted",
        "key": "gold",
        "at": AT,
        "step": line,
    }


def test_a_plan_that_is_used_is_noted_with_what_is_left_of_it() -> None:
    used = PlanUsed("p-1", AT, "run-1", 7, ("gold", "silver"))
    line = {"type": "plan", "plan": "p-1", "at": AT, "serial": 7, "left": ["gold", "silver"]}
    assert spelled(used) == line
    assert read(used).events == ((2, used),)


def test_of_a_plan_in_an_older_journal_nothing_is_left() -> None:
    line = b'{"type": "plan", "plan": "p-1", "at": "' + AT.encode() + b'"}\n'
    journal = read_journal(HEADER.replace(b'"1.4"', b'"1.2"') + line, "local.journal")
    assert journal is not None
    assert journal.events == ((2, PlanUsed("p-1", AT, journal.run.id)),)


def test_each_event_comes_with_its_line() -> None:
    done = Ended("i-2", Ending.DONE, "run-1", AT, Ids("A"))
    journal = read(Begun(GOLD), Begun(SILVER), done)
    assert journal.events == ((2, Begun(GOLD)), (3, Begun(SILVER)), (4, done))


def test_an_outcome_is_told_by_the_run_whose_journal_it_is_in() -> None:
    elsewhere = Ended("i-1", Ending.ABSENT, "another run", AT)
    assert read(elsewhere).events == ((2, replace(elsewhere, run="run-1")),)


def test_an_intent_of_an_earlier_run_keeps_that_and_what_is_known_of_it() -> None:
    one = Intent(
        "i", "run-0", "gold", Create(audience("gold"), "id"), AT, Phase.ABSENT, "why", True, "run-0"
    )
    assert read(Begun(one)).events == ((2, Begun(one)),)


def test_line_feeds_in_a_text_stay_within_their_line() -> None:
    odd = replace(GOLD, step=Create(audience("two\nlines\u2028and\x85more")))
    assert read(Begun(odd)).events == ((2, Begun(odd)),)


def test_a_torn_last_line_does_not_count() -> None:
    whole, torn = HEADER + encode_event(Begun(GOLD)), encode_event(Begun(SILVER))
    for size in range(len(torn)):
        journal = read_journal(whole + torn[:size], "local.journal")
        assert journal is not None
        assert (journal.events, journal.size) == (((2, Begun(GOLD)),), len(whole))


def test_where_not_even_the_header_is_whole_there_is_no_journal() -> None:
    for size in range(len(HEADER)):
        assert read_journal(HEADER[:size], "local.journal") is None


LINE = encode_event(Begun(GOLD))
ENDED = encode_event(Ended("i-1", Ending.REFUSED, "run-1", AT))
NO_HEADER = "1: not a journal: the first line is not its header"
REFUSED = {
    "no header": (LINE, NO_HEADER),
    "no json": (b"gold\n", NO_HEADER),
    "nested": (b"[" * 100_000 + b"\n", NO_HEADER),
    "a list": (b"[]\n", NO_HEADER),
    "no format": (HEADER.replace(b'"format"', b'"Format"'), NO_HEADER),
    "format is a number": (HEADER.replace(b'"1.4"', b"1.4"), NO_HEADER),
    "second header": (HEADER * 2, "2: not a journal line: input tag 'journal' found using"),
    "empty line": (HEADER + b"\n" + LINE, "2: not a journal line: invalid JSON"),
    "broken line": (HEADER + LINE[:-9] + b"\n" + LINE, "2: not a journal line: invalid JSON"),
    "unknown type": (HEADER + b'{"type": "note"}\n', "2: not a journal line: input tag 'note'"),
    "no type": (HEADER + b"{}\n", "2: not a journal line: unable to extract tag"),
    "unknown field": (
        HEADER + LINE.replace(b'"key"', b'"colour"'),
        "2: not a journal line: intent.key: field required",
    ),
    "unknown outcome": (
        HEADER + ENDED.replace(b"refused", b"adored"),
        "2: not a journal line: outcome.outcome: input should be 'done'",
    ),
    "unknown step": (
        HEADER + LINE.replace(b'"create"', b'"move"'),
        "2: not a journal line: intent.step: input tag 'move'",
    ),
    "wrong type": (
        HEADER.replace(b'"serial": 3', b'"serial": "3"'),
        "1: not a journal line: serial: input should be a valid integer",
    ),
    "no run": (HEADER.replace(b'"run"', b'"ran"'), "1: not a journal line: run: field required"),
    "time without zone": (
        HEADER + LINE.replace(b"+00:00", b""),
        "2: not a journal line: intent.at: value error, a time without its zone",
    ),
    "an empty ID": (
        HEADER + ENDED.replace(b'"refused"', b'"done", "audienceId": ""'),
        "2: not a journal line: outcome.audienceId: string should have",
    ),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_refused_journal_is_named_with_the_line(fault: str) -> None:
    raw, message = REFUSED[fault]
    error = refusal(raw)
    assert error.message.startswith(f"local.journal:{message}")
    assert error.hint == REPAIR
    assert REPAIR == (
        "nothing was changed; only aepctl writes this file, so restore its last good version "
        "from Git or from the job that wrote it"
    )


def test_a_merge_conflict_is_refused_with_what_to_do() -> None:
    error = refusal(HEADER + b"<<<<<<< HEAD\n" + LINE + b"=======\n>>>>>>> theirs\n")
    assert error.message == "local.journal:2: Git left a merge conflict here"
    assert error.hint == MERGE
    assert MERGE == (
        "a journal belongs to one run and cannot be merged: keep the lines of one side"
    )


def test_bytes_that_are_not_utf_8_are_refused_and_not_guessed_at() -> None:
    error = refusal((HEADER + LINE).replace("ö".encode(), b"\xf6"))
    assert (error.message, error.hint) == ("local.journal:2: not UTF-8", REPAIR)


def test_a_newer_journal_asks_for_an_update_and_an_unknown_one_for_its_writer() -> None:
    error = refusal(HEADER.replace(b'"1.4"', b'"1.5"'))
    assert error.message == (
        "local.journal:1: format 1.5 was written by a newer aepctl; this one reads up to "
        f"{JOURNAL_FORMAT}"
    )
    assert error.hint == "update aepctl"
    error = refusal(HEADER.replace(b'"1.4"', b'"0.9"'))
    assert error.message == (
        "local.journal:1: format 0.9 is not known; this aepctl reads 1.0 up to 1.4"
    )


@pytest.mark.parametrize("odd", ["Größe ❄", "a\u2028b\x85c", "\u202eevil", "\x1b[31m", "😀"])
def test_lines_can_be_told_so_that_they_survive_any_log_and_any_terminal(odd: str) -> None:
    lines = HEADER + encode_event(Begun(replace(GOLD, step=Create(audience(odd)))))
    told = in_ascii(lines)
    assert told.isascii()
    assert all(line.isprintable() for line in told.splitlines())
    assert [json.loads(line) for line in told.splitlines()] == [
        json.loads(line) for line in lines.decode().split("\n")[:-1]
    ]


@given(names, st.integers(0, 10**12), targets, runs, st.lists(events, max_size=4))
def test_every_journal_comes_back_as_it_was(
    lineage: str, serial: int, target: Target, run: Run, some: list[Event]
) -> None:
    some = [one if isinstance(one, Begun) else replace(one, run=run.id) for one in some]
    raw = encode_header(lineage, serial, target, run) + b"".join(map(encode_event, some))
    numbered = tuple(enumerate(some, 2))
    assert read_journal(raw, "x") == JournalContents(
        "x", run, lineage, serial, target, numbered, len(raw)
    )
