"""A process that calls aepp: a line in is [method, arguments], a line out is what came back.

Run by test_emulator_aepp.py, with the emulator's address.
"""

import json
import sys


def main(url: str) -> None:
    import aepp
    from aepp.segmentation import Segmentation

    aepp.configure(
        org_id="1BD6382559DF0C130A49422D@AdobeOrg",
        client_id="test-key",
        secret="test-secret",
        scopes="openid",
        sandbox="dev",
    )
    aepp.config.endpoints["global"] = url
    aepp.config.config_object["oauthTokenEndpointV2"] = f"{url}/ims/token/v3"
    segmentation = Segmentation()
    for line in sys.stdin:
        method, arguments = json.loads(line)
        answer = getattr(segmentation, method)(**arguments)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
