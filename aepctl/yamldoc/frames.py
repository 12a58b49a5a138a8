"""What the walker keeps of a collection that it is still within."""

from typing import Any, Final

from aepctl.yamldoc.places import Path, Position


class _No:
    """Stands where a key is not there yet, or was no text and is dropped."""


NO_KEY: Final = _No()
DROPPED: Final = _No()


class Frame:
    """A collection that is still open. `is_plain`: a mapping whose places nobody asks for."""

    __slots__ = ("container", "is_key", "is_map", "is_plain", "key", "marks", "path")

    def __init__(
        self, container: Any, path: Path, *, is_key: bool, marks: dict[str, Position] | None
    ) -> None:
        self.container = container
        self.is_map = container.__class__ is dict
        self.path = path
        self.is_key = is_key
        self.marks = marks
        self.is_plain = self.is_map and not is_key and marks is None
        self.key: Any = NO_KEY
