"""What answers of the platform say to a check. Pure: unusable ones say nothing."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from aepctl.aep.explanations import speaks_of_error
from aepctl.replies import Reply, Response
from aepctl.texts import json_of


def decoded(reply: Reply | None) -> Any:
    """The JSON of a success; None for anything else."""
    if not isinstance(reply, Response) or reply.status != HTTPStatus.OK or not reply.complete:
        return None
    try:
        data = json_of(reply.body)
    except ValueError:
        return None
    return data if isinstance(data, dict) and not speaks_of_error(data) else None


def sandboxes_in(reply: Reply | None) -> dict[str, tuple[str, str]]:
    """The sandboxes of a list by name, each with state and type."""
    data = decoded(reply)
    found = data.get("sandboxes") if data is not None else None
    return {
        str(one["name"]): (str(one.get("state") or ""), str(one.get("type") or ""))
        for one in (found if isinstance(found, list) else ())
        if isinstance(one, dict) and isinstance(one.get("name"), str)
    }


def total_of(reply: Reply | None) -> int | None:
    """How many a list counts."""
    data = decoded(reply)
    page = data.get("_page") if data is not None else None
    total = page.get("totalCount") if isinstance(page, dict) else None
    return total if isinstance(total, int) else None


def writes_in(reply: Reply, asked: Iterable[str]) -> tuple[str, ...] | None:
    """Which of the policies that were asked for allow writing; None where that is not said."""
    data = decoded(reply)
    policies = data.get("policies") if data is not None else None
    if not isinstance(policies, dict):
        return None
    allowed = {"*", "write"}
    return tuple(
        one.removeprefix("/")
        for one in asked
        if isinstance(policies.get(one), list) and allowed & {*map(str, policies[one])}
    )
