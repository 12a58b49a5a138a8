"""Two headers of an answer: what is waited for, and the other side's name for the request."""

import httpx
import pytest

from aepctl.transport.headers import request_id


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("theirs", "theirs"),
        ("x" * 128, "x" * 128),
        ("x" * 129, None),
        ("a\tb", None),
        ("", ""),
    ],
)
def test_a_request_id_is_kept_where_it_may_be_shown(value: str, shown: str | None) -> None:
    assert request_id(httpx.Headers({"X-Request-Id": value})) == shown


def test_an_answer_without_one_has_none() -> None:
    assert request_id(httpx.Headers({})) is None
