"""Make all checks of an environment, one after the other, and skip what would only repeat."""

from collections.abc import Callable, Iterable
from shlex import quote

from aepctl.errors import AepctlError
from aepctl.model.checkup import Check, Checkup, Status
from aepctl.operations.context import Context
from aepctl.operations.doctor.patient import Patient
from aepctl.operations.doctor.table import TABLE, Row
from aepctl.project.load import load_project
from aepctl.wording import with_program

Tell = Callable[[str | None, Check], None]
"""Called with the environment's name, as soon as a check has been made."""


def diagnose(
    context: Context,
    name: str | None,
    tell: Tell,
    *,
    program: str = "aepctl",
    allow_outside: bool = False,
    every: bool = False,
) -> tuple[Checkup, ...]:
    """Examine the environment `name`, the usual one, or `every` one there is."""
    found = []
    for one in _all_names(context, allow_outside=allow_outside) if every else (name,):
        patient = Patient(context, one, program, allow_outside)
        with patient.stack:
            found.append(_examined(patient, tell))
    return tuple(found)


def _all_names(context: Context, *, allow_outside: bool) -> Iterable[str | None]:
    """Those of aepctl.yaml; where it cannot be read, one without a name, which then says why."""
    try:
        project = load_project(context.environ, allow_outside=allow_outside)
    except AepctlError:
        return (None,)
    return tuple(project.environments) or (None,)


def _examined(patient: Patient, tell: Tell) -> Checkup:
    checks: dict[str, Check] = {}
    causes: dict[str, str] = {}
    for row in TABLE:
        cause = next((causes[one] for one in row.needs if one in causes), None)
        check = _made(row, patient) if cause is None else _skipped(row, cause)
        if cause is not None or check.status is Status.FAILED:
            causes[row.code] = cause or row.code
        checks[row.code] = check
        tell(patient.called, check)
    target = None if patient.environment is None else patient.environment.target
    return Checkup(patient.called, target, tuple(checks.values()))


def _made(row: Row, patient: Patient) -> Check:
    try:
        found = row.make(patient)
    except AepctlError as error:
        hint = _pasteable(patient, error.hint)
        return Check(row.code, Status.FAILED, error.message, hint, error.code)
    return Check(row.code, found.status, found.text, _pasteable(patient, found.hint))


def _pasteable(patient: Patient, hint: str | None) -> str | None:
    """The hint, whose commands name this environment."""
    if hint is None:
        return None
    if patient.environment is not None:
        return with_program(hint, patient.environment.program)
    named = f" --env {quote(patient.name)}" if patient.name else ""
    return with_program(hint, f"{patient.program}{named}")


def _skipped(row: Row, cause: str) -> Check:
    return Check(row.code, Status.SKIPPED, f"because of `{cause}`")
