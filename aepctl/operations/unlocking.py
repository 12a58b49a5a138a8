"""state unlock: giving back the lock of a runner that is gone."""

from dataclasses import replace

from aepctl.errors import AepctlError, Overtaken, SafetyRefusal
from aepctl.operations.context import Context
from aepctl.operations.state import Decided
from aepctl.project.environment import Environment
from aepctl.state.shared_document import SharedDocument
from aepctl.state.shared_store import SharedStore


def unlock(context: Context, environment: Environment, lock_id: str) -> Decided:
    """Give back somebody else's lock. Raises StateError; SafetyRefusal where it is another one."""
    store = context.open_store(environment)
    if not isinstance(store, SharedStore):
        raise AepctlError(
            f"{store.where}: the lock of a file ends with the process that has it",
            hint="there is nothing to unlock: end that process, if it hangs",
            code="lock-of-a-file",
        )
    document = SharedDocument(store, environment.target, context.clock, context.new_id)
    written = document.read()
    theirs = "" if written.lock is not None and written.lock.id == lock_id else lock_id
    if theirs and _server_lock_broken(store, theirs):
        then = f"the state itself is locked by {written.lock.who}" if written.lock else None
        return Decided(f"{store.where}: its server has no lock {theirs} now", then)
    if written.lock is None:
        return Decided(f"{store.where} is not locked{_but_the_server(store, lock_id)}")
    if written.lock.id != lock_id:
        raise SafetyRefusal(
            f"{store.where} is locked by {written.lock.who} under another ID: {written.lock.id}",
            hint="if you mean this one: "
            f"`{environment.command('state', 'unlock', written.lock.id)}`",
            code="another-lock",
        )
    try:
        document.write(replace(written, lock=None), f"state unlock: {written.lock.who}\n")
    except Overtaken as error:
        raise SafetyRefusal(
            f"{store.where}: its holder is at work: it has just written",
            hint="wait for it to end, or end it first",
            code="another-lock",
        ) from error
    return Decided(
        f"{store.where} is unlocked; it was locked by {written.lock.who}",
        "if its runner is still at work, whatever it writes from now on is refused; the next apply "
        "looks for what it had open",
    )


def _server_lock_broken(store: SharedStore, lock_id: str) -> bool:
    """For a server with locks of its own, which a person or another program may have taken."""
    break_lock = getattr(store.documents, "break_lock", None)
    return break_lock is not None and bool(break_lock(lock_id))


def _but_the_server(store: SharedStore, lock_id: str) -> str:
    """That a server may have a lock of its own all the same, under another ID."""
    if getattr(store.documents, "break_lock", None) is None:
        return ""
    return f" by aepctl; its server has no lock {lock_id}, or does not give it back"
