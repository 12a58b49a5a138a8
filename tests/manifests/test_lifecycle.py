"""What a manifest says of how audiences go on and end."""

import pytest

from aepctl.manifests.document import Manifest, read_manifest
from aepctl.model.lifecycle import NO_LIFECYCLE, AtRemoval, Lifecycle, OnRemoval
from aepctl.model.problem import Origin
from aepctl.model.wants import Moved, Removed

EITHER = "input should be 'refuse' or 'replace'"
REFUSED = "`true` or `false` was expected"
DEFAULTS = "namespace: agora, originName: Agora"
ALL = (
    "{on_removal: delete, prevent_destroy: true, on_immutable_change: replace, "
    "ignore_changes: [description, name]}"
)
ALL_SAID = Lifecycle(
    AtRemoval(OnRemoval.DELETE, prevent_destroy=True), True, frozenset({"description", "name"})
)


def read(text: str) -> Manifest:
    return read_manifest("a.yaml", text.encode())


def lifecycle(own: str | None, defaults: str | None = None) -> Lifecycle:
    """Of an audience that has this block, in a file that has that one."""
    common = DEFAULTS if defaults is None else f"{DEFAULTS}, lifecycle: {defaults}"
    entry = "name: Gold" if own is None else f"name: Gold, lifecycle: {own}"
    manifest = read(f"defaults: {{{common}}}\naudiences: {{gold: {{{entry}}}}}\n")
    assert manifest.problems == ()
    (wanted,) = manifest.wanted
    return wanted.lifecycle


def told(text: str) -> list[tuple[int, int, str, str, str | None]]:
    """Line, column, rule, message, hint of each problem."""
    return [
        (one.origin.line, one.origin.column, one.rule, one.message, one.hint)
        for one in read(text).problems
    ]


class TestLifecycle:
    @pytest.mark.parametrize("own", [None, "{}"])
    def test_nothing_need_be_said(self, own: str | None) -> None:
        assert lifecycle(own) == NO_LIFECYCLE

    def test_all_of_it_is_said_by_an_audience_or_for_its_file(self) -> None:
        assert lifecycle(ALL) == ALL_SAID
        assert lifecycle(None, ALL) == ALL_SAID
        assert lifecycle("{}", ALL) == ALL_SAID

    @pytest.mark.parametrize(
        ("own", "expected"),
        [
            ("on_removal: retain", AtRemoval(OnRemoval.RETAIN, prevent_destroy=True)),
            ("prevent_destroy: false", AtRemoval(OnRemoval.DELETE)),
            ("on_immutable_change: refuse", False),
            ("ignore_changes: []", frozenset()),
            ("ignore_changes: [name]", frozenset({"name"})),
        ],
    )
    def test_its_own_word_wins_field_by_field(self, own: str, expected: object) -> None:
        found, usual = lifecycle(f"{{{own}}}", ALL), ALL_SAID
        pairs = [
            (found.at_removal, usual.at_removal),
            (found.replaces, usual.replaces),
            (found.ignored, usual.ignored),
        ]
        assert [mine for mine, others in pairs if mine != others] == [expected]

    @pytest.mark.parametrize("own", ["refuse", "replace"])
    def test_an_own_word_for_replacing_wins_over_either(self, own: str) -> None:
        default = {"refuse": "replace", "replace": "refuse"}[own]
        said = lifecycle(f"{{on_immutable_change: {own}}}", f"{{on_immutable_change: {default}}}")
        assert said.replaces == (own == "replace")

    @pytest.mark.parametrize(
        ("field", "message"),
        [
            ("on_removal: keep", "`on_removal`: input should be 'retain' or 'delete'"),
            ("on_immutable_change: x", f"`on_immutable_change`: {EITHER}"),
            ("prevent_destroy: yes", f"`prevent_destroy`: {REFUSED}"),
            ("prevent_destroy: True", f"`prevent_destroy`: {REFUSED}"),
            ("prevent_destroy: [true]", f"`prevent_destroy`: {REFUSED}"),
            ("ignore_changes: name", "`ignore_changes`: expected a list, found text"),
            ("ignore_changes: [[name]]", "`ignore_changes`: expected text, found a list"),
            ("ignore_change: [name]", "unknown field `ignore_change`"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("place", ["defaults", "audience"])
    def test_any_other_word_is_told(self, place: str, field: str, message: str) -> None:
        block = f"lifecycle: {{{field}}}"
        common, entry = (DEFAULTS, block) if place == "audience" else (f"{DEFAULTS}, {block}", "")
        text = f"defaults: {{{common}}}\naudiences:\n  gold: {{name: Gold, {entry}}}\n"
        ((line, *_, said, _),) = told(text)
        assert (line, said) == (3 if place == "audience" else 1, message)

    @pytest.mark.parametrize("field", ["namespace", "originName", "audienceId", "nmae", "''"])
    def test_only_what_can_change_can_be_ignored(self, field: str) -> None:
        text = f"audiences: {{}}\ndefaults:\n  lifecycle: {{ignore_changes: [name, {field}]}}\n"
        message = "`ignore_changes`: expected name or description: nothing else can change"
        assert told(text) == [(3, 38, "wrong-value", message, None)]


class TestMovedAndRemoved:
    def test_each_line_has_its_place(self) -> None:
        manifest = read(
            "moved:\n  - {from: a, to: b}\n  - from: c\n    to: d\n---\n"
            "removed: [{key: e, delete: true}, {key: f, delete: false}]\n"
            "moved: [{from: b, to: g}]\n"
        )
        assert manifest.problems == ()
        assert manifest.moved == (
            Moved("a", "b", Origin("a.yaml", 2, 5)),
            Moved("c", "d", Origin("a.yaml", 3, 5)),
            Moved("b", "g", Origin("a.yaml", 7, 9)),
        )
        assert manifest.removed == (
            Removed("e", delete=True, origin=Origin("a.yaml", 6, 11)),
            Removed("f", delete=False, origin=Origin("a.yaml", 6, 35)),
        )

    @pytest.mark.parametrize("text", ["moved: []", "removed: []", "moved: []\n---\nremoved: []"])
    def test_a_file_may_hold_nothing_else(self, text: str) -> None:
        assert read(text).problems == ()

    @pytest.mark.parametrize(
        ("text", "column", "message"),
        [
            ("moved: {from: a, to: b}", 8, "`moved`: expected a list, found a mapping"),
            ("moved: [a]", 9, "`moved`: expected a mapping, found text"),
            ("moved: [{from: a}]", 9, "`to` of `moved` is missing"),
            ("moved: [{from: a b, to: c}]", 16, "`from` is not allowed"),
            ("removed: [{key: a}]", 11, "`delete` of `removed` is missing"),
            ("removed: [{key: a, delete: yes}]", 28, f"`delete`: {REFUSED}"),
            ("removed: [{key: a, dlt: true, delete: true}]", 20, "unknown field `dlt`"),
            ("removed: [{key: , delete: true}]", 17, "`key` has no value"),
        ],
    )
    def test_what_is_wrong_is_told_at_its_place(self, text: str, column: int, message: str) -> None:
        ((line, at, _, said, _),) = told(text)
        assert (line, at, said) == (1, column, message)
