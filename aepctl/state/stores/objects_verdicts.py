"""What a failed read or write of an object means."""

from http import HTTPStatus

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import maybe_written, overtaken, unreadable, unwritten
from aepctl.state.stores.objects_address import Address
from aepctl.state.stores.objects_answers import Fault, How
from aepctl.state.stores.objects_explained import explained

NO_OBJECT = frozenset({"NoSuchKey", "BlobNotFound"})
ASKED_TO_WAIT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
AT_ONCE = frozenset({"", "BlobAlreadyExists", "ConditionalRequestConflict", "OperationAborted"})
"""The 409s of a conditional write that met another one, done or under way.

S3's ConditionalRequestConflict may come of a write that fails in the end. It counts as overtaken
all the same: nothing of ours was written, and what to do is the same, read and decide anew.
"""


def read_fault(address: Address, fault: Fault) -> StateError | None:
    """What a failed read means. None: the bucket is there, and such an object is not."""
    if fault.status == HTTPStatus.NOT_FOUND and fault.code in NO_OBJECT:
        return None
    why, hint, code = explained(address, fault)
    return unreadable(str(address), why, hint=hint, passing=_may_pass(fault), code=code)


def _may_pass(fault: Fault) -> bool:
    return fault.how in {How.UNREACHED, How.BROKEN} or (
        fault.how is How.ANSWERED
        and (fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR or fault.status in ASKED_TO_WAIT)
    )


def write_fault(address: Address, fault: Fault, *, first: bool) -> StateNotWritten:
    """What a failed write means. `first`: it was to be written only where there is none."""
    if _in_doubt(fault):
        return maybe_written(str(address), str(fault))
    if _overtaken(fault, first=first):
        return overtaken(str(address))
    why, hint, code = explained(address, fault)
    return unwritten(str(address), why, hint=hint, code=code)


def _in_doubt(fault: Fault) -> bool:
    """Whether it may have been written. What no server answered for is, and every 5xx but 501."""
    if fault.how is not How.ANSWERED:
        return fault.how in {How.SLOW, How.BROKEN}
    if fault.status in {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.NOT_IMPLEMENTED}:
        return fault.status == HTTPStatus.REQUEST_TIMEOUT
    return fault.status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _overtaken(fault: Fault, *, first: bool) -> bool:
    match fault.status:
        case HTTPStatus.PRECONDITION_FAILED:
            return "Lease" not in fault.code  # Azure says so of its leases, too
        case HTTPStatus.CONFLICT:
            return fault.code in AT_ONCE
        case HTTPStatus.NOT_FOUND:
            return fault.code in NO_OBJECT and not first  # so S3 says that it is gone
    return False
