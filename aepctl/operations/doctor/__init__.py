"""doctor: does everything fit that a command needs? It only reads: nothing is made or locked.

`table` has all checks in their order, each with those that it needs. What a check finds is a value
or an AepctlError, which is told with its hint; whatever it learns for others is in the Patient.
"""

from aepctl.operations.doctor.running import diagnose

__all__ = ["diagnose"]
