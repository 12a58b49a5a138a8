"""What the executor needs of the world, as small Protocols."""

from datetime import datetime
from typing import Protocol

from aepctl.aep.replies import Found, Reply
from aepctl.audience import Audience
from aepctl.state.model import Intent, Known


class Journal(Protocol):
    """Durable notes. Each raises OSError where the note could not be made durable."""

    def begin(self, key: str, audience: Audience, audience_id: str | None, at: str) -> Intent: ...
    def created(self, intent: Intent, known: Known, at: str) -> None: ...
    def found(self, intent: Intent, known: Known, at: str) -> None: ...
    def adopted(self, key: str, known: Known, at: str) -> None: ...
    def refused(self, intent: Intent, reason: str, at: str) -> None: ...
    def unknown(self, intent: Intent, reason: str, at: str, *, exists: bool = False) -> None: ...
    def absent(self, intent: Intent, reason: str, at: str) -> None: ...


class Creator(Protocol):
    """One thread's connection to the platform."""

    def create(self, audience: Audience, request_id: str, audience_id: str | None) -> Reply:
        """Send one create, once. Raises CredentialsError where nothing could be sent."""
        ...

    def renew_token(self) -> bool: ...
    def close(self) -> None: ...


class Finder(Protocol):
    """Reads what is on the platform. Both raise PlatformError, and ListForbidden."""

    def everything(self) -> tuple[Found, ...]:
        """All external audiences of the sandbox."""
        ...

    def find(self, audience: Audience, audience_id: str | None) -> tuple[Found, ...]:
        """Those that are this audience: by ID where one was given, else by its identity."""
        ...


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
