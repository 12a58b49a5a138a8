"""What is sent, and what is made of what comes back: bytes in, values out."""

import json

import pytest
from fakes import audience
from hypothesis import given, settings
from hypothesis import strategies as st

from aepctl.aep.explanations import decode_error
from aepctl.aep.listed import decode_audience, decode_page
from aepctl.aep.wire import (
    Created,
    decode_created,
    encode_audience,
    encode_changes,
    is_json_object,
)
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.steps import Patch

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


def test_a_patch_adds_what_is_new_and_empties_what_is_removed() -> None:
    before = Audience("Gold", "agora", "Agora", "Shiny")
    patch = Patch(Ids("A", "P"), before, Audience("Größe ❄", "agora", "Agora"))
    assert encode_changes(patch.changes) == (
        '[{"op": "add", "path": "/name", "value": "Größe ❄"}, '
        '{"op": "add", "path": "/description", "value": ""}]'.encode()
    )


# An audience as it is read back


def listed(**more: object) -> dict[str, object]:
    return {
        "id": "P", "audienceId": "A", "name": "Gold", "namespace": "agora",
        "originName": "Agora_Collaboration", "type": "ExternalSegment", **more,
    }  # fmt: skip


def test_an_audience_is_read_with_its_ids_and_its_time() -> None:
    body = json.dumps(listed(description="Shiny", creationTime=1500, labels=["C1"])).encode()
    assert decode_audience(body) == Observed(audience("Gold", "Shiny"), Ids("A", "P"), 1.5)


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "SegmentDefinition"}, {"audienceId": None}, {"audienceId": ""}, {"name": ""},
        {"name": None}, {"namespace": None}, {"originName": None}, {"name": 7}, {"audienceId": 7},
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_external_audience_is_none(odd: dict[str, object]) -> None:
    assert decode_audience(json.dumps(listed(**odd)).encode()) is None


@pytest.mark.parametrize(
    "odd",
    [{"id": 7}, {"id": "a\nb"}, {"description": 7}, {"creationTime": "soon"}, {"type": 7},
     {"createEpoch": True}, {"creationTime": 1e300}, {"labels": {"deep": [None]}}],
    ids=repr,
)  # fmt: skip
def test_what_is_odd_beside_its_identity_and_id_does_not_hide_it(odd: dict[str, object]) -> None:
    ids = Ids("A", None if "id" in odd else "P")
    observed = decode_audience(json.dumps(listed(**odd)).encode())
    assert observed == Observed(audience("Gold"), ids, None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"name": "Go', b"[" * 100_000])
def test_what_is_no_audience_at_all_is_none(body: bytes) -> None:
    assert decode_audience(body) is None
    assert decode_page(body) is None


@pytest.mark.parametrize(
    ("body", "is_object"),
    [
        (b"{}", True), (b'{"a": [1]}', True), (b"", False), (b"[]", False), (b"<html>", False),
        (b'"OK"', False), (b'{"a": ', False), (b"\xff", False), (b"[" * 100_000, False),
    ],
)  # fmt: skip
def test_a_service_answers_with_a_json_object(body: bytes, is_object: bool) -> None:
    assert is_json_object(body) is is_object


# The answer to a create


@pytest.mark.parametrize(
    ("body", "ids"),
    [
        ('{"name": "Gold", "audienceId": "A"}', Ids("A", None)),
        ('{"id": "P", "name": "Gold", "audienceId": "A"}', Ids("A", "P")),
        ('{"audienceId": "A", "new": [1, {"deep": null}]}', Ids("A", None)),
        ('{"audienceId": "A", "id": null}', Ids("A", None)),
        ('{"audienceId": "Größe ❄"}', Ids("Größe ❄", None)),
        ('\n {"audienceId": "A"} \n', Ids("A", None)),
    ],
)
def test_the_ids_are_found(body: str, ids: Ids) -> None:
    created = decode_created(body.encode())
    assert created is not None
    assert created.ids == ids


def test_what_the_answer_repeats_of_the_audience_is_kept_as_it_came() -> None:
    body = b'{"audienceId": "A", "name": 7, "namespace": "crm", "originName": null}'
    assert decode_created(body) == Created(Ids("A"), {"name": 7, "namespace": "crm"})


@pytest.mark.parametrize("odd", ["7", '""', '" "', '"a\\nb"', "[]", "{}", "true"])
def test_an_odd_id_of_the_system_does_not_cost_the_audience_id(odd: str) -> None:
    body = f'{{"audienceId": "A", "id": {odd}}}'
    created = decode_created(body.encode())
    assert created is not None
    assert created.ids == Ids("A", None)


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
    "two": b'{"audienceId": "A", "name": "Gold", "audienceId": "B"}',
    "two names": b'{"name": "Gold", "audienceId": "A", "name": "Silver"}',
}


@pytest.mark.parametrize("fault", NO_ID)
def test_a_body_without_a_usable_id_has_none(fault: str) -> None:
    assert decode_created(NO_ID[fault]) is None


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


@pytest.mark.rig
@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=30) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_answer_whatsoever_is_a_traceback(body: bytes) -> None:
    created = decode_created(body)
    assert created is None or created.ids.audience_id.strip()
    one = decode_audience(body)
    assert one is None or one.audience.name
    assert is_json_object(body) in {True, False}
    said = decode_error(500, body)
    assert f"{said.message}{said.code}".encode()
    assert said.message
