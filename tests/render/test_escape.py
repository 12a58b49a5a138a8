"""One escape function a medium: what was written stays readable and means nothing."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_samples import NASTY, texts

from aepctl.render import escape
from aepctl.render.display import UNSAFE, display

any_text = texts | st.text()


def one_span(markdown: str) -> str:
    """The content of the code span that is the whole text, as CommonMark 6.1 reads it."""
    mark = re.match("`+", markdown)
    assert mark is not None
    runs = [run for run in re.finditer("`+", markdown) if len(run[0]) == len(mark[0])]
    assert [run.span() for run in runs[:2]] == [
        mark.span(),
        (len(markdown) - len(mark[0]), len(markdown)),
    ]
    inside = markdown[len(mark[0]) : -len(mark[0])]
    stripped = inside[1:-1] if inside.strip() and inside[0] == inside[-1] == " " else inside
    return stripped or " "


@given(any_text)
def test_markdown_code_is_one_span_that_holds_the_text(text: str) -> None:
    written = escape.code(text)
    assert one_span(written) == (display(text) or " ")
    assert not UNSAFE.search(written)
    assert "##[" not in written


@given(any_text, st.integers(9, 60))
def test_markdown_code_within_a_number_of_bytes(text: str, most: int) -> None:
    written = escape.code_within(text, most)
    one_span(written)
    assert len(written.encode()) <= most


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("save it, then run `a --env p`.", "save it, then run `a --env p`."),
        (
            "a decision (`--recreate`): yours; it's this",
            "a decision (`--recreate`): yours; it's this",
        ),
        ("run `a `` b`", "``` run `a `` b` ```"),
        ("run `a", "`` run `a ``"),
        ("ask @someone", "`ask @someone`"),
        ("see #7", "`see #7`"),
        ("see www.example", "`see www.example`"),
        ("a :bug: b", "`a :bug: b`"),
        ("<b>", "`<b>`"),
        ("[a](b)", "`[a](b)`"),
        ("a_b_ *c*", "`a_b_ *c*`"),
        ("a\nb", "`a\\nb`"),
        ("é", "`é`"),
        ("run `\u202e`", "run `\\u202e`"),
        ("word " * 20, "`" + "word " * 14 + "word…`"),
    ],
)
def test_of_a_sentence_of_ours_only_what_stands_in_backticks_is_code(
    text: str, written: str
) -> None:
    assert escape.prose(text, 80) == written


@given(any_text)
def test_a_sentence_is_plain_words_and_code_whatever_it_holds(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    written = escape.prose(text, 1000)
    (_, inline, _) = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(f"A {written}")
    assert {child.type for child in inline.children} <= {"text", "code_inline"}
    plain = "".join(child.content for child in inline.children if child.type == "text")
    assert not re.search(r"[^A-Za-z,;'() .:]", plain)


@given(any_text)
def test_a_real_markdown_parser_agrees(text: str) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    tokens = markdown_it.MarkdownIt("gfm-like", {"linkify": False}).parse(f"- {escape.code(text)}")
    assert [token.type for token in tokens if token.type == "inline"] == ["inline"]
    (inline,) = (token for token in tokens if token.type == "inline")
    assert [child.type for child in inline.children] == ["code_inline"]
    assert inline.children[0].content == (display(text) or " ")


@given(st.lists(any_text.map(display)))
def test_a_fence_is_longer_than_any_run_of_backticks(lines: list[str]) -> None:
    fence = escape.fence(lines)
    assert set(fence) == {"`"}
    assert len(fence) >= 3
    assert not any(fence in line for line in lines)


@given(any_text)
def test_a_comment_cannot_be_ended(text: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]*", escape.comment(text))


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://ci.example/o/r/actions/runs/7#s", "<https://ci.example/o/r/actions/runs/7#s>"),
        ("plan.html", "`plan.html`"),
        ("https://ci.example/>x", "`https://ci.example/>x`"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
        ("https://ci.example/" + "x" * 200, "`https://ci.example/" + "x" * 22 + "…`"),
    ],
)
def test_only_a_plain_address_becomes_a_link(address: str, written: str) -> None:
    shown = escape.link(address, 100)
    assert len(shown.encode()) <= 100
    assert shown == written or (shown.endswith("…`") and written.endswith("…`"))


class Reader(HTMLParser):
    """What a browser would find."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("/", tag))

    def handle_data(self, data: str) -> None:
        self.found.append(("text", data))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))


@given(any_text)
def test_html_holds_the_text_and_nothing_else(text: str) -> None:
    reader = Reader()
    reader.feed(f'<p title="{escape.html(text)}">{escape.html(text)}</p>')
    reader.close()
    shown = display(text)
    inside = [("text", shown)] if shown else []
    assert reader.found == [("p", [("title", shown)]), *inside, ("/", "p")]


@given(any_text)
def test_json_in_a_script_element_stays_in_it(text: str) -> None:
    written = escape.script_json(json.dumps(text, ensure_ascii=False))
    assert not set("<>&") & set(written)
    assert json.loads(written) == text


@given(any_text)
def test_a_workflow_commands_message_is_one_line(text: str) -> None:
    written = escape.command_data(text)
    assert not UNSAFE.search(written)
    assert "##[" not in written
    back = written.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    assert back == display(text)


@given(any_text)
def test_a_workflow_commands_property_ends_where_it_should(text: str) -> None:
    written = escape.command_property(text)
    assert not set(",:\r\n") & set(written)
    back = written.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    assert back == display(text)


@given(any_text)
def test_xml_is_well_formed_and_holds_the_text(text: str) -> None:
    root = ET.fromstring(f'<a b="{escape.xml(text)}">{escape.xml(text)}</a>'.encode())
    spelled = display(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    found = "".join(root.itertext())
    assert found == root.get("b")
    assert found == spelled or re.search("[\ufdd0-\ufdef]", text)


@pytest.mark.parametrize("text", NASTY)
def test_what_is_nasty_stays_on_one_line_everywhere(text: str) -> None:
    for function in (escape.code, escape.html, escape.command_data, escape.xml, escape.comment):
        assert len(function(text).splitlines()) <= 1


def test_clipping_leaves_whole_characters() -> None:
    assert escape.clip("名前です", 3) == "名前…"
    assert escape.clip("名前", 2) == "名前"
