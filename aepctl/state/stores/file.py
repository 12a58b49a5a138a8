"""State in a file: `NAME.json`, with `NAME.lock` and, during a run, `NAME.journal` beside it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from aepctl.errors import StateError, StateNotWritten
from aepctl.gitignore import STATE, ignore
from aepctl.state.stores.advice import AGAIN, ROOM, hint_for, reason_of
from aepctl.state.stores.base import HeldStore, Stored
from aepctl.state.stores.disk import Disk, remove_left_over, replace_file
from aepctl.state.stores.journal_file import JournalFile
from aepctl.state.stores.lock import Lock, last_taken, locked
from aepctl.state.stores.lock import holder as lock_holder

FOLDER = "state"
"""The usual folder of states, in which nothing else is."""
MAY_NOT_READ = "let this user read it, or run aepctl as the user that it belongs to"


class FileStore:
    """A store on this machine's disk. Messages name its files as the user wrote them."""

    def __init__(self, path: str, *, lineage: str | None = None, disk: Disk | None = None) -> None:
        self._where = path
        self._lineage = lineage
        self._disk = disk or Disk()
        self._path = Path(os.path.realpath(path))  # Path.resolve raises for a link to itself
        self._log_name = str(Path(path).with_suffix(".journal"))  # once: asked for by every append
        self._log_path = self._path.with_suffix(".journal")

    @property
    def where(self) -> str:
        return self._where

    @property
    def log_name(self) -> str:
        return self._log_name

    @property
    def lineage(self) -> str | None:
        return self._lineage

    @property
    def log_path(self) -> Path:
        return self._log_path

    def read(self) -> Stored:
        """See StateStore. Raises StateError."""
        # The log first: a run that ends in between moves its outcomes from there to the document.
        log = self._bytes(self.log_path, self.log_name)
        document = self._bytes(self._path, self.where)
        left = last_taken(self._path.with_suffix(".lock")) if document is None else None
        return Stored(document, None if log is None else whole_lines(log), left)

    def held_by(self) -> str | None:
        """See StateStore."""
        return lock_holder(self._path.with_suffix(".lock"))

    def _bytes(self, path: Path, name: str) -> bytes | None:
        try:
            return self._disk.read(path)
        except OSError as error:
            raise StateError(
                f"{name}: cannot be read: {reason_of(error)}",
                hint=hint_for(error, MAY_NOT_READ),
                code="state-unreadable",
            ) from error

    @contextmanager
    def hold(self, holder: Mapping[str, str], *, wait: float) -> Iterator[HeldStore]:
        """See StateStore. Raises StateLocked; StateError where its folder cannot be made."""
        folder = self._path.parent
        try:
            ours = folder.name == FOLDER or not folder.exists()
            self._disk.make_folder(folder)
        except OSError as error:
            raise StateError(
                f"{folder}: the folder of the state cannot be made: {reason_of(error)}",
                hint=hint_for(error, "the state is kept there: make the folder above it writable"),
                code="state-not-written",
            ) from error
        lock_file = self._path.with_suffix(".lock")
        with locked(lock_file, holder, name=self.where, wait=wait) as lock:
            if ours:
                ignore(folder, STATE)
            held = _HeldFile(self, self._disk, self._path, lock)
            remove_left_over(self._disk, self._path)
            try:
                yield held
            finally:
                held.release()


class _HeldFile:
    """The files of a state while this process holds their lock."""

    def __init__(self, store: FileStore, disk: Disk, path: Path, lock: Lock) -> None:
        self._store = store
        self._disk = disk
        self._path = path
        self._lock = lock
        self._journal: JournalFile | None = None
        self._released = False
        self._replaced = False

    def read(self) -> Stored:
        self.check()
        return self._store.read()

    def append(self, lines: bytes) -> None:
        """See HeldStore. Checked last: what may happen once it returns needs lock and log."""
        self.check()
        self._try_to_replace()
        path = self._store.log_path
        with _writing(self._store.log_name):
            if self._journal is None:
                size = len(whole_lines(self._disk.read(path) or b""))
                self._journal = JournalFile(self._disk, path, size=size)
            self._journal.append(lines)
        self.check()

    def _try_to_replace(self) -> None:
        """Put the document in its own place, once: what cannot be replaced is found out here.

        That is before anything is sent whose outcome could then not be kept. Only trying shows it:
        the file may be a mount of its own, or may not be touched in a folder with a sticky bit.
        """
        if self._replaced:
            return
        where = self._store.where
        try:
            document = self._disk.read(self._path)
            if document is not None:
                replace_file(self._disk, self._path, document)
        except OSError as error:
            reason = f"{where} cannot be replaced: {reason_of(error)}"
            raise StateNotWritten(reason, reason, hint=hint_for(error, ROOM)) from error
        self._replaced = True

    def checkpoint(self, document: bytes | None) -> None:
        self.check()
        with _writing(self._store.log_name):
            self._close()
        with _writing(self._store.where):
            if document is not None:
                replace_file(self._disk, self._path, document)
                self._replaced = True
            else:
                # A run that was killed may have put its document in place without making that
                # durable: a power cut would bring back the old one, when its log is gone.
                self._disk.sync_folder(self._path.parent)
        with _writing(self._store.log_name):
            self._disk.remove(self._store.log_path)
            self._disk.sync_folder(self._path.parent)

    def release(self) -> None:
        """Write nothing any more: from here on the files may be another run's."""
        self._released = True
        with suppress(OSError):  # every line that counts was synced: closing adds nothing
            self._close()

    def _close(self) -> None:
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def check(self) -> None:
        """See HeldStore."""
        if self._released:
            reason = "its lock was given back"
            raise StateNotWritten(
                f"{self._store.where}: cannot be written: {reason}", reason, code="lock-lost"
            )
        lost = self._lock.lost()
        if lost is not None:
            message = f"{self._store.where}: cannot be written: {lost}"
            raise StateNotWritten(message, lost, hint=AGAIN, code="lock-lost")


def whole_lines(log: bytes) -> bytes:
    """The log without the torn end that a killed process leaves."""
    return log[: log.rfind(b"\n") + 1]


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        message = f"{name}: cannot be written: {reason}"
        raise StateNotWritten(message, reason, hint=hint_for(error, ROOM)) from error
