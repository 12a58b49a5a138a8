"""Audiences that somebody made in the platform's own pages."""

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
        (one,) = [one for one in there.audiences if one["audienceId"] == made]
        change = [{"op": "add", "path": "/lifecycleState", "value": lifecycle}]
        url = f"{there.url}/data/core/ups/audiences/{one['id']}"
        assert httpx.patch(url, headers=CALLER, json=change).status_code < 300
    return str(made)
