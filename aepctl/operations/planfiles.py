"""Saved plans as files: written for a review, read to compare. They hold no secret."""

import json
from pathlib import Path
from typing import Any

from aepctl.errors import AepctlError
from aepctl.operations.plan import Planned
from aepctl.plan.binding import Binding
from aepctl.plan.planfile import CREATE_ONE, DIGESTS, decode, digests, head
from aepctl.render.json import document, plan_data
from aepctl.state.stores.disk import Disk, replace_file

MAX_BYTES = 256 * 1024 * 1024


def save(path: str, planned: Planned) -> None:
    """Write a saved plan. Raises AepctlError where the file cannot be written."""
    binding = planned.binding()
    summary, changes = plan_data(planned.plan)
    text = document(
        {
            **head(binding),
            "summary": summary,
            "changes": changes,
            DIGESTS: digests(binding),
        }
    )
    try:
        replace_file(Disk(), Path(path).resolve(), text.encode())
    except OSError as error:
        raise AepctlError(
            f"{path}: cannot be written: {error.strerror}", hint="choose another file with --out"
        ) from error


def load(path: str) -> Binding:
    """What the saved plan is bound to. Raises AepctlError, SafetyRefusal."""
    return decode(_read(path), path)


def _read(path: str) -> Any:
    file = Path(path)
    try:
        if file.stat().st_size > MAX_BYTES:
            raise AepctlError(
                f"{path} is not a plan saved by aepctl: it is too large",
                hint=f"a saved plan has at most {MAX_BYTES:,} bytes",
            )
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise AepctlError(
            f"{path}: cannot be read: {error.strerror}",
            hint=CREATE_ONE,
        ) from error
    except (ValueError, RecursionError) as error:
        raise AepctlError(
            f"{path} is not a plan saved by aepctl: it is not JSON",
            hint=CREATE_ONE,
        ) from error
