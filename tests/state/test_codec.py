"""The state document as text: golden files, and every way in which it is refused."""

import json
import re
from contextlib import suppress
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest
from fakes import AT, TARGET, audience
from histories import states
from hypothesis import given
from hypothesis import strategies as st

from aepctl.errors import StateError
from aepctl.model.audience import FIELDS, Deposed, Ids, Known
from aepctl.model.lifecycle import AtRemoval, OnRemoval
from aepctl.model.steps import Create, Delete, Patch
from aepctl.state.codec import FORMAT, MERGE, REPAIR, decode_state
from aepctl.state.encoder import encode_known, encode_state
from aepctl.state.model import Intent, Phase, Run, State, UsedPlan
from aepctl.state.on_disk import FieldsOnDisk, KnownOnDisk

GOLDEN = (
    "empty.json",
    "four-audiences.json",
    "format-1.1.json",
    "format-1.2.json",
    "format-1.3.json",
    "format-1.4.json",
)
TWO = State("L", 3, TARGET, {n: Known(audience(n), Ids(f"id-{n}")) for n in ("gold", "silver")})
OPEN = Intent("i-1", "run-1", "gold", Create(audience("gold")), AT)


def decode(text: str, file: str = "s.json") -> State:
    return decode_state(text.encode(), file)


def refusal(text: str, file: str = "s.json") -> StateError:
    with pytest.raises(StateError) as caught:
        decode(text, file)
    return caught.value


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_file_comes_back_byte_by_byte_but_for_its_format(data: Path, name: str) -> None:
    text = (data / name).read_bytes().decode()
    newest = re.sub(r'"format": "1\.\d"', f'"format": "{FORMAT}"', text)
    newest = re.sub(r'"plans": \["(\w+)"\]', r'"plans": {\n    "\1": {"serial": 0}\n  }', newest)
    assert encode_state(decode(text)) == newest


def test_the_golden_file_says_what_it_means(data: Path) -> None:
    state = decode_state((data / "four-audiences.json").read_bytes(), "s.json")
    assert (state.serial, state.target) == (7, TARGET)
    assert state.lineage == "7d0f4a7e-3f0c-4a55-9a0e-3f1f2b6f0c11"
    assert state.audiences["loyalty-silver"] == Known(
        audience("Loyalty - Silver tier", ""),
        Ids("c0ffee00-0000-4000-8000-000000000002", "5f1d0000-0000-4000-8000-00000000000a"),
    )
    assert state.audiences["winter-sale"].audience == audience("Winter ❄ Angebot: „Größe“")
    assert state.audiences["Éclair"].audience.name == 'Éclair "double" \\ quoted'


def test_audiences_stand_sorted_one_to_a_line_whatever_their_order_was() -> None:
    backwards = replace(TWO, audiences=dict(reversed(TWO.audiences.items())))
    assert encode_state(backwards) == encode_state(TWO)
    lines = encode_state(TWO).split("\n")
    keys = [line.split('"')[1] for line in lines if line.startswith("    ")]
    assert keys == ["gold", "silver"]
    assert lines[-1] == ""


def added_and_removed(before: State, after: State) -> list[str]:
    texts = (encode_state(state).splitlines() for state in (before, after))
    return [
        line
        for line in unified_diff(*texts, n=0, lineterm="")
        if line[0] in "+-" and line[:3] not in {"+++", "---"}
    ]


@pytest.mark.parametrize("key", ["aaa", "half-way"])
def test_one_more_audience_is_one_more_line(key: str) -> None:
    more = replace(TWO, audiences={**TWO.audiences, key: Known(audience("New"), Ids("id-new"))})
    (line,) = added_and_removed(TWO, more)
    assert line.startswith(f'+    "{key}": {{"audienceId": "id-new"')


def test_a_new_serial_is_one_line_too() -> None:
    changes = added_and_removed(TWO, replace(TWO, serial=4))
    assert changes == ['-  "serial": 3,', '+  "serial": 4,']


