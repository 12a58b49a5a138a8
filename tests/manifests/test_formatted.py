"""What fmt writes means the same, holds every comment, and stays: for all that people may write."""

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from by_hand import Hand
from exports import definition
from goldens import DATA
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from aepctl.errors import InternalError
from aepctl.manifests import formatted as module
from aepctl.manifests.document import read_manifest
from aepctl.manifests.entries import whole_file
from aepctl.manifests.formatted import formatted
from aepctl.manifests.model import ManifestDocument
from aepctl.manifests.order import MANIFEST, Shape
from aepctl.manifests.splice import spliced
from aepctl.manifests.written import Writer
from aepctl.yamldoc import parse

ROOT = Path(__file__).resolve().parents[2]
GOLD = "audiences:\n  gold: {name: Gold, namespace: agora, originName: Tests}\n"
TEXTS = st.text(st.sampled_from("ab\n\n :#-'\"\\|>,[]{}&*!?~é😀1"), min_size=1, max_size=30)


def models(annotation: Any, shape: Shape) -> Iterator[tuple[type[BaseModel], Shape]]:
    """Each model that stands somewhere in a manifest, and the shape of that place."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, shape
        for name, field in annotation.model_fields.items():
            yield from models(field.annotation, shape.of(field.alias or name))
    one = shape.of(None) if get_origin(annotation) in {dict, list} else shape
    for part in get_args(annotation):
        yield from models(part, one)


def check(text: str, said: list[str]) -> None:
    """Looked at from outside: what is read, each comment once, and that it stays so."""
    result = formatted("a.yaml", text.encode())
    assert result.problems == ()
    before, after = (read_manifest("a.yaml", raw) for raw in (result.before, result.after))
    assert [(one.key, one.audience, one.lifecycle) for one in after.wanted] == [
        (one.key, one.audience, one.lifecycle) for one in before.wanted
    ]
    assert parse("", result.after).documents == parse("", result.before).documents
    new = result.after.decode()
    ends = Counter(
        line[line.find(one) :] for line in new.split("\n") for one in said if one in line
    )
    assert {one: ends[one] for one in said} == dict.fromkeys(said, 1)
    assert not formatted("a.yaml", result.after).is_changed
    assert new.endswith("\n")
    assert not new.startswith("\n")


def manifest(seed: int) -> None:
    hand = Hand(random.Random(seed))
    check(hand.manifest(), hand.said)


@settings(max_examples=15)
@given(st.integers(0, 2**32))
def test_a_manifest_that_somebody_wrote(seed: int) -> None:
    manifest(seed)


@pytest.mark.rig
@settings(max_examples=250)
@given(st.integers(0, 2**32))
def test_many_manifests_that_somebody_wrote(seed: int) -> None:
    manifest(seed)


@settings(max_examples=15)
@given(TEXTS, TEXTS)
@example("trailing \nblank", "\n")
def test_texts_that_export_writes_stay_as_they_are(name: str, description: str) -> None:
    one = definition("gold", name, description)
    raw = whole_file([one, definition("silver", "Silver")]).encode()
    if not read_manifest("a.yaml", raw).problems:
        assert not formatted("a.yaml", raw).is_changed


def test_new_entries_in_a_formatted_file_are_formatted() -> None:
    added = [definition("new", "New: one", "two\nlines"), definition("no", "NO", namespace="crm")]
    result = spliced("a.yaml", GOLD.encode(), added)
    assert result is not None
    assert not formatted("a.yaml", result[0]).is_changed


def test_the_sample_is_formatted() -> None:
    for file in (*(ROOT / "audiences").glob("*.yaml"), ROOT / "aepctl.yaml"):
        assert not formatted("a.yaml", file.read_bytes(), settings=file.parent == ROOT).is_changed


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{n}.md" for n in ("manifests", "life"))])
def test_the_manifests_of_a_page_are_formatted(page: str) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    for text in examples:
        result = formatted(page, text.encode())
        assert result.problems or result.after.decode() == text


def test_the_page_shows_what_it_does() -> None:
    page = (ROOT / "docs/fmt.md").read_text()
    before, after = re.findall(r"<!-- fmt: \w+ -->\n```yaml\n(.*?)```", page, re.DOTALL)
    assert formatted("a.yaml", before.encode()).after.decode() == after


def test_yaml_of_any_kind_is_proven_or_told() -> None:
    """The public test suite of YAML, as settings, where any field is taken."""
    texts = [one.encode() for one in json.loads((DATA / "yaml-test-suite.json").read_text())]
    texts += [one.read_bytes() for one in (DATA / "manifests").glob("*.yaml")]
    mappings = [
        one
        for one in texts
        if all(isinstance(value, dict | None) for value in parse("", one).documents)
    ]
    assert len(mappings) > 100
    for text in mappings:
        for is_settings in (True, False):
            formatted("a.yaml", text, settings=is_settings)


def test_every_field_has_its_place() -> None:
    for model, shape in models(ManifestDocument, MANIFEST):
        fields = model.model_fields.items()
        assert {field.alias or name for name, field in fields} <= {*shape.order}
        flags = {name for name, field in fields if "bool" in str(field.annotation)}
        assert flags == shape.words


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (lambda text: text.replace("Gold", "Silver"), "does not mean the same"),
        (lambda text: text.replace("# a", "# b"), "does not hold the same comments"),
        (lambda text: f"{text}]", "does not mean the same"),
        (lambda text: text.replace(": ", ":  "), "formatted otherwise when it is formatted again"),
    ],
)
def test_what_cannot_be_proven_is_a_bug_and_not_written(
    broken: Callable[[str], str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    class Careless(Writer):
        def text(self, tree: object) -> str:
            new = Writer(MANIFEST).text(tree)  # type: ignore[arg-type]
            written.append(new)
            return new if written[1:] else broken(new)

    monkeypatch.setattr(module, "Writer", Careless)
    with pytest.raises(InternalError, match=said) as caught:
        formatted("a.yaml", f"\n# a\n{GOLD}".encode())
    assert caught.value.code == "fmt-not-proven"
