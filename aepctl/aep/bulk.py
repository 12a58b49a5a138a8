"""The answer to a question for several audiences at once. Pure.

Source: Segmentation Service API, Retrieve multiple audiences.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aepctl.aep.body import read_json
from aepctl.aep.listed import audience_of
from aepctl.model.audience import Ids, Observed
from aepctl.replies import Response

WHOLE = frozenset({HTTPStatus.OK, HTTPStatus.MULTI_STATUS})


def decode_many(response: Response, asked: Sequence[Ids]) -> Mapping[str, Observed | None] | None:
    """By audienceId what there is, and None for what the platform says it has no more.

    What cannot be read as either is left out, so that it is asked for by itself; None for what is
    no answer. Where there is none of them at all the platform says so with a 404 for the whole.
    """
    if response.status == HTTPStatus.NOT_FOUND:
        return {}
    if response.status not in WHOLE or not response.complete:
        return None
    try:
        data = read_json(response.body)
    except ValueError:
        return None
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(results, dict):
        return None
    found: dict[str, Observed | None] = {}
    for ids in asked:
        one = results.get(ids.platform_id)
        observed = audience_of(one)
        if observed is not None and observed.ids == ids:
            found[ids.audience_id] = None if observed.is_gone else observed
        elif _says_gone(one):
            found[ids.audience_id] = None
    return found


def _says_gone(data: Any) -> bool:
    errors = data.get("errors") if isinstance(data, dict) else None
    return isinstance(errors, dict) and [*errors] == [str(HTTPStatus.NOT_FOUND.value)]