def test_one_more_intent_or_run_is_one_more_line() -> None:
    some = replace(TWO, intents={"i-1": OPEN}, runs=(Run("run-1", AT, "aepctl apply"),))
    later = replace(OPEN, id="i-0", key="silver", at="2026-02-01T00:00:00.000+00:00")
    more = replace(some, intents={"i-0": later, **some.intents})
    (line,) = [one for one in added_and_removed(some, more) if '"i-0"' in one]
    assert line.startswith('+    "i-0": {"at": "2026-02-01')
    again = replace(some, runs=(*some.runs, Run("run-2", AT, "aepctl apply")))
    assert '+    {"at": "' + AT + '", "command": "aepctl apply", "id": "run-2"}' in (
        added_and_removed(some, again)
    )


def test_intents_stand_in_the_order_of_their_beginning() -> None:
    later = "2026-02-01T00:00:00.000+00:00"
    some = [replace(OPEN, id=name, at=at) for name, at in (("b", AT), ("c", AT), ("a", later))]
    for order in (some, some[::-1]):
        state = replace(TWO, intents={one.id: one for one in order})
        assert list(decode(encode_state(state)).intents) == ["b", "c", "a"]


def test_what_is_empty_has_no_line() -> None:
    assert not {'"plans"', '"intents"', '"runs"'} & set(encode_state(TWO).replace(":", " ").split())
    assert '  "audiences": {}\n}\n' in encode_state(replace(TWO, audiences={}))


def test_saved_plans_stand_sorted_one_to_a_line_with_what_is_left_of_them() -> None:
    begun = UsedPlan(4, ("run-1", "run-2"), frozenset({"silver", "gold"}))
    state = replace(TWO, plans={"plan-2": UsedPlan(5), "plan-1": begun})
    assert (
        '  "plans": {\n'
        '    "plan-1": {"left": ["gold", "silver"], "runs": ["run-1", "run-2"], "serial": 4},\n'
        '    "plan-2": {"serial": 5}\n'
        "  },\n"
    ) in encode_state(state)
    assert decode(encode_state(state)) == state


def test_of_a_saved_plan_of_an_older_format_nothing_is_left() -> None:
    text = encode_state(replace(TWO, plans={"p": UsedPlan()})).replace('"1.4"', '"1.2"')
    older = re.sub(r'"plans": \{.*?\n  \}', '"plans": ["p"]', text, flags=re.DOTALL)
    assert '"plans": ["p"],' in older
    assert decode(older).plans == {"p": UsedPlan(0, (), frozenset())}


def test_a_state_without_a_lineage_is_not_written() -> None:
    with pytest.raises(ValueError, match="a state without a lineage is not written"):
        encode_state(State(None, 0, TARGET))


