"""Which places are kept while a text is read: few, as most texts have no problem."""

from aepctl.yamldoc.places import Path, Position

TOP_LEVEL, FIELD = 2, 4
"""The length of a path to what a document has under a name, and to a field of what is below."""


class Marks:
    """The places of one text.

    Those of the keys below the top-level key `under` go to `keys`, one dict a document; those of
    the items of top-level lists, to `items`; those of all keys within the field `within` of what
    stands below `under`, to `inner`, one dict for each path.
    """

    def __init__(self, under: str | None = None, within: str | None = None) -> None:
        self.keys: list[dict[str, Position]] = []
        self.items: list[dict[str, list[Position]]] = []
        self.inner: dict[Path, dict[str, Position]] = {}
        self._under = under
        self._within = within

    def document(self) -> None:
        """Another document begins."""
        self.keys.append({})
        self.items.append({})

    def of(self, path: Path, *, around: bool) -> dict[str, Position] | None:
        """Where the places of the keys go of a collection at this path; None: they are not kept.

        `around`: it is in a collection of which they are.
        """
        length = len(path)
        if length == TOP_LEVEL:
            return self.keys[-1] if path[1] == self._under else None
        begins = length == FIELD and path[-1] == self._within and path[1] == self._under
        return self.inner.setdefault(path, {}) if begins or (around and length > FIELD) else None

    def item(self, path: Path, position: Position) -> None:
        """That of an item, if its list is at the top level."""
        if len(path) == TOP_LEVEL:
            self.items[-1].setdefault(str(path[-1]), []).append(position)
