"""Whatever a command came to as one plain value, the View: every format is a function of it.

A new kind of result needs one more `view_of_…` here, and no format has to know of it. Texts are as
people and the platform wrote them; each format makes them harmless for its own medium.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from aepctl.errors import AepctlError, InvalidInput, problem_count
from aepctl.model.audience import Audience
from aepctl.model.problem import Origin, Problem
from aepctl.model.steps import Create, Patch, RemoteStep
from aepctl.model.target import Target
from aepctl.plan.plan import MANIFEST, PLATFORM, STATE, Action, Change, FieldDiff, Plan
from aepctl.render.alerts import moved_lines, plan_alerts
from aepctl.render.why import why
from aepctl.render.words import DONE, LEFT_ALONE, UNCHANGED, in_order, word

if TYPE_CHECKING:
    from aepctl.render.grid import Grid

Fields: TypeAlias = Mapping[str, str]
"""An audience's fields in Adobe's spelling."""
ALL_DONE = "All changes of this plan are done: it can do nothing more."
SIDES = (MANIFEST, STATE, PLATFORM)
NOT_RECORDED = "Not recorded"
"""The alert that IDs could not be written anywhere."""


class Row(NamedTuple):
    """One audience: `status` is a value of words.WORDS.

    A tuple, because it takes a third of a frozen dataclass's time and plans have 10,000 of them.

    `fields` are the audience's: as wanted, else as known or seen, else as once sent. `new`: nothing
    of it is there yet. `diff` is what differs otherwise; `note` says why it is so, or why not.
    `ended`: the status is an outcome. `audience_id` is the platform's, else the one that we give.
    `moved_from`: the key that it had. `replaced`: the ID of what it took the place of. `columns`
    are the sides that the diff shows where before and after do not tell all of it.
    """

    status: str
    key: str
    fields: Fields = MappingProxyType({})
    diff: tuple[FieldDiff, ...] = ()
    note: str | None = None
    source: Origin | None = None
    audience_id: str | None = None
    new: bool = False
    ended: bool = False
    moved_from: str | None = None
    replaced: str | None = None
    columns: tuple[str, ...] = ()

    def sides(self, one: FieldDiff) -> tuple[tuple[str, str | None], ...]:
        """The text on each of the columns."""
        texts = {MANIFEST: one.wanted, STATE: one.known, PLATFORM: one.observed}
        return tuple((name, texts[name]) for name in self.columns)

    @property
    def came(self) -> str | None:
        """What it was before."""
        if self.moved_from is not None:
            return f"was {self.moved_from}"
        return f"in place of {self.replaced}" if self.replaced is not None else None

    @property
    def file(self) -> str | None:
        return self.source.file if self.source else None

    @property
    def name(self) -> str | None:
        """What people call the audience."""
        return self.fields.get("name")


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no result, what it is called in short, and what to do about it."""

    message: str
    code: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a command came to. None and empty stand for what there is not.

    `command` is what was run. `totals` count by status; a zero is told where numbers are expected.
    `nothing` is said instead of totals that are all zero, and `empty` instead of rows. `alerts` are
    a word and what has to be seen first; `next` is what to do now, `run` the command that does what
    is shown. `paste` are lines for a manifest, where something may have been renamed. `looked`: at
    all that is known, on the platform. `plan` is the plan that was applied. `more` problems are
    only counted. Of several environments, `parts` has what each came to, `grid` all of them.
    """

    command: str
    title: str
    environment: str | None = None
    target: Target | None = None
    targets: tuple[str, ...] = ()
    plan_id: str | None = None
    totals: Mapping[str, int] | None = None
    nothing: str = ""
    rows: tuple[Row, ...] = ()
    empty: str = ""
    alerts: tuple[tuple[str, str], ...] = ()
    next: str | None = None
    problems: tuple[Problem, ...] = ()
    more: int = 0
    failed: Failed | None = None
    plan: "View | None" = None
    paste: tuple[str, ...] = ()
    looked: bool = False
    run: str | None = None
    parts: "tuple[View, ...]" = ()
    grid: "Grid | None" = None

    @property
    def place(self) -> str | None:
        """The environment, where the title is to name it: that of a result, not of an error."""
        return None if self.totals is None else self.environment

    @property
    def heading(self) -> str:
        """The title, with the environment."""
        return self.title if self.place is None else f"{self.title} for {self.place}{self.after}"

    @property
    def after(self) -> str:
        """What follows the environment in the title."""
        return ", with a look at the platform" if self.looked else ""


def view_of_plan(plan: Plan, plan_id: str | None = None, run: str | None = None) -> View:
    """What would be done. `plan_id` names it where it is saved; `run` is the command that does."""
    counts = plan.counts()
    totals = {action.value: counts[action] for action in Action} | {UNCHANGED: plan.unchanged}
    totals |= saved_totals(plan)
    return View(
        command="plan",
        title="Plan",
        environment=plan.environment,
        target=plan.target,
        targets=plan.targets,
        plan_id=plan_id,
        totals=in_order(totals),
        nothing="no audiences",
        rows=(*(change_row(change) for change in plan.changes), *left_alone_rows(plan)),
        empty=ALL_DONE if plan.done else "Nothing to do.",
        alerts=tuple(plan_alerts(plan)),
        paste=moved_lines(plan),
        looked=plan.refreshed,
        run=run,
    )


def saved_totals(plan: Plan) -> dict[str, int]:
    """What is counted beside the changes where a saved plan is applied or checked."""
    return {DONE: plan.done, LEFT_ALONE: len(plan.left_alone)}


def left_alone_rows(plan: Plan) -> Iterator[Row]:
    """What differs, but is not in the saved plan: named with what would be done."""
    for change in plan.left_alone:
        row = change_row(change)
        note = f"{word(row.status).counted}, not in the saved plan"
        yield row._replace(status=LEFT_ALONE, note=note, diff=(), new=False)


def view_of_problems(
    problems: Iterable[Problem], environment: str | None = None, more: int = 0
) -> View:
    """What is wrong with manifests or settings."""
    every = tuple(sorted(problems, key=lambda problem: problem.origin))
    if not every:
        return View("validate", "No problems", environment)
    title = problem_count(len(every), more)
    return View("validate", title, environment, problems=every, more=more)


def view_of_error(error: AepctlError, environment: str | None = None) -> View:
    """A run that failed: its problems, or what went wrong and what to do next."""
    failed = Failed(error.message, error.code, error.hint)
    if isinstance(error, InvalidInput) and error.problems:
        return replace(view_of_problems(error.problems, environment, error.more), failed=failed)
    return View("", "aepctl failed", environment, failed=failed)


def change_row(change: Change) -> Row:
    """What a plan says of one audience."""
    before, wanted = change.before, change.wanted
    if wanted is not None:
        fields = wanted.fields()
    elif before is not None:
        fields = before.audience.fields()
    else:
        fields = audience_of(change.intent.step).fields() if change.intent else {}
    told = change.reason is not None or change.intent is not None or len(change.steps) > 1
    forget, new = change.action is Action.FORGET, change.action is Action.CREATE
    return Row(
        change.action,
        change.key,
        fields,
        change.diff,
        why(change) if told or forget else None,
        change.source,
        _id_of(change),
        new,
        False,
        change.moved_from,
        None,
        _columns(change) if change.diff else (),
    )


def _id_of(change: Change) -> str | None:
    """The ID it has when that is done: what is gone may be known still beside what is adopted."""
    if change.action is Action.ADOPT and change.adopted_id is not None:
        return change.adopted_id
    before = change.before if change.action is not Action.CREATE else None
    return before.ids.audience_id if before is not None else change.given_id


def _columns(change: Change) -> tuple[str, ...]:
    """The sides to show beside each other, where the platform has something else than state."""
    looked = change.known is not None and change.observed is not None
    if not looked or all(one.known == one.observed for one in change.diff):
        return ()
    return SIDES if change.wanted is not None else SIDES[1:]


def audience_of(step: RemoteStep) -> Audience:
    """The audience that a step is about, as it is when the step is done."""
    return step.after if isinstance(step, Patch) else step.audience


def audience_id_of(step: RemoteStep) -> str | None:
    """The ID that a step is about: of a create, the one that we give."""
    return step.audience_id if isinstance(step, Create) else step.ids.audience_id
