"""Where state lives, and how it is read: at any time, by anybody."""

from pathlib import Path
from typing import TYPE_CHECKING

from aepctl.errors import StateError
from aepctl.settings import Target
from aepctl.state.codec import decode_state
from aepctl.state.disk import Disk
from aepctl.state.model import Snapshot, State, with_known

if TYPE_CHECKING:
    from aepctl.state.journal import Replay


class StateStore:
    """The state of one target: `NAME.json`, and beside it `NAME.journal` and `NAME.lock`."""

    def __init__(self, path: str, target: Target, *, disk: Disk | None = None) -> None:
        self.shown = path
        self.target = target
        self.path = Path(path).resolve()
        self.journal = self.path.with_suffix(".journal")
        self.disk = disk or Disk()

    def read(self) -> Snapshot:
        """State with all that its journal adds. Raises StateError; changes nothing."""
        return merge(*self.load())

    def load(self) -> "tuple[State | None, Replay | None]":
        """The state file and the journal, each as it stands. Raises StateError."""
        # The journal first: a run that ends in between moves its outcomes from there to state.
        shown_journal = str(Path(self.shown).with_suffix(".journal"))
        raw_journal = self._bytes(self.journal, shown_journal)
        found = _replay(raw_journal, shown_journal) if raw_journal else None
        raw = self._bytes(self.path, self.shown)
        state = decode_state(self._text(raw), self.shown) if raw is not None else None
        for file, one in ((self.shown, state), (shown_journal, found)):
            if one is not None and one.target != self.target:
                self._refuse_target(file, one.target)
        if state is not None and found is not None and state.lineage != found.lineage:
            raise StateError(
                f"{shown_journal} belongs to another state than {self.shown} "
                f"(lineage {found.lineage}, not {state.lineage})",
                next="bring back the state file it was written beside, or move the journal away "
                "if you are sure that what is open in it does not matter",
            )
        return state, found

    def _bytes(self, path: Path, shown: str) -> bytes | None:
        try:
            return self.disk.read(path)
        except OSError as error:
            raise StateError(f"{shown}: cannot be read: {error.strerror}") from error

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise StateError(
                f"{self.shown}:{line}: not UTF-8",
                next="nothing was changed; take the file's last good version from Git",
            ) from error

    def _refuse_target(self, file: str, theirs: Target) -> None:
        differences = [
            f"{name} {other}, not {mine}"
            for name in ("org", "sandbox", "endpoint")
            if (other := getattr(theirs, name)) != (mine := getattr(self.target, name))
        ]
        raise StateError(
            f"{file} is the state of another target: {', '.join(differences)}",
            next="use the environment it belongs to, or give this one a `state:` file of its own",
        )


def _replay(raw: bytes, file: str) -> "Replay | None":
    from aepctl.state.journal import replay  # noqa: PLC0415 - most runs find no journal

    return replay(raw, file)


def merge(state: State | None, found: "Replay | None") -> Snapshot:
    """State and journal together."""
    if found is None:
        return Snapshot(state)
    merged = with_known(state or State(found.lineage, found.serial, found.target), found.known)
    # A key that is known was settled, even where the journal could not be told of it any more.
    return Snapshot(merged, tuple(one for one in found.intents if one.key not in merged.audiences))
