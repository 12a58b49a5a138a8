"""No form of a secret comes back."""

import base64
import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aepctl.project.redaction import MIN_CHARS, Redaction
from aepctl.replies import NoResponse, NothingSent, Reply, Response

SECRET = 'p8e-Test/secret&more+"quoted"~ü'


def knowing(*secrets: str) -> Redaction:
    redaction = Redaction()
    for secret in secrets:
        redaction.add(secret)
    return redaction


FORMS = {
    "as it is": SECRET,
    "in a query": quote_plus(SECRET),
    "in a path": quote(SECRET),
    "in a path, slashes too": quote(SECRET, safe=""),
    "in a page": html.escape(SECRET),
    "in a page, by numbers": SECRET.replace("&", "&#38;").replace('"', "&#x22;"),
    "as a script writes it in a URL": quote(SECRET, safe="~+"),
    "a URL in a page": html.escape(quote(SECRET, safe="&")),
    "in small hexadecimal letters": "p8e-Test%2fsecret%26more%2b%22quoted%22~%c3%bc",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_taken_out_in_every_form(form: str) -> None:
    assert knowing(SECRET).text(f"before {FORMS[form]} after") == "before … after"


@given(
    before=st.binary(max_size=5),
    secret=st.text(min_size=8, max_size=40),
    after=st.binary(max_size=5),
    url_safe=st.booleans(),
)
def test_a_secret_is_not_left_in_base64_of_a_longer_text(
    before: bytes, secret: str, after: bytes, url_safe: bool
) -> None:
    """`Basic …` has the user's name before it. What is left is less than three of its letters."""
    try:
        raw = secret.encode()
    except UnicodeEncodeError:
        return
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    clean = knowing(secret).text(encode(before + raw + after).decode())
    assert "…" in clean
    shown, _, rest = clean.partition("…")
    assert len(shown) * 6 < (len(before) + 1) * 8 + 6
    assert len(rest.rstrip("=")) * 6 < (len(after) + 2) * 8 + 6


@pytest.mark.parametrize(("before", "letters"), [(b"", 0), (b"x", 2), (b"xy", 3), (b"xyz", 4)])
@pytest.mark.parametrize("after", [b"", b"z", b"zzz"])
@pytest.mark.parametrize("secret", ["test-token", "test-token1", "test-token12", "test-token1W"])
def test_all_letters_of_base64_that_hold_nothing_but_the_secret_go(
    before: bytes, letters: int, after: bytes, secret: str
) -> None:
    encoded = base64.b64encode(before + secret.encode() + after).decode()
    rest = (len(before) + len(secret)) * 8 // 6
    assert knowing(secret).text(encoded) == f"{encoded[:letters]}…{encoded[rest:]}"


def test_the_longest_form_goes_first() -> None:
    for longer in ("secret-and-more", "a-secret-and-more"):
        assert knowing("secret", longer).text(f"{longer}, secret") == "…, …"


def test_blanks_and_slashes_go_in_a_path_and_in_a_query() -> None:
    knows = knowing("test word/secret")
    for form in ("test%20word%2Fsecret", "test%20word/secret", "test+word%2Fsecret"):
        assert knows.text(f"<{form}>") == "<…>"


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    assert knowing("a" * (MIN_CHARS - 1), "").text("aaaaaaaa") == "aaaaaaaa"
    assert not knowing("a" * (MIN_CHARS - 1)).holds(base64.b64encode(b"a" * (MIN_CHARS - 1)))
    assert knowing("a" * MIN_CHARS).text("a" * MIN_CHARS) == "…"


@pytest.mark.parametrize(
    "reply", [Response(400, b"test-token"), NoResponse("no"), NothingSent("no")]
)
def test_without_a_secret_a_reply_is_what_it_is(reply: Reply) -> None:
    assert Redaction().reply(reply) is reply


@pytest.mark.parametrize("spell", [json.dumps, lambda value: json.dumps(value, ensure_ascii=False)])
def test_a_secret_in_an_errors_json_goes_however_it_is_spelled(spell: object) -> None:
    data = {"error": SECRET, "errors": {"400": [{"code": f"x{SECRET}", SECRET: 1, "n": None}]}}
    body = spell(data).encode()  # type: ignore[operator]
    reply = knowing(SECRET).reply(Response(400, body))
    assert isinstance(reply, Response)
    assert json.loads(reply.body) == {
        "error": "…",
        "errors": {"400": [{"code": "x…", "…": 1, "n": None}]},
    }


def test_letters_by_their_numbers_are_read() -> None:
    spelled = "".join(f"\\u{ord(one):04x}" for one in "test-token")
    reply = knowing("test-token").reply(Response(500, f'{{"message": "{spelled}"}}'.encode()))
    assert isinstance(reply, Response)
    assert json.loads(reply.body) == {"message": "…"}


@pytest.mark.parametrize(
    "body",
    [
        b"<p>test-token</p>",
        b"\xff test-token \xfe",
        b'{"a": "test-token"',
        b"[" * 9999 + b"test-token",
        b'{"title": "test-token", "title": "no"}',
    ],
)
def test_a_secret_in_what_is_no_json_goes_as_well(body: bytes) -> None:
    reply = knowing("test-token").reply(Response(502, body))
    assert isinstance(reply, Response)
    assert reply.body == body.replace(b"test-token", "…".encode())


@pytest.mark.parametrize("status", [100, 300, 301, 400, 401, 404, 409, 429, 500, 599])
def test_whatever_is_no_success_is_looked_through(status: int) -> None:
    reply = knowing("test-token").reply(Response(status, b"test-token", request_id="test-token!"))
    assert reply == Response(status, "…".encode(), request_id="…!")


@pytest.mark.parametrize("status", [200, 201, 207, 299])
def test_a_success_is_data_and_stays_what_it_is(status: int) -> None:
    reply = knowing("test-token").reply(Response(status, b"test-token", request_id="test-token!"))
    assert reply == Response(status, b"test-token", request_id="…!")


@pytest.mark.parametrize("kind", [NoResponse, NothingSent])
def test_a_reason_is_looked_through(kind: type[NoResponse] | type[NothingSent]) -> None:
    assert knowing("test-token").reply(kind("no test-token")) == kind("no …")


def test_an_error_without_a_secret_is_left_to_the_byte() -> None:
    odd = Response(400, b'{"a":1,  "a": 2, "b": "\\u00e4"}', request_id="theirs")
    assert knowing("test-token").reply(odd) is odd or knowing("test-token").reply(odd) == odd


def test_whether_data_holds_a_secret() -> None:
    redaction = knowing("test-token")
    assert redaction.holds(b'{"audienceId": "Bearer test-token"}')
    assert redaction.holds(base64.b64encode(b"x:test-token"))
    assert redaction.holds(b'{"audienceId": "\\u0074est-token"}')
    assert not redaction.holds(b'{"audienceId": "\\u0074est"}')
    assert not redaction.holds(b'{"audienceId": "test"}')
    assert not redaction.holds(b"\\")


def test_no_repr_shows_what_it_knows() -> None:
    assert "test-token" not in repr(knowing("test-token"))
