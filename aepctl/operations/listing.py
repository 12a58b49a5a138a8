"""list: every key of the manifests and of the state. Takes no lock; the platform is not asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache

from aepctl.errors import AepctlError
from aepctl.manifests import resolve
from aepctl.model.audience import Known
from aepctl.model.wants import Wants
from aepctl.operations.context import Context
from aepctl.operations.knowing import intents_by_key
from aepctl.operations.plan import known_in, policy_of
from aepctl.plan.plan import Change, NoState, Plan
from aepctl.plan.planner import make_plan
from aepctl.plan.select import is_target
from aepctl.project.environment import Environment
from aepctl.project.everywhere import Part, made_in
from aepctl.project.everywhere import everywhere as in_each
from aepctl.project.project import Project
from aepctl.render.known import KnownKey
from aepctl.render.listed import Listed, ListedEnvironment, ListedKey
from aepctl.state.model import State


@dataclass(frozen=True, slots=True)
class Compared:
    """Wanted and known in an environment, and the plan that leads from one to the other.

    `texts`: the manifests as they were read, by name.
    """

    environment: Environment
    wants: Wants
    state: State
    plan: Plan
    texts: Mapping[str, str] = field(repr=False)
    no_state: NoState | None = None

    def rows(self) -> tuple[ListedKey, ...]:
        """All keys, sorted; what has a new key by now is listed under that."""
        state, name = self.state, self.environment.name
        wanted = {one.key: one for one in self.wants.audiences}
        changes = {one.key: one for one in self.plan.changes}
        moved = {one.moved_from for one in self.plan.changes} - wanted.keys()
        intents = intents_by_key(state)
        elsewhere = {one.key for one in self.wants.elsewhere}
        keys = sorted((wanted.keys() | state.audiences.keys() | intents.keys()) - moved)
        return tuple(
            ListedKey(
                name,
                KnownKey(key, self.known(key, changes), tuple(intents.get(key, ()))),
                wanted.get(key),
                changes[key].action if key in changes else None,
                key in elsewhere,
            )
            for key in keys
        )

    def known(self, key: str, changes: Mapping[str, Change]) -> Known | None:
        """What state has for a key, if under another one."""
        change = changes.get(key)
        before = change.moved_from if change is not None else None
        return self.state.audiences.get(key if before is None else before)


def compared(context: Context, environment: Environment) -> Compared:
    """Compare wanted and known. Raises InvalidInput, StateError."""
    manifests = context.manifests(environment)
    wants = resolve(manifests, environment.name)
    state, no_state = known_in(context, environment)
    plan = make_plan(wants, state, None, policy_of(environment))
    return Compared(environment, wants, state, plan, manifests.texts, no_state)


def listing(context: Context, environment: Environment, patterns: Sequence[str] = ()) -> Listed:
    """The keys of one environment: all, or those that are or match a pattern.

    Raises InvalidInput, StateError.
    """
    sides = compared(context, environment)
    one = ListedEnvironment(environment.name, environment.target, no_state=sides.no_state)
    return _chosen((one,), sides.rows(), patterns)


def everywhere(
    context: Context, project: Project, patterns: Sequence[str] = (), program: str = "aepctl"
) -> Listed:
    """The keys of all environments; what is wrong with one of them does not hide the others.

    `program` is how a command begins that runs in this folder. Raises the error that all have.
    """
    context = replace(context, read_manifests=cache(context.read_manifests))
    parts = in_each(
        project, context.environ, program, lambda environment: compared(context, environment)
    )
    environments = tuple(_environment(one) for one in parts)
    first, *others = (one.error for one in parts)
    if first is not None and all(str(one) == str(first) for one in others):
        raise first
    rows = (key for _, sides in made_in(parts) for key in sides.rows())
    keys = sorted(rows, key=lambda one: one.key)
    return replace(_chosen(environments, keys, patterns), every=True)


def _environment(part: Part[Compared]) -> ListedEnvironment:
    made = part.made
    no_state = None if isinstance(made, AepctlError) else made.no_state
    return ListedEnvironment(part.environment, part.target, part.error, no_state)


def _chosen(
    environments: tuple[ListedEnvironment, ...],
    keys: Sequence[ListedKey],
    patterns: Sequence[str],
) -> Listed:
    chosen = tuple(one for one in keys if not patterns or is_target(one.key, patterns))
    close = None
    if patterns and not chosen:
        every = {one.key for one in keys}
        found = (get_close_matches(one, every, n=1) for one in patterns)
        close = next((one[0] for one in found if one), None)
    return Listed(environments, chosen, patterns=tuple(patterns), close=close)