KNOWN = TWO.audiences["gold"]
STEPS = {
    "create": (Create(audience("gold", "")), {"audience": audience("gold", "").fields()}),
    "given": (
        Create(audience("gold"), "given"),
        {"audience": audience("gold").fields(), "audienceId": "given"},
    ),
    "patch": (
        Patch(Ids("A", "P"), audience("gold"), audience("gold", "new")),
        {
            "audienceId": "A",
            "id": "P",
            "before": audience("gold").fields(),
            "after": audience("gold", "new").fields(),
        },
    ),
    "delete": (
        Delete(Ids("A"), audience("gold")),
        {"audienceId": "A", "audience": audience("gold").fields()},
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_an_intent_can_be_settled_without_the_manifests(name: str) -> None:
    step, spelled = STEPS[name]
    state = replace(TWO, intents={"i-1": replace(OPEN, step=step)})
    line = json.loads(encode_state(state))["intents"]["i-1"]
    word = "create" if name == "given" else name
    assert line == {"key": "gold", "at": AT, "run": "run-1", "step": {"type": word, **spelled}}
    assert decode(encode_state(state)) == state


def test_what_is_known_of_an_intent_stands_in_its_line() -> None:
    told = replace(OPEN, phase=Phase.ABSENT, reason="not found", exists=True, absent_since="run-2")
    line = json.loads(encode_state(replace(TWO, intents={"i-1": told})))["intents"]["i-1"]
    assert {name: line[name] for name in ("phase", "reason", "exists", "absent_since")} == {
        "phase": "absent",
        "reason": "not found",
        "exists": True,
        "absent_since": "run-2",
    }


def test_a_run_says_what_is_known_of_it() -> None:
    run = Run("r", AT, "aepctl apply", "mia", "abc123", "https://ci.example/9", 2)
    state = replace(TWO, runs=(run, Run("s", AT, "aepctl state mv a b")))
    assert json.loads(encode_state(state))["runs"] == [
        {
            "id": "r",
            "at": AT,
            "command": "aepctl apply",
            "by": "mia",
            "commit": "abc123",
            "job": "https://ci.example/9",
            "part": 2,
        },
        {"id": "s", "at": AT, "command": "aepctl state mv a b"},
    ]


def test_an_intent_for_a_key_that_is_known_stays() -> None:
    state = replace(TWO, intents={"i-1": OPEN})
    assert decode(encode_state(state)).intents == {"i-1": OPEN}


@pytest.mark.parametrize(
    ("keys", "lines"),
    [(("a", "b"), (7, 8)), (("a", "x", "b"), (7, 9)), (("format", "target"), (7, 8))],
)
def test_one_id_under_two_keys_is_refused_at_its_line_with_how_to_mend_it(
    keys: tuple[str, ...], lines: tuple[int, int]
) -> None:
    first, *others, last = keys
    audiences = {one: Known(audience(one), Ids(one)) for one in others}
    audiences |= {first: KNOWN, last: KNOWN}
    ids = KNOWN.ids.audience_id
    error = refusal(_unsorted(TWO, {key: audiences[key] for key in keys}))
    assert error.message == (
        f"s.json:{lines[1]}: `{last}` has the audienceId {ids}, which `{first}` has as well "
        f"(line {lines[0]})"
    )
    assert error.hint == (
        f"nothing was changed; look on the platform which of the two {ids} is, and delete the line "
        "of the other: the next apply looks for that one, and records it where it finds it"
    )


def _unsorted(state: State, audiences: dict[str, Known]) -> str:
    """A state document with these audiences in this order."""
    empty = encode_state(replace(state, audiences={}))
    lines = [f'    "{key}": {json.dumps(encode_known(one))}' for key, one in audiences.items()]
    return empty.replace("{}\n}", "{\n" + ",\n".join(lines) + "\n  }\n}")


def test_the_models_have_just_the_fields_of_an_audience() -> None:
    fields = {field.name for field in FIELDS}
    spelled = {info.alias or name for name, info in FieldsOnDisk.model_fields.items()}
    assert spelled == fields
    required = {
        info.alias or n for n, info in FieldsOnDisk.model_fields.items() if info.is_required()
    }
    assert required == {field.name for field in FIELDS if field.required}
    known = {info.alias or name for name, info in KnownOnDisk.model_fields.items()}
    assert known == fields | {"audienceId", "id", "sent", "lifecycle", "retained", "deposed"}


def test_what_is_known_has_its_ids_around_its_fields() -> None:
    assert encode_known(Known(audience("gold", "text"), Ids("A", "P"))) == {
        "audienceId": "A",
        "name": "gold",
        "description": "text",
        "namespace": "agora",
        "originName": "Agora_Collaboration",
        "id": "P",
    }


def test_what_was_asked_for_stands_beside_what_the_platform_keeps() -> None:
    known = Known.seen(audience("Gold"), audience("GOLD"), Ids("A"))
    assert encode_known(known)["name"] == "GOLD"
    assert encode_known(known)["sent"]["name"] == "Gold"
    state = replace(TWO, audiences={"gold": known})
    assert decode(encode_state(state)) == state


def test_how_an_audience_is_to_end_stands_beside_it() -> None:
    """What its manifest said of that, that it was retained, and what it took the place of."""
    at_removal = AtRemoval(OnRemoval.DELETE, prevent_destroy=True)
    old = Deposed(Ids("old", "P"), audience("Gold", "text"))
    known = Known(audience("Gold"), Ids("A"), None, at_removal, retained=True, deposed=old)
    encoded = encode_known(known)
    assert encoded["lifecycle"] == {"on_removal": "delete", "prevent_destroy": True}
    assert encoded["retained"] is True
    assert encoded["deposed"] == {"audienceId": "old", "id": "P", "audience": old.audience.fields()}
    state = replace(TWO, audiences={"gold": known})
    assert decode(encode_state(state)) == state


def test_what_an_audience_took_the_place_of_is_nobody_elses() -> None:
    deposed = Deposed(Ids("id-silver"), audience("gold"))
    known = {**TWO.audiences, "gold": replace(TWO.audiences["gold"], deposed=deposed)}
    error = refusal(encode_state(replace(TWO, audiences=known)))
    assert "`silver` has the audienceId id-silver, which `gold` has as well" in error.message


REFUSED = {
    "a-list.json": '1: not a state file: `"format"` is missing',
    "audience-id-is-empty.json": "8: audiences.loyalty-silver.audienceId: string should have",
    "audience-id-is-null.json": "8: audiences.loyalty-silver.audienceId: input should be a valid",
    "audience-without-namespace.json": "8: audiences.loyalty-silver.namespace: field required",
    "audiences-is-a-list.json": "6: audiences: input should be a valid dictionary",
    "both-merge-sides-kept.json": "8: duplicate key `loyalty-gold`",
    "byte-order-mark.json": "1: it starts with a byte order mark; save it as UTF-8 without BOM",
    "empty-file.json": "1: not valid JSON: Expecting value",
    "format-is-a-number.json": '1: not a state file: `"format"` is missing',
    "hand-broken.json": "7: not valid JSON: Expecting ',' delimiter, column 160",
    "merge-conflict.json": "3: Git left a merge conflict here",
    "newer-format.json": "2: format 2.0 was written by a newer aepctl; this one reads up to 1.4",
    "newer-minor-format.json": "2: format 1.10 was written by a newer aepctl",
    "no-audiences.json": "1: audiences: field required",
    "no-format.json": '1: not a state file: `"format"` is missing',
    "not-utf-8.json": "8: not UTF-8",
    "nul-bytes.json": "1: not valid JSON",
    "serial-is-negative.json": "4: serial: input should be greater than or equal to 0",
    "serial-is-text.json": "4: serial: input should be a valid integer",
    "text.json": '1: not a state file: `"format"` is missing',
    "truncated.json": "7: not valid JSON: Unterminated string",
    "unknown-audience-field.json": "8: audiences.loyalty-silver.colour: extra inputs",
    "unknown-field.json": "5: colour: extra inputs are not permitted",
}


def test_every_refused_file_is_covered_here(data: Path) -> None:
    assert {file.name for file in (data / "refused").iterdir()} == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_is_named_with_the_line(data: Path, name: str) -> None:
    with pytest.raises(StateError) as caught:
        decode_state((data / "refused" / name).read_bytes(), f"state/{name}")
    assert caught.value.message.startswith(f"state/{name}:{REFUSED[name]}")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "1: nested too deeply to be a state file"),
        (
            f'{{"format": "1.0", "serial": {"7" * 5000}}}',
            "1: a number has too many digits to be one of a state file",
        ),
        (f'{{"format": "1.{"9" * 5000}"}}', '1: not a state file: `"format"` is missing'),
    ],
    ids=["nested", "number", "format"],
)
def test_what_python_itself_gives_up_on_is_refused_too(text: str, message: str) -> None:
    assert refusal(text).message == f"s.json:{message}"


