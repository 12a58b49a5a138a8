"""What the rigs must find fault with: create, retry on any error, save the IDs at the end.

Run as `python naive.py URL` in a folder with a `wanted.json`.
"""

import json
import sys
from pathlib import Path

import httpx

TRIES = 5
HEADERS = {
    "Authorization": "Bearer any",
    "x-api-key": "rig",
    "x-gw-ims-org-id": "1BD6382559DF0C130A49422D@AdobeOrg",
    "x-sandbox-name": "rig",
    "Accept": "application/vnd.adobe.external.audiences+json; version=2",
}


def create(client: httpx.Client, url: str, audience: dict[str, str]) -> str | None:
    for _ in range(TRIES):
        try:
            answer = client.post(f"{url}?createAudienceMetaOnly=true", json=audience)
            answer.raise_for_status()
            return str(answer.json()["audienceId"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            sys.stderr.write(f"{audience['name']}: {error!r}, trying again\n")
    return None


def main(url: str) -> int:
    saved = Path("naive.json")
    ids = json.loads(saved.read_text()) if saved.exists() else {}
    wanted = json.loads(Path("wanted.json").read_text())
    with httpx.Client(headers=HEADERS, timeout=1.0, trust_env=False) as client:
        for key, audience in wanted.items():
            if ids.get(key) is None:
                ids[key] = create(client, f"{url}/core/ais/audiences", audience)
    saved.write_text(json.dumps(ids))
    return 0 if all(ids.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
