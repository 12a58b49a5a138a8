"""What `aepctl plan` does: a plan of one environment, or of all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepctl.cli.invocation import Invocation
from aepctl.cli.output import print_result
from aepctl.cli.outputs import Outputs

if TYPE_CHECKING:
    from aepctl.operations.context import Context
    from aepctl.operations.plan import Planned
    from aepctl.project.environment import Environment
    from aepctl.render.formats import Result

    Made = tuple[Planned, Environment]

CHANGES = 2
"""The exit code of `--detailed-exitcode` where there are any."""


@dataclass(frozen=True, slots=True)
class Planning:
    """The plan that somebody asks for."""

    targets: tuple[str, ...] = ()
    refresh: bool = False
    overwrite: bool = False
    detailed: bool = False

    def one(self, invocation: Invocation, outputs: Outputs, check: str | None) -> "Result | int":
        """The plan of one environment; with `check` what is left of that saved one."""
        if check is None:
            context = invocation.context()
            planned = self._planned(context, invocation.resolve(context))
        else:
            planned = _check(invocation, check)
        if outputs.files.out is not None:
            from aepctl.operations.planfiles import planfile_text

            outputs.files.out.save(planfile_text(planned))
        if outputs.as_text:
            from aepctl.cli.paper import paper
            from aepctl.render.text import plan_text

            print_result(plan_text(planned.plan, paper(folds=invocation.all_of_it)))
        if outputs == Outputs() or invocation.resolved is None:
            return self._code(planned)
        file = outputs.files.out.path if outputs.files.out else check
        return self._result((planned, invocation.resolved), outputs, file)

    def all(self, invocation: Invocation, outputs: Outputs) -> "Result":
        """The plans of all environments. Raises NoSuchTarget, where a target is in none of them."""
        from aepctl.cli.everywhere import check_targets, give, in_all
        from aepctl.operations.planfiles import planfile_text
        from aepctl.project.everywhere import made_in
        from aepctl.render.everywhere import Everywhere

        def plan(context: "Context", environment: "Environment") -> "Made":
            return self._planned(context, environment, may_miss=True), environment

        def result(made: "Made") -> "Result":
            file = files.get(made[1].name)
            return self._result(made, outputs, file.path if file else None)

        parts = in_all(invocation, invocation.context(), plan)
        alerts = check_targets(parts, lambda made: made[0].plan.missed)
        files = dict(outputs.files.plans)
        for name, (planned, _) in made_in(parts):
            if name in files:
                files[name].save(planfile_text(planned))
        told = [one.having(result) for one in parts]
        changed = tuple(name for name, (planned, _) in made_in(parts) if planned.plan.changes)
        given = {"--refresh": self.refresh, "--overwrite": self.overwrite}
        words = ("plan", *(option for option, is_given in given.items() if is_given))
        found = Everywhere("plan", told, changed, words, "changes", alerts, self.targets)
        return give(found, invocation, outputs.output)

    def _planned(
        self, context: "Context", environment: "Environment", *, may_miss: bool = False
    ) -> "Planned":
        from aepctl.operations.plan import plan

        how = {"overwrite": self.overwrite, "may_miss": may_miss}
        if not self.refresh:
            return plan(context, environment, self.targets, **how)
        from aepctl.operations.refreshed import refreshed_plan

        return refreshed_plan(context, environment, self.targets, **how)

    def _code(self, planned: "Planned") -> int:
        return CHANGES if self.detailed and planned.plan.changes else 0

    def _result(self, made: "Made", outputs: Outputs, file: str | None) -> "Result":
        from aepctl.cli.apply_command import apply_command
        from aepctl.render.formats import of_plan

        planned, environment = made
        plan_id = planned.binding().id if outputs.need_plan_id else None
        run = apply_command(environment, planned.plan, file, refresh=self.refresh)
        return of_plan(planned.plan, plan_id=plan_id, exit_code=self._code(planned), run=run)


def _check(invocation: Invocation, file: str) -> "Planned":
    from aepctl.apply.gates import check_environment
    from aepctl.operations.plan import check
    from aepctl.operations.planfiles import load

    context, saved = invocation.context(), load(file)
    check_environment(file, saved, invocation.environment)
    return check(context, invocation.resolve(context, saved.environment), file, saved)
