"""From libyaml's events to plain values, with limits: dict, list, str, and None for `key:`.

Events rather than `yaml.load`: the loader overwrites duplicate keys silently, guesses types, and
its C form crashes the interpreter on some 30,000 nested brackets. The event stream does neither.
"""

from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from aepctl.yamldoc.frames import DROPPED, NO_KEY, Frame
from aepctl.yamldoc.marks import Marks
from aepctl.yamldoc.places import Finding, Path, Position, quoted
from aepctl.yamldoc.surrogates import as_written, together, without_pairs
from aepctl.yamldoc.syntax import before_too_deep, position_of, syntax_finding

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 32
BETWEEN = 3
"""The length of a path of whose keys no places are kept: the one that most collections have."""
MAX_TEXT = 65_536
NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
OWN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "map", "seq")) | {"!"}


class TooDeep(Exception):
    """Nested beyond MAX_DEPTH: what follows is not worth reading."""


class Walker:
    """Builds the documents of one text. Use once.

    `marks` keeps the places of some keys. With `everywhere`, `keys` and `values` hold the place of
    each key and value as well: slower and larger, so it is done only for a text that has a problem.
    `repeated` counts the characters that aliases stand for.
    """

    def __init__(self, marks: Marks | None = None, *, everywhere: bool = False) -> None:
        self.documents: list[Any] = []
        self.marks = marks or Marks()
        self.findings: list[Finding] = []
        self.broken = False
        self.repeated = 0
        self.keys: dict[Path, Position] = {}
        self.values: dict[Path, Position] = {}
        self._everywhere = everywhere
        self._anchors: dict[str, str | None] = {}
        self._open: list[Frame] = []
        self._top: Frame | None = None

    def walk(self, text: str) -> None:
        """Read `text` to its end or first syntax error; findings are gathered, not raised."""
        handlers: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: self._scalar
            if (stand_ins := without_pairs(text)) is None
            else self._pairs,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        try:
            for event in yaml.parse(stand_ins or text, Loader=LOADER):
                handler = handlers.get(event.__class__)
                if handler is not None:
                    handler(event)
        except TooDeep:
            self.broken = True
        except yaml.MarkedYAMLError as error:
            self.broken = True
            before = before_too_deep(error, text)
            if before is None:
                self.findings.append(syntax_finding(error, text))
            else:  # libyaml reads ahead of its events; what it did take passes our own limit
                again = Walker(everywhere=self._everywhere)
                again.walk(before)
                self.findings = again.findings

    def _document(self, _event: Event) -> None:
        self._anchors.clear()
        self.marks.document()

    def _scalar(self, event: ScalarEvent) -> None:
        value = event.value
        if event.tag is not None or event.anchor is not None or len(value) > MAX_TEXT:
            self._unusual(event)
        if value in NOTHING and event.implicit[0]:
            self._text(None, event)
        else:
            self._text(value, event)

    def _pairs(self, event: ScalarEvent) -> None:
        """A scalar of a text with JSON's pairs of escapes."""
        event.value = (together if event.style == '"' else as_written)(event.value)
        self._scalar(event)

    def _unusual(self, event: ScalarEvent) -> None:
        self._tag(event)
        if len(event.value) > MAX_TEXT:
            said = f"a text of {len(event.value):,} characters"
            self._finding(event, "too-long", said, f"at most {MAX_TEXT:,} are taken")
        if event.anchor is not None:
            nothing = event.value in NOTHING and event.implicit[0]
            self._anchors[event.anchor] = None if nothing else event.value

    def _text(self, value: str | None, event: NodeEvent) -> None:
        """A scalar, written out or by an alias."""
        top = self._top
        if top is not None and top.is_map and top.key is NO_KEY:
            self._key(top, value, event)
        else:
            self._put(value, event)

    def _key(self, top: Frame, key: str | None, event: NodeEvent) -> None:
        if key is None:
            self._finding(event, "no-key", "a key without text", "write `key: value`")
            top.key = DROPPED
            return
        top.key = key
        if key in top.container:
            self._duplicate(top, key, event)
        elif self._everywhere:
            self.keys.setdefault((*top.path, key), position_of(event))
        if top.marks is not None:
            top.marks.setdefault(key, position_of(event))

    def _duplicate(self, top: Frame, key: str, event: NodeEvent) -> None:
        first = self.keys.get((*top.path, key))
        at = f" (first defined on line {first[0]})" if first else ""
        hint = "keep one of the two" if key != "<<" else "merge keys are not supported"
        self._finding(event, "duplicate-key", f"duplicate key {quoted(key)}{at}", hint)

    def _put(self, value: Any, event: NodeEvent) -> None:
        top = self._top
        if top is None:
            if self._everywhere:
                self.values[(len(self.documents),)] = position_of(event)
            self.documents.append(value)  # None is fine here: a document with nothing in it
            return
        container = top.container
        key = top.key
        if top.is_map:
            top.key = NO_KEY
            if key is DROPPED:
                return
        if value is None and not top.is_key:
            self._nothing(key, event)
        if container.__class__ is dict:
            if self._everywhere:
                self.values.setdefault((*top.path, key), position_of(event))
            container.setdefault(key, value)
        else:
            if self._everywhere:
                self.values[(*top.path, len(container))] = position_of(event)
            self.marks.item(top.path, position_of(event))
            container.append(value)

    def _nothing(self, key: Any, event: NodeEvent) -> None:
        what = f"{quoted(key)} has no value" if isinstance(key, str) else "no value here"
        hint = 'write one, or leave the field out; in quotes if "null" is the text'
        self._finding(event, "no-value", what, hint)

    def _start(self, event: CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            self._finding(event, "too-deep", "nested too deeply", f"{MAX_DEPTH} levels are taken")
            raise TooDeep
        if event.tag is not None:
            self._tag(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        container: Any = {} if event.__class__ is MappingStartEvent else []
        top = self._top
        is_key = top is not None and top.key is NO_KEY and top.is_map
        path: Path = (len(self.documents),)
        marks = None
        if is_key:
            path = (-1,)  # no document's: what is inside is dropped
            self._finding(event, "no-key", "a key must be text", "write `key: value`")
        elif top is not None:
            here = top.key if top.is_map else len(top.container)
            path = (*top.path, here)
            if len(path) != BETWEEN:
                marks = self.marks.of(path, around=top.marks is not None)
            self._put(container, event)
        elif self._everywhere:
            self.values[path] = position_of(event)
        frame = Frame(container, path, is_key=is_key, marks=marks)
        self._open.append(frame)
        self._top = frame

    def _end(self, _event: Event) -> None:
        closed = self._open.pop()
        self._top = self._open[-1] if self._open else None
        if self._top is None:
            self.documents.append(closed.container)
        elif closed.is_key:
            self._top.key = DROPPED

    def _alias(self, event: AliasEvent) -> None:
        name = event.anchor or ""
        shown = quoted(f"*{name}")
        value = self._anchors.get(name)
        if value is None:
            if name in self._anchors:
                said = f"the alias {shown} refers to a mapping or list; only text can be repeated"
                hint = "write it out; `defaults` gives fields to a whole file"
            else:
                said = f"the alias {shown} refers to nothing that was named before"
                hint = f"name it with {quoted(f'&{name}')} first"
            self._finding(event, "alias", said, hint)
        else:
            self.repeated += len(value)
        self._text(f"*{name}" if value is None else value, event)

    def _tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.tag is not None and event.tag not in OWN_TAGS:
            shown = quoted(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._finding(
                event,
                "tag",
                f"YAML tags such as {shown} are not supported",
                "write the text itself",
            )

    def _finding(self, event: Event, rule: str, message: str, hint: str | None) -> None:
        self.findings.append(Finding(position_of(event), rule, message, hint))
