"""The five requests of the Terraform HTTP state protocol."""

import base64
import hashlib
import json
import platform
from collections.abc import Mapping
from http import HTTPStatus

from aepctl import __version__
from aepctl.clock import timestamp
from aepctl.replies import NoResponse, NothingSent, Reply, Response
from aepctl.state.stores.http_address import HttpAddress
from aepctl.state.stores.http_answers import (
    SERIAL_TAKEN,
    TAKEN,
    Holder,
    Refused,
    SerialTaken,
    Unanswered,
    holder,
    is_no_state,
    is_redirect,
    is_success,
    is_unsure,
    refused,
)
from aepctl.transport import TransportFactory

NOBODY_THERE = "check the address, and that the server runs"
KNOWS_NO_LOCK = "is this the address of a state, on a server that knows how to lock it?"


class Calls:
    """Sends each request once. `seconds` bounds it, from the name server to the last byte."""

    def __init__(
        self, address: HttpAddress, factory: TransportFactory, headers: Mapping[str, str]
    ) -> None:
        self.clock = factory.clock
        self._address = address
        self._factory = factory
        self._transport = factory.transport()
        self._headers = headers

    def get(self, seconds: float) -> bytes | None:
        """What stands there. Raises Refused, for all but "there is none"."""
        reply = self._send("GET", self._address.where, None, seconds)
        if not isinstance(reply, Response):
            raise Refused(reply.reason, NOBODY_THERE, passing=True)
        if not reply.complete and not is_redirect(reply.status):
            raise Refused(f"the answer {reply.flaw}", passing=True)
        gitlab = self._address.gitlab
        if reply.status == HTTPStatus.OK and (reply.body or gitlab):
            return reply.body
        if reply.status in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}:
            return None
        if reply.status == HTTPStatus.NOT_FOUND and is_no_state(reply, gitlab=gitlab):
            return None
        raise self._refused(reply)

    def post(self, lock_id: str, body: bytes, seconds: float) -> None:
        """Replace it, as the holder of this lock. Raises Refused, Unanswered, SerialTaken."""
        reply = self._answer("POST", self._address.locked_by(lock_id), body, seconds)
        status, gitlab = reply.status, self._address.gitlab
        if gitlab and status == HTTPStatus.NO_CONTENT:
            raise Unanswered("the server says that it was sent nothing")
        if is_success(status):
            return
        if is_unsure(status):
            raise Unanswered(self._refused(reply).why)
        if status in TAKEN:
            raise Refused("somebody has broken our lock meanwhile", "run it again")
        if (
            gitlab
            and status == HTTPStatus.UNPROCESSABLE_ENTITY
            and SERIAL_TAKEN.search(reply.body.decode(errors="replace"))
        ):
            raise SerialTaken
        raise self._refused(reply)

    def lock(self, lock_id: str, info: str, seconds: float) -> Holder | None:
        """Take the lock; None: it is ours, else who has it. Raises Refused, Unanswered."""
        method, url = self._address.lock
        reply = self._answer(method, url, self._lock_info(lock_id, info), seconds)
        if reply.status in TAKEN:
            found = holder(reply.body)
            return None if found.id == lock_id else found
        if is_success(reply.status):
            return None
        error = self._refused(reply)
        not_there = reply.status == HTTPStatus.NOT_IMPLEMENTED or is_redirect(reply.status)
        if is_unsure(reply.status) and not not_there:
            raise Unanswered(error.why)
        raise Refused(error.why, error.hint or KNOWS_NO_LOCK)

    def unlock(self, lock_id: str, seconds: float) -> bool:
        """Give the lock back; whether there is none of this ID any more. Raises Unanswered."""
        method, url = self._address.unlock(lock_id)
        try:
            reply = self._answer(method, url, self._lock_info(lock_id, ""), seconds)
        except Refused:
            return False
        if is_unsure(reply.status):
            raise Unanswered(self._refused(reply).why)
        another = holder(reply.body).id if reply.status in TAKEN else ""
        return is_success(reply.status) or another not in {"", lock_id}

    def delete(self, seconds: float) -> bool:
        """Delete it; whether the server says that it has."""
        reply = self._send("DELETE", self._address.where, None, seconds)
        return isinstance(reply, Response) and is_success(reply.status)

    def _answer(self, method: str, url: str, body: bytes, seconds: float) -> Response:
        reply = self._send(method, url, body, seconds)
        if isinstance(reply, NothingSent):
            raise Refused(reply.reason, NOBODY_THERE)
        if isinstance(reply, NoResponse):
            raise Unanswered(reply.reason)
        return reply

    def _send(self, method: str, url: str, body: bytes | None, seconds: float) -> Reply:
        headers = dict(self._headers)
        if body is not None:
            md5 = hashlib.md5(body, usedforsecurity=False).digest()
            headers["Content-Type"] = "application/json"
            headers["Content-MD5"] = base64.b64encode(md5).decode()
        if seconds <= 0:
            return NothingSent("there was no time left for it")
        self._factory.timeout_seconds = seconds
        return self._transport.send(method, url, headers, body)

    def _lock_info(self, lock_id: str, info: str) -> bytes:
        """All seven fields: GitLab asks for each of them."""
        told = {
            "ID": lock_id,
            "Operation": "aepctl",
            "Info": info,
            "Who": f"aepctl@{platform.node()}",
            "Version": __version__,
            "Created": timestamp(self.clock),
            "Path": "",
        }
        return json.dumps(told).encode()

    def _refused(self, reply: Response) -> Refused:
        return refused(reply, gitlab=self._address.gitlab)
