"""Everything known of one key, for show: wanted, known, observed, and what a plan would do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aepctl.model.audience import Observed, Wanted
from aepctl.model.problem import Origin
from aepctl.plan.plan import Plan
from aepctl.render.display import Paint, cells, display
from aepctl.render.known import Knowledge, details
from aepctl.render.listed import ListedKey
from aepctl.render.text import PLAIN, render
from aepctl.render.text_fields import not_obeyed
from aepctl.render.view import view_of_plan

LABEL = 12
"""Cells of a field's name, as in a plan."""
MAX_ALIGNED = 60
"""Where values are wider, the places after them are not aligned."""


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """What the platform showed of it. `word`: what it is instead, or why that is not known."""

    observed: Observed | None = None
    word: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """All sides of one key. `places`: where its fields stand; `platform` None: nobody looked.

    `plan` has the changes of this key alone.
    """

    listed: ListedKey
    knowledge: Knowledge
    plan: Plan
    store: str
    places: Mapping[str, Origin] = field(default_factory=dict)
    platform: OnPlatform | None = None

    @property
    def wanted(self) -> Wanted | None:
        return self.listed.wanted


def shown_text(shown: Shown, paint: Paint = PLAIN) -> str:
    """All of it, the sides one below the other."""
    listed = shown.listed
    lines = [f"{paint(display(listed.key), 'bold')} in {listed.environment}: {listed.said}"]
    for title, place, values in _sides(shown):
        lines += ["", f"{paint(title, 'bold')}  {paint(display(place), 'dim')}".rstrip()]
        lines += _aligned(tuple(values), paint)
    return "\n".join([*lines, "", render(view_of_plan(shown.plan), paint)])


def _sides(shown: Shown) -> Iterator[tuple[str, str, Iterator[tuple[str, str, str]]]]:
    wanted, known = shown.wanted, shown.knowledge.keys[0]
    if wanted is not None:
        yield "Wanted", _place(wanted.origin), _wanted(shown, wanted)
    else:
        yield "Not wanted", "no manifest asks for it in this environment", iter(())
    if known.known is None and not known.intents:
        yield "Not known", _unknown(shown), iter(())
    else:
        yield "Known", shown.store, ((n, text, "") for n, text in details(shown.knowledge, known))
    if shown.platform is not None:
        yield "On the platform", shown.platform.word or "", _observed(shown.platform.observed)


def _unknown(shown: Shown) -> str:
    """A state that nothing was written to is not there: that says nothing about the platform."""
    if shown.knowledge.serial == 0:
        return f"there is no state at {shown.store}"
    return f"the state {shown.store} does not have it"


def _wanted(shown: Shown, wanted: Wanted) -> Iterator[tuple[str, str, str]]:
    for name, text in lifecycle_and_fields(wanted):
        place = shown.places.get(name)
        yield name, text, "" if place is None else _place(place)


def lifecycle_and_fields(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """What a manifest says of an audience, under the names that it has there."""
    yield from wanted.audience.fields().items()
    if wanted.audience_id is not None:
        yield "audienceId", wanted.audience_id
    life = wanted.lifecycle
    if life.at_removal.on_removal is not None:
        yield "on_removal", life.at_removal.on_removal.value
    if life.at_removal.prevent_destroy:
        yield "prevent_destroy", "true"
    if life.replaces:
        yield "on_immutable_change", "replace"
    if life.ignored:
        yield "ignore_changes", ", ".join(sorted(life.ignored))


def _observed(observed: Observed | None) -> Iterator[tuple[str, str, str]]:
    if observed is None:
        return
    for name, text in observed.audience.fields().items():
        yield name, text, ""
    yield "audienceId", observed.ids.audience_id, ""
    yield "id", observed.ids.platform_id or "(not told)", ""
    if observed.created is not None:
        yield "created", datetime.fromtimestamp(observed.created, UTC).isoformat(), ""
    if observed.lifecycle is not None:
        yield "state", observed.lifecycle, ""
    if observed.dependents:
        yield "used by", ", ".join(observed.dependents), ""


def _aligned(values: tuple[tuple[str, str, str], ...], paint: Paint) -> Iterator[str]:
    """`name  text  place`, the texts below each other, and the places; lines stay lines."""
    names = max(LABEL, *(len(name) for name, _, _ in values)) if values else LABEL
    texts = [[display(line) for line in text.split("\n")] for _, text, _ in values]
    widths = (cells(line) for lines in texts for line in lines)
    wide = max((width for width in widths if width <= MAX_ALIGNED), default=0)
    for (name, _, place), (text, *more) in zip(values, texts, strict=True):
        gap = " " * max(wide - cells(text), 0)
        after = f"{gap}  {paint(display(place), 'dim')}" if place else ""
        yield f"    {name:<{names}} {text}{after}"
        yield from (f"    {'':<{names}} {not_obeyed(line)}".rstrip() for line in more)


def _place(origin: Origin) -> str:
    return f"{origin.file}:{origin.line}"
