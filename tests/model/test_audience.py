"""The noun: what an audience is, what makes two the same, and how it is spelled."""

import json
from dataclasses import FrozenInstanceError, fields
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from aepctl.aep.listed import decode_audience
from aepctl.emulator.checks import Caller
from aepctl.emulator.creates import REQUIRED
from aepctl.emulator.documents import IMMUTABLE, TEXTS, new_document
from aepctl.manifests.document import read_manifest
from aepctl.manifests.model import Defaults, Entry, Override
from aepctl.model.audience import FIELD_NAMES, FIELDS, IDENTIFYING, Audience, Wanted
from aepctl.model.problem import Origin
from aepctl.project.rules import Rules
from aepctl.render.documents import AudienceData
from aepctl.render.html_rows import COLUMN_FIELDS, COLUMNS, DETAIL_FIELDS
from aepctl.state.on_disk import KnownOnDisk

GOLD = Audience("Gold", "agora", "Agora", "Loyal")


def test_its_fields_are_adobes_in_the_order_of_the_seed_document() -> None:
    assert list(GOLD.fields().items()) == [
        ("name", "Gold"),
        ("description", "Loyal"),
        ("namespace", "agora"),
        ("originName", "Agora"),
    ]


def test_an_absent_description_is_left_out() -> None:
    assert list(Audience("Gold", "agora", "Agora").fields()) == ["name", "namespace", "originName"]


def test_an_empty_description_is_one() -> None:
    assert Audience("Gold", "agora", "Agora", "").fields()["description"] == ""


def test_name_namespace_and_origin_name_identify_it() -> None:
    assert GOLD.identity == ("Gold", "agora", "Agora")
    assert GOLD.identity == Audience("Gold", "agora", "Agora", "Other words").identity


def test_origins_are_ordered_as_people_read() -> None:
    places = [("a", 2, 1), ("a", 10, 1), ("a", 10, 2), ("b", 1, 1)]
    ordered = [Origin(*place) for place in places]
    assert sorted([ordered[2], ordered[3], ordered[0], ordered[1]]) == ordered


