"""What a team asks of every audience, beside what the platform does. Pure."""

import re
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from aepctl.model.problem import LONGEST, quoted

KEY = "key"
"""What a rule calls the key of an audience, which is no field."""
MAX_TRIED = 2_000
"""Characters. A longer text is not held against a pattern, which may take long for it."""


@dataclass(frozen=True, slots=True)
class Required:
    """An audience must have this field. `at` is where the rule stands."""

    code: ClassVar[str] = "rule-required"
    field: str
    at: str

    def breaks(self, text: str | None) -> str | None:
        """How a text breaks the rule, after its name; None where it does not."""
        return None if text else f"is missing, and {self.at} asks for it"

    @property
    def hint(self) -> str:
        return f"write a `{self.field}` into the block"


@dataclass(frozen=True, slots=True)
class Matches:
    """Something in the text must match a pattern."""

    code: ClassVar[str] = "rule-pattern"
    field: str
    at: str
    pattern: re.Pattern[str]

    def breaks(self, text: str | None) -> str | None:
        """As of Required."""
        if text is None:
            return None
        if len(text) > MAX_TRIED:
            return f"has {len(text):,} characters: no pattern is tried on more than {MAX_TRIED:,}"
        if self.pattern.search(text):
            return None
        return f"is {quoted(text)}, which does not match {quoted(self.pattern.pattern)}"

    @property
    def hint(self) -> str:
        return f"{self.at} asks for that"


@dataclass(frozen=True, slots=True)
class Length:
    """A text must have so many characters, from `least` to `most`."""

    code: ClassVar[str] = "rule-length"
    field: str
    at: str
    least: int = 0
    most: int | None = None

    def breaks(self, text: str | None) -> str | None:
        """As of Required."""
        if text is None:
            return None
        length = len(text)
        if length < self.least:
            return f"has {length:,} characters, fewer than {self.least:,}"
        if self.most is not None and length > self.most:
            return f"has {length:,} characters, more than {self.most:,}"
        return None

    @property
    def hint(self) -> str:
        return f"{self.at} asks for that"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text must be one of these."""

    code: ClassVar[str] = "rule-allowed"
    field: str
    at: str
    texts: tuple[str, ...]

    def breaks(self, text: str | None) -> str | None:
        """As of Required."""
        if text is None or text in self.texts:
            return None
        from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

        close = get_close_matches(text[:LONGEST], self.texts, 1)
        meant = f"; did you mean {quoted(close[0])}?" if close else ""
        return f"is {quoted(text)}, which is not allowed{meant}"

    @property
    def hint(self) -> str:
        texts = ", ".join(map(quoted, self.texts[:10]))
        more = f" and {len(self.texts) - 10} more" if self.texts[10:] else ""
        return f"{self.at} allows {texts}{more}"


Rule: TypeAlias = Required | Matches | Length | OneOf
