"""Where the fields of one audience stand in its manifest, read again from the file when asked."""

from collections.abc import Iterator, Mapping

from aepctl.files import read_regular
from aepctl.manifests.files import MAX_BYTES
from aepctl.model.problem import Origin
from aepctl.yamldoc import parse
from aepctl.yamldoc.places import Path, Position


def field_places(file: str, key: str, environment: str) -> Mapping[str, Origin]:
    """The place of each field that counts for `key`: its own, else that of the file's defaults.

    Those of `lifecycle` are under their own names. Empty where the file cannot be read any more.
    """
    try:
        places, _ = parse(file, read_regular(file, most=MAX_BYTES)).places()
    except OSError:
        return {}
    found: dict[str, Position] = {}
    for blocks in (
        (("defaults",),),
        (("audiences", key),),
        (("audiences", key, "overrides", environment),),
    ):
        for block in blocks:
            found |= _fields_below(places, block)
    return {name: Origin(file, line, column) for name, (line, column) in found.items()}


def _fields_below(places: Mapping[Path, Position], block: Path) -> Iterator[tuple[str, Position]]:
    """The fields of a block, in whichever document, and those of the lifecycle in it."""
    for path, position in places.items():
        for inner in (block, (*block, "lifecycle")):
            if path[1:-1] == inner:
                yield str(path[-1]), position
