"""The format of a saved plan: what it is bound to. Pure; files are read and written elsewhere.

A saved plan is one JSON object. First stands `head`, then `limits`, `summary` and `changes` for
people, then `effects` and `rests`, then `digest`, which all of the above goes into: what was
reviewed is what is applied. It holds no secret.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.target import Target
from aepctl.plan.binding import Binding, Reviewed
from aepctl.wording import command, first_error

FORMAT = "2.1"
EFFECTS = "effects"
RESTS = "rests"
DIGEST = "digest"


def head(binding: Binding) -> dict[str, object]:
    """The fields that stand first in the file."""
    target = binding.target
    return {
        "format": FORMAT,
        "plan": binding.id,
        "version": binding.version,
        "environment": binding.environment,
        "target": {"org": target.org, "sandbox": target.sandbox, "endpoint": target.endpoint},
        "state": {"lineage": binding.lineage, "serial": binding.serial},
        "targets": list(binding.targets),
        "refreshed": binding.refreshed,
        "overwrites": binding.overwrites,
    }


def sealed(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of a file, ended by their digest."""
    return {**fields, DIGEST: _digest(fields)}


def _digest(fields: Mapping[str, object]) -> str:
    rest = {name: value for name, value in fields.items() if name != DIGEST}
    return sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def decode(data: object, name: str) -> Binding:
    """What the saved plan that `data` is, parsed from the file `name`, is bound to.

    Raises AepctlError where it is not one that this version reads, and SafetyRefusal where somebody
    changed it.
    """
    if not isinstance(data, dict):
        raise not_a_plan(name)
    found = data.get("format")
    if not isinstance(found, str) or not re.fullmatch(r"\d+\.\d+", found):
        raise not_a_plan(name)
    if found != FORMAT:
        message = f"{name} has the format {found}, but this version of aepctl reads {FORMAT}"
        raise AepctlError(message, hint=how_to_make(name, "new "), code="plan-unreadable")
    plan_id, binding = _validated(data, name)
    if binding.id != plan_id or data[DIGEST] != _digest(data):
        raise SafetyRefusal(
            f"{name} was changed after it was saved",
            hint=how_to_make(name, "new "),
            code="plan-altered",
        )
    return binding


def how_to_make(name: str, new: str = "") -> str:
    """How such a file is made."""
    return f"create a {new}plan with `{command('aepctl', 'plan', '--out', name)}`"


def not_a_plan(name: str, why: str | None = None, line: int | None = None) -> AepctlError:
    """The error for a file that holds something else; `line`: where that shows."""
    place, because = f"{name}:{line}" if line else name, f": {why}" if why else ""
    return AepctlError(
        f"{place} is not a plan saved by aepctl{because}",
        hint=how_to_make(name if name.endswith(".json") else "plan.json"),
        code="plan-unreadable",
    )


def _validated(data: object, name: str) -> tuple[str, Binding]:
    from pydantic import ValidationError  # noqa: PLC0415 - needed only where a plan is read

    from aepctl.plan.planfile_model import SavedPlanModel  # noqa: PLC0415 - as above

    try:
        model = SavedPlanModel.model_validate(data)
    except ValidationError as error:
        path, message = first_error(error)
        raise not_a_plan(name, f"{'.'.join(path)}: {message}") from None
    target = model.target
    return model.plan, Binding(
        environment=model.environment,
        target=Target(target.org, target.sandbox, target.endpoint),
        lineage=model.state.lineage,
        serial=model.state.serial,
        targets=tuple(model.targets),
        changes=tuple(
            Reviewed(
                one.key,
                one.before,
                one.after,
                one.given_id,
                model.effects.get(one.key),
                tuple(model.rests.get(one.key, ())),
            )
            for one in model.changes
        ),
        version=model.version,
        refreshed=model.refreshed,
        overwrites=model.overwrites,
    )
