"""The embedded platform: a real HTTP server on loopback that answers as Adobe documents.

It is for trying `aepctl` without an account and for testing it against everything that goes wrong.
Faults are switched on with a `Behaviour`, which may be replaced while it runs.
"""

from aepctl.emulator.faults import Behaviour, Fault, FaultKind, Operation
from aepctl.emulator.server import Emulator, serve
from aepctl.emulator.service import LoggedRequest

__all__ = ["Behaviour", "Emulator", "Fault", "FaultKind", "LoggedRequest", "Operation", "serve"]
