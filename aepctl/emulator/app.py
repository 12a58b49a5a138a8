"""The routes, and how an answer reaches the client (or doesn't).

Creates lie under both addresses that Adobe has documented for them, `/core/ais` and
`/data/core/ais`. Handlers are plain functions from a call to an answer; this is the only module
that knows Starlette.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aepctl.emulator.answers import (
    Answer,
    Call,
    Delivery,
    RefusedError,
    permission_denied,
    service_error,
)
from aepctl.emulator.checks import Caller, check_gateway, names_this_machine
from aepctl.emulator.creates import create, create_whole
from aepctl.emulator.entry import no_such_sandbox, rights, sandboxes
from aepctl.emulator.reads import bulk_get, get_audience, list_audiences
from aepctl.emulator.service import Service
from aepctl.emulator.tokens import token_answer
from aepctl.emulator.updates import delete_audience, patch_audience, put_audience

if TYPE_CHECKING:
    from starlette.exceptions import HTTPException

Handler = Callable[[Service, Call, Caller], Answer]

AUDIENCE_ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/core/ais/audiences": {"POST": create},
    "/data/core/ais/audiences": {"POST": create},
    "/data/core/ups/audiences": {"GET": list_audiences, "POST": create_whole},
    "/data/core/ups/audiences/bulk-get": {"POST": bulk_get},
    "/data/core/ups/audiences/{resource}": {
        "GET": get_audience,
        "PATCH": patch_audience,
        "PUT": put_audience,
        "DELETE": delete_audience,
    },
}
ENTRY_ROUTES: Mapping[str, Mapping[str, Handler]] = {
    "/data/foundation/sandbox-management/": {"GET": sandboxes},
    "/data/foundation/access-control/acl/effective-policies": {"POST": rights},
}
READ_ONLY = frozenset({list_audiences, get_audience, bulk_get})

logger = logging.getLogger(__name__)


class Transport(Protocol):
    """The part of a connection that faults need; the server puts it into the request's state."""

    def abort(self) -> None: ...
    def close(self) -> None: ...


def make_app(service: Service) -> ASGIApp:
    """The routes of the platform, answered by this service to callers of this machine."""
    routes = [
        Route(path, _audience_endpoint(service, handlers), methods=list(handlers))
        for path, handlers in {**AUDIENCE_ROUTES, **ENTRY_ROUTES}.items()
    ]

    async def token(request: Request) -> Response:
        call = await _call(request)
        behaviour = service.behaviour
        secret = behaviour.client_secret
        answer = token_answer(call, service.tokens, ttl=behaviour.token_ttl, client_secret=secret)
        return Delivered(call, answer)

    async def no_such_route(request: Request, exc: Exception) -> Response:
        call = await _call(request)
        error = cast("HTTPException", exc)
        answer = service_error(call, error.status_code, f"{error.detail}.")
        service.log(call, answer)
        return Delivered(call, answer, error.headers)

    app = Starlette(
        routes=[*routes, Route("/ims/token/v3", token, methods=["POST"])],
        exception_handlers={404: no_such_route, 405: no_such_route, Exception: _broken},
    )
    app.router.redirect_slashes = False
    return _of_this_machine(app)


def _of_this_machine(app: ASGIApp) -> ASGIApp:
    """Answers only who asks for this machine by a name of its own.

    Any page in a browser may send requests here under a name that it has pointed at this machine,
    and would then be given the answers.
    """

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        if names_this_machine(host):
            await app(scope, receive, send)
        else:
            refused = Response("this emulator answers to localhost and 127.0.0.1 only\n", 421)
            await refused(scope, receive, send)

    return checked


def _audience_endpoint(
    service: Service, handlers: Mapping[str, Handler]
) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        call = await _call(request)
        handler = handlers.get(call.method) or handlers["GET"]  # HEAD
        try:
            strict = service.behaviour.strict_tokens
            caller = check_gateway(call, service.tokens, strict=strict)
            _check_rights(service, call, caller, handler)
            answer = handler(service, call, caller)
        except RefusedError as refused:
            answer = refused.answer
        service.log(call, answer)
        if latency := service.behaviour.latency:
            await asyncio.sleep(latency)
        return Delivered(call, answer)

    return endpoint


def _check_rights(service: Service, call: Call, caller: Caller, handler: Handler) -> None:
    """Raise RefusedError for audiences of a sandbox that is not there, or that may only be read."""
    known, behaviour = service.behaviour.sandboxes, service.behaviour
    if handler in {sandboxes, rights}:
        return
    if known and caller.sandbox not in known:
        raise RefusedError(no_such_sandbox(call))
    if behaviour.forbid_write and handler not in READ_ONLY:
        raise RefusedError(permission_denied(call, caller.org, caller.sandbox))


async def _call(request: Request) -> Call:
    return Call(
        method=request.method,
        path=request.url.path,
        headers=request.headers,
        query=parse_qs(request.url.query, keep_blank_values=True),
        body=await request.body(),
        request_id=request.headers.get("x-request-id") or uuid.uuid4().hex,
        resource=request.path_params.get("resource", ""),
    )


async def _broken(request: Request, exc: Exception) -> Response:
    """A bug of the emulator must not pass for a fault of the platform."""
    if not isinstance(exc, ClientDisconnect):
        logger.error("the emulator failed at %s %s", request.method, request.url, exc_info=exc)
    return Response("the emulator failed; see its standard error", 500)


class Delivered(Response):
    """An answer on its way: whole, half, or not at all."""

    def __init__(
        self, call: Call, answer: Answer, headers: Mapping[str, str] | None = None
    ) -> None:
        named = {**dict(answer.headers), **(headers or {}), "x-request-id": call.request_id}
        super().__init__(answer.body, answer.status, named, answer.content_type)
        self.delivery = answer.delivery

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: Transport = scope["state"]["transport"]
        if self.delivery is Delivery.WHOLE:
            await super().__call__(scope, receive, send)
            return
        if self.delivery is Delivery.HALF:
            await self._send_half(send)
            transport.close()
        elif self.delivery is Delivery.DROP:
            transport.abort()
        await _disconnected(receive)

    async def _send_half(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    """Until the client has gone. To return earlier would make the server answer in our place."""
    while (await receive())["type"] != "http.disconnect":
        pass
