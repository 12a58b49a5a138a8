"""The block of a manifest that is printed to be pasted says just what the platform has."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aepctl.model.audience import Audience
from aepctl.render.block import manifest_block, scalar
from aepctl.render.display import UNSAFE
from aepctl.yamldoc import parse


@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("NO")
@example("1.10")
@example("- a: b # c")
@example("'quoted' \"twice\" \\")
@example("emoji 😀 and 会員")
@example("##[group] ##vso[task]")
@example("two\nlines\u2028\x85\u202e\ufeff\ufffe")
@example(" blank ")
def test_any_text_is_read_back_as_it_was_and_is_safe_to_look_at(text: str) -> None:
    block = manifest_block("gold", Audience(text, "agora", "Tests", text or None))
    read = parse("pasted.yaml", block.encode())
    assert read.problems == ()
    fields = read.documents[0]["audiences"]["gold"]
    assert (fields["name"], fields.get("description")) == (text, text or None)
    assert not UNSAFE.search(block.replace("\n", ""))
    assert "##[" not in block
    assert "##vso[" not in block


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Loyalty - Gold tier", "Loyalty - Gold tier"),
        ("Yes", '"Yes"'),
        ("1.10", '"1.10"'),
        ("a: b", '"a: b"'),
        ("a\nb", '"a\\nb"'),
        ("Größe", '"Größe"'),
    ],
)
def test_what_is_plain_text_to_every_reader_stands_as_it_is(text: str, shown: str) -> None:
    assert scalar(text) == shown


@pytest.mark.parametrize("key", ["gold", "1.10", "no", "a-b_c.d"])
def test_a_key_is_read_back_as_well(key: str) -> None:
    block = manifest_block(key, Audience("Gold", "agora", "Tests"))
    assert list(parse("f", block.encode()).documents[0]["audiences"]) == [key]
