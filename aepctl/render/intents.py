"""The steps without a known outcome, as a View."""

from collections.abc import Iterable, Sequence

from aepctl.model.steps import Create
from aepctl.render.view import Row, View, audience_id_of, audience_of
from aepctl.render.why import attempt
from aepctl.render.words import in_order
from aepctl.state.model import Intent, Phase
from aepctl.wording import command, listed


def view_of_intents(
    intents: Iterable[Intent], program: str = "aepctl", environment: str | None = None
) -> View:
    """The steps without a known outcome, and how to decide about them."""
    intents = tuple(intents)
    rows = tuple(_intent_row(intent) for intent in intents)
    totals = {phase.value: sum(row.status == phase.value for row in rows) for phase in Phase}
    return View(
        command="state intents",
        title="Intents",
        environment=environment,
        totals=in_order(totals),
        rows=rows,
        empty="No open intents.",
        next=_deciding(intents, program) if rows else None,
    )


def _intent_row(intent: Intent) -> Row:
    return Row(
        intent.phase.value,
        intent.key,
        audience_of(intent.step).fields(),
        note=attempt(intent),
        audience_id=audience_id_of(intent.step),
    )


def _keys(intents: Iterable[Intent]) -> list[str]:
    return [f"`{one.key}`" for one in intents]


def _deciding(intents: Sequence[Intent], program: str) -> str:
    """What to run, about one that is still open where there is one.

    What became of a change or delete needs no decision: it is read.
    """
    creates = [one for one in intents if isinstance(one.step, Create)]
    if not creates:
        return f"run `{program} apply`, which reads what became of {listed(_keys(intents))}."
    key = next((one.key for one in creates if one.phase is Phase.OPEN), creates[0].key)
    resolve = f"{command(program, 'state', 'resolve', key)} --adopt ID"
    return (
        f"run `{program} apply`, or decide about `{key}`: `{resolve}` "
        "(or `--recreate`, `--abandon`)."
    )
