"""What people do in the platform's own pages, beside aepctl."""

from typing import Any

import httpx
from emulator_client import CREATE, CREATE_HEADERS, HEADERS
from projects import ORG

from aepctl.emulator import Emulator

CALLER = {"x-gw-ims-org-id": ORG, "x-sandbox-name": "prod"}


def of(there: Emulator, name: str) -> dict[str, Any]:
    """The one audience of this name."""
    (one,) = (one for one in there.audiences if one["name"] == name)
    return one


def edit(there: Emulator, name: str, **fields: str) -> None:
    """Somebody writes other texts, or another lifecycleState."""
    change = [{"op": "add", "path": f"/{field}", "value": text} for field, text in fields.items()]
    _send("PATCH", there, f"/{of(there, name)['id']}", json=change)


def delete(there: Emulator, name: str) -> None:
    """Somebody deletes it."""
    _send("DELETE", there, f"/{of(there, name)['id']}")


def create(there: Emulator, name: str, **fields: str) -> str:
    """Somebody creates another one; its audienceId."""
    wanted = {"name": name, "namespace": "agora", "originName": "Tests", **fields}
    headers, url = {**CREATE_HEADERS, **CALLER}, f"{there.url}/core/ais/audiences"
    answer = httpx.post(url, params=CREATE, headers=headers, json=wanted, trust_env=False)
    return str(answer.raise_for_status().json()["audienceId"])


def _send(method: str, there: Emulator, path: str, **more: Any) -> None:
    url = f"{there.url}/data/core/ups/audiences{path}"
    headers = {**HEADERS, **CALLER}
    httpx.request(method, url, headers=headers, trust_env=False, **more).raise_for_status()
