"""One YAML text: bytes to documents, problems, and on demand the exact place of anything in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aepctl.model.problem import Origin, Problem
from aepctl.texts import BOM, CONFLICT_SAID, conflict_line, wide_encoding
from aepctl.yamldoc.marks import Marks
from aepctl.yamldoc.places import Finding, Path, Position, source_lines
from aepctl.yamldoc.walker import Walker

NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True)
class YamlFile:
    """The documents of one file as dict, list, str or None, and what is wrong with its YAML.

    `broken` says that the text could not be read to its end, so the documents are not complete.
    `key_positions[n]` has the places of the keys below `positions_under` in document n,
    `item_positions[n]` those of the items of its top-level lists, `inner` those of all keys within
    a field that was asked for, by path. `repeated` counts the characters that aliases stand for.
    """

    file: str
    text: str
    documents: tuple[Any, ...]
    key_positions: tuple[dict[str, Position], ...]
    problems: tuple[Problem, ...]
    broken: bool = False
    repeated: int = 0
    item_positions: tuple[dict[str, list[Position]], ...] = ()
    inner: Mapping[Path, Mapping[str, Position]] = field(default_factory=dict)

    def problems_at(self, findings: Iterable[Finding]) -> tuple[Problem, ...]:
        """The findings as problems of this file, each with its source line."""
        found = tuple(findings)
        return _problems(self.file, self._lines, found) if found else ()

    def places(self) -> tuple[dict[Path, Position], dict[Path, Position]]:
        """The places of all keys and of all values, by path. The first call reads the text."""
        return self._places

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return source_lines(self.text)

    @cached_property
    def _places(self) -> tuple[dict[Path, Position], dict[Path, Position]]:
        walker = Walker(everywhere=True)
        walker.walk(self.text)
        return walker.keys, walker.values


def parse(
    file: str, raw: bytes, *, positions_under: str | None = None, within: str | None = None
) -> YamlFile:
    """Read `raw`, which came from `file` (a name for messages). See Marks for what has places."""
    text, findings = _decode(raw)
    if findings:
        problems = _problems(file, source_lines(text), findings)
        return YamlFile(file, text, (), (), problems, broken=True)
    walker = Walker(Marks(positions_under, within))
    walker.walk(text)
    if walker.findings:  # once more, now knowing each place, so that a message can name the first
        walker = Walker(Marks(positions_under, within), everywhere=True)
        walker.walk(text)
    marker = conflict_line(text)
    if marker is not None and (walker.broken or _both_sides(text)):
        hint = "keep what is right of both sides, and remove the markers"
        finding = Finding((marker, 1), "merge-conflict", CONFLICT_SAID, hint)
        return YamlFile(
            file, text, (), (), _problems(file, source_lines(text), [finding]), broken=True
        )
    problems = _problems(file, source_lines(text), walker.findings) if walker.findings else ()
    return YamlFile(
        file,
        text,
        tuple(walker.documents),
        tuple(walker.marks.keys),
        problems,
        broken=walker.broken,
        repeated=walker.repeated,
        item_positions=tuple(walker.marks.items),
        inner=walker.marks.inner,
    )


def _both_sides(text: str) -> bool:
    """Whether the conflict is whole: even where the text could be read, it is not meant so."""
    return all(re.search(f"^{mark}", text, re.MULTILINE) for mark in ("<{7} ", ">{7} "))


def _decode(raw: bytes) -> tuple[str, list[Finding]]:
    wide = wide_encoding(raw)
    if wide is not None:
        return "", [Finding((1, 1), "not-utf-8", f"is in {wide}", "save the file as UTF-8")]
    if raw.startswith(BOM):
        hint = "save it as UTF-8 without BOM"
        finding = Finding((1, 1), "bom", "starts with a byte order mark", hint)
        return raw[len(BOM) :].decode("utf-8", "replace"), [finding]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        finding = Finding(
            _position_after(before),
            "not-utf-8",
            f"not UTF-8: the byte 0x{raw[error.start]:02x} ({error.reason})",
            "save the file as UTF-8",
        )
        return raw.decode("utf-8", "replace"), [finding]
    return text, _not_text(text)


def _not_text(text: str) -> list[Finding]:
    first = NOT_TEXT.search(text)
    if first is None:
        return []
    more = len(NOT_TEXT.findall(text)) - 1
    count = f" (and {more:,} more)" if more else ""
    message = f"the character U+{ord(first[0]):04X} is not allowed in YAML{count}"
    hint = 'remove it; inside double quotes an escape such as "\\u00e9" can name a character'
    return [Finding(_position_after(text[: first.start()]), "control-character", message, hint)]


def _position_after(before: str) -> Position:
    *lines, _ = source_lines(before)
    return (len(lines), len(lines[-1]) + 1)


def _problems(
    file: str, lines: tuple[str, ...], findings: Iterable[Finding]
) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            Origin(file, finding.position[0], finding.position[1]),
            finding.rule,
            finding.message,
            finding.hint,
            lines[finding.position[0] - 1],
        )
        for finding in findings
    )
