"""What is sent, and what is made of what comes back: bytes in, values out."""

import json

import pytest
from fakes import audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.wire import (
    MOST_TEXT,
    CreatedIds,
    PlatformError,
    decode_created,
    decode_error,
    encode_audience,
)
from aepctl.audience import Audience

# The request


def test_the_body_is_that_of_the_seed_document() -> None:
    seed = Audience(
        name="Sample audience name",
        description="A sample description for the audience.",
        namespace="agora",
        origin_name="Agora_Collaboration",
    )
    assert encode_audience(seed) == (
        b'{"name": "Sample audience name", '
        b'"description": "A sample description for the audience.", '
        b'"namespace": "agora", "originName": "Agora_Collaboration"}'
    )


def test_an_absent_description_is_left_out_and_an_empty_one_is_not() -> None:
    assert "description" not in json.loads(encode_audience(audience("Gold")))
    assert json.loads(encode_audience(audience("Gold", "")))["description"] == ""


def test_text_goes_as_utf_8() -> None:
    assert "Größe ❄ 金".encode() in encode_audience(audience("Größe ❄ 金"))


# The answer to a create


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ('{"name": "Gold", "audienceId": "A"}', CreatedIds("A", None)),
        ('{"id": "P", "name": "Gold", "audienceId": "A"}', CreatedIds("A", "P")),
        ('{"audienceId": "A", "new": [1, {"deep": null}]}', CreatedIds("A", None)),
        ('{"audienceId": "A", "id": null}', CreatedIds("A", None)),
        ('{"audienceId": "Größe ❄"}', CreatedIds("Größe ❄", None)),
        ('\n {"audienceId": "A"} \n', CreatedIds("A", None)),
    ],
)
def test_the_ids_are_found(body: str, ids: CreatedIds) -> None:
    assert decode_created(body.encode()) == ids


@pytest.mark.parametrize("odd", ["7", '""', '" "', '"a\\nb"', "[]", "{}", "true"])
def test_an_odd_id_of_the_system_does_not_cost_the_audience_id(odd: str) -> None:
    body = f'{{"audienceId": "A", "id": {odd}}}'
    assert decode_created(body.encode()) == CreatedIds("A", None)


NO_ID = {
    "empty": b"",
    "cut": b'{"name": "Gold", "audienceId": "A',
    "html": b"<html><body>OK</body></html>",
    "no ID": b'{"name": "Gold"}',
    "null": b'{"audienceId": null}',
    "empty ID": b'{"audienceId": ""}',
    "blank ID": b'{"audienceId": "  "}',
    "number": b'{"audienceId": 7}',
    "list": b'["A"]',
    "text": b'"A"',
    "control": b'{"audienceId": "a\\u0000b"}',
    "line feed": b'{"audienceId": "a\\nb"}',
    "half a surrogate": b'{"audienceId": "\\ud800"}',
    "not utf-8": b'{"audienceId": "\xff"}',
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("fault", NO_ID)
def test_a_body_without_a_usable_id_has_none(fault: str) -> None:
    assert decode_created(NO_ID[fault]) is None


# Errors


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
        ({"message": {"deep": 1}, "title": True}, "HTTP 400 without a message", None),
        ({}, "HTTP 400 without a message", None),
    ],
)
def test_every_shape_of_an_error_gives_its_words_and_code(
    said: object, message: str, code: str | None
) -> None:
    assert decode_error(400, json.dumps(said).encode()) == PlatformError(message, code)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'"text"', b"7", b"\xff\xfe", b"[" * 100_000, b"7" * 5000],
    ids=["empty", "html", "list", "text", "number", "not utf-8", "nested", "digits"],
)
def test_an_error_that_explains_nothing_is_named_by_its_status(body: bytes) -> None:
    assert decode_error(502, body) == PlatformError("HTTP 502 without a readable explanation")


def test_a_long_message_is_cut() -> None:
    said = decode_error(400, json.dumps({"message": "x" * 1000}).encode())
    assert said.message == "x" * MOST_TEXT + "…"


def test_half_a_surrogate_in_a_message_can_be_written_to_the_journal() -> None:
    said = decode_error(400, b'{"message": "bad \\ud800 name", "error_code": "\\udc00"}')
    assert said == PlatformError("bad ? name", "?")
    said.message.encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["errors", "400", "code", "message", "type", "audienceId", "id"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=30) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_answer_whatsoever_is_a_traceback(body: bytes) -> None:
    ids = decode_created(body)
    assert ids is None or ids.audience_id.strip()
    said = decode_error(500, body)
    assert f"{said.message}{said.code}".encode()
    assert said.message