TEXT = encode_state(TWO)


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ud83d \\ude00", "\\\\\\ud83d"])
def test_half_a_character_is_refused_at_its_line(half: str) -> None:
    """JSON can say it, but it can be written to no file."""
    lines = TEXT.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if '"name": "' in line)
    lines[at] = lines[at].replace('"name": "', f'"name": "{half}')
    message = refusal("".join(lines)).message
    assert message.startswith(f"s.json:{at + 1}: `\\u")
    assert message.endswith("is half a character, which no text can hold")


@pytest.mark.parametrize("whole", ["\\ud83d\\ude00", "\\\\ud83d", "\\u0041"])
def test_a_whole_one_is_read_however_it_is_escaped(whole: str) -> None:
    text = TEXT.replace('"name": "', f'"name": "{whole}', 1)
    names = {
        known.audience.name for known in decode_state(text.encode(), "s.json").audiences.values()
    }
    assert any(name.startswith(json.loads(f'"{whole}"')) for name in names)


def test_a_file_that_is_refused_is_to_be_restored_or_corrected() -> None:
    assert refusal("{").hint == REPAIR
    assert REPAIR == (
        "nothing was changed; restore the file's last good version from Git, or correct the line"
    )


@pytest.mark.parametrize("before", ["", "\n", "\n\n"])
def test_a_merge_conflict_is_shown_at_its_line_with_how_to_resolve_it(before: str) -> None:
    error = refusal(before + TEXT.replace('    "gold"', '<<<<<<< ours\n    "gold"'))
    assert error.message == f"s.json:{7 + len(before)}: Git left a merge conflict here"
    assert error.hint == MERGE
    assert MERGE == (
        "each line under `plans`, `audiences`, `intents` and `runs` is one entry: keep the lines "
        "of both sides (of one key, the line that is to stay), the higher serial, and remove the "
        "markers"
    )


