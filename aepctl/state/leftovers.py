"""What earlier runs on this machine could not bring into a shared store is taken in."""

from typing import TYPE_CHECKING

from aepctl.errors import SafetyRefusal, StateError
from aepctl.files import read_regular
from aepctl.state.journal_codec import read_journal
from aepctl.state.rescue_file import left_behind
from aepctl.state.stores.disk import MAX_BYTES

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
            raise StateError(f"{path}: cannot be read: {error.strerror}", hint=_AWAY) from error
        if contents is None:
            continue
        try:
            take_in(session, contents)
        except (StateError, SafetyRefusal) as error:
            raise type(error)(error.message, hint=_AWAY) from error
    session.took_in(files)


_AWAY = "an earlier run on this machine left it: look what is in it, then move it away"
