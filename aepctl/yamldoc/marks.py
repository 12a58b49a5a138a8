"""Which places are kept while a text is read: few, as most texts have no problem."""

from aepctl.yamldoc.places import Path, Position

TOP_LEVEL, FIELD = 2, 4
"""The length of a path to what a document has under a name, and to a field of what is below."""


class Marks:
    """The places of one text.

    Those of the keys below the top-level key `under` go to `keys`, one dict a document; those of
    the items of top-level lists, to `items`; those of all keys within the field `within` of what
    stands below `under`, by their path, to `inner`.
    """

    def __init__(self, under: str | None = None, within: str | None = None) -> None:
        self.keys: list[dict[str, Position]] = []
        self.items: list[dict[str, list[Position]]] = []
        self.inner: dict[Path, Position] = {}
        self._under = under
        self._within = within

    def document(self) -> None:
        """Another document begins."""
        self.keys.append({})
        self.items.append({})

    def are_kept(self, path: Path, *, around: bool) -> bool:
        """Whether those of the keys are, of a collection at this path; `around`: it is in such."""
        length = len(path)
        if length == TOP_LEVEL:
            return path[1] == self._under
        if length == FIELD:
            return path[-1] == self._within and path[1] == self._under
        return around and length > FIELD

    def key(self, path: Path, key: str, position: Position) -> None:
        """That of a key in a collection of which they are kept."""
        if len(path) == TOP_LEVEL:
            self.keys[-1].setdefault(key, position)
        else:
            self.inner.setdefault((*path, key), position)

    def item(self, path: Path, position: Position) -> None:
        """That of an item, if its list is at the top level."""
        if len(path) == TOP_LEVEL:
            self.items[-1].setdefault(str(path[-1]), []).append(position)
