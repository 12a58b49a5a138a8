"""Whose audiences a command is about."""

from dataclasses import dataclass

EMULATOR = "emulator"
"""The endpoint of the embedded platform."""


@dataclass(frozen=True, slots=True)
class Target:
    """An organisation's sandbox at an endpoint. State is pinned to it."""

    org: str
    sandbox: str
    endpoint: str
