"""Git's objects as bytes: what `cat-file --batch` prints, and what `fast-import` takes. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Literal

Hash = Literal["sha1", "sha256"]
_FOLDER, _FILES = b"40000", (b"100644", b"100755", b"100664")


class Unreadable(Exception):
    """What was fetched is not there as it should be."""


@dataclass(frozen=True, slots=True)
class Object:
    """`data` is shorter than `size` where what was printed was cut."""

    name: str
    data: bytes
    size: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A tip of the branch, and the file there; None where there is none. `why`: no file can be."""

    commit: str | None
    blob: str | None = None
    data: bytes | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """A file that is to be on the branch, and who says what about it, when."""

    path: str
    data: bytes
    note: str
    when: int
    author: str
    committer: str
    mark: str
    """A word of its own: else two who write the same at once make one commit, and both have won."""


def names_to_read(tip: str, path: str) -> list[str]:
    """The commit, each folder from the top, the file: what is missing is in none of the folders."""
    parts = path.split("/")
    folders = ["/".join(parts[:count]) for count in range(len(parts))]
    return [f"{tip}^{{commit}}", *(f"{tip}:{folder}" for folder in folders), f"{tip}:{path}"]


def seen(batch: bytes, path: str, hash_name: Hash, most: int) -> Seen:
    """What `cat-file --batch` printed for these names. `most`: bytes. Raises Unreadable."""
    parts = path.split("/")
    objects = list(_objects(batch))
    if len(objects) != len(parts) + 2 or objects[0] is None:
        raise Unreadable("what was fetched is not there")
    commit = objects[0].name
    for depth, part in enumerate(parts, start=1):
        tree = objects[depth]
        if tree is None:
            raise Unreadable("a folder that was fetched is not there")
        mode = _entries(tree.data, hash_name).get(part.encode())
        if mode is None:
            return Seen(commit)
        if depth < len(parts) and mode != _FOLDER:
            return Seen(commit, why=f"`{'/'.join(parts[:depth])}` is no folder there")
        if depth == len(parts) and mode not in _FILES:
            return Seen(commit, why=f"`{path}` is no file there")
    file = objects[-1]
    if file is None:
        raise Unreadable("the file that was fetched is not there")
    if file.size > most:
        return Seen(commit, why=f"it is larger than {most} bytes")
    if len(file.data) < file.size:
        raise Unreadable("the file that was fetched is cut")
    return Seen(commit, file.name, file.data)


def blob_name(data: bytes, hash_name: Hash) -> str:
    """What Git calls a file of these bytes."""
    whole = b"blob %d\0%b" % (len(data), data)
    made = sha256(whole) if hash_name == "sha256" else sha1(whole, usedforsecurity=False)
    return made.hexdigest()


def import_stream(write: Write, ref: str, parent: str | None) -> bytes:
    """For `fast-import`: the parent's files with this one. It prints the name of the commit."""
    told = write.note.replace("\0", "").strip()
    note = f"{told}\n\nWrite: {write.mark}\n".encode(errors="replace")
    lines: Sequence[str] = (
        f"reset {ref}",
        f"commit {ref}",
        "mark :1",
        f"author {write.author} {write.when} +0000",
        f"committer {write.committer} {write.when} +0000",
        f"data {len(note)}",
    )
    head = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    since = f"from {parent}\n".encode() if parent else b""
    file = f"M 100644 inline {write.path}\ndata {len(write.data)}\n".encode()
    return b"".join((head, note, since, file, write.data, b"\nget-mark :1\ndone\n"))


def _objects(batch: bytes) -> Iterator[Object | None]:
    """Each is `NAME TYPE SIZE` on a line, then so many bytes and a line's end; or it is missing."""
    at = 0
    while at < len(batch):
        line, _, _ = batch[at : at + 8192].partition(b"\n")
        at += len(line) + 1
        if line.endswith((b" missing", b" ambiguous")):
            yield None
            continue
        name, _, size = line.split(b" ")
        yield Object(name.decode(), batch[at : at + int(size)], int(size))
        at += int(size) + 1


def _entries(tree: bytes, hash_name: Hash) -> Mapping[bytes, bytes]:
    """The mode of each name in a folder: `MODE NAME`, a zero byte, and the hash as it is."""
    width = 32 if hash_name == "sha256" else 20
    found, at = {}, 0
    while at < len(tree):
        end = tree.index(b"\0", at)
        mode, _, name = tree[at:end].partition(b" ")
        found[name] = mode
        at = end + 1 + width
    return found
