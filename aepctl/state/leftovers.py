"""What earlier runs on this machine could not bring into a shared store is taken in."""

from pathlib import Path
from typing import TYPE_CHECKING

from aepctl.errors import SafetyRefusal, StateError
from aepctl.files import read_regular
from aepctl.state.events import Begun, Noted
from aepctl.state.journal import JournalContents
from aepctl.state.journal_codec import read_journal
from aepctl.state.model import Intent, State
from aepctl.state.rescue_file import left_behind
from aepctl.state.stores.disk import MAX_BYTES
from aepctl.wording import command

if TYPE_CHECKING:
    from aepctl.state.shared_session import SharedSession
    from aepctl.state.shared_store import SharedStore


def take_in_leftovers(session: "SharedSession", store: "SharedStore") -> None:
    """Record what files of earlier runs have; they go once that is written.

    Raises StateError, SafetyRefusal where one does not fit; nothing is sent then.
    """
    from aepctl.state.recover import take_in  # noqa: PLC0415 - most runs find none

    files = left_behind(store.rescue, store.name)
    for path in files:
        try:
            contents = read_journal(read_regular(path, most=MAX_BYTES), str(path))
        except OSError as error:
            raise StateError(
                f"{path}: cannot be read: {error.strerror}", hint=_AWAY, code="file-unreadable"
            ) from error
        if contents is None:
            continue
        try:
            settled = _settled(session.state, contents)
            if settled is None:
                take_in(session, contents)
        except (StateError, SafetyRefusal) as error:
            raise type(error)(error.message, hint=_AWAY, code=error.code) from error
        if settled is not None:
            raise _stale(path, settled)
    session.took_in(files)


def _settled(state: State, journal: JournalContents) -> str | None:
    """A key that would come back though others have settled it, and deleted or forgotten it since.

    What they have left open is open under the same intent, and an outcome of that is welcome.
    """
    from aepctl.state.recover import additions  # noqa: PLC0415 - as above

    if state.serial == journal.serial:
        return None
    for event in additions(state, journal).events:
        match event:
            case Noted(key) | Begun(Intent(key=key)):
                return key
    return None


def _stale(path: Path, key: str) -> SafetyRefusal:
    return SafetyRefusal(
        f"{path}: a run that was killed has left an outcome of `{key}`, which the state does not "
        "have: others have changed it since, and may have deleted or forgotten that audience",
        hint="look for it on the platform; if it is wanted, move that file beside aepctl.yaml, "
        f"then `{command('aepctl', 'state', 'recover', path.name)}`; else remove it",
        code="leftover-in-doubt",
    )


_AWAY = "an earlier run on this machine left it: look what is in it, then move it away"
