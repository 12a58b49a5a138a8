"""Plain checks and the models agree on whatever there may be in a file.

A plain reader may leave a document to its model; it never takes what the model refuses, nor makes
anything else of it.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from aepctl.manifests.model import Defaults, ManifestDocument
from aepctl.manifests.reading import plain_defaults, plain_document
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.lifecycle import AtRemoval, OnRemoval
from aepctl.model.target import Target
from aepctl.plain import NotPlain, Reader, count, flag, line, lines, name, natural, within
from aepctl.project.model import ConfigModel
from aepctl.project.reading import plain_config
from aepctl.state.codec import modelled
from aepctl.state.document_on_disk import SettledDocument
from aepctl.state.encoder import StateEncoder
from aepctl.state.model import Run, State, UsedPlan
from aepctl.state.plain_document import plain_document as plain_state
from aepctl.state.written import Written
from aepctl.yamldoc import parse

ROOT = Path(__file__).resolve().parents[1]
Values = st.SearchStrategy[Any]
ODD = st.sampled_from(
    [
        *(None, True, 0, 1, -1, 1.0, 1.5, [], {}, [""], ["a", "a"], {"": ""}, {"a": {}}, b"a"),
        *("", " ", "\n", "a\n", "\na", "a\tb", "a\rb", "\t", "\0", "a\x7f", "\x85", "a\u2028"),
        *("\u200b", "a\u200db", "\u3000", "\xa0", "\u0301", "\ufeff", "\ue000", "\U000e0001", "金"),
        *("true", "True", "yes", "emulator", "retain", "refuse", "client", "description"),
        *("007", "٣", "²", "+5", "-0", "1_0", "1.0", "9" * 9, "9" * 12, " 7", "7\n"),
        *("a" * 128, "a" * 129, ".a", "a b", "a:b", "ä", "~", "~/a", "$A", "${A}", "a.json"),
        *("git:o", "s3:a", "s3://b/k", "https://u:p@h", "http://h/", "http://localhost/"),
    ]
)


def mostly(good: Values) -> Values:
    """Nearly always this, so that a whole document is often right."""
    return st.integers(0, 25).flatmap(lambda dice: good if dice else ODD)


def record(needed: dict[str, Values], **fields: Values) -> Values:
    """A mapping of these, now and then without something, or with something that nobody knows."""
    there = {name: mostly(one) for name, one in needed.items()}
    more = {name: mostly(one) for name, one in fields.items()}
    whole = st.fixed_dictionaries(there, optional=more)
    parts = st.dictionaries(st.sampled_from([*needed, *fields, "other"]), ODD, max_size=2)
    return st.integers(0, 25).flatmap(lambda dice: whole if dice else parts)


def some(*texts: str) -> Values:
    return st.sampled_from(texts)


def under_keys(item: Values) -> Values:
    return mostly(st.dictionaries(mostly(KEY).filter(lambda key: isinstance(key, str)), item))


KEY, TEXT = some("a", "b.c", "D-1_"), some("a", "Ä b", "true", "1.10")
LINES, FLAG, REMOVAL = TEXT | some("a\nb", "a\n"), some("true", "false"), some("retain", "delete")
LIFECYCLE = record(
    {},
    on_removal=REMOVAL,
    prevent_destroy=FLAG,
    on_immutable_change=some("refuse", "replace"),
    ignore_changes=st.lists(mostly(some("name", "description")), max_size=2),
)
SHARED = {"namespace": TEXT, "originName": TEXT, "description": LINES, "lifecycle": LIFECYCLE}
OWN = {**SHARED, "audienceId": some("id:1", "a" * 128)}
DEFAULTS = record({}, **SHARED, environments=st.lists(mostly(KEY), max_size=2))
ENTRY = record(
    {"name": TEXT},
    **OWN,
    environments=st.lists(mostly(KEY), max_size=2),
    overrides=under_keys(record({}, **OWN, name=TEXT)),
)
MOVED, REMOVED = record({"from": KEY, "to": KEY}), record({"key": KEY, "delete": FLAG})
MANIFEST = record(
    {},
    defaults=DEFAULTS,
    audiences=under_keys(ENTRY),
    moved=st.lists(MOVED, max_size=2),
    removed=st.lists(REMOVED, max_size=2),
)
ENVIRONMENT = record(
    {},
    endpoint=st.just("emulator"),
    org=TEXT,
    sandbox=TEXT,
    state=some("a.json", "git:origin", "s3://b/k"),
    lineage=TEXT,
    ais_url=some("https://h/a/", "http://127.0.0.1:1"),
    ups_url=some("https://h"),
    ims_url=some("https://h"),
    settle_seconds=some("1.5", "0", "3601"),
    lock_lease_seconds=some("5", "4", "05"),
    max_creates=some("0", "5", "007"),
    max_deletes=some("10"),
    on_removal=REMOVAL,
    protected=FLAG,
    audience_ids=some("server", "client"),
)
SETTINGS = record(
    {}, manifests=some("a/b", "a"), default_environment=KEY, environments=under_keys(ENVIRONMENT)
)
FIELDS = {"name": TEXT, "namespace": TEXT, "originName": TEXT}
AT_REMOVAL = record({}, on_removal=REMOVAL, prevent_destroy=st.booleans())
KNOWN = record(
    {**FIELDS, "audienceId": TEXT},
    id=TEXT,
    description=LINES,
    sent=record(FIELDS, description=LINES),
    lifecycle=AT_REMOVAL,
    retained=st.booleans(),
)
RUN = record({"id": TEXT, "at": TEXT, "command": TEXT}, by=TEXT, commit=TEXT, job=TEXT)
NUMBER = st.integers(0, 9)
PLAN = record({"serial": NUMBER}, runs=st.lists(TEXT), left=st.lists(TEXT))
STATE = record(
    {
        "format": st.just("1.4"),
        "lineage": TEXT,
        "serial": NUMBER,
        "target": record({"endpoint": TEXT, "org": TEXT, "sandbox": TEXT}),
        "audiences": under_keys(KNOWN),
    },
    runs=st.lists(RUN, max_size=2),
    plans=under_keys(PLAN),
    write_id=TEXT,
)


def agree(
    plain: Reader[Any], value: Any, model: type[BaseModel], said: Callable[[Any], Any]
) -> bool:
    """Whether the plain reader takes the value; then the model makes the same of it."""
    try:
        found = plain(value)
    except NotPlain:
        return False
    assert said(model.model_validate(value)) == found
    return True


@given(MANIFEST)
def test_of_manifests(value: Any) -> None:
    agree(plain_document, value, ManifestDocument, ManifestDocument.said)


@given(DEFAULTS)
def test_of_defaults(value: Any) -> None:
    agree(plain_defaults, value, Defaults, Defaults.said)


@given(SETTINGS)
def test_of_settings(value: Any) -> None:
    agree(plain_config, value, ConfigModel, lambda model: model.said(parse("", b""), 0))


@given(STATE)
def test_of_state(value: Any) -> None:
    agree(plain_state, value, SettledDocument, modelled)


@pytest.mark.parametrize(
    ("plain", "taken", "left"),
    [
        (name, ["a", " "], ["", 1, None]),
        (natural, [0, 7], [-1, True, 1.0, "1"]),
        (line, ["a b", "金"], ["", " ", "a\nb", "\n", 1]),
        (lines, ["a\nb", "a\n"], ["", "\n", "a\tb", b"a", 1]),
        (flag, ["true", "false"], ["yes", "", True, 1]),
        (count, ["0", "007", "9" * 9], ["", "٣", "²", "-1", "a", "1" * 10, 7]),
        (within(5, 7), ["5", "07"], ["4", "8", 6]),
    ],
    ids=["name", "natural", "line", "lines", "flag", "count", "within"],
)
def test_of_each_kind(plain: Reader[Any], taken: list[Any], left: list[Any]) -> None:
    for value in taken:
        plain(value)
    for value in left:
        with pytest.raises(NotPlain):
            plain(value)


@pytest.mark.parametrize("odd", [None, "no", [], {"a": {}}])
def test_what_is_wrong_is_left_to_the_models(odd: object) -> None:
    for plain in (plain_document, plain_defaults, plain_config, plain_state):
        with pytest.raises(NotPlain):
            plain(odd)


USUAL = """
defaults: {namespace: agora, originName: Agora, environments: [dev, prod]}
audiences:
  gold:
    name: Größe 金
    description: |
      Two
      lines.
    audienceId: id-1
    environments: [prod]
    overrides: {prod: {description: Other.}}
    lifecycle: {on_removal: delete, prevent_destroy: true, ignore_changes: [description]}
