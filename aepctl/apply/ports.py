"""What carrying out a plan needs of the world, as small Protocols."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from aepctl.aep.verdicts import Verdict
from aepctl.model.audience import Audience, Ids, Observed
from aepctl.model.failure import Failure
from aepctl.model.steps import LocalStep, RemoteStep
from aepctl.state.events import Ending
from aepctl.state.model import Intent


class Journal(Protocol):
    """Durable notes of what is about to be done and what came of it. For any number of threads.

    Each method raises StateNotWritten where the note could not be made durable; an intent then is
    not begun, and everything else has happened all the same. See state.session.StateSession.
    """

    def reserve(self, steps: Sequence[tuple[str, RemoteStep]], *, workers: int) -> None:
        """These steps will be begun, in about this order, by so many threads."""
        ...

    def begin(self, key: str, step: RemoteStep) -> Intent:
        """The intent is durable when it is returned; else its step must not be sent."""
        ...

    def check(self) -> None:
        """Return where notes can still be made; else nothing may be sent."""
        ...

    def end(
        self,
        intent: Intent,
        ending: Ending,
        *,
        ids: Ids | None = None,
        observed: Audience | None = None,
        reason: str | None = None,
        exists: bool = False,
    ) -> None: ...

    def note(self, key: str, step: LocalStep, *, more: bool = False) -> None: ...

    def together(self) -> AbstractContextManager[None]:
        """Within, endings and notes are made durable at its end, all at once."""
        ...

    def owner(self, audience_id: str) -> str | None:
        """The key that is known under this ID."""
        ...

    def had(self, audience_id: str) -> str | None:
        """The key that was known under this ID when the run began, where none is any more."""
        ...


class Writer(Protocol):
    """One thread's connection to the platform. See aep.writer.AudienceWriter."""

    def send(self, step: RemoteStep, request_id: str) -> Verdict:
        """Send one step, once.

        Raises CredentialsError, or StateNotWritten where the state is no longer ours, where nothing
        was sent.
        """
        ...

    def read(self, ids: Ids) -> Observed | None:
        """The audience with these IDs; None where the platform says that it is not there.

        Raises PlatformError and CredentialsError.
        """
        ...

    def renew_token(self) -> bool:
        """After a 401: whether another token can be had for the next attempt."""
        ...

    def reconnect(self) -> None:
        """Use another connection from now on: this one gave an answer that may not be ours."""
        ...

    def advice(self, failure: Failure) -> str | None:
        """What a person can do about a refusal that every other step would meet with as well."""
        ...

    def close(self) -> None: ...


class Reader(Protocol):
    """Reads what is on the platform. See aep.reader.AudienceReader.

    Each raises PlatformError, and ListForbidden where these credentials may not list.
    """

    def list_all(self) -> tuple[Observed, ...]:
        """All external audiences of the sandbox."""
        ...

    def list_inactive(self) -> tuple[Observed, ...]:
        """Those that a list may leave out, because they are not at work."""
        ...

    def search(self, audience: Audience, audience_id: str | None) -> tuple[Observed, ...]:
        """Those that are this audience: by ID where one was given, else by its identity."""
        ...

    def get(self, ids: Ids) -> Observed | None:
        """The audience with these IDs; None where the platform says that it is not there.

        Raises ValueError without the platform's own id.
        """
        ...

    def get_many(self, ids: Sequence[Ids]) -> Mapping[str, Observed | None]:
        """By audienceId those of these, each with the platform's own id, that are there.

        None where the platform says that it has it no more; of others it said nothing.
        """
        ...

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        """All that has this ID, at work or not, as lists show it."""
        ...
