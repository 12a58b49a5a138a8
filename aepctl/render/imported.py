"""What came of an import, as a View and as JSON."""

from dataclasses import dataclass, replace
from typing import Self

from aepctl.errors import AepctlError
from aepctl.model.audience import Audience, Ids
from aepctl.model.problem import Origin
from aepctl.model.target import Target
from aepctl.plan.plan import FieldDiff
from aepctl.render.documents import FORMAT
from aepctl.render.import_documents import Came, ImportData
from aepctl.render.json import document, error_data, target_data
from aepctl.render.view import Row, View, view_of_error
from aepctl.render.words import in_order

REFUSED = 3


@dataclass(frozen=True, slots=True)
class Imported:
    """An audience as the platform has it (`unchanged`: as state has it), and what came of it.

    `diff` is what the manifest has otherwise. `error`: the manifests have no such key, and `block`
    is what to put there.
    """

    key: str
    came: Came
    audience: Audience
    ids: Ids
    diff: tuple[FieldDiff, ...] = ()
    lifecycle: str | None = None
    source: Origin | None = None
    note: str | None = None
    next: str | None = None
    error: AepctlError | None = None
    block: str | None = None

    @property
    def exit_code(self) -> int:
        if self.error is not None:
            return self.error.exit_code
        return REFUSED if self.came is Came.UNDECIDED else 0

    def undecided(self, next_: str) -> Self:
        """The same, but nothing was recorded, and `next_` is to be decided."""
        note = "the platform (left) does not have it as the manifest (right): nothing was recorded"
        return replace(self, came=Came.UNDECIDED, note=note, next=next_)

    def then(self, next_: str) -> Self:
        """The same, recorded, and what to do now."""
        note = f"recorded as the platform has it (audienceId {self.ids.audience_id}"
        note += f", id {self.ids.platform_id})" if self.ids.platform_id else ")"
        if self.lifecycle is not None and self.lifecycle not in {"published", "active"}:
            note += f"; there it is {self.lifecycle}"
        return replace(self, note=note, next=next_)


def view_of_imported(imported: Imported, environment: str, target: Target) -> View:
    """The audience with what differs, and what to do."""
    if imported.error is not None:
        return view_of_error(imported.error, environment)
    row = Row(
        imported.came,
        imported.key,
        imported.audience.fields(),
        imported.diff,
        imported.note,
        imported.source,
        audience_id=imported.ids.audience_id,
        ended=True,
    )
    return View(
        command="import",
        title="Import",
        environment=environment,
        target=target,
        totals=in_order({imported.came.value: 1}),
        rows=(row,),
        next=None if imported.next is None else f"{imported.next}.",
    )


def imported_json(imported: Imported, environment: str, target: Target) -> str:
    """The same for programs."""
    error = imported.error
    data: ImportData = {
        "format": FORMAT,
        "environment": environment,
        "target": target_data(target),
        "key": imported.key,
        "outcome": imported.came,
        "audienceId": imported.ids.audience_id,
        "id": imported.ids.platform_id,
        "lifecycle": imported.lifecycle,
        "audience": imported.audience.fields(),
        "fields": [
            {"field": one.field, "platform": one.before, "manifest": one.wanted}
            for one in imported.diff
        ],
        "manifest": imported.block,
        "error": None if error is None else error_data(error),
    }
    return document(data)