moved: [{from: a, to: gold}]
removed: [{key: old, delete: false}]
"""
SETTINGS_OF_A_TEAM = """
default_environment: dev
environments:
  dev: {endpoint: emulator, sandbox: dev, settle_seconds: 5}
  prod: {org: o@AdobeOrg, sandbox: prod, state: git:origin, protected: true, max_creates: 50}
"""


def test_what_is_usual_is_plain() -> None:
    def read(name: str, text: str = "") -> Any:
        return parse(name, text.encode() or (ROOT / name).read_bytes()).documents[0]

    assert plain_document(read("a.yaml", USUAL)).audiences["gold"].description == "Two\nlines.\n"
    for file in (ROOT / "audiences").glob("*.yaml"):
        assert plain_document(read(str(file.relative_to(ROOT)))).audiences
    assert [*plain_config(read("aepctl.yaml")).environments] == ["local"]
    prod = plain_config(read("aepctl.yaml", SETTINGS_OF_A_TEAM)).environments["prod"]
    assert (prod.protected, prod.max_creates, prod.state) == (True, 50, "git:origin")


def test_a_state_as_it_is_written_is_plain() -> None:
    known = Known(
        Audience("Gold", "agora", "Agora", "text"),
        Ids("id-1", "P"),
        Audience("GOLD", "agora", "Agora"),
        AtRemoval(OnRemoval.DELETE, prevent_destroy=True),
        retained=True,
    )
    runs = (Run("r", "now", "apply", "me", "c0ffee", "https://job"),)
    plans = {"p": UsedPlan(3, ("r",), frozenset({"gold"}))}
    state = State("L", 7, Target("o", "dev", "emulator"), {"gold": known}, {}, plans, runs)
    written = Written(state, write_id="w")
    assert plain_state(json.loads(StateEncoder().encode(written))) == written
