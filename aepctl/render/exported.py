"""What an export came to, as a View and as JSON. Other results do without this module."""

from collections.abc import Iterator

from aepctl.manifests.entries import Definition
from aepctl.manifests.export import Passed, Why
from aepctl.manifests.exported import Exported
from aepctl.model.target import Target
from aepctl.render.documents import FORMAT
from aepctl.render.export_words import ASLEEP, DEFINED, ENDED, EXPORTED, LEFT_OUT, TO_EXPORT
from aepctl.render.json import document, target_data
from aepctl.render.view import Row, View
from aepctl.render.words import in_order

MAX_DEFINED = 20
"""So many that were defined already are named; more are only counted, and named in JSON."""
STATUS = {Why.DEFINED: DEFINED, Why.ENDED: ENDED, Why.ASLEEP: ASLEEP, Why.LEFT_OUT: LEFT_OUT}


def view_of_exported(
    exported: Exported, environment: str, target: Target, program: str = "aepctl"
) -> View:
    """Each definition with its place, and what was passed over with the reason."""
    return View(
        command="export",
        title="Export",
        environment=environment,
        target=target,
        totals=in_order(_totals(exported)),
        nothing="nothing to export",
        rows=tuple(_rows(exported)),
        alerts=tuple(_alerts(exported)),
        next=_next(exported, program),
    )


def exported_json(exported: Exported, environment: str, target: Target) -> str:
    """The same for programs."""
    return document(
        {
            "format": FORMAT,
            "environment": environment,
            "target": target_data(target),
            "dryRun": exported.dry_run,
            "audiences": [_definition(exported, one) for one in exported.definitions],
            "files": [
                {"file": page.file, "new": page.before is None, "keys": list(page.keys)}
                for page in exported.pages
            ],
            "adopted": sorted(exported.adopted),
            "passed": [_passed(one) for one in exported.told()],
            "summary": {
                "exported": len(exported.definitions),
                "files": len(exported.pages),
                "adopted": len(exported.adopted),
                **{why.value.replace("left-out", "leftOut"): _count(exported, why) for why in Why},
            },
            "error": None,
        }
    )


def _totals(exported: Exported) -> dict[str, int]:
    done = TO_EXPORT if exported.dry_run else EXPORTED
    return {
        done: len(exported.definitions),
        _adopting(exported): len(exported.adopted),
        **{status: _count(exported, why) for why, status in STATUS.items()},
    }


def _adopting(exported: Exported) -> str:
    return "adopt" if exported.dry_run else "adopted"


def _count(exported: Exported, why: Why) -> int:
    return sum(one.why is why for one in exported.told())


def _rows(exported: Exported) -> Iterator[Row]:
    status = TO_EXPORT if exported.dry_run else EXPORTED
    for one in sorted(exported.definitions, key=exported.place):
        note = f"written in the usual spelling: {one.note}" if one.note else None
        yield Row(
            status,
            one.key,
            one.audience.fields(),
            note=note,
            source=exported.places.get(one.key),
            audience_id=one.found.ids.audience_id,
            ended=not exported.dry_run,
        )
    for passed in exported.found_again():
        yield _row(exported, passed, _adopting(exported))
    few = _count(exported, Why.DEFINED) <= MAX_DEFINED
    for passed in exported.told():
        if few or passed.why is not Why.DEFINED:
            yield _row(exported, passed, STATUS[passed.why])


def _row(exported: Exported, passed: Passed, status: str) -> Row:
    """`key` is the name of what has no key."""
    fields = passed.audience.fields()
    note = passed.said
    if passed.key is None:
        note += f" ({passed.audience.namespace}, {passed.audience.origin_name}"
        note += f", audienceId {passed.audience_id})" if passed.audience_id else ")"
    return Row(
        status,
        passed.key or passed.audience.name,
        fields,
        note=note,
        audience_id=passed.audience_id,
        ended=not exported.dry_run,
    )


def _alerts(exported: Exported) -> Iterator[tuple[str, str]]:
    if exported.definitions and not exported.is_read:
        said = "the files are not below the folder of manifests: no plan reads them there"
        yield "Not read", said


def _next(exported: Exported, program: str) -> str | None:
    if not exported.definitions and not exported.adopted:
        return None
    if exported.dry_run:
        return "nothing was written; the same without --dry-run writes it."
    if not exported.is_read:
        return "look the files over, and move them to where manifests are."
    if exported.adopt:
        return f"`{program} plan` finds nothing to do for what was adopted."
    but = "; which of those in the usual spelling are meant, it asks"
    return (
        f"`{program} plan` shows them as new, because no state knows them yet; `{program} apply` "
        "finds them on the platform and records their IDs"
        f"{but if any(one.note for one in exported.definitions) else ''}. "
        "The same with --adopt records them now."
    )


def _definition(exported: Exported, one: Definition) -> dict[str, object]:
    place = exported.places.get(one.key)
    return {
        "key": one.key,
        "audienceId": one.found.ids.audience_id,
        **one.audience.fields(),
        "source": {"file": place.file, "line": place.line} if place else None,
        "note": one.note,
    }


def _passed(one: Passed) -> dict[str, object]:
    return {
        "why": one.why.value,
        "key": one.key,
        "audienceId": one.audience_id,
        "name": one.audience.name,
        "namespace": one.audience.namespace,
        "originName": one.audience.origin_name,
        "reason": one.said,
    }
