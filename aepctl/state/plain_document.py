"""A state document in which nothing is open, as most are: read by plain checks. See codec."""

from collections.abc import Iterable, Mapping, Sequence

from aepctl import plain
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.lifecycle import NOTHING_SAID, AtRemoval, OnRemoval
from aepctl.model.target import Target
from aepctl.state.model import Run, State, UsedPlan
from aepctl.state.written import Written


def _known(
    name: str,
    namespace: str,
    origin_name: str,
    audience_id: str,
    description: str | None = None,
    id: str | None = None,  # noqa: A002 - as it is written
    sent: Audience | None = None,
    lifecycle: AtRemoval = NOTHING_SAID,
    *,
    retained: bool = False,
) -> Known:
    audience = Audience(name, namespace, origin_name, description)
    return Known(audience, Ids(audience_id, id), sent, lifecycle, retained)


def _used_plan(serial: int, runs: Iterable[str] = (), left: Iterable[str] = ()) -> UsedPlan:
    return UsedPlan(serial, tuple(runs), frozenset(left))


def _written(
    lineage: str,
    serial: int,
    target: Target,
    audiences: Mapping[str, Known],
    plans: Mapping[str, UsedPlan] | None = None,
    runs: Sequence[Run] = (),
    write_id: str | None = None,
    **_format: str,
) -> Written:
    state = State(lineage, serial, target, audiences, plans=plans or {}, runs=tuple(runs))
    return Written(state, write_id=write_id)


_texts = dict.fromkeys(("name", "description", "namespace", "originName"), plain.text)
_identity = ("name", "namespace", "originName")
_at_removal = {"on_removal": plain.checked(OnRemoval), "prevent_destroy": plain.truth}
_plain_known = plain.record(
    _known,
    {
        **_texts,
        "audienceId": plain.name,
        "id": plain.text,
        "sent": plain.record(Audience, _texts, _identity),
        "lifecycle": plain.record(AtRemoval, _at_removal),
        "retained": plain.truth,
    },
    (*_identity, "audienceId"),
)
_texts_of_run = dict.fromkeys(("at", "command", "by", "commit", "job"), plain.text)
_plain_run = plain.record(Run, {"id": plain.name, **_texts_of_run}, ("id", "at", "command"))
_names = plain.list_of(plain.text)
_plain_plan = plain.record(
    _used_plan, {"serial": plain.natural, "runs": _names, "left": _names}, ("serial",)
)
_of_target = ("endpoint", "org", "sandbox")
plain_document = plain.record(
    _written,
    {
        "format": plain.text,
        "lineage": plain.name,
        "serial": plain.natural,
        "target": plain.record(Target, dict.fromkeys(_of_target, plain.text), _of_target),
        "plans": plain.mapping(plain.text, _plain_plan),
        "audiences": plain.mapping(plain.text, _plain_known),
        "runs": plain.list_of(_plain_run),
        "write_id": plain.text,
    },
    ("format", "lineage", "serial", "target", "audiences"),
)
