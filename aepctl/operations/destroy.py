"""destroy: an apply that deletes all that an environment knows."""

from dataclasses import replace

from aepctl.apply.guards import check_not_protected
from aepctl.apply.report import ApplyReport
from aepctl.apply.stopping import StopSignal
from aepctl.operations.apply import apply
from aepctl.operations.context import Context
from aepctl.operations.options import ApplyOptions
from aepctl.project.environment import Environment


def destroy(
    context: Context, environment: Environment, options: ApplyOptions, stop: StopSignal
) -> ApplyReport:
    """Delete what is known, settled first, and forget it. What was retained stays as it is.

    Raises what apply raises; SafetyRefusal for what is protected: nothing was sent then.
    """
    check_not_protected(environment.name, environment.command, protected=environment.protected)
    return apply(context, environment, replace(options, destroys=True), stop)
