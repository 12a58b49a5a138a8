"""The journal as text and as a file: what counts, what is refused, what a torn end costs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import AT, TARGET, FaultyDisk, MemoryDisk, audience, full

from aepctl.errors import StateError
from aepctl.state.journal import Replay, replay
from aepctl.state.lines import encode_header, encode_intent, encode_outcome
from aepctl.state.model import Intent, Known
from aepctl.state.notes import JournalFile

HEADER = encode_header("L", 3, TARGET)
GOLD = Intent("i-1", "gold", audience("Gold", "Größe ❄"), AT)
SILVER = Intent("i-2", "silver", audience("Silver"), AT)
PATH = Path("/state/local.journal")


def read(*lines: str) -> Replay:
    found = replay("".join([HEADER, *lines]).encode(), "local.journal")
    assert found is not None
    return found


def refusal(raw: bytes) -> str:
    with pytest.raises(StateError) as caught:
        replay(raw, "local.journal")
    assert caught.value.next
    return caught.value.what


def outcome(intent: Intent, name: str, **more: Any) -> str:
    return encode_outcome(intent, name, AT, **more)


def test_a_journal_is_one_json_line_a_note() -> None:
    text = HEADER + encode_intent(GOLD) + outcome(GOLD, "created", audienceId="A", id=None)
    first, second, third = (json.loads(line) for line in text.splitlines())
    assert first == {
        "type": "journal",
        "format": "1.0",
        "lineage": "L",
        "serial": 3,
        "target": {"endpoint": TARGET.endpoint, "org": TARGET.org, "sandbox": TARGET.sandbox},
    }
    assert second == {
        "type": "intent",
        "intent": "i-1",
        "key": "gold",
        "at": AT,
        "audience": {
            "name": "Gold",
            "description": "Größe ❄",
            "namespace": "agora",
            "originName": "Agora_Collaboration",
        },
    }
    assert third == {
        "type": "outcome",
        "intent": "i-1",
        "outcome": "created",
        "at": AT,
        "audienceId": "A",
    }


def test_line_feeds_in_a_text_stay_within_their_line() -> None:
    intent = Intent("i", "key", audience("two\nlines\u2028and\x85more"), AT)
    found = read(encode_intent(intent))
    assert found.intents == (intent,)


def test_the_header_names_state_and_target() -> None:
    found = read()
    assert (found.lineage, found.serial, found.target) == ("L", 3, TARGET)
    assert (found.known, found.intents, found.size) == ({}, (), len(HEADER.encode()))


def test_an_intent_without_an_outcome_is_open() -> None:
    found = read(encode_intent(GOLD))
    assert found.intents == (GOLD,)
    assert GOLD.doubt == "the run ended before its outcome was recorded"


def test_created_settles_its_intent_and_makes_the_key_known() -> None:
    found = read(encode_intent(GOLD), outcome(GOLD, "created", audienceId="A", id="P"))
    assert (found.known, found.intents) == ({"gold": Known(GOLD.audience, "A", "P")}, ())


def test_refused_settles_its_intent_and_leaves_nothing() -> None:
    found = read(encode_intent(GOLD), outcome(GOLD, "refused", reason="too long"))
    assert (found.known, found.intents) == ({}, ())


def test_unknown_leaves_its_intent_open_and_says_why() -> None:
    found = read(encode_intent(GOLD), outcome(GOLD, "unknown", reason="no answer in time"))
    assert [(one.key, one.doubt) for one in found.intents] == [("gold", "no answer in time")]


def test_unknown_without_a_reason_keeps_the_earlier_doubt() -> None:
    found = read(encode_intent(replace(GOLD, doubt="reset")), outcome(GOLD, "unknown"))
    assert [one.doubt for one in found.intents] == ["reset"]


def test_what_was_unknown_can_be_settled_later() -> None:
    unknown = outcome(GOLD, "unknown", reason="reset")
    found = read(encode_intent(GOLD), unknown, outcome(GOLD, "created", audienceId="A"))
    assert (found.known, found.intents) == ({"gold": Known(GOLD.audience, "A")}, ())


def test_a_doubt_that_is_history_comes_back() -> None:
    (found,) = read(encode_intent(replace(GOLD, doubt="reset"))).intents
    assert found.doubt == "reset"


def test_the_outcomes_of_several_threads_find_their_intents() -> None:
    found = read(
        encode_intent(GOLD),
        encode_intent(SILVER),
        outcome(SILVER, "created", audienceId="S"),
        outcome(GOLD, "refused"),
    )
    assert (list(found.known), found.intents) == (["silver"], ())


def test_a_torn_last_line_does_not_count() -> None:
    whole = (HEADER + encode_intent(GOLD)).encode()
    torn = encode_intent(SILVER).encode()
    for size in range(len(torn)):
        found = replay(whole + torn[:size], "local.journal")
        assert found is not None
        assert (found.intents, found.size) == ((GOLD,), len(whole))


def test_where_not_even_the_header_is_whole_there_is_no_journal() -> None:
    raw = HEADER.encode()
    assert [replay(raw[:size], "local.journal") for size in range(len(raw))] == [None] * len(raw)


def test_a_broken_line_in_the_middle_is_refused_with_its_number() -> None:
    raw = HEADER + encode_intent(GOLD)[:-9] + "\n" + encode_intent(SILVER)
    assert refusal(raw.encode()).startswith("local.journal:2: not a journal line: ")


CREATED_WITHOUT_INTENT = outcome(GOLD, "created", audienceId="A")
REFUSED = {
    "no header": (encode_intent(GOLD), "1: no journal: its first line is no header"),
    "second header": (HEADER + HEADER, "2: a second header"),
    "empty line": (HEADER + "\n" + encode_intent(GOLD), "2: not a journal line"),
    "no json": (HEADER + "gold\n", "2: not a journal line"),
    "unknown type": (HEADER + '{"type": "note"}\n', "2: not a journal line"),
    "unknown field": (HEADER + HEADER.replace("serial", "colour"), "2: not a journal line"),
    "wrong type": (HEADER.replace('"serial": 3', '"serial": "3"'), "1: not a journal line"),
    "outcome without intent": (
        HEADER + CREATED_WITHOUT_INTENT,
        "2: an outcome whose intent is not in the journal",
    ),
    "second outcome": (
        HEADER + encode_intent(GOLD) + CREATED_WITHOUT_INTENT + outcome(GOLD, "refused"),
        "4: an outcome whose intent is not in the journal",
    ),
    "created without an ID": (
        HEADER + encode_intent(GOLD) + outcome(GOLD, "created"),
        "3: `created` without an audienceId",
    ),
    "new outcome": (
        HEADER + encode_intent(GOLD) + outcome(GOLD, "adored"),
        "3: not a journal line",
    ),
    "merge conflict": (
        HEADER + "<<<<<<< HEAD\n" + encode_intent(GOLD) + "=======\n>>>>>>> theirs\n",
        "2: Git left a merge conflict here",
    ),
    "newer format": (HEADER.replace('"1.0"', '"1.1"'), "1: format 1.1 is not this aepctl's 1.0"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_refused_journal_is_named_with_the_line(fault: str) -> None:
    text, message = REFUSED[fault]
    assert refusal(text.encode()).startswith(f"local.journal:{message}")


def test_bytes_that_are_not_utf_8_are_refused_and_not_guessed_at() -> None:
    raw = (HEADER + encode_intent(GOLD)).encode().replace("ö".encode(), b"\xf6")
    assert refusal(raw) == "local.journal:2: not UTF-8"


# The file


def journal(disk: MemoryDisk | FaultyDisk, *, size: int = 0) -> JournalFile:
    return JournalFile(disk, PATH, size=size)


def test_a_line_is_durable_when_append_returns() -> None:
    disk = MemoryDisk()
    file = journal(disk)
    file.append("one\n")
    file.append("zwö\n")
    disk.power_cut("both")
    assert disk.read(PATH) == "one\nzwö\n".encode()
    assert file.size == len("one\nzwö\n".encode())


def test_the_torn_end_of_an_earlier_run_is_cut_off_when_the_file_is_opened() -> None:
    disk = MemoryDisk()
    first = journal(disk)
    first.append("whole\n")
    first.append("torn, and longer than what follows")
    first.close()
    second = journal(disk, size=len("whole\n"))
    second.append("next\n")
    second.close()
    assert disk.read(PATH) == b"whole\nnext\n"


@pytest.mark.parametrize("call", ["truncate", "sync_folder"])
def test_a_journal_that_cannot_be_opened_gives_its_handle_back(call: str) -> None:
    memory = MemoryDisk()
    at = ["open_append", "truncate", "sync_folder"].index(call) + 1
    with pytest.raises(OSError, match="No space left"):
        journal(FaultyDisk(memory, at))
    assert memory.open == {}


@pytest.mark.parametrize("done", ["none", "half", "all"])
@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_line_that_could_not_be_made_durable_is_taken_back(call: str, done: str) -> None:
    memory = MemoryDisk()
    disk = FaultyDisk(memory, done=done)
    file = journal(disk)
    file.append("one\n")
    disk.at = len(disk.calls) + (1 if call == "write" else 1 + disk.calls.count("write"))
    with pytest.raises(OSError, match="No space left"):
        file.append("two\n")
    assert disk.calls[disk.at - 1] == call
    assert memory.read(PATH) == b"one\n"
    file.append("three\n")
    file.close()
    assert memory.read(PATH) == b"one\nthree\n"


def test_where_a_line_cannot_be_taken_back_no_other_is_put_behind_it() -> None:
    memory = MemoryDisk()
    disk = FaultyDisk(memory, lasting=True, done="half", error=full)
    file = journal(disk)
    file.append("one\n")
    disk.at = len(disk.calls) + 1
    with pytest.raises(OSError, match="No space left"):
        file.append("two\n")
    disk.at = None  # the disk has recovered; the torn line is still there
    with pytest.raises(OSError, match="could not be taken back"):
        file.append("three\n")
    file.close()
    assert memory.read(PATH) == b"one\ntw"
    assert file.size == len("one\n")
