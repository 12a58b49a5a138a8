"""A saved plan as a file: written for a review, read to compare. It holds no secret."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.plan import Plan
from aepctl.plan.binding import Binding, differences
from aepctl.render.plan_json import change_data, document, summary_data, target_data
from aepctl.settings import Target
from aepctl.state.disk import Disk, replace_file
from aepctl.state.model import State
from aepctl.workflow.reading import Planned, Scope, plan

FORMAT = "1.0"
MOST_BYTES = 256 * 1024 * 1024


class _OnDisk(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Target(_OnDisk):
    org: str
    sandbox: str
    endpoint: str


class _State(_OnDisk):
    lineage: str | None
    serial: int


class SavedPlanOnDisk(_OnDisk):
    """The fields of a saved plan that apply reads; what else stands there is for people."""

    format: str
    plan: str
    version: str
    environment: str
    target: _Target
    state: _State
    manifests: str
    targets: list[str]
    digests: dict[str, str] = Field(default_factory=dict)


def encode(made: Plan, binding: Binding) -> str:
    """The text of a saved plan: what it is bound to, and the plan itself as in `plan -o json`."""
    return document(
        {
            "format": FORMAT,
            "plan": binding.id,
            "version": binding.version,
            "environment": binding.environment,
            "target": target_data(binding.target),
            "state": {"lineage": binding.lineage, "serial": binding.serial},
            "manifests": binding.manifests,
            "targets": list(binding.targets),
            "summary": summary_data(made),
            "changes": [change_data(change) for change in made.changes],
            "digests": dict(binding.changes),
        }
    )


def save(path: str, planned: Planned) -> None:
    """Write a saved plan. Raises AepctlError where the file cannot be written."""
    try:
        replace_file(Disk(), Path(path).resolve(), encode(planned.plan, planned.binding()).encode())
    except OSError as error:
        raise AepctlError(f"{path}: cannot be written: {error.strerror}") from error


def load(path: str) -> Binding:
    """What the saved plan is bound to. Raises AepctlError, SafetyRefusal."""
    data = _read(path)
    found = data.get("format") if isinstance(data, dict) else None
    if not isinstance(found, str) or not re.fullmatch(r"\d+\.\d+", found):
        raise AepctlError(f"{path} is no saved plan", next="make one with `aepctl plan --out FILE`")
    if found != FORMAT:
        raise AepctlError(
            f"{path}: format {found} is not this aepctl's {FORMAT}", next="make the plan anew"
        )
    try:
        on_disk = SavedPlanOnDisk.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AepctlError(f"{path} is no saved plan: {where}: {first['msg']}") from None
    target = on_disk.target
    binding = Binding(
        environment=on_disk.environment,
        target=Target(target.org, target.sandbox, target.endpoint),
        lineage=on_disk.state.lineage,
        serial=on_disk.state.serial,
        manifests=on_disk.manifests,
        changes=on_disk.digests,
        version=on_disk.version,
        targets=tuple(on_disk.targets),
    )
    if binding.id != on_disk.plan:
        raise SafetyRefusal(f"{path} was changed after it was made", next="make the plan anew")
    return binding


def _read(path: str) -> Any:
    try:
        file = Path(path)
        if file.stat().st_size > MOST_BYTES:
            raise AepctlError(f"{path} is too large for a saved plan")
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise AepctlError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise AepctlError(
            f"{path} is no saved plan: it is not JSON",
            next="make one with `aepctl plan --out FILE`",
        ) from error


def refuse_stale(path: str, saved: Binding, now: Binding, state: State | None) -> None:
    """Raise SafetyRefusal, saying why, unless the saved plan still holds and was not applied."""
    if state is not None and saved.id in state.plans:
        raise SafetyRefusal(
            f"{path} was applied already (plan {saved.id})",
            next="a plan is used once; make a new one",
        )
    said = differences(saved, now)
    if said:
        raise SafetyRefusal(
            f"{path} no longer holds: {'; '.join(said)}",
            next="nothing was sent; make the plan anew and have it reviewed",
        )


def scope_of(saved: Binding, given: Scope) -> Scope:
    """What a saved plan works on; an environment that is given as well must be the same."""
    if given.environment not in {None, saved.environment}:
        raise SafetyRefusal(
            f"the plan is for the environment {saved.environment}, not {given.environment}"
        )
    return Scope(saved.environment, saved.targets)


def check(path: str, scope: Scope) -> Planned:
    """The plan as it is now, which is the saved one. Raises SafetyRefusal where it is not."""
    saved = load(path)
    planned = plan(scope_of(saved, scope))
    refuse_stale(path, saved, planned.binding(), planned.state)
    return planned
