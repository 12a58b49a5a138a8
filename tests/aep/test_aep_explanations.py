"""What an error answer says went wrong, in whichever of its shapes it came."""

import json

import pytest

from aepctl.aep.explanations import MAX_BODY_CHARS, MAX_MESSAGE_CHARS, ErrorBody, decode_error

PAGE = b"""<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title><style>b {}</style></head>
<body><script>alert(1)</script><h1>Bad&nbsp;Gateway</h1> nginx &amp; co</body></html>"""


def service_error(status: int, **more: object) -> dict[str, object]:
    entries = [{"code": status, "message": "Name is missing"}]
    return {"requestId": "r", "errors": {str(status): entries}, "status": status, **more}


@pytest.mark.parametrize(
    ("said", "message", "code"),
    [
        (service_error(400), "Name is missing", "400"),
        (
            service_error(400, type="https://ns.adobe.com/aep/errors/UPLIB-101206-500"),
            "Name is missing",
            "UPLIB-101206-500",
        ),
        (
            {"errors": {"400": [{"code": "UPAPI-1", "message": m} for m in ("a", "b", "a", "")]}},
            "a; b",
            "UPAPI-1",
        ),
        (
            {"error_code": "401013", "message": "Oauth token is not valid"},
            "Oauth token is not valid",
            "401013",
        ),
        (
            {"type": "about:blank", "status": 400, "title": "BadRequestError", "detail": "no JSON"},
            "no JSON",
            None,
        ),
        ({"title": "BadRequestError"}, "BadRequestError", None),
        (
            {"error": "invalid_client", "error_description": "invalid client_secret parameter"},
            "invalid client_secret parameter",
            "invalid_client",
        ),
        ({"errors": {"400": [{"code": 400}]}, "title": "Bad"}, "Bad", "400"),
        ({"errors": {"400": "odd"}, "message": "m"}, "m", None),
        ({"errors": {"400": ["odd", 7, None]}, "message": "m"}, "m", None),
        ({"errors": ["odd"], "message": "m"}, "m", None),
        ({"errorMessage": "No such sandbox"}, "No such sandbox", None),
        ({"error_message": "No such sandbox"}, "No such sandbox", None),
        ({"errorCode": "E1", "errorDescription": "no"}, "no", "E1"),
        ({"errors": [{"code": "E1", "message": "a"}, {"message": "b"}]}, "a; b", "E1"),
        ({"errors": [{"title": "a", "detail": "b"}]}, "b", None),
        ({"errors": {"400": {"code": "E1", "message": "a"}}}, "a", "E1"),
        ({"errors": ["name is missing"]}, "name is missing", None),
        ({"errors": "name is missing"}, "name is missing", None),
        ({"errors": {"name": "is missing"}}, "is missing", None),
        ({"error": {"code": "E1", "message": "a"}}, "a", "E1"),
        ({"fault": {"faultstring": "a", "detail": {"errorcode": "x"}}}, "a", None),
        ([{"code": "E1", "message": "a"}], "a", "E1"),
        (["name is missing"], "name is missing", None),
        ("name is missing", '"name is missing"', None),
        ({"error": "invalid_client"}, "HTTP 400 without a message", "invalid_client"),
        (
            {"message": {"deep": 1}, "title": True},
            '{"message": {"deep": 1}, "title": true}',
            None,
        ),
        ({}, "HTTP 400 without a message", None),
    ],
)
def test_every_shape_of_an_error_gives_its_words_and_code(
    said: object, message: str, code: str | None
) -> None:
    assert decode_error(400, json.dumps(said).encode()) == ErrorBody(message, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"<html>",
        b"[]",
        b"{}",
        b'""',
        b"null",
        b"\xff\xfe",
        b"<!-- secret -->",
        b"&nbsp;",
    ],
)
def test_an_error_that_explains_nothing_is_named_by_its_status(body: bytes) -> None:
    said = decode_error(502, body)
    assert said.message in {
        "HTTP 502 without a readable explanation", "HTTP 502 without a message"
    }  # fmt: skip
    assert said.code is None


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (b"upstream connect error", "upstream connect error"),
        (b"no\x1b[31m healthy\r\n\tupstream\x00", "no [31m healthy upstream"),
        (PAGE, "502 Bad Gateway Bad Gateway nginx & co"),
        ("Größe zu groß".encode(), "Größe zu groß"),
        (b"Gr\xf6\xdfe", "Gr e"),
        (b"a < b and c > d", "a < b and c > d"),
        (b"7", "7"),
        (b'{"cut": "in the mid', '{"cut": "in the mid'),
        (b"x" * 1000, "x" * MAX_BODY_CHARS + "…"),
        (b"[" * 100_000, "[" * MAX_BODY_CHARS + "…"),
    ],
)
def test_of_any_other_body_the_first_visible_characters_are_told(body: bytes, seen: str) -> None:
    assert decode_error(400, body) == ErrorBody(seen)


def test_a_long_message_is_cut() -> None:
    said = decode_error(400, json.dumps({"message": "x" * 1000}).encode())
    assert said.message == "x" * MAX_MESSAGE_CHARS + "…"


def test_half_a_surrogate_in_a_message_can_be_written_to_the_journal() -> None:
    said = decode_error(400, b'{"message": "bad \\ud800 name", "error_code": "\\udc00"}')
    assert said == ErrorBody("bad ? name", "?")
    said.message.encode()
