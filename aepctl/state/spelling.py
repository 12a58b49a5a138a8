"""How state's parts are spelled in its document and its journal: what is written (see on_disk)."""

from typing import Any, assert_never

from aepctl.model.audience import Deposed, Ids, Known
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval
from aepctl.model.steps import (
    Adopt,
    Create,
    Delete,
    Forget,
    LocalStep,
    Move,
    Patch,
    Record,
    Remember,
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
        case Create(audience, audience_id, replaces):
            given: dict[str, Any] = {"type": "create", "audience": audience.fields()}
            if audience_id is not None:
                given["audienceId"] = audience_id
            return given if replaces is None else {**given, "replaces": encode_ids(replaces)}
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
            return {**given, **encode_history(known)}
        case Move(from_key):
            return {"type": "move", "from": from_key}
        case Forget(retain):
            return {"type": "forget", "retain": True} if retain else {"type": "forget"}
        case Record(audience, platform_id):
            given = {"type": "record", "audience": audience.fields()}
            return given if platform_id is None else {**given, "id": platform_id}
        case Remember(at_removal):
            return {"type": "remember", "lifecycle": _at_removal(at_removal)}
        case _:
            assert_never(step)


def encode_history(known: Known) -> dict[str, Any]:
    """What is known of an audience besides what it is; what is not there is left out."""
    given: dict[str, Any] = {}
    if known.sent is not None:
        given["sent"] = known.sent.fields()
    if known.at_removal != NOTHING_SAID:
        given["lifecycle"] = _at_removal(known.at_removal)
    if known.retained:
        given["retained"] = True
    if known.deposed is not None:
        given["deposed"] = _deposed(known.deposed)
    return given


def _at_removal(at_removal: AtRemoval) -> dict[str, Any]:
    given: dict[str, Any] = {}
    if at_removal.on_removal is not None:
        given["on_removal"] = at_removal.on_removal.value
    if at_removal.prevent_destroy:
        given["prevent_destroy"] = True
    return given


def _deposed(deposed: Deposed) -> dict[str, Any]:
    return {**encode_ids(deposed.ids), "audience": deposed.audience.fields()}


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
