"""validate: aepctl.yaml and all manifests, for all environments. No environment is resolved."""

from collections.abc import Mapping
from dataclasses import dataclass

from aepctl.errors import AepctlError
from aepctl.manifests import resolve
from aepctl.manifests.everywhere import Settings, sound
from aepctl.operations.context import Context, rule_limit
from aepctl.project.load import load_project
from aepctl.project.paths import FILE


@dataclass(frozen=True, slots=True)
class Validated:
    """How many audiences the manifests ask for, and how many of them in each environment.

    `differing` has the keys that are not wanted alike everywhere: where, and whether overridden.
    """

    audiences: int
    environments: Mapping[str, int]
    differing: Mapping[str, Mapping[str, bool]]


def validate(
    context: Context, name: str | None = None, *, allow_outside: bool = False
) -> Validated:
    """How many audiences the manifests ask for; `name`: for this environment only.

    Variables that are not set are no problem, but for the folder of manifests. Raises InvalidInput
    with every problem of the settings, or else of the manifests.
    """
    project = load_project(context.environ, allow_outside=allow_outside)
    project.need(("manifests",))
    if name is not None and project.environments and name not in project.environments:
        raise AepctlError(
            f"there is no environment `{name}` in {FILE}",
            hint=f"available: {', '.join(project.environments)}",
            code="no-such-environment",
        )
    names = project.environments if name is None else (name,)
    about = () if name is None else (name,)
    settings = Settings(tuple(project.environments), about, project.rules, rule_limit)
    manifests = sound(lambda: context.read_manifests(project.manifests), settings)
    counts = {one: len(resolve(manifests, one).audiences) for one in names}
    differing = {
        key: {one: one in scope.overrides for one in names if scope.has(one)}
        for key, scope in manifests.scopes.items()
    }
    every = len(manifests.wanted) if name is None else counts[name]
    return Validated(every, counts, differing)
