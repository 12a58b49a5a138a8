"""A client that says what Adobe's documents ask for."""

import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from waiting import wait_for

from aepctl.emulator import Emulator

CREATE = {"createAudienceMetaOnly": "true"}
HEADERS = {
    "Authorization": "Bearer test-token",
    "x-api-key": "test-key",
    "x-gw-ims-org-id": "1BD6382559DF0C130A49422D@AdobeOrg",
    "x-sandbox-name": "dev",
}
CREATE_HEADERS = {
    **HEADERS,
    "Content-Type": "application/json",
    "Accept": "application/vnd.adobe.external.audiences+json; version=2",
}
SAMPLE = {"name": "Sample", "namespace": "agora", "originName": "Agora_Collaboration"}

Audience = dict[str, Any]
Start = Callable[..., "Client"]  # start(*faults, db=..., **behaviour)


class Client:
    """Calls one emulator. Every call can leave out, replace or add headers."""

    def __init__(self, emulator: Emulator, http: httpx.Client) -> None:
        self.emulator = emulator
        self.http = http
        self.ups = f"{emulator.url}/data/core/ups/audiences"

    def call(self, method: str, url: str, **kwargs: Any) -> httpx.Response:
        headers = {**HEADERS, **kwargs.pop("headers", {})}
        given = {name: value for name, value in headers.items() if value is not None}
        return self.http.request(method, url, headers=given, **kwargs)

    def is_left_hanging(self, sent: httpx.Request) -> None:
        """It is heard and not answered.

        Nobody gives up before it is heard, which may take a while where much else is to be done:
        what nobody waits for any more, the emulator need not do.
        """
        emulator = self.emulator
        heard = len(emulator.requests)
        head = [f"{sent.method} {sent.url.raw_path.decode()} HTTP/1.1"]
        head += [f"{name}: {value}" for name, value in sent.headers.items()]
        with socket.create_connection((sent.url.host, sent.url.port)) as wire:
            wire.sendall("\r\n".join([*head, "", ""]).encode() + sent.read())
            assert wait_for(lambda: len(emulator.requests) > heard)
            wire.settimeout(0.1)
            with pytest.raises(TimeoutError):
                wire.recv(1)

    def create(
        self, *, base: str = "/core/ais", headers: Any = (), **fields: Any
    ) -> httpx.Response:
        wanted = {name: v for name, v in {**SAMPLE, **fields}.items() if v is not ...}
        url = f"{self.emulator.url}{base}/audiences"
        asked = {**CREATE_HEADERS, **dict(headers)}
        return self.call("POST", url, params=CREATE, headers=asked, json=wanted)

    def created(self, **fields: Any) -> dict[str, Any]:
        """A new audience, as it reads back."""
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        audience_id = answer.json()["audienceId"]
        (stored,) = [a for a in self.emulator.audiences if a["audienceId"] == audience_id]
        return stored

    def listed(self, params: Any = (), **kwargs: Any) -> httpx.Response:
        return self.call("GET", self.ups, params=params, **kwargs)

    def names(self, params: Any = ()) -> list[str]:
        answer = self.listed(params)
        assert answer.status_code == 200, answer.text
        return [one["name"] for one in answer.json()["children"]]

    def token(self, **form: str) -> httpx.Response:
        given = {"grant_type": "client_credentials", "client_id": "test-key", **form}
        url = f"{self.emulator.url}/ims/token/v3"
        return self.http.post(url, data={"client_secret": "test-secret", **given})
