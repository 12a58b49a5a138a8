"""What answers of the platform say to a check; those that cannot be used say nothing."""

import json

import pytest

from aepctl.operations.doctor.answers import sandboxes_in, total_of, writes_in
from aepctl.replies import NoResponse, Reply, Response

ASKED = ("/permissions/manage-segments", "/resource-types/segments")


def answer(content: object, status: int = 200) -> Response:
    return Response(status, json.dumps(content).encode())


def test_sandboxes_have_a_state_and_a_type() -> None:
    rows = [{"name": "prod", "state": "active", "type": "production"}, {"name": "new"}, {}, 7]
    assert sandboxes_in(answer({"sandboxes": rows})) == {
        "prod": ("active", "production"),
        "new": ("", ""),
    }


@pytest.mark.parametrize(
    ("policies", "rights"),
    [
        ({"/permissions/manage-segments": ["*"]}, ("permissions/manage-segments",)),
        ({"/resource-types/segments": ["read", "write"]}, ("resource-types/segments",)),
        ({"/resource-types/segments": ["read"]}, ()),
        ({}, ()),
        (None, None),
    ],
)
def test_a_right_to_write_is_one_of_two(policies: object, rights: object) -> None:
    assert writes_in(answer({"policies": policies}), ASKED) == rights


@pytest.mark.parametrize(
    "reply",
    [
        NoResponse("gone"), Response(200, b"<html>"), Response(200, b"[]"),
        Response(200, b"{}", complete=False), answer({"policies": {}, "sandboxes": []}, 403),
        answer({"error_code": "1", "policies": {}, "sandboxes": [{"name": "a"}]}),
    ],
)  # fmt: skip
def test_what_is_no_such_answer_says_nothing(reply: Reply) -> None:
    assert writes_in(reply, ASKED) is None
    assert sandboxes_in(reply) == {}
    assert total_of(reply) is None
