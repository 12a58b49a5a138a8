"""Does a store honour conditions? Asked before anything counts, of any engine (`state init`).

There are servers that take every conditional write and ignore the condition. State is not safe
there: two runs would overwrite each other's intents.
"""

import json
import time
from uuid import uuid4

from aepctl.errors import StateError
from aepctl.state.stores.documents import Document, DocumentStore, Overtaken
from aepctl.texts import json_of

MARK = "aepctl-probe"
NOTE = "state init: is a late write refused?"
LONGEST_PAUSE_SECONDS = 1.5
"""Between the two writes that go through: as long as Google asks for. Git's pause is for runs."""


def is_probe(data: bytes) -> bool:
    """Whether this is what `probe` leaves where it was cut short: nothing that counts."""
    try:
        content = json_of(data)
    except ValueError:
        return False
    return isinstance(content, dict) and content.keys() == {MARK}


def probe(store: DocumentStore, program: str) -> Document:
    """See that late writers lose, on a document that does not count. Returns that document.

    What is written next replaces it: `put(data, expected=probed.version, ...)`. One that an earlier
    probe left is gone on with; any other document is an error, and is not touched. `program` is how
    this one is called, for hints: `aepctl --env prod`. Raises StateError: a condition is ignored,
    somebody else is at work on it, or the store's own.
    """
    found = store.get()
    if found is None:
        old = store.put(_document(), None, NOTE)
    elif is_probe(found.data):
        old = found.version
    else:
        raise StateError(
            f"{store.where}: there is a document already; it was left as it is",
            hint=f"`{program} state verify` looks through it",
            code="state-there-already",
        )
    _must_lose(store, None, "a write that was to be the first went through beside another one")
    time.sleep(min(store.pause_seconds, LONGEST_PAUSE_SECONDS))
    data = _document()
    new = store.put(data, old, NOTE)
    _must_lose(store, old, "a write upon a version that had been replaced went through")
    last = store.get()
    if last != Document(data, new):
        raise StateError(
            f"{store.where}: what was written last is not what is read",
            hint=f"see that nobody else writes there, then run `{program} state init` again",
            code="state-not-kept",
        )
    return last


def _document() -> bytes:
    """Each is another one, so that no two have the same digest for a version."""
    told = {MARK: f"nothing counts here yet; run state init again ({uuid4()})"}
    return json.dumps(told).encode() + b"\n"


def _must_lose(store: DocumentStore, expected: str | None, told: str) -> None:
    try:
        store.put(_document(), expected, NOTE)
    except Overtaken:
        return
    raise StateError(
        f"{store.where}: state is not safe there: {told}",
        hint="keep state in a store that honours conditional writes; what lies there now is of no"
        " use and can be deleted",
        code="store-unsafe",
    )
