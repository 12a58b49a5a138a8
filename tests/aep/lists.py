"""Lists as the platform shows them, and a reader over a script of answers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from fakes import FakeClock

from aepctl.aep.paging import PAGE_SIZE
from aepctl.aep.reader import AudienceReader
from aepctl.replies import Reply, Response


def element(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"id-{name}", "audienceId": f"a-{name}", "name": name, "namespace": "agora",
        "originName": "Agora_Collaboration", "type": "ExternalSegment", **more,
    }  # fmt: skip


def page(*elements: dict[str, Any], total: int | None = None, following: object = None) -> Response:
    paging = {"totalCount": len(elements) if total is None else total, "pageSize": PAGE_SIZE}
    if following is not None:
        paging["next"] = following  # type: ignore[assignment]
    return Response(200, json.dumps({"children": elements, "_page": paging}).encode())


class Connection:
    """A connection that answers reads from a script."""

    def __init__(self, script: Iterable[Reply], *, renews: bool = True) -> None:
        self._script = iter(script)
        self._renews = renews
        self.paths: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.renewed = 0
        self.reconnected = 0

    @property
    def token_advice(self) -> str:
        return "get another token"

    def reconnect(self) -> None:
        self.reconnected += 1

    def get(self, path: str, query: Mapping[str, str]) -> Reply:
        self.paths.append(path)
        self.queries.append(dict(query))
        return next(self._script)

    def look_up(self, path: str, body: bytes) -> Reply:
        self.paths.append(path)
        self.bodies.append(json.loads(body))
        return next(self._script)

    def renew_token(self) -> bool:
        self.renewed += 1
        return self._renews


def read(
    *script: Reply, renews: bool = True, **how: Any
) -> tuple[AudienceReader, Connection, list[float]]:
    """A reader over this script, what it asked, and how long it waited."""
    connection, clock = Connection(script, renews=renews), FakeClock()
    return AudienceReader(connection, clock, jitter=lambda: 1.0, **how), connection, clock.slept