def test_a_newer_format_is_shown_where_it_stands_with_what_to_do() -> None:
    """Also where an audience has the key `format`."""
    text = TEXT.replace('"format": "1.4"', '"format": "1.5"').replace('"gold"', '"format"', 1)
    error = refusal(text)
    assert error.message == (
        "s.json:2: format 1.5 was written by a newer aepctl; this one reads up to 1.4"
    )
    assert error.hint == "update aepctl"


def test_an_older_minor_of_the_major_is_read_and_no_other_major() -> None:
    assert decode(TEXT.replace('"format": "1.4"', '"format": "1.0"')) == TWO
    error = refusal(TEXT.replace('"format": "1.4"', '"format": "0.9"'))
    assert error.message == "s.json:2: format 0.9 is not known; this aepctl reads 1.0 up to 1.4"
    assert error.hint == "use the aepctl that wrote it"


def test_an_audience_that_stands_twice_is_named_where_it_does_so_again() -> None:
    line = TEXT.splitlines()[7]
    assert '"silver"' in line
    error = refusal(TEXT.replace(line, f"{line},\n{line}"))
    assert (error.message, error.hint) == ("s.json:9: duplicate key `silver`", REPAIR)


def test_an_audience_that_is_none_is_shown_at_its_line() -> None:
    line = TEXT.splitlines()[7]
    error = refusal(TEXT.replace(line, '    "silver": 5'))
    assert error.message.startswith("s.json:8: audiences.silver: ")
    assert error.hint == REPAIR


def test_an_intent_that_is_none_is_shown_at_its_line() -> None:
    text = encode_state(replace(TWO, intents={"i-1": OPEN, "i-2": replace(OPEN, id="i-2")}))
    error = refusal(
        text.replace('"i-2": {"at": "2026-01-31T12:00:00.000+00:00"', '"i-2": {"at": "now"')
    )
    assert error.message.startswith("s.json:12: intents.i-2.at: value error, not a time")


def test_a_time_without_its_zone_is_none() -> None:
    text = encode_state(replace(TWO, intents={"i-1": OPEN}))
    error = refusal(text.replace("12:00:00.000+00:00", "12:00:00.000"))
    assert error.message == "s.json:11: intents.i-1.at: value error, a time without its zone"


@pytest.mark.parametrize("before", ["", "\n"])
def test_what_has_no_line_of_its_own_is_shown_at_the_first(before: str) -> None:
    error = refusal(before + TEXT.replace('"lineage"', '"Lineage"'))
    assert error.message == "s.json:1: lineage: field required"


def test_lines_count_from_the_beginning_of_the_file() -> None:
    error = refusal("\n" + TEXT.replace('"serial": 3', '"serial": "3"'))
    assert error.message == "s.json:5: serial: input should be a valid integer"


def test_the_values_that_were_refused_are_not_shown() -> None:
    error = refusal(TEXT.replace('"id-silver"', '["hidden value"]'))
    assert "hidden value" not in f"{error.message} {error.hint}"


def test_a_description_that_looks_like_a_conflict_is_none() -> None:
    entry = Known(audience("x", "<<<<<<< HEAD\n======="), Ids("id"))
    state = replace(TWO, audiences={"x": entry})
    assert decode(encode_state(state)) == state


@given(states)
def test_every_state_comes_back_as_it_was_and_as_the_same_bytes(state: State) -> None:
    again = decode(encode_state(state))
    assert again == state
    assert encode_state(again) == encode_state(state)


@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_file_is_refused_or_read_but_never_a_traceback(at: int, damage: bytes) -> None:
    good = encode_state(TWO).encode()
    with suppress(StateError):
        decode_state(good[:at] + damage + good[at + len(damage) :], "s.json")
