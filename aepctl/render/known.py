"""What state knows, for state list and show, as text. As JSON: known_json."""

from collections.abc import Iterator
from dataclasses import dataclass

from aepctl.model.audience import FIELD_NAMES, Audience, Known
from aepctl.model.target import Target
from aepctl.render.display import Paint, display
from aepctl.render.table import table
from aepctl.render.text_fields import label, value
from aepctl.render.view import audience_of
from aepctl.render.why import attempt
from aepctl.render.words import STEPS
from aepctl.state.model import Intent, Run

COLUMNS = ("KEY", "NAME", "AUDIENCE ID", "NAMESPACE/ORIGIN NAME", "STATUS")
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What state has for one key: the audience, or attempts to create it, or both.

    `intents` have no outcome; the first is the one that counts.
    """

    key: str
    known: Known | None
    intents: tuple[Intent, ...] = ()

    @property
    def audience(self) -> Audience | None:
        """As it is known, else as it was to be created."""
        if self.known is not None:
            return self.known.audience
        return audience_of(self.intents[0].step) if self.intents else None

    @property
    def audience_id(self) -> str | None:
        """The platform's; None for what is only being created."""
        return None if self.known is None else self.known.ids.audience_id


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What state has for some keys, or all. `runs` are those that state still has, by id."""

    environment: str
    target: Target
    serial: int
    keys: tuple[KnownKey, ...]
    runs: tuple[Run, ...] = ()

    def run(self, run_id: str) -> Run | None:
        """The run with this id."""
        return next((one for one in self.runs if one.id == run_id), None)


def list_text(knowledge: Knowledge) -> str:
    """A table, a line for each key."""
    if not knowledge.keys:
        return "The state knows no audiences.\n"
    return table([COLUMNS, *map(_row, knowledge.keys)])


def _row(one: KnownKey) -> tuple[str, ...]:
    audience = one.audience
    name = audience.name if audience else NOTHING
    origin = f"{audience.namespace}/{audience.origin_name}" if audience else NOTHING
    return one.key, name, one.audience_id or NOTHING, origin, ", ".join(_status(one)) or NOTHING


def _status(one: KnownKey) -> Iterator[str]:
    """What is not as it is with most."""
    if one.intents:
        first = one.intents[0]
        yield f"{STEPS[type(first.step)]}: {first.phase.value}"
    if one.known is not None and one.known.retained:
        yield "retained"
    if one.known is not None and one.known.deposed is not None:
        yield "replaced, the old one is there"


def show_text(knowledge: Knowledge) -> str:
    """All that state has for the one key."""
    (one,) = knowledge.keys
    lines = [display(one.key)]
    for name, text in details(knowledge, one):
        lines += value(label(name), text, Paint(on=False))
    return "".join(f"{line}\n" for line in lines)


def details(knowledge: Knowledge, one: KnownKey) -> Iterator[tuple[str, str]]:
    """Each thing that state has for a key, with what it is called."""
    if one.known is not None:
        yield from one.known.audience.fields().items()
        yield "audienceId", one.known.ids.audience_id
        yield "id", one.known.ids.platform_id or "(not known)"
        yield from _sent(one.known)
        yield from _history(one.known)
    for intent in one.intents:
        if one.known is None:
            yield from audience_of(intent.step).fields().items()
        yield intent.phase.value, f"{attempt(intent)} (x-request-id {intent.id})"
        run = knowledge.run(intent.run)
        yield "begun by", intent.run if run is None else _run(run)
    yield "changed", _changed(knowledge)


def _sent(known: Known) -> Iterator[tuple[str, str]]:
    """What was asked for otherwise than the platform keeps it."""
    mine, sent = known.audience.fields(), known.sent.fields() if known.sent else {}
    for name in FIELD_NAMES:
        if name in sent and sent[name] != mine.get(name):
            yield "sent as", f"{name} {sent[name]}"


def _history(known: Known) -> Iterator[tuple[str, str]]:
    """What its manifest said of its end, and what became of that."""
    at_removal = known.at_removal
    if at_removal.on_removal is not None:
        yield "on_removal", at_removal.on_removal.value
    if at_removal.prevent_destroy:
        yield "protected", "prevent_destroy: it is not deleted"
    if known.retained:
        yield "retained", "the manifests ended it; it stays on the platform"
    if known.deposed is not None:
        old = known.deposed
        said = f"{old.audience.name} ({old.ids.audience_id}), which is still to be deleted"
        yield "replaced", said


def _changed(knowledge: Knowledge) -> str:
    """State keeps no run for each audience: it is known for sure where there was but one."""
    if not knowledge.runs:
        return "not recorded"
    run = _run(knowledge.runs[-1])
    return f"by {run}" if knowledge.serial == 1 else f"by or before {run}"


def _run(run: Run) -> str:
    words = [f"`{run.command}`", f"at {run.at}", f"by {run.by}" if run.by else "", run.job or ""]
    words += [f"commit {run.commit}" if run.commit else "", f"(run {run.id})"]
    return " ".join(word for word in words if word)
