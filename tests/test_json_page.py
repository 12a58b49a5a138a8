"""docs/json.md: what it names is in the schemas, and it names all that is in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aepctl.render.schemas import TITLES, schema

PAGE = (Path(__file__).resolve().parent.parent / "docs/json.md").read_text()
SECTIONS = {
    title.replace("`", ""): text
    for title, text in re.findall(r"^## (.+)\n((?:(?!## ).*\n?)*)", PAGE, re.MULTILINE)
}
EVERY = SECTIONS["Every document"]
DOCUMENTS = {name: title for name, title in TITLES.items() if title.endswith("-o json")}


def section(name: str) -> str:
    """Where a document is described; one that comes of a flag may stand with others."""
    title = DOCUMENTS[name]
    found = [text for head, text in SECTIONS.items() if title in head]
    return found[0] if found else next(text for text in SECTIONS.values() if f"`{title}`" in text)


def with_what_it_is_like(text: str, *seen: str) -> str:
    """A section, and those that it refers to: "as in `state show`", "a plan's `changes`"."""
    for title, other in SECTIONS.items():
        short = title.removeprefix("aepctl ").partition(" -o")[0]
        if title not in seen and (f"`{short}`" in text or f"a {short}'s" in text):
            text += with_what_it_is_like(other, *seen, title)
    return text


def paths(made: dict[str, Any], node: Any, prefix: str = "", inside: str = "") -> Iterator[str]:
    """Every field as the page writes it: `changes[].key`."""
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if f"/{name}/" not in inside:
            yield from paths(made, made["$defs"][name], prefix, f"{inside}/{name}/")
    for one in [*node.get("anyOf", ()), *node.get("allOf", ()), *node.get("oneOf", ())]:
        yield from paths(made, one, prefix, inside)
    if isinstance(node.get("items"), dict):
        yield from paths(made, node["items"], f"{prefix}[]", inside)
    for name, field in node.get("properties", {}).items():
        path = f"{prefix}.{name}" if prefix else name
        yield path
        yield from paths(made, field, path, inside)


def rows(text: str) -> Iterator[str]:
    """The fields of the tables; one without a dot is beside the one before it."""
    tables = re.findall(r"^\| field \| \|\n\|---\|---\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    for cell in re.findall(r"^\| (`.*?`) \| ", "".join(tables), re.MULTILINE):
        prefix = ""
        for field in re.findall(r"`([\w.\[\]]+)`", cell):
            prefix = field.rpartition(".")[0] or prefix
            yield field if "." in field or not prefix else f"{prefix}.{field}"


def allowed(node: Any) -> Iterator[str]:
    """The words that fields of a schema may have for a value."""
    if isinstance(node, dict):
        yield from (one for one in node.get("enum", ()) if isinstance(one, str))
    for inner in node.values() if isinstance(node, dict) else node:
        if isinstance(inner, dict | list):
            yield from allowed(inner)


@pytest.mark.parametrize("name", DOCUMENTS)
class TestEachDocument:
    def test_every_field_on_the_page_is_one_of_the_schema(self, name: str) -> None:
        made = schema(name)
        known = set(paths(made, made))
        assert {*rows(section(name)), *rows(EVERY)} - known == set()

    def test_every_field_and_every_word_of_the_schema_is_on_the_page(self, name: str) -> None:
        """In its section, or in one that it says it is like."""
        made = schema(name)
        told = set(re.findall(r"[\w-]+", EVERY + with_what_it_is_like(section(name))))
        assert {one.rpartition(".")[2] for one in paths(made, made)} - told == set()
        assert set(allowed(made)) - told == set()


@pytest.mark.parametrize("number", range(2))
def test_a_sample_is_valid(number: int) -> None:
    sample = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[number]
    jsonschema.validate(json.loads(sample), schema(("plan", "outcome")[number]))
