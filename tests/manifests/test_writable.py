"""What a manifest can say of an audience, so that a plan finds it unchanged."""

import pytest
from exports import seen

from aepctl.manifests.writable import Unwritable, as_written
from aepctl.model.audience import Known, Observed


def unchanged(found: Observed) -> bool:
    audience, _ = as_written(found)
    return Known.seen(audience, found.audience, found.ids).in_words_of(audience) == audience


@pytest.mark.parametrize("description", [None, "a", "a\n\tb\n", "  a", "\ufeffa", "a\u200b"])
def test_what_manifests_take_is_written_as_it_is(description: str | None) -> None:
    found = seen("Gold", description=description)
    assert as_written(found) == (found.audience, None)


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("Gold  tier", "Gold tier", "its name has more than one blank at position 5"),
        (" Gold", "Gold", "its name has a blank at its beginning"),
        ("Go\u200bld", "Gold", "its name has the invisible character U+200B at position 3"),
        ("Cafe\u0301", "Café", "its name is not in Unicode's usual form, NFC"),
        ("a\tb\nc", "a b c", "its name has the unusual blank U+0009 at position 2"),
        ("a\u3164", "a", "its name has the invisible character U+3164 at position 2"),
    ],
)
def test_another_spelling_of_a_name_is_written_in_the_usual_one_and_told(
    name: str, written: str, said: str
) -> None:
    found = seen(name)
    audience, note = as_written(found)
    assert (audience.name, note) == (written, said)
    assert unchanged(found)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x85", "\u2028"])
def test_lines_of_a_description_may_end_in_any_way(end: str) -> None:
    found = seen("Gold", description=f"a{end}b")
    audience, note = as_written(found)
    assert audience.description == "a\nb"
    assert note == "its description has unusual line ends"
    assert unchanged(found)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (seen("a\x07"), "its name has the control character U+0007 at position 2"),
        (seen("\u200b"), "its name is blank"),
        (seen("a\n\u3164b"), "its name has the invisible character U+3164 at position 3: written "),
        (seen("a", description="a\x00"), "its description has the control character U+0000"),
        (seen("a", description="é" * 65_537), "its description has 65,537 characters, more than"),
        (seen("a" * 70_000), "its name has 70,000 characters, more than"),
        (seen("a", namespace="\x1b"), "its namespace has the control character U+001B"),
        (seen("a", description="\ud800"), "its description has half of a character"),
    ],
)
def test_what_no_manifest_takes_is_left_out_with_the_reason(found: Observed, said: str) -> None:
    with pytest.raises(Unwritable, match=f"^{said.replace('+', '.')}"):
        as_written(found)
