"""What lies in a project but is no part of it: a `.gitignore` that is written where there is none.

The work never depends on it: where it cannot be written, `git add` takes a little too much.
"""

import contextlib
import os
from pathlib import Path

OWN = ".aepctl"
STATE = "# written by aepctl: the lock, and what a killed run has half written\n*.lock\n.*.tmp\n"
"""A journal is not among them: after a crash it alone has what a run did, so it is committed."""
_ALL = "# written by aepctl: what each machine has for itself\n*\n"


def ignore_own(folder: Path) -> None:
    """Have Git pass over `.aepctl`, which `folder` is or lies in. Elsewhere nothing is written."""
    for one in (folder, *folder.parents):
        if one.name == OWN:
            ignore(one, _ALL)


def ignore(folder: Path, patterns: str) -> None:
    """Write a `.gitignore` into a folder that has none."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with contextlib.suppress(OSError):  # there is one, or there can be none: see above
        file = folder / ".gitignore"
        handle = os.open(file, flags, 0o644)
        try:
            os.write(handle, patterns.encode())
        except OSError:  # an empty one would stay for ever
            file.unlink()
            raise
        finally:
            os.close(handle)
