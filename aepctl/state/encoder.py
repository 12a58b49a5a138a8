"""State as text: sorted, one entry to a line, the same bytes for the same content."""

from typing import Any

from aepctl.model.audience import Known
from aepctl.model.target import Target
from aepctl.state.codec import FORMAT, encode
from aepctl.state.model import Intent, State, UsedPlan
from aepctl.state.spelling import encode_history, encode_ids, encode_intent, encode_run
from aepctl.state.written import Written


class StateEncoder:
    """Documents as text. What was encoded once is not encoded again, as long as it is the same."""

    def __init__(self) -> None:
        self._lines: dict[str, tuple[Known | Intent, str]] = {}

    def encode(self, written: Written) -> str:
        """The text of a document. Raises ValueError for a state that has no lineage yet."""
        state = written.state
        if state.lineage is None:
            raise ValueError("a state without a lineage is not written")
        known = [self._known(key, one) for key, one in sorted(state.audiences.items())]
        intents = [self._intent(one) for one in sorted(state.intents.values(), key=_beginning)]
        runs = [f"    {encode(encode_run(run))}" for run in state.runs]
        parts = [f"  {encode(name)}: {encode(value)}" for name, value in _head(written).items()]
        plans = [
            f"    {encode(name)}: {encode(_plan(one))}" for name, one in sorted(state.plans.items())
        ]
        parts += [_block("plans", "{}", plans)] if plans else []
        parts.append(_block("audiences", "{}", known))
        parts += [_block("intents", "{}", intents)] if intents else []
        parts += [_block("runs", "[]", runs)] if runs else []
        return "{\n" + ",\n".join(parts) + "\n}\n"

    def _known(self, key: str, known: Known) -> str:
        cached = self._lines.get(key)
        if cached is not None and cached[0] is known:
            return cached[1]
        line = f"    {encode(key)}: {encode(encode_known(known))}"
        self._lines[key] = known, line
        return line

    def _intent(self, intent: Intent) -> str:
        name = f"\0{intent.id}"  # no key has this character
        cached = self._lines.get(name)
        if cached is not None and cached[0] is intent:
            return cached[1]
        line = f"    {encode(intent.id)}: {encode(encode_intent(intent))}"
        self._lines[name] = intent, line
        return line


def encode_state(state: State) -> str:
    """The text of a document that has a state alone. See StateEncoder."""
    return StateEncoder().encode(Written(state))


def _head(written: Written) -> dict[str, Any]:
    """What stands first; what is not there is left out."""
    state, lock = written.state, written.lock
    head: dict[str, Any] = {"format": FORMAT, "lineage": state.lineage, "serial": state.serial}
    if written.moved is not None:
        head["moved"] = written.moved
    if written.write_id is not None:
        head["write_id"] = written.write_id
    if lock is not None:
        head["lock"] = {"id": lock.id, "seconds": lock.seconds, "holder": dict(lock.holder)}
    head["target"] = encode_target(state.target)
    return head


def _plan(used: UsedPlan) -> dict[str, Any]:
    """What is not there is left out."""
    given: dict[str, Any] = {"serial": used.serial}
    if used.left:
        given |= {"runs": list(used.runs), "left": sorted(used.left)}
    return given


def _beginning(intent: Intent) -> tuple[str, str]:
    return intent.at, intent.id


def _block(name: str, brackets: str, lines: list[str]) -> str:
    if not lines:
        return f'  "{name}": {brackets}'
    return f'  "{name}": {brackets[0]}\n' + ",\n".join(lines) + f"\n  {brackets[1]}"


def encode_target(target: Target) -> dict[str, str]:
    """A target as it stands in files."""
    return {"endpoint": target.endpoint, "org": target.org, "sandbox": target.sandbox}


def encode_known(known: Known) -> dict[str, Any]:
    """An audience with its IDs as it stands in files."""
    return {**encode_ids(known.ids), **known.audience.fields(), **encode_history(known)}
