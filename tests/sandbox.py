"""What people do in the platform's own pages, beside aepctl."""

from typing import Any

import httpx
from emulator_client import CREATE, CREATE_HEADERS
from projects import ORG

from aepctl.emulator import Emulator

CALLER = {**CREATE_HEADERS, "x-gw-ims-org-id": ORG, "x-sandbox-name": "prod"}


def create(there: Emulator, name: str, lifecycle: str | None = None, **fields: str) -> str:
    """One more, in the sandbox that `Project.settle_on` means; its audienceId."""
    body = {"name": name, "namespace": "agora", "originName": "Tests", **fields}
    url = f"{there.url}/core/ais/audiences"
    made = httpx.post(url, params=CREATE, headers=CALLER, json=body).json()["audienceId"]
    if lifecycle is not None:
        (named,) = (one["name"] for one in there.audiences if one["audienceId"] == made)
        edit(there, named, lifecycleState=lifecycle)
    return str(made)


def of(there: Emulator, name: str) -> dict[str, Any]:
    """The one audience of this name, as it reads back."""
    (one,) = (one for one in there.audiences if one["name"] == name)
    return one


def edit(there: Emulator, name: str, **fields: str) -> None:
    """Other texts, or another lifecycleState."""
    change = [{"op": "add", "path": f"/{field}", "value": text} for field, text in fields.items()]
    url = f"{there.url}/data/core/ups/audiences/{of(there, name)['id']}"
    httpx.patch(url, headers=CALLER, json=change).raise_for_status()


def delete(there: Emulator, name: str) -> None:
    url = f"{there.url}/data/core/ups/audiences/{of(there, name)['id']}"
    httpx.delete(url, headers=CALLER).raise_for_status()