@pytest.mark.parametrize(
    ("noun", "field"),
    [(GOLD, "name"), (Origin("a", 1, 1), "line"), (Wanted("g", GOLD, Origin("a", 1, 1)), "key")],
)
def test_nouns_do_not_change(noun: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(noun, field, "other")


def test_the_table_has_every_field_of_an_audience_in_the_order_in_which_it_is_sent() -> None:
    assert [field.attribute for field in FIELDS] == [
        "name", "description", "namespace", "origin_name"
    ]  # fmt: skip
    assert {field.attribute for field in FIELDS} == {one.name for one in fields(Audience)}
    assert list(GOLD.fields()) == [field.name for field in FIELDS] == list(FIELD_NAMES)
    bare = Audience("Gold", "agora", "Agora").fields()
    assert list(bare) == [field.name for field in FIELDS if field.required]


def test_the_identity_is_what_is_required() -> None:
    required = [field.attribute for field in FIELDS if field.required]
    assert GOLD.identity == tuple(getattr(GOLD, name) for name in required)
    assert GOLD.identity == tuple(GOLD.fields()[name] for name in IDENTIFYING)


@given(st.builds(Audience, st.text(), st.text(), st.text(), st.none() | st.text()))
def test_fields_and_audience_are_the_same_told_twice(audience: Audience) -> None:
    assert Audience.of(audience.fields()) == audience


def test_a_field_that_is_missing_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        Audience.of({"name": "Gold", "namespace": "agora"})


class TestWhoSpellsTheFields:
    """Each model of an audience has just the fields of the table, as the table says they are."""

    def test_manifests(self) -> None:
        own, given, other = by_alias(Entry), by_alias(Defaults), by_alias(Override)
        beside = {"audienceId", "lifecycle", "environments", "overrides"}
        assert sorted(own) == sorted({*FIELD_NAMES, *beside})
        assert sorted(given) == sorted({*FIELD_NAMES, "lifecycle", "environments"} - {"name"})
        assert sorted(other) == sorted({*FIELD_NAMES, "audienceId", "lifecycle"})
        for field in FIELDS:
            pattern = multi_line if field.multiline else single_line
            assert pattern(own[field.name]), field
            assert field.name == "name" or pattern(given[field.name]), field
            assert pattern(other[field.name]), field

    def test_rules(self) -> None:
        assert list(by_alias(Rules)) == ["key", *FIELD_NAMES]

    def test_what_manifests_give_whether_by_entry_or_by_default(self) -> None:
        own = "".join(f"    {name}: own {name}\n" for name in FIELD_NAMES)
        given = "".join(f"  {name}: given {name}\n" for name in FIELD_NAMES if name != "name")
        text = f"defaults:\n{given}audiences:\n  gold:\n{own}  silver:\n    name: own name\n"
        gold, silver = read_manifest("a.yaml", text.encode()).wanted
        assert gold.audience.fields() == {name: f"own {name}" for name in FIELD_NAMES}
        assert silver.audience.fields() == {
            name: "own name" if name == "name" else f"given {name}" for name in FIELD_NAMES
        }

    def test_what_manifests_miss(self) -> None:
        bare = read_manifest("a.yaml", b"audiences:\n  gold:\n    name: Gold\n")
        missing = [field.name for field in FIELDS if field.required and field.name != "name"]
        assert [problem.message for problem in bare.problems] == [
            f"`{name}` of `gold` is missing" for name in missing
        ]

    def test_the_html_page_and_its_scripts(self) -> None:
        fields = (*COLUMN_FIELDS, *DETAIL_FIELDS)
        assert sorted(fields) == sorted(FIELD_NAMES)
        assert len(COLUMNS) == len(COLUMN_FIELDS) + len(OTHER_COLUMNS)
        assert f"([status, file, line, key, {', '.join(fields)}, id, note, fields], at)" in (
            script("rows.js")
        )
        for field in FIELD_NAMES:
            assert f'["{field}", row.{field}]' in script("draw.js")

    def test_the_wire(self) -> None:
        sent = Audience.of({name: name for name in FIELD_NAMES})
        listed = json.dumps({**sent.fields(), "audienceId": "A"}).encode()
        found = decode_audience(listed)
        assert found is not None
        assert found.audience == sent

    def test_state(self) -> None:
        others = {"audienceId", "id", "sent", "lifecycle", "retained", "deposed"}
        assert set(by_alias(KnownOnDisk)) == {*FIELD_NAMES, *others}
        for field in FIELDS:
            assert by_alias(KnownOnDisk)[field.name].is_required() is field.required

    def test_json(self) -> None:
        schema = TypeAdapter(AudienceData).json_schema()
        assert list(schema["properties"]) == list(FIELD_NAMES)
        assert schema["required"] == [field.name for field in FIELDS if field.required]

    def test_the_emulator(self) -> None:
        caller = Caller("org", "dev", "key")
        document = new_document(caller, GOLD.fields(), "id-1")
        assert {name: document[name] for name in FIELD_NAMES} == GOLD.fields()
        assert tuple(field.name for field in FIELDS if field.required) == REQUIRED
        immutable = {field.name for field in FIELDS if field.immutable}
        assert IMMUTABLE & set(FIELD_NAMES) == immutable
        assert TEXTS & set(FIELD_NAMES) == set(FIELD_NAMES) - immutable


OTHER_COLUMNS = ("Status", "Key", "File", "ID", "Details")


def script(name: str) -> str:
    return (files("aepctl.render") / "assets" / name).read_text("utf-8")


def by_alias(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def single_line(field: FieldInfo) -> bool:
    return not multi_line(field)


def multi_line(field: FieldInfo) -> bool:
    adapter: TypeAdapter[str] = TypeAdapter(field.rebuild_annotation())
    try:
        adapter.validate_python("a\nb")
    except ValidationError:
        return False
    return True
