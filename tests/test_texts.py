"""What a file is that is no UTF-8 text, by its name."""

import pytest

from aepctl.texts import conflict_line, encoding_trouble, json_of, wide_encoding

TEXT = 'environments:\n  prod: {sandbox: "dev", org: "Über"}\n'


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("width", [16, 32])
def test_wide_text_is_known_with_and_without_its_mark(width: int, order: str, mark: str) -> None:
    raw = (mark + TEXT).encode(f"utf-{width}-{order}")
    assert wide_encoding(raw) == f"UTF-{width}"
    assert encoding_trouble(raw) == f"it is in UTF-{width}; save it as UTF-8"


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\x00" * 300, TEXT.encode(), b"{}\n\x00\x00\x00", b"a\x00b\x00\x00c"]
)
def test_other_bytes_are_not(raw: bytes) -> None:
    assert wide_encoding(raw) is None
    assert encoding_trouble(raw) is None


@pytest.mark.parametrize(("raw", "name"), [(b"a\x00", "UTF-16"), (b"\x00\x00\x00a", "UTF-32")])
def test_one_character_is_enough_to_know_it(raw: bytes, name: str) -> None:
    assert wide_encoding(raw) == name


def test_a_byte_order_mark_is_named() -> None:
    said = "it starts with a byte order mark; save it as UTF-8 without BOM"
    assert encoding_trouble(TEXT.encode("utf-8-sig")) == said


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> x", "||||||| base"])
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_each_marker_of_a_conflict_is_found_at_its_line(marker: str, end: str) -> None:
    assert conflict_line(f"a: b\n{marker}{end}") == 2
    assert conflict_line(f"\n{marker}{end}") == 2
    assert conflict_line(f"{marker}{end}") == 1


def test_of_a_whole_conflict_the_first_marker_is_found() -> None:
    text = "a: b\n<<<<<<< HEAD\na: c\n||||||| base\na: b\n=======\na: d\n>>>>>>> x\n"
    assert conflict_line(text) == 2


@pytest.mark.parametrize("text", ["========", "a: =======", "  <<<<<<< x", "<<<<<<", ""])
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert conflict_line(f"{text}\n") is None


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, "[" * 100_000, b"\xff", b"", "{", "1" * 5000],
    ids=["nested", "nested text", "no UTF-8", "empty", "cut", "many digits"],
)
def test_json_that_is_of_no_use_is_one_kind_of_error(raw: str | bytes) -> None:
    with pytest.raises(ValueError):
        json_of(raw)
