"""Whether a server keeps what makes a lock worth something: asked before anything is kept there."""

import secrets
from contextlib import suppress
from uuid import uuid4

from aepctl.state.stores.http_answers import Refused, SerialTaken, Unanswered
from aepctl.state.stores.http_calls import Calls
from aepctl.state.stores.http_envelope import Envelope, NoEnvelope, unwrapped, wrapped
from aepctl.state.stores.http_lock import PREFIX, Bounds, Lock

UNSAFE = "two runs at once could lose what the other has written"
ANOTHER = "keep the state elsewhere: every other kind of store refuses such writes by itself"


def probe(calls: Calls, lock: Lock, bounds: Bounds) -> None:
    """Raise Refused where the server gives one lock to two, or lets those write who have none.

    What stands there is left as it is. Where nothing does, and the server takes a write that it
    should not, that write is deleted again.
    """
    before = calls.get(bounds.put)
    trial = Envelope(b"", serial=1, lineage=str(uuid4()), write=secrets.token_hex(16))
    failure: Refused | None = None
    try:
        given_back = _try(calls, lock, bounds, wrapped(trial) if before is None else before)
        if before is None:  # else it could overwrite what somebody writes just now
            _must_refuse(calls, given_back, wrapped(trial), bounds)
    except Refused as error:
        failure = error
    if before is None and _is_there(calls, trial, bounds):
        calls.delete(bounds.unlock_call)
        failure = failure or Refused(f"the server writes what it refuses, and {UNSAFE}", ANOTHER)
    if failure is not None:
        raise failure


def _try(calls: Calls, lock: Lock, bounds: Bounds, body: bytes) -> str:
    """The ID of a lock that was held meanwhile, and is not any more."""
    ours, other = lock.take("a trial"), PREFIX + secrets.token_hex(16)
    try:
        with suppress(Unanswered):
            if calls.lock(other, "a trial", bounds.lock_call) is None:
                lock.give_back(other)
                raise Refused(f"the server gives its lock to two at once, and {UNSAFE}", ANOTHER)
        _must_refuse(calls, other, body, bounds)
    finally:
        freed = lock.give_back(ours)
    if not freed:
        raise Refused("the server does not take its lock back", "ask who runs the server")
    return ours


def _must_refuse(calls: Calls, lock_id: str, body: bytes, bounds: Bounds) -> None:
    """A write by somebody whose lock is another, or was given back or broken."""
    try:
        calls.post(lock_id, body, bounds.put)
    except (Refused, Unanswered, SerialTaken):
        return
    raise Refused(f"the server takes writes from who does not hold its lock, and {UNSAFE}", ANOTHER)


def _is_there(calls: Calls, trial: Envelope, bounds: Bounds) -> bool:
    body = calls.get(bounds.put)
    try:
        return body is not None and unwrapped(body).write == trial.write
    except NoEnvelope:
        return False
