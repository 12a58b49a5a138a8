"""Manifests as people may write them: any style that YAML has, comments wherever they can stand."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
MOST = 99

NAMES = (
    "Loyalty - Gold tier", "NO", "1.10", "0777", "2027-01-01", "12:30", "null", "~", "a: b",
    "10,000 points", "a #b", "it's", 'say "x"', "back\\slash", "Größe 顧客 😀", "{x}", "[y], z",
    "- dash", "? q", "*star", "&and", "!bang", "%per", "@at", "`tick", "|pipe", "> more", "true",
    "'quoted'", "y?", "a:b",
)  # fmt: skip
TEXTS = (
    *NAMES, "one\ntwo", "one\n\ntwo\n", "one\n\n\n", "  led\nby blanks", "trailing  \nblanks",
    "# no\n# comment", "long " * 30 + "text", "a\n  b\nc\n", "tab\there", "---\n...\n", "x\n" * 3,
    "word " * 9 + "end\n\npara\n", "one\ntwo\u3000\n\u3000\nthree\u3000\n\u3000\n",
    "end\xa0\n\xa0", "顧客\u3000会員",
)  # fmt: skip


class Hand:
    """Writes one manifest, as `random` has it. `said` are the comments, each of them once."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.said: list[str] = []
        self._most = MOST
        self._anchors: list[str] = []

    def manifest(self) -> str:
        """The whole text."""
        documents = [self._document(number) for number in range(self._one_of((1, 1, 1, 2)))]
        text = documents[0]
        for one in documents[1:]:
            self._most = 0  # the document before may have ended with a text
            end = f"{self._own(0)}...{self._beside()}\n{self._own(0)}" if self._chance(3) else ""
            text += f"{end}---{self._beside()}\n{one}"
        text += self._own(0)
        if self._chance(8):
            text = f"{self._own(0)}%YAML 1.1{self._beside()}\n---{self._beside()}\n{text}"
        elif self._chance(6):
            text = f"{self._own(0)}---{self._beside()}\n{text}"
        if self._chance(8):
            text = text.rstrip("\n")
        if self._chance(6):
            text = text.replace("\n", "\r\n")
        return text

    def _document(self, number: int) -> str:
        self._anchors.clear()
        step = self._one_of((1, 2, 2, 3, 4))
        blocks: list[tuple[str, Callable[[int], str]]] = []
        keys = [f"k{number}-{n}" for n in range(self._one_of((1, 2, 3)))]
        if not number and self._chance(2):
            fields = [("namespace", NAMES), ("originName", NAMES), ("description", TEXTS)]
            blocks.append(("defaults", lambda left: self._fields(self._some(fields), left, step)))
        blocks.append(("audiences", lambda left: self._audiences(keys, left, step)))
        if self._chance(2):
            moves = [(f"old{number}-{n}", keys[0]) for n in range(1)]
            blocks.append(("moved", lambda left: self._items(("from", "to"), moves, left)))
        if self._chance(2):
            ends = [(f"end{number}-{n}", self._one_of(("true", "false"))) for n in range(2)]
            blocks.append(("removed", lambda left: self._items(("key", "delete"), ends, left)))
        self._random.shuffle(blocks)
        left = self._one_of((0, 0, 0, 2))
        text = ""
        for name, block in blocks:
            text += f"{self._own(left)}{' ' * left}{self._key(name)}:"
            text += block(left)
        return text

    def _audiences(self, keys: Sequence[str], left: int, step: int) -> str:
        text = f"{self._beside()}\n"
        for key in keys:
            fields = [("name", NAMES), ("namespace", NAMES), ("originName", NAMES)]
            fields += self._some([("description", TEXTS)])
            self._random.shuffle(fields)
            text += f"{self._own(left + step)}{' ' * (left + step)}{self._key(key)}:"
            text += self._fields(fields, left + step, step, unique=key)
        return text + self._own(left + step)

    def _fields(
        self,
        fields: Sequence[tuple[str, Sequence[str]]],
        left: int,
        step: int,
        unique: str | None = None,
    ) -> str:
        pairs = [(name, self._one_of(texts)) for name, texts in fields]
        if unique is not None:
            pairs = [(name, f"{text} {unique}" if name == "name" else text) for name, text in pairs]
        life = self._chance(3)
        if self._chance(4) or not pairs:
            inner = [f"{self._key(name)}: {self._quoted(text)}" for name, text in pairs]
            inner += ["lifecycle: {prevent_destroy: true, on_removal: delete}"] * life
            return f" {{{self._between()}{self._separated(inner)}}}{self._beside()}\n"
        at = left + step
        text = f"{self._beside()}\n"
        for name, value in pairs:
            text += f"{self._own(at)}{' ' * at}{self._key(name)}:{self._text(value, at)}"
        if life:
            text += f"{' ' * at}lifecycle:{self._beside()}\n"
            text += f"{self._own(at + 1)}{' ' * (at + 1)}prevent_destroy: 'true'{self._beside()}\n"
            text += f"{' ' * (at + 1)}ignore_changes:\n"
            text += f"{self._own(at + 1)}{' ' * (at + 1)}-   description{self._beside()}\n"
        return text + self._own(at)

    def _items(self, names: tuple[str, str], items: Sequence[tuple[str, str]], left: int) -> str:
        at = left + self._one_of((0, 2))
        text = f"{self._beside()}\n"
        for values in items:
            pairs = [f"{self._key(n)}: {v}" for n, v in zip(names, values, strict=True)]
            self._random.shuffle(pairs)
            text += f"{self._own(at)}{' ' * at}-"
            if self._chance(2):
                text += f" {{{self._between()}{self._separated(pairs)}}}{self._beside()}\n"
                continue
            if self._chance(4):
                beside = self._beside().replace("\t", "")  # else the item would be indented so
                text += f"{beside}\n{self._own(at + 2)}{' ' * (at + 2)}"
            else:
                text += " "
            text += f"{pairs[0]}{self._beside()}\n"
            text += f"{self._own(at + 2)}{' ' * (at + 2)}{pairs[1]}{self._beside()}\n"
        return text + self._own(at)

    def _key(self, name: str) -> str:
        self._most = MOST
        return self._one_of((name, name, name, f'"{name}"', f"'{name}'"))

    def _text(self, value: str, left: int) -> str:
        """A blank, or more, and the text in any style that can hold it, to the end of its line."""
        if self._anchors and self._chance(6):
            return f"{self._blanks()}*{self._one_of(self._anchors)}{self._beside()}\n"
        if value in NAMES and self._chance(8):
            self._anchors.append(f"a{len(self._anchors) % 3}")
            return f" &{self._anchors[-1]}{self._styled(value, left)}"
        return self._styled(value, left)

    def _styled(self, value: str, left: int) -> str:
        lines = value.split("\n")
        plain = (
            value[0].isalpha()
            and value != "null"
            and not {": ", " #", "\n", "\t"} & {*value, value[1:3]}
        )
        if plain and ": " not in value and " #" not in value and value.strip() == value:
            if self._chance(2):
                return f"{self._blanks()}{value}{self._beside()}\n"
            if self._chance(2) and "  " not in value:
                broken = value.replace(" ", "\n" + " " * (left + 2))
                return f"\n{self._own(left + 2)}{' ' * (left + 2)}{broken}{self._beside()}\n"
        if len(lines) > 1 and lines[0] and lines[0][0] != " " and self._chance(2):
            at = left + self._one_of((1, 2, 5))
            sign = "|+" if value.endswith("\n") else "|-"
            body = value.removesuffix("\n")
            if value.endswith("\n") and not value.endswith("\n\n"):
                sign = self._one_of(("|", "|+"))
            shown = "\n".join(" " * at + one if one else "" for one in body.split("\n"))
            self._most = left  # what is further to the right is text
            return f" {sign}{self._beside()}\n{shown}\n"
        if "\n" not in value and value[0] not in " #" and "  " not in value and self._chance(2):
            words = value.rstrip().split(" ")
            middle = len(words) // 2
            shown = " ".join(words[:middle] or words)
            rest = " ".join(words[middle:]) if words[:middle] else ""
            self._most = left
            text = f" >-{self._beside()}\n{' ' * (left + 2)}{shown}\n"
            return text + (f"{' ' * (left + 2)}{rest}\n" if rest else "")
        return f"{self._blanks()}{self._quoted(value)}{self._beside()}\n"

    def _quoted(self, value: str) -> str:
        if value.isprintable() and self._chance(2):
            return "'" + value.replace("'", "''") + "'"
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'

    def _separated(self, parts: Sequence[str]) -> str:
        return "".join(
            f"{part}{',' if number < len(parts) else self._one_of(('', ','))}{self._between()}"
            for number, part in enumerate(parts, 1)
        )

    def _between(self) -> str:
        """What may stand between two parts in brackets."""
        if self._chance(8):
            return f"{self._beside()}\n{self._own(9)}{' ' * 9}"
        return " "

    def _own(self, left: int) -> str:
        """Blank lines, and comments on lines of their own, most of them where they should be."""
        text = ""
        while self._chance(5):
            if self._chance(2):
                text += self._one_of(("\n", "  \n", "\n\n\n"))
            else:
                at = min(self._one_of((left, left, left, 0, left + 2, left + 7)), self._most)
                text += f"{' ' * at}{self._comment()}\n"
        return text

    def _beside(self) -> str:
        return f"{self._blanks()}{self._comment()}" if self._chance(6) else ""

    def _blanks(self) -> str:
        return self._one_of((" ", " ", "    ", " \t"))

    def _comment(self) -> str:
        said = self._one_of(
            ("about", "'", '" #', "- {a: [b", "|", "commented: out", "顧客 😀", "\u3000wide\u3000")
        )
        self.said.append(f"#{self._one_of(('', ' ', '  '))}{len(self.said)} {said}")
        return self.said[-1] + self._one_of(("", "", "  "))

    def _chance(self, of: int) -> bool:
        return self._random.randrange(of) == 0

    def _one_of(self, options: Sequence[T]) -> T:
        return options[self._random.randrange(len(options))]

    def _some(self, options: Sequence[T]) -> list[T]:
        return [one for one in options if self._chance(2)]
