"""What a person can do where a file of the state cannot be opened, read or written."""

import errno
from collections.abc import Mapping

from aepctl.files import NOT_A_FILE

ELSEWHERE = "let `state:` of the environment name another file"
ROOM = "make the folder writable, or free some space"
AGAIN = "let nothing delete or replace files in the folder of the state, then run it again"
ALONE = (
    "this one file is mounted, so nothing can be put in its place: mount the folder that it is in"
)
HINTS: Mapping[int, str] = {
    errno.EISDIR: f"a folder is in the place of a file: move it away, or {ELSEWHERE}",
    errno.ENOTDIR: f"a file is in the place of a folder: move it away, or {ELSEWHERE}",
    errno.EEXIST: f"a file is in the place of a folder: move it away, or {ELSEWHERE}",
    errno.ELOOP: f"a symbolic link is in its place: remove the link, or {ELSEWHERE}",
    errno.ENAMETOOLONG: ELSEWHERE,
    errno.EFBIG: f"no state is that large: see what the file is, or {ELSEWHERE}",
    errno.EBUSY: ALONE,
    errno.ENOENT: AGAIN,
}
NO_FILE = f"it is a device, a pipe or a socket: move it away, or {ELSEWHERE}"


def reason_of(error: OSError) -> str:
    """What the system says is wrong, without the path: that is told in our own words."""
    return error.strerror or str(error)


def hint_for(error: OSError, otherwise: str | None = None) -> str | None:
    """What to do about the error; `otherwise` where nothing is known about it."""
    if error.strerror == NOT_A_FILE:
        return NO_FILE
    return HINTS.get(error.errno or 0, otherwise)
