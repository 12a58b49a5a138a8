"""How state's parts are spelled in its document and its journal: what is written (see on_disk)."""

from typing import Any, assert_never

from aepctl.model.audience import Ids
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    LocalStep,
    Move,
    Patch,
    Record,
    RemoteStep,
)
from aepctl.state.model import NO_OUTCOME, Intent, Phase, Run


def encode_ids(ids: Ids) -> dict[str, str]:
    """The IDs as they stand in files; what is not there is left out."""
    given = {"audienceId": ids.audience_id}
    return given if ids.platform_id is None else given | {"id": ids.platform_id}


def encode_remote(step: RemoteStep) -> dict[str, Any]:
    """A step that touches the platform, as it stands in files."""
    match step:
        case Create(audience, audience_id):
            given = {"type": "create", "audience": audience.fields()}
            return given if audience_id is None else {**given, "audienceId": audience_id}
        case Patch(ids, before, after):
            fields = {"before": before.fields(), "after": after.fields()}
            return {"type": "patch", **encode_ids(ids), **fields}
        case Delete(ids, audience):
            return {"type": "delete", **encode_ids(ids), "audience": audience.fields()}
        case _:
            assert_never(step)


def encode_local(step: LocalStep) -> dict[str, Any]:
    """A step that touches state only, as it stands in files."""
    match step:
        case Adopt(known):
            given = {"type": "adopt", **encode_ids(known.ids), "audience": known.audience.fields()}
            return given if known.sent is None else {**given, "sent": known.sent.fields()}
        case Move(from_key):
            return {"type": "move", "from": from_key}
        case Forget():
            return {"type": "forget"}
        case Record(audience):
            return {"type": "record", "audience": audience.fields()}
        case _:
            assert_never(step)


def encode_intent(intent: Intent) -> dict[str, Any]:
    """An intent as it stands in files, without its id; what goes without saying is left out."""
    line: dict[str, Any] = {"key": intent.key, "at": intent.at, "run": intent.run}
    line["step"] = encode_remote(intent.step)
    if intent.phase is not Phase.OPEN:
        line["phase"] = intent.phase.value
    if intent.reason != NO_OUTCOME:
        line["reason"] = intent.reason
    if intent.exists:
        line["exists"] = True
    if intent.absent_since is not None:
        line["absent_since"] = intent.absent_since
    return line


def encode_run(run: Run) -> dict[str, Any]:
    """A run as it stands in files; what is not known is left out."""
    line: dict[str, Any] = {"id": run.id, "at": run.at, "command": run.command}
    more = {"by": run.by, "commit": run.commit, "job": run.job}
    line |= {name: value for name, value in more.items() if value is not None}
    return line if run.part == 1 else {**line, "part": run.part}
