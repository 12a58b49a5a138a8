"""What the other environments of a project know: an ID is that of one audience, in one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from aepctl.errors import AepctlError, SafetyRefusal
from aepctl.model.audience import Ids, Known
from aepctl.model.steps import Delete
from aepctl.operations.context import Context
from aepctl.plan.plan import Plan
from aepctl.project.environment import Environment
from aepctl.project.load import load_project
from aepctl.project.targets import normal_state
from aepctl.state.loading import any_state
from aepctl.state.model import State
from aepctl.wording import listed


@dataclass(frozen=True, slots=True)
class Other:
    """Another environment: where its state is, and that, if there is one.

    `trouble`: why it cannot be read now.
    """

    name: str
    where: str
    state: State | None = None
    trouble: str | None = None


def others(context: Context, environment: Environment) -> Iterator[Other]:
    """The environments of this project that keep a state of their own."""
    project = load_project(
        context.environ, allow_outside=True
    )  # what may not be was refused before
    for name in project.environments:
        path = project.state_of(name)
        if path is None:
            yield Other(name, name, trouble="its address needs a variable that is not set")
        elif normal_state(path) != normal_state(environment.state):
            yield _read(context, replace(environment, name=name, state=path, lineage=None))


def _read(context: Context, other: Environment) -> Other:
    try:
        state = any_state(context.open_store(other))
    except AepctlError as error:
        return Other(other.name, other.state, trouble=error.message)
    return Other(other.name, other.state, state)


def check_elsewhere(context: Context, environment: Environment, audience_id: str) -> None:
    """An ID that another environment's state has is an audience of another target.

    A state that cannot be read is told to whoever uses that environment, and says nothing here.
    """
    for other in others(context, environment):
        owner = None if other.state is None else other.state.owner(audience_id)
        if owner is not None:
            raise SafetyRefusal(
                f"{audience_id} is the audienceId of `{owner}` in the environment `{other.name}` "
                f"({other.where})",
                hint=f"give the ID that the audience has in `{environment.name}`",
                code="known-elsewhere",
            )


def check_deletes(context: Context, environment: Environment, plan: Plan, state: State) -> None:
    """Refuse to delete what another environment knows as its own; in one state, no two keys do.

    A state that cannot be read now is told as a warning. Raises SafetyRefusal that names them all.
    """
    deleted = {
        step.ids.audience_id: (change.key, step.ids)
        for change in plan.changes
        for step in change.steps
        if isinstance(step, Delete)
    }
    if not deleted:
        return
    found: list[tuple[str, str]] = []
    for other in others(context, environment):
        if other.trouble is not None:
            context.console.warn(
                f"the state of `{other.name}` cannot be read now, so nothing tells whether what is "
                f"to be deleted is known there: {other.trouble}"
            )
        elif other.state is not None and not _is_this(other.state, state):
            found += _of_environment(environment, other, other.state, deleted)
    if found:
        count = len({one for one, _ in found})
        raise SafetyRefusal(
            f"{count} of the {len(deleted)} audience{'s' * (len(deleted) != 1)} to be deleted "
            f"{'is' if count == 1 else 'are'} known elsewhere as well, and so nothing was sent: "
            f"{listed(said for said, _ in found)}",
            hint="an audience is that of one environment: have the other forget it "
            f"(`{found[0][1]}`), or this one, likewise; that touches nothing on the platform",
            code="known-elsewhere",
        )


def _is_this(other: State, state: State) -> bool:
    """Whether it is one state, under another address."""
    return (other.lineage, other.target) == (state.lineage, state.target)


Deleted = dict[str, tuple[str, Ids]]
"""What is to be deleted: its key and IDs, by audienceId."""


def _of_environment(
    environment: Environment, other: Other, state: State, deleted: Deleted
) -> Iterator[tuple[str, str]]:
    forget = environment.program.replace(f"--env {environment.name}", f"--env {other.name}")
    for key, known in state.audiences.items():
        for audience_id in known.all_ids:
            if audience_id in deleted and _may_be(known, *deleted[audience_id][1:]):
                mine, _ = deleted[audience_id]
                where = f"`{key}` in the environment `{other.name}` ({other.where})"
                yield f"`{mine}` ({audience_id}) is {where}", f"{forget} state rm {key}"


def _may_be(known: Known, ids: Ids) -> bool:
    """Whether it can be the same audience: the platform's own id differs where the client gave one
    `audienceId` in two sandboxes.
    """
    mine, theirs = ids.platform_id, known.ids.platform_id
    return ids.audience_id != known.ids.audience_id or None in {mine, theirs} or mine == theirs
