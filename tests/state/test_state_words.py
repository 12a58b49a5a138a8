"""What is said where a state or a journal cannot be used: the line, the reason, what to do."""

import pytest
from fakes import AT, TARGET, audience

from aepctl.errors import StateError
from aepctl.state.codec import decode_state, encode_state
from aepctl.state.journal import Replay, replay, superseded
from aepctl.state.lines import encode_adopted, encode_header, encode_intent, encode_outcome
from aepctl.state.model import Intent, Known, Phase, State

MEND = "nothing was changed; take the file's last good version from Git, or mend the line"
JOURNAL = (
    "nothing was changed; the journal is written by aepctl only, so take its last good "
    "version from Git or from the job that wrote it"
)
TEXT = encode_state(
    State("L", 3, TARGET, {key: Known(audience(key), f"A-{key}") for key in ("gold", "silver")})
)
HEADER = encode_header("L", 3, TARGET)
GOLD = Intent("i-1", "gold", audience("gold"), AT)
SILVER = Intent("i-2", "silver", audience("silver"), AT)


def refused(text: str) -> tuple[str, str | None]:
    with pytest.raises(StateError) as caught:
        decode_state(text, "prod.json")
    return caught.value.what, caught.value.next


def refused_journal(raw: bytes) -> tuple[str, str | None]:
    with pytest.raises(StateError) as caught:
        replay(raw, "prod.journal")
    return caught.value.what, caught.value.next


def read(*lines: str) -> Replay:
    found = replay("".join([HEADER, *lines]).encode(), "prod.journal")
    assert found is not None
    return found


# State


@pytest.mark.parametrize("before", ["", "\n", "\n\n"])
def test_a_merge_conflict_is_shown_at_its_line_with_how_to_mend_it(before: str) -> None:
    what, following = refused(before + TEXT.replace('    "gold"', '<<<<<<< ours\n    "gold"'))
    assert what == f"prod.json:{7 + len(before)}: Git left a merge conflict here"
    assert following == (
        "each line under `audiences` is one audience: keep the lines of both sides, "
        "the higher serial, and remove the markers"
    )


def test_a_newer_format_is_shown_where_it_stands_with_what_to_do() -> None:
    """Also where an audience has the key `format`."""
    text = TEXT.replace('"format": "1.0"', '"format": "9.0"').replace('"gold"', '"format"', 1)
    what, following = refused(text)
    assert what.startswith("prod.json:2: format 9.0 was written by a newer aepctl")
    assert following == "update aepctl"


def test_an_audience_that_stands_twice_is_named() -> None:
    line = TEXT.splitlines()[7]
    assert '"silver"' in line
    what, following = refused(TEXT.replace(line, f"{line},\n{line}"))
    assert what == "prod.json:9: `silver` stands here twice"
    assert following == MEND


def test_an_audience_that_is_none_is_shown_at_its_line() -> None:
    line = TEXT.splitlines()[7]
    what, following = refused(TEXT.replace(line, '    "silver": 5'))
    assert what.startswith("prod.json:8: audiences.silver: ")
    assert following == MEND


@pytest.mark.parametrize("before", ["", "\n"])
def test_what_has_no_line_of_its_own_is_shown_at_the_first(before: str) -> None:
    what, _ = refused(before + TEXT.replace('"lineage"', '"Lineage"'))
    assert what == "prod.json:1: lineage: field required"


def test_lines_count_from_the_beginning_of_the_file() -> None:
    what, _ = refused("\n" + TEXT.replace('"serial": 3', '"serial": "3"'))
    assert what.startswith("prod.json:5: serial: ")


def test_saved_plans_are_kept_and_their_line_is_there_only_with_them() -> None:
    state = State("L", 3, TARGET, plans=("plan-1", "plan-2"))
    assert '  "plans": ["plan-1", "plan-2"],\n' in encode_state(state)
    assert decode_state(encode_state(state), "prod.json") == state
    assert '"plans"' not in TEXT


# Journal


def test_a_journal_that_is_not_utf8_is_refused_at_its_line() -> None:
    line = encode_intent(GOLD).encode()
    damaged = line.replace(b"agora", b"ag\xf6ra")
    what, following = refused_journal(HEADER.encode() + line + damaged + line + line)
    assert what == "prod.journal:3: not UTF-8"
    assert following == JOURNAL
    assert refused_journal(b"\n\xff\n")[0] == "prod.journal:2: not UTF-8"


def test_a_journal_of_another_format_is_refused_with_what_to_do() -> None:
    what, following = refused_journal(HEADER.replace('"1.0"', '"2.0"').encode())
    assert what == "prod.journal:1: format 2.0 is not this aepctl's 1.0"
    assert following == "run the aepctl version that wrote it, or update"


def test_a_time_without_its_zone_is_none() -> None:
    line = encode_intent(GOLD).replace("+00:00", "")
    what, following = refused_journal((HEADER + line).encode())
    assert what.startswith("prod.journal:2: not a journal line: ")
    assert what.endswith("a time without its zone")
    assert following == JOURNAL


def test_every_part_of_an_intent_that_is_carried_over_comes_back() -> None:
    for phase in Phase:
        for exists in (True, False):
            one = Intent("i", "gold", audience("gold"), AT, "given", phase, "why", exists)
            assert read(encode_intent(one)).intents == (one,)


def test_what_was_adopted_comes_back_with_both_ids_and_settles_its_key_alone() -> None:
    absent = [encode_outcome(one, "absent", AT, reason="why") for one in (GOLD, SILVER)]
    known = Known(audience("gold"), "A", "P")
    found = read(
        encode_intent(GOLD), encode_intent(SILVER), *absent, encode_adopted("gold", known, AT)
    )
    assert found.known == {"gold": known}
    assert [one.key for one in found.intents] == ["silver"]


def test_what_came_of_an_intent_that_was_found_is_known() -> None:
    found = read(encode_intent(GOLD), encode_outcome(GOLD, "adopted", AT, audienceId="A", id="P"))
    assert found.known == {"gold": Known(audience("gold"), "A", "P")}
    assert found.intents == ()


def test_only_intents_of_the_key_that_came_to_nothing_make_way() -> None:
    """And among those of another key none does."""
    intents = {
        f"{key}-{phase}": Intent(f"{key}-{phase}", key, audience(key), AT, phase=phase)
        for key in ("gold", "silver")
        for phase in Phase
    }
    left = superseded(intents, "gold")
    assert set(left) == {"gold-open", "silver-open", "silver-absent", "silver-recreate"}
    again = Intent("again", "gold", audience("gold"), AT)
    lines = [encode_intent(intents["gold-absent"]), encode_intent(intents["silver-absent"])]
    assert [one.id for one in read(*lines, encode_intent(again)).intents] == [
        "silver-absent",
        "again",
    ]
