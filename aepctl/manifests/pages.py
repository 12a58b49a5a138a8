"""Which definitions go to which file: one for each namespace, or beside one that cannot take them.

Pure.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count

from aepctl.errors import InternalError
from aepctl.manifests.document import read_manifest
from aepctl.manifests.entries import Definition, whole_file
from aepctl.manifests.files import MAX_BYTES
from aepctl.manifests.keys import stem_of
from aepctl.manifests.splice import is_proven, spliced
from aepctl.model.problem import Origin

MAX_CHARACTERS = 4 * 1024 * 1024
"""Of a new file; in the longest spelling it still has fewer bytes than are read."""
Folder = Mapping[str, bytes | None]
"""What is in a folder, by name: the bytes of manifests; None for all that nothing is added to."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file as it is to be. `before`: as it is, None where it is new. `keys` are those added."""

    file: str
    raw: bytes
    before: bytes | None
    keys: tuple[str, ...]

    def origins(self) -> dict[str, Origin]:
        """Where each key that is added will stand."""
        added = set(self.keys)
        wanted = read_manifest(self.file, self.raw).wanted
        return {one.key: one.origin for one in wanted if one.key in added}


def pages_of(definitions: Iterable[Definition], to: str, folder: Folder) -> tuple[Page, ...]:
    """The files below `to` that hold these definitions, in the order of their names.

    Nothing that is in a file is changed: see splice.
    """
    desk = _Desk(to, folder)
    for stem, group in _groups(definitions, folder):
        desk.place(stem, group)
    return tuple(page for _, page in sorted(desk.pages.items()))


def _fitting(definitions: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """As many of them, and at least one, as go into a file that is not too large to be read."""
    sizes = (sum(map(len, one.audience.fields().values())) for one in definitions)
    fitting = bisect_right(tuple(accumulate(sizes)), MAX_CHARACTERS)
    return definitions[: max(1, fitting)]


def _groups(
    definitions: Iterable[Definition], folder: Folder
) -> Iterator[tuple[str, list[Definition]]]:
    """The definitions of one namespace, each with the name of their file, without its suffix.

    Where a namespace has several originNames, and no file yet, each has its own.
    """
    namespaces: dict[str, dict[str, list[Definition]]] = {}
    for one in sorted(definitions, key=lambda one: one.key):
        audience = one.audience
        origins = namespaces.setdefault(stem_of(audience.namespace), {})
        origins.setdefault(stem_of(audience.origin_name), []).append(one)
    for namespace, origins in sorted(namespaces.items()):
        for origin, group in sorted(origins.items()):
            own = f"{namespace}-{origin}"
            together = len(origins) == 1 or f"{namespace}.yaml" in folder
            yield (namespace if together and f"{own}.yaml" not in folder else own), group


class _Desk:
    """The files as they become, one group after the other."""

    def __init__(self, to: str, folder: Folder) -> None:
        self.pages: dict[str, Page] = {}
        self._to = to
        self._folder = dict(folder)
        self._taken = {name.casefold() for name in folder}

    def place(self, stem: str, group: Sequence[Definition]) -> None:
        """Put all of the group into files of this name, numbered where one cannot take it."""
        left = tuple(group)
        for number in count(1):
            if not left:
                return
            name = f"{stem}.yaml" if number == 1 else f"{stem}-{number}.yaml"
            if name.casefold() not in self._taken:
                some = _fitting(left)
                self._write(name, self._new(name, some), some)
                left = left[len(some) :]
                continue
            raw = self._folder.get(name)
            result = None if raw is None else spliced(self._path(name), raw, left)
            if result is not None and len(result[0]) <= MAX_BYTES:
                later = {one.key for one in result[1]}
                self._write(name, result[0], [one for one in left if one.key not in later])
                left = result[1]

    def _new(self, name: str, definitions: Sequence[Definition]) -> bytes:
        raw = whole_file(definitions).encode()
        if not is_proven(self._path(name), None, raw, definitions):
            raise InternalError(
                f"{self._path(name)}: what would be written does not read back as it was meant",
                hint="nothing was written; this is a bug in aepctl: please report it",
            )
        return raw

    def _write(self, name: str, raw: bytes, added: Sequence[Definition]) -> None:
        earlier = self.pages.get(name)
        before = earlier.before if earlier else self._folder.get(name)
        keys = (*(earlier.keys if earlier else ()), *(one.key for one in added))
        self.pages[name] = Page(self._path(name), raw, before, keys)
        self._folder[name] = raw
        self._taken.add(name.casefold())

    def _path(self, name: str) -> str:
        return f"{self._to.rstrip('/')}/{name}"
