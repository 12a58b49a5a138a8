"""What a journal costs grows with its length, not with its square.

Times of this process alone, with room for four times what growth in proportion takes; a square
takes sixteen times that.
"""

import gc
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import AT, TARGET, FakeClock, audience

from aepctl.model.steps import Create
from aepctl.state.encoder import encode_target
from aepctl.state.events import Begun, Ended, Ending
from aepctl.state.journal_codec import encode_event, encode_header
from aepctl.state.loading import read_state
from aepctl.state.model import Intent, Run
from aepctl.state.session import StateSession, open_session
from aepctl.state.stores.file import FileStore

pytestmark = pytest.mark.rig

FEW, TIMES = 1_000, 16
ROOM = 4
RUN = Run("earlier", AT, "apply")


def intent(number: int) -> Intent:
    return Intent(f"i-{number}", RUN.id, f"k-{number}", Create(audience(f"n-{number}")), AT)


def of_open_intents(count: int) -> bytes:
    lines = (encode_event(Begun(intent(number))) for number in range(count))
    return encode_header("L", 0, TARGET, RUN) + b"".join(lines)


def of_attempts_for_one_key(count: int) -> bytes:
    lines = [encode_header("L", 0, TARGET, RUN)]
    for number in range(count):
        one = replace(intent(number), key="k")
        lines.append(encode_event(Begun(one)))
        lines.append(encode_event(Ended(one.id, Ending.ABSENT, RUN.id, AT)))
    return b"".join(lines)


def of_one_key_in_format_1_0(count: int) -> bytes:
    head = {"type": "journal", "format": "1.0", "lineage": "L", "serial": 0}
    lines: list[dict[str, object]] = [{**head, "target": encode_target(TARGET)}]
    for number in range(count):
        line = {"type": "intent", "intent": f"i-{number}", "key": "k", "at": AT}
        lines.append({**line, "audience": audience("n").fields()})
    return "".join(f"{json.dumps(line)}\n" for line in lines).encode()


def seconds(work: Callable[[], object]) -> float:
    """Without the search for garbage, which looks through what other tests have left."""
    gc.disable()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        gc.enable()


def store_with(folder: Path, log: bytes) -> FileStore:
    store = FileStore(str(folder / "x.json"))
    store.log_path.write_bytes(log)
    return store


@pytest.mark.parametrize(
    "log", [of_open_intents, of_attempts_for_one_key, of_one_key_in_format_1_0]
)
def test_reading_a_journal_takes_as_long_as_it_is(
    tmp_path: Path, log: Callable[[int], bytes]
) -> None:
    few = store_with(tmp_path, log(FEW))
    read_state(few, TARGET)  # what is loaded and built with the first one does not count
    shortest = min(seconds(lambda: read_state(few, TARGET)) for _ in range(3))
    many = store_with(tmp_path, log(FEW * TIMES))
    longest = min(seconds(lambda: read_state(many, TARGET)) for _ in range(2))
    assert longest < ROOM * TIMES * shortest


def test_an_intent_costs_the_same_however_many_there_are(tmp_path: Path) -> None:
    took = []
    for count in (FEW // 20, FEW // 20, FEW // 20 * TIMES):
        store = FileStore(str(tmp_path / f"{count}-{len(took)}.json"))
        with open_session(store, TARGET, RUN, clock=FakeClock()) as session:
            took.append(seconds(lambda: begin(session, count)))  # noqa: B023 - called at once
    assert took[2] < ROOM * TIMES * took[1]


def begin(session: StateSession, count: int) -> None:
    for number in range(count):
        session.begin(f"k-{number}", Create(audience(f"n-{number}")))
