"""Creating, changing and deleting audiences: each request is sent once, without retries here."""

from collections.abc import Callable
from typing import Protocol, assert_never
from urllib.parse import quote

from aepctl.aep.advice import Advice
from aepctl.aep.asking import ReadConnection
from aepctl.aep.explanations import ErrorBody
from aepctl.aep.reader import AudienceReader
from aepctl.aep.verdicts import (
    Refused,
    Verdict,
    classify_create,
    classify_delete,
    classify_patch,
)
from aepctl.aep.wire import encode_audience, encode_changes
from aepctl.model.audience import Ids, Observed
from aepctl.model.failure import Failure, no_platform_id
from aepctl.model.steps import Create, Delete, Patch, RemoteStep
from aepctl.project.environment import Environment
from aepctl.replies import Reply

CREATE_ACCEPT = "application/vnd.adobe.external.audiences+json; version=2"


class WriteConnection(ReadConnection, Protocol):
    """What requests are sent with. See connection.Connection."""

    @property
    def environment(self) -> Environment: ...

    def send(
        self,
        method: str,
        url: str,
        *,
        request_id: str,
        accept: str = ...,
        body: bytes | None = None,
        ready: Callable[[], None] | None = ...,
    ) -> Reply: ...

    def close(self) -> None: ...


class AudienceWriter:
    """Carries out steps on the platform, over a connection that is its own. For one thread.

    `ready` is called right before each request leaves, and raises where it must not. What is to be
    changed is read with `reader`.
    """

    def __init__(
        self,
        connection: WriteConnection,
        ready: Callable[[], None] | None = None,
        reader: AudienceReader | None = None,
    ) -> None:
        self._connection = connection
        self._ready = ready
        self._reader = reader or AudienceReader(connection)

    def send(self, step: RemoteStep, request_id: str) -> Verdict:
        """Send one step, once.

        Raises CredentialsError, and what `ready` raises, where nothing could be sent.
        """
        match step:
            case Create():
                return self._create(step, request_id)
            case Patch():
                return self._patch(step, request_id)
            case Delete():
                return self._delete(step, request_id)
            case _:
                assert_never(step)

    def read(self, ids: Ids) -> Observed | None:
        """The audience with these IDs; None where the platform says that it is not there.

        Raises PlatformError, and CredentialsError.
        """
        return self._reader.get(ids)

    def renew_token(self) -> bool:
        """After a 401: whether another token can be had for the next attempt."""
        return self._connection.renew_token()

    def reconnect(self) -> None:
        """Use another connection from now on: this one gave an answer that may not be ours."""
        self._connection.reconnect()

    def advice(self, failure: Failure) -> str | None:
        """What a person can do about a refusal that every other step would meet with as well."""
        error = ErrorBody(failure.message, failure.code)
        return Advice(self._connection.token_advice, "ais_url").about(failure.status or 0, error)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _create(self, step: Create, request_id: str) -> Verdict:
        """Source: Create audience endpoint."""
        url = f"{self._connection.environment.ais_url}/audiences?createAudienceMetaOnly=true"
        body = encode_audience(step.audience, step.audience_id)
        reply = self._connection.send(
            "POST",
            url,
            request_id=request_id,
            accept=CREATE_ACCEPT,
            body=body,
            ready=self._ready,
        )
        return classify_create(reply, step)

    def _patch(self, step: Patch, request_id: str) -> Verdict:
        """Source: Segmentation Service API, Update one or more attributes of an audience."""
        url = self._url(step.ids)
        if url is None:
            return _without_id(step.ids)
        body = encode_changes(step.changes)
        reply = self._connection.send(
            "PATCH", url, request_id=request_id, body=body, ready=self._ready
        )
        return classify_patch(reply, step)

    def _delete(self, step: Delete, request_id: str) -> Verdict:
        """Source: Segmentation Service API, Delete an audience."""
        url = self._url(step.ids)
        if url is None:
            return _without_id(step.ids)
        reply = self._connection.send("DELETE", url, request_id=request_id, ready=self._ready)
        return classify_delete(reply)

    def _url(self, ids: Ids) -> str | None:
        if ids.platform_id is None:
            return None
        ups_url = self._connection.environment.ups_url
        return f"{ups_url}/audiences/{quote(ids.platform_id, safe='')}"


def _without_id(ids: Ids) -> Refused:
    """Refused before it is sent: asking again would not help, but looking at the platform does."""
    return Refused(no_platform_id(ids))
