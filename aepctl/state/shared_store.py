"""State that a team shares: where it is, and reading it. See shared_document for writing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aepctl.errors import StateError, StateUnreachable
from aepctl.log import SILENT, Log
from aepctl.state.lease import DEFAULT_LEASE_SECONDS
from aepctl.state.stores.documents import Document, DocumentStore
from aepctl.state.stores.probe import is_probe

if TYPE_CHECKING:
    from aepctl.model.target import Target
    from aepctl.state.model import State
    from aepctl.state.written import Written

MENDING = (
    "nothing was changed; bring back its last good version by the store's own means, such as the "
    "branch's log or the bucket's versions"
)


READ_PAUSES = (0.3, 1.0)
"""Between the readings of a store that is in trouble."""
LONG_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SharedStore:
    """The shared state of one environment.

    `rescue` is the folder for what no store has yet, on this machine; `name` the environment's.
    `lineage`: only the state of this lineage is taken. `program` begins a command for it. `log`
    hears what is read and written.
    """

    documents: DocumentStore
    rescue: Path
    name: str
    lease_seconds: float = DEFAULT_LEASE_SECONDS
    lineage: str | None = None
    program: str = "aepctl"
    sleep: Callable[[float], None] = time.sleep
    log: Log = SILENT

    @property
    def where(self) -> str:
        """What it is called in messages. Never holds credentials."""
        return self.documents.where

    @property
    def pause_seconds(self) -> float:
        """How long the engine wants to be left alone between two writes of a run."""
        return self.documents.pause_seconds

    def get(self) -> Document | None:
        """What stands there. What may pass is waited for, for a moment. Raises StateError."""
        begun = time.monotonic()
        for pause in READ_PAUSES:
            try:
                return self.documents.get()
            except StateUnreachable:
                if time.monotonic() - begun > LONG_SECONDS:  # it was waited for already
                    raise
                self.log.detail("waiting", f"{self.where}: in trouble, read again in {pause:g} s")
                self.sleep(pause)
        return self.documents.get()

    def read(self, target: "Target") -> "Written":
        """What is there, at any time, by anybody. Raises StateError; changes nothing."""
        return self.decoded(self.get(), target)

    def decoded(self, document: Document | None, target: "Target") -> "Written":
        """What a document says. Raises StateError where it is none that may be gone on with."""
        from aepctl.state.loading import (  # noqa: PLC0415 - `--version` needs no codec
            check_lineage,
            check_moved,
            check_target,
        )

        if document is None or is_probe(document.data):
            check_lineage(self.where, None, self.lineage)
            raise StateError(
                f"{self.where}: there is no state",
                hint=f"`{self.program} state init` makes it, once; if there was one, find out "
                "first who removed it, and bring it back",
                code="state-missing",
            )
        written = self._written(document)
        check_moved(self.where, written)
        check_lineage(self.where, written.state.lineage, self.lineage)
        check_target(self.where, written.state.target, target)
        serial, known = written.state.serial, len(written.state.audiences)
        told = f"{self.where}: serial {serial}, {known} known"
        self.log.detail("state-read", told, state=self.where, serial=serial, known=known)
        return written

    def _written(self, document: Document) -> "Written":
        from aepctl.state.codec import REPAIR, decode_written  # noqa: PLC0415 - as above

        try:
            return decode_written(document.data, self.where)
        except StateError as error:
            if error.hint != REPAIR:
                raise
            raise StateError(error.message, hint=MENDING, code=error.code) from error


def read_back(store: SharedStore, target: "Target") -> "State | None":
    """What the next run would find; None: nothing that it could read."""
    try:
        return store.read(target).state
    except StateError:
        return None
