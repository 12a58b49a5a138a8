"""State as one object of S3, Google Cloud Storage, Azure, or what speaks as S3 does.

Each write is one conditional PUT: `If-None-Match: *` for the first, then `If-Match` with the ETag
(Google: the generation). Nothing is repeated in here, by obstore neither.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from importlib import import_module
from typing import Any

from aepctl.state.stores.documents import (
    TOO_LARGE,
    Document,
    DocumentStore,
    maybe_written,
    unreadable,
    unwritten,
)
from aepctl.state.stores.foreign import letting_go
from aepctl.state.stores.objects_access import client
from aepctl.state.stores.objects_address import GCS, Address, read_address
from aepctl.state.stores.objects_answers import Fault, fault_of
from aepctl.state.stores.objects_verdicts import read_fault, write_fault

LIMIT_SECONDS = 30.0
"""A read or a write ends within this, credentials included."""
LIMIT_BYTES = 256 * 1024 * 1024
PAUSES = {GCS.scheme: 1.0}
"""Google asks for at most one write a second to one object."""


def open_objects(
    address: str, environ: Mapping[str, str], *, seconds: float = LIMIT_SECONDS
) -> DocumentStore:
    """The store at an address. Raises AepctlError: a wrong address, settings that cannot be used.

    Nothing is sent yet, other than what boto3 may do to find credentials.
    """
    place = read_address(address)
    return ObjectDocuments(place, client(place, environ, seconds=seconds), seconds=seconds)


class ObjectDocuments:
    """A `DocumentStore`: the document is the object's content."""

    def __init__(self, address: Address, bucket: Any, *, seconds: float) -> None:
        self._address = address
        self._bucket = bucket
        self._seconds = seconds
        self.pause_seconds = PAUSES.get(address.kind.scheme, 0.0)

    @property
    def where(self) -> str:
        return str(self._address)

    def get(self) -> Document | None:
        got = self._within(self._get())
        if isinstance(got, Fault):
            error = read_fault(self._address, got)
            if error is not None:
                raise error
            return None
        data, meta = got
        if data is None:
            raise unreadable(self.where, f"it is too large ({meta['size']} bytes)", code=TOO_LARGE)
        version = self._version(meta)
        if version is None:
            why = "the answer says no version"
            raise unreadable(self.where, why, hint="see that `endpoint` is a server of objects")
        return Document(data, version)

    async def _get(self) -> tuple[bytes | None, Mapping[str, Any]]:
        answer = await self._bucket.get_async(self._address.key)
        if answer.meta["size"] > LIMIT_BYTES:
            return None, answer.meta
        return bytes(await answer.bytes_async()), answer.meta

    def put(self, data: bytes, expected: str | None, note: str) -> str:  # noqa: ARG002 - an object has no history
        if len(data) > LIMIT_BYTES:
            raise unwritten(self.where, f"it is too large ({len(data)} bytes)", code=TOO_LARGE)
        mode = "create" if expected is None else {self._condition: expected}
        written = self._within(self._bucket.put_async(self._address.key, data, mode=mode))
        if isinstance(written, Fault):
            raise write_fault(self._address, written, first=expected is None)
        version = self._version(written)
        if version is None or version == expected:
            # The first: no version. The second: a page that somebody put before the store, perhaps
            # reached by a redirect, has answered; each document of ours has an ETag of its own.
            raise maybe_written(self.where, "the answer says no new version")
        return version

    def prepare(self) -> None:
        """See that the bucket is there; aepctl makes none."""
        self.get()

    @property
    def _condition(self) -> str:
        return "version" if self._address.kind is GCS else "e_tag"

    def _version(self, meta: Mapping[str, Any]) -> str | None:
        found = meta.get(self._condition)
        return found if isinstance(found, str) and found else None

    def _within(self, request: Coroutine[Any, Any, Any]) -> Any:
        """What comes of it, or the Fault. A request that takes too long is given up."""
        errors = import_module("obstore.exceptions")

        async def bounded() -> Any:
            async with asyncio.timeout(self._seconds):
                return await request

        try:
            with letting_go():
                return asyncio.run(bounded())
        except (errors.BaseError, OSError, NotImplementedError) as error:
            return fault_of(error)
