"""What a command reads, told to whoever wants to know: the Context with ports that speak."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from aepctl.clock import Clock
from aepctl.errors import StateLocked
from aepctl.log import Log
from aepctl.manifests import Manifests
from aepctl.operations.context import Context
from aepctl.patience import Reminder
from aepctl.project.environment import Environment
from aepctl.project.paths import FILE
from aepctl.project.project import Project
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import HeldStore, StateStore, Stored
from aepctl.state.stores.documents import Traced

SERIAL = rb'"serial": (\d+)'


def told(context: Context) -> Context:
    """The same world, whose ports tell the Context's log what they read."""
    read = context.read_manifests
    return replace(
        context,
        read_manifests=_manifests(context, read) if context.log.detailed else read,
        open_store=_stores(context, context.open_store),
    )


def tell_environment(log: Log, project: Project, environment: Environment) -> None:
    """Which environment it is, and where that is said."""
    target = environment.target
    where = FILE if project.found else f"no {FILE}"
    said = (
        f"environment {environment.name} ({where}): {target.endpoint}, {target.org}, "
        f"sandbox {target.sandbox}, state in {environment.state}"
    )
    log.detail(
        "environment",
        said,
        environment=environment.name,
        endpoint=target.endpoint,
        org=target.org,
        sandbox=target.sandbox,
        state=environment.state,
    )


def _manifests(context: Context, read: Callable[[str], Manifests]) -> Callable[[str], Manifests]:
    def telling(folder: str) -> Manifests:
        began = context.clock.monotonic()
        found = read(folder)
        seconds = context.clock.monotonic() - began
        count, files = len(found.wanted), len({one.origin.file for one in found.wanted})
        said = f"{folder}: {count:,} audiences in {files:,} files, read in {seconds:.2f} s"
        context.log.detail("manifests", said, audiences=count, files=files)
        return found

    return telling


def _stores(
    context: Context, opened: Callable[[Environment], StateStore | SharedStore]
) -> Callable[[Environment], StateStore | SharedStore]:
    def telling(environment: Environment) -> StateStore | SharedStore:
        store = opened(environment)
        if not isinstance(store, SharedStore):
            return ToldStore(store, context.clock, context.log)
        if context.log.http and isinstance(store.documents, Traced):
            store.documents.trace(context.log)
        return replace(store, log=context.log)

    return telling


@dataclass(frozen=True, slots=True)
class ToldStore:
    """A store of one machine that tells what it reads, and whom it waits for. See StateStore."""

    store: StateStore
    clock: Clock
    log: Log

    @property
    def where(self) -> str:
        return self.store.where

    @property
    def log_name(self) -> str:
        return self.store.log_name

    @property
    def lineage(self) -> str | None:
        return self.store.lineage

    def read(self) -> Stored:
        found = self.store.read()
        document, journal = found.document or b"", found.log or b""
        serial = re.search(SERIAL, document[:4096])
        number = int(serial[1]) if serial else None
        size = f"serial {number}, {len(document):,} bytes" if document else "there is none yet"
        beside = f", and a journal of {len(journal):,} bytes" if journal else ""
        self.log.detail("state-read", f"{self.where}: {size}{beside}", serial=number)
        return found

    def held_by(self) -> str | None:
        return self.store.held_by()

    @contextmanager
    def hold(self, holder: Mapping[str, str], *, wait: float) -> Iterator[HeldStore]:
        with ExitStack() as stack:
            held = self._taken(stack, holder, wait)
            if self.log.detailed:
                self.read()
            yield held

    def _taken(self, stack: ExitStack, holder: Mapping[str, str], wait: float) -> HeldStore:
        """The lock, which `stack` gives back; whoever waits for it is told so."""
        with Reminder(self.clock, self.log) as reminder:
            while True:
                who = self.held_by() if wait > 0 else None
                if who is not None:
                    reminder.told(f"for the lock of {self.where}, held by {who}", wait)
                some = min(wait, self.log.every)
                try:
                    return stack.enter_context(self.store.hold(holder, wait=some))
                except StateLocked:
                    wait -= some
                    if wait <= 0:
                        raise
