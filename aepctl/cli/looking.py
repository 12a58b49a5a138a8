"""What `aepctl drift` does: a look at one environment, or at all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aepctl.cli.invocation import Invocation
from aepctl.cli.outputs import Outputs

if TYPE_CHECKING:
    from aepctl.operations.context import Context
    from aepctl.plan.drift import Drift, Ignore
    from aepctl.project.environment import Environment
    from aepctl.render.drifted import Where
    from aepctl.render.formats import Result


@dataclass(frozen=True, slots=True)
class Looking:
    """The look that somebody asks for. `max_wait`: how long the platform may make it wait."""

    targets: tuple[str, ...]
    ignores: "tuple[Ignore, ...]"
    unmanaged: bool
    max_wait: float

    def one(self, invocation: Invocation, outputs: Outputs) -> "Result":
        """What has drifted in one environment."""
        from aepctl.cli.paper import print_view
        from aepctl.render.drifted import of_drift

        context = invocation.context(max_wait=self.max_wait)
        result = of_drift(*self._look(context, invocation.resolve(context)))
        if outputs.as_text:
            print_view(result)
        return result

    def all(self, invocation: Invocation, output: str) -> "Result":
        """The same of all environments. Raises NoSuchTarget, where a target is in none of them."""
        from dataclasses import replace

        from aepctl.cli.everywhere import check_targets, give, in_all, in_every
        from aepctl.project.everywhere import made_in
        from aepctl.render.drifted import of_drift, warnings
        from aepctl.render.everywhere import Everywhere

        def look(context: "Context", environment: "Environment") -> "tuple[Drift, Where]":
            return self._look(context, environment, may_miss=True)

        parts = in_all(invocation, invocation.context(max_wait=self.max_wait), look)
        alerts = check_targets(parts, lambda made: made[0].missed)
        alerts += tuple(("Warning", one) for one in in_every(parts, lambda made: warnings(made[0])))
        changed = tuple(name for name, (drift, _) in made_in(parts) if drift.is_any)
        told = [
            one.having(lambda made: of_drift(replace(made[0], idle=()), made[1])) for one in parts
        ]
        words = ("drift", *(["--unmanaged"] if self.unmanaged else []))
        found = Everywhere("drift", told, changed, words, "audiences", alerts, self.targets)
        return give(found, invocation, output)

    def _look(
        self, context: "Context", environment: "Environment", *, may_miss: bool = False
    ) -> "tuple[Drift, Where]":
        from aepctl.operations.drift import drift
        from aepctl.operations.onlooker import look_on
        from aepctl.operations.plan import policy_of
        from aepctl.plan.drift import Asked
        from aepctl.render.drifted import Where

        policy = policy_of(environment, refresh=True, may_miss=may_miss)
        asked = Asked(self.targets, self.ignores, self.unmanaged)
        where = Where(
            environment.name, environment.target, environment.program, environment.manifests
        )
        return drift(look_on(context, environment), policy, asked), where
