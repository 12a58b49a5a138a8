"""In place of `ssh`: runs the command on this machine, with the troubles of FAKE_SSH."""

import os
import subprocess
import sys
import time
from typing import IO

TOLD = {
    "refused": "ssh: connect to host git.example port 22: Connection refused",
    "unknown-host": "ssh: Could not resolve hostname git.example: Name or service not known",
    "host-key": "Host key verification failed.",
    "publickey": "git@git.example: Permission denied (publickey).",
}


def main() -> int:
    trouble, command = os.environ.get("FAKE_SSH", ""), sys.argv[-1]
    if trouble in TOLD:
        sys.stderr.write(TOLD[trouble] + "\n")
        return 255
    if trouble == "hang":
        time.sleep(20)
    if trouble not in {"lose-answer", "cut-pack"} or "git-receive-pack" not in command:
        return subprocess.call(["/bin/sh", "-c", command])
    source = subprocess.DEVNULL if trouble == "cut-pack" else None
    with subprocess.Popen(
        ["/bin/sh", "-c", command], stdin=source, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        greet(server.stdout)
        if trouble == "cut-pack":
            sys.stdin.buffer.read(30)
            server.kill()
        server.stdout.read()
    return 255


def greet(pipe: IO[bytes]) -> None:
    """Hand on the list of refs, which ends with a line of no length."""
    while (size := int(head := pipe.read(4), 16)) or True:
        sys.stdout.buffer.write(head + pipe.read(max(size - 4, 0)))
        sys.stdout.buffer.flush()
        if size == 0:
            return


if __name__ == "__main__":
    raise SystemExit(main())
