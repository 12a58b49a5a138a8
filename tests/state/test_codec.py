"""The state file as text: golden files, and every way in which it is refused."""

from contextlib import suppress
from dataclasses import replace
from difflib import unified_diff
from pathlib import Path

import pytest
from fakes import TARGET, audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.audience import Audience
from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import decode_state, encode_state
from aepctl.state.model import Known, State

GOLDEN = ("empty.json", "four-audiences.json")
TWO = State("L", 3, TARGET, {n: Known(audience(n), f"id-{n}") for n in ("gold", "silver")})


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_file_comes_back_byte_by_byte(data: Path, name: str) -> None:
    text = (data / name).read_bytes().decode()
    assert encode_state(decode_state(text, name)) == text


def test_the_golden_file_says_what_it_means(data: Path) -> None:
    state = decode_state((data / "four-audiences.json").read_text(encoding="utf-8"), "s.json")
    assert (state.serial, state.target) == (7, TARGET)
    assert state.lineage == "7d0f4a7e-3f0c-4a55-9a0e-3f1f2b6f0c11"
    assert state.audiences["loyalty-silver"] == Known(
        audience("Loyalty - Silver tier", ""),
        "c0ffee00-0000-4000-8000-000000000002",
        "5f1d0000-0000-4000-8000-00000000000a",
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
    more = replace(TWO, audiences={**TWO.audiences, key: Known(audience("New"), "id-new")})
    (line,) = added_and_removed(TWO, more)
    assert line.startswith(f'+    "{key}": {{"audienceId": "id-new"')


def test_a_new_serial_is_one_line_too() -> None:
    changes = added_and_removed(TWO, replace(TWO, serial=4))
    assert changes == ['-  "serial": 3,', '+  "serial": 4,']


REFUSED = {
    "a-list.json": '1: no state file: `"format"` is missing',
    "audience-id-is-empty.json": "8: audiences.loyalty-silver.audienceId: string should have",
    "audience-id-is-null.json": "8: audiences.loyalty-silver.audienceId: input should be a valid",
    "audience-without-namespace.json": "8: audiences.loyalty-silver.namespace: field required",
    "audiences-is-a-list.json": "6: audiences: input should be a valid dictionary",
    "both-merge-sides-kept.json": "8: `loyalty-gold` stands here twice",
    "byte-order-mark.json": "1: not valid JSON: Unexpected UTF-8 BOM",
    "empty-file.json": "1: not valid JSON: Expecting value",
    "format-is-a-number.json": '1: no state file: `"format"` is missing',
    "hand-broken.json": "7: not valid JSON: Expecting ',' delimiter, column 160",
    "merge-conflict.json": "3: Git left a merge conflict here",
    "newer-format.json": "2: format 2.0 was written by a newer aepctl; this one reads up to 1.0",
    "newer-minor-format.json": "2: format 1.10 was written by a newer aepctl",
    "no-audiences.json": "1: audiences: field required",
    "no-format.json": '1: no state file: `"format"` is missing',
    "nul-bytes.json": "1: not valid JSON",
    "serial-is-negative.json": "4: serial: input should be greater than or equal to 0",
    "serial-is-text.json": "4: serial: input should be a valid integer",
    "text.json": '1: no state file: `"format"` is missing',
    "truncated.json": "7: not valid JSON: Unterminated string",
    "unknown-audience-field.json": "8: audiences.loyalty-silver.colour: extra inputs",
    "unknown-field.json": "5: colour: extra inputs are not permitted",
}


def test_every_refused_file_is_covered_here(data: Path) -> None:
    read_as_bytes = {"not-utf-8.json"}  # see test_state_store
    files = {file.name for file in (data / "refused").iterdir()}
    assert files == set(REFUSED) | read_as_bytes


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_is_named_with_the_line(data: Path, name: str) -> None:
    text = (data / "refused" / name).read_bytes().decode()
    with pytest.raises(StateError) as caught:
        decode_state(text, f"state/{name}")
    assert caught.value.what.startswith(f"state/{name}:{REFUSED[name]}")
    assert caught.value.next


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 100_000, "1: nested too deeply to be a state file"),
        (f'{{"format": "1.0", "serial": {"7" * 5000}}}', "1: a number has too many digits"),
        (f'{{"format": "1.{"9" * 5000}"}}', '1: no state file: `"format"` is missing'),
    ],
    ids=["nested", "number", "format"],
)
def test_what_python_itself_gives_up_on_is_refused_too(text: str, message: str) -> None:
    with pytest.raises(StateError) as caught:
        decode_state(text, "s.json")
    assert caught.value.what.startswith(f"s.json:{message}")


def test_the_values_that_were_refused_are_not_shown() -> None:
    text = encode_state(TWO).replace('"id-silver"', '["hidden value"]')
    with pytest.raises(StateError) as caught:
        decode_state(text, "s.json")
    assert "hidden value" not in f"{caught.value.what} {caught.value.next}"


def test_a_description_that_looks_like_a_conflict_is_none() -> None:
    state = replace(TWO, audiences={"x": Known(audience("x", "<<<<<<< HEAD\n======="), "id")})
    assert decode_state(encode_state(state), "s.json") == state


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
audiences = st.builds(Audience, texts, texts, texts, st.none() | texts)
knowns = st.builds(Known, audiences, texts.filter(bool), st.none() | texts)
targets = st.builds(Target, texts, texts, texts)
states = st.builds(
    State,
    texts.filter(bool),
    st.integers(0, 10**12),
    targets,
    st.dictionaries(texts, knowns, max_size=4),
)


@settings(derandomize=True, deadline=None)
@given(states)
def test_every_state_comes_back_as_it_was(state: State) -> None:
    assert decode_state(encode_state(state), "s.json") == state


@settings(derandomize=True, deadline=None)
@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_file_is_refused_or_read_but_never_a_traceback(at: int, damage: bytes) -> None:
    good = encode_state(TWO).encode()
    text = (good[:at] + damage + good[at + len(damage) :]).decode("utf-8", "replace")
    with suppress(StateError):
        decode_state(text, "s.json")
