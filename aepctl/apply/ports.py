"""What the executor needs of the world, as small Protocols."""

from datetime import datetime
from typing import Protocol

from aepctl.aep.replies import Reply
from aepctl.audience import Audience
from aepctl.state.model import Intent, Known


class Journal(Protocol):
    """Durable notes. Each raises OSError where the note could not be made durable."""

    def begin(self, key: str, audience: Audience, at: str) -> Intent: ...
    def created(self, intent: Intent, known: Known, at: str) -> None: ...
    def refused(self, intent: Intent, reason: str, at: str) -> None: ...
    def unknown(self, intent: Intent, reason: str, at: str) -> None: ...


class Creator(Protocol):
    """One thread's connection to the platform."""

    def create(self, audience: Audience, request_id: str) -> Reply:
        """Send one create, once. Raises CredentialsError where nothing could be sent."""
        ...

    def renew_token(self) -> bool: ...
    def close(self) -> None: ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
