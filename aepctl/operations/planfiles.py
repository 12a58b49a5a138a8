"""Saved plans as files: written for a review, read to compare. They hold no secret."""

import json
from typing import Any

from aepctl.errors import AepctlError
from aepctl.files import read_regular
from aepctl.operations.plan import Planned
from aepctl.plan.binding import Binding
from aepctl.plan.planfile import EFFECTS, RESTS, decode, head, how_to_make, not_a_plan, sealed
from aepctl.render.json import document, limits_data, plan_data
from aepctl.texts import CONFLICT_SAID, conflict_line, encoding_trouble

MAX_BYTES = 256 * 1024 * 1024


def planfile_text(planned: Planned) -> str:
    """The plan as it is saved."""
    binding = planned.binding()
    summary, changes = plan_data(planned.plan)
    shown = {"limits": limits_data(planned.plan), "summary": summary, "changes": changes}
    bound: dict[str, object] = {EFFECTS: binding.effects}
    if binding.rests:
        bound[RESTS] = binding.rests
    return document(sealed({**head(binding), **shown, **bound}))


def load(path: str) -> Binding:
    """What the saved plan is bound to. Raises AepctlError, SafetyRefusal."""
    return decode(_read(path), path)


def _read(path: str) -> Any:
    try:
        raw = read_regular(path, most=MAX_BYTES)
    except OSError as error:
        raise AepctlError(
            f"{path}: cannot be read: {error.strerror}",
            hint=how_to_make(path),
            code="file-unreadable",
        ) from error
    trouble = encoding_trouble(raw)
    if trouble is not None:
        raise not_a_plan(path, trouble)
    try:
        return json.loads(raw.decode(), object_pairs_hook=_once_each)
    except _TwiceError as error:
        raise not_a_plan(path, str(error)) from error
    except (ValueError, RecursionError) as error:
        line = conflict_line(raw.decode(errors="replace"))
        if line is not None:
            raise not_a_plan(path, CONFLICT_SAID, line) from error
        raise not_a_plan(path, "it is not JSON") from error


class _TwiceError(Exception):
    """A name that an object has twice: people may read the one, and programs the other."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _TwiceError("a name stands in it twice")
    return found
