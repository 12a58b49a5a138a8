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
    StreamEndEvent,
)

from aepctl.yamldoc.frames import DROPPED, NO_KEY, Frame
from aepctl.yamldoc.marks import Marks
from aepctl.yamldoc.places import Finding, Path, Position
from aepctl.yamldoc.refusals import (
    TooDeep,
    bad_alias,
    no_key,
    no_value,
    repeated_key,
    too_deep,
    too_long,
    unknown_tag,
)
from aepctl.yamldoc.surrogates import as_written, together, without_pairs
from aepctl.yamldoc.syntax import before_too_deep, position_of, syntax_finding

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 32
BETWEEN = 3
"""The length of a path of whose keys no places are kept: the one that most collections have."""
MAX_TEXT = 65_536
NOTHING = frozenset(("", "~", "null", "Null", "NULL"))


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
        stand_ins = without_pairs(text)
        scalar = self._scalar if stand_ins is None else self._pairs
        try:
            self._events(LOADER(stand_ins or text).get_event, scalar)
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

    def _events(self, get_event: Callable[[], Event], scalar: Callable[[Any], None]) -> None:
        """Handle each event. What nearly all of a file is made of is handled here, without a call:
        the names of a mapping and the texts under them.
        """
        handlers: dict[type[Event], Callable[[Any], None]] = {
            ScalarEvent: scalar,
            MappingStartEvent: self._start,
            SequenceStartEvent: self._start,
            MappingEndEvent: self._end,
            SequenceEndEvent: self._end,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        simple = scalar == self._scalar and not self._everywhere
        while (event := get_event()).__class__ is not StreamEndEvent:
            kind, top = event.__class__, self._top
            if kind is ScalarEvent and simple and top is not None and top.is_plain:
                value = event.value  # type: ignore[attr-defined]
                usual = event.tag is None and event.anchor is None  # type: ignore[attr-defined]
                if usual and len(value) <= MAX_TEXT and value not in NOTHING:
                    key = top.key
                    if key is NO_KEY:
                        if value not in top.container:
                            top.key = value
                            continue
                    elif key is not DROPPED:
                        top.key = NO_KEY
                        top.container.setdefault(key, value)
                        continue
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)

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
            self.findings.append(too_long(position_of(event), len(event.value), MAX_TEXT))
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
            self.findings.append(no_key(position_of(event), "a key without text"))
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
        self.findings.append(repeated_key(position_of(event), key, first))

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
            self.findings.append(no_value(position_of(event), key))
        if container.__class__ is dict:
            if self._everywhere:
                self.values.setdefault((*top.path, key), position_of(event))
            container.setdefault(key, value)
        else:
            if self._everywhere:
                self.values[(*top.path, len(container))] = position_of(event)
            self.marks.item(top.path, position_of(event))
            container.append(value)

    def _start(self, event: CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            self.findings.append(too_deep(position_of(event), MAX_DEPTH))
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
            self.findings.append(no_key(position_of(event), "a key must be text"))
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
        value = self._anchors.get(name)
        if value is None:
            named = name in self._anchors
            self.findings.append(bad_alias(position_of(event), name, named=named))
        else:
            self.repeated += len(value)
        self._text(f"*{name}" if value is None else value, event)

    def _tag(self, event: ScalarEvent | CollectionStartEvent) -> None:
        self.findings += unknown_tag(position_of(event), event.tag)
