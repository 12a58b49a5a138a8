"""What a manifest may hold: closed, strict, and in Adobe's spelling."""

import pytest
from pydantic import ValidationError

from aepctl.manifests.model import Defaults, Entry, ManifestDocument

GIVEN = {"name": "Gold", "description": "d", "namespace": "agora", "originName": "Agora"}


def test_an_entry_has_the_fields_of_the_create_call() -> None:
    entry = Entry.model_validate(GIVEN)
    assert entry.model_dump(by_alias=True, exclude_unset=True) == GIVEN


def test_only_the_name_is_always_an_entrys_own() -> None:
    assert Entry.model_validate({"name": "Gold"}).origin_name is None
    with pytest.raises(ValidationError):
        Entry.model_validate({key: GIVEN[key] for key in GIVEN if key != "name"})


def test_defaults_give_everything_but_what_one_audience_has_alone() -> None:
    alone = {"name", "audience_id", "overrides"}
    assert set(Defaults.model_fields) == set(Entry.model_fields) - alone


@pytest.mark.parametrize("model", [Defaults, Entry, ManifestDocument])
def test_unknown_fields_are_refused(model: type[Entry]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate({**(GIVEN if model is Entry else {}), "origin_name": "Agora"})


@pytest.mark.parametrize("field", GIVEN)
@pytest.mark.parametrize("value", [1, 1.1, True, None, b"x", [], {}])
def test_only_text_is_text(field: str, value: object) -> None:
    if value is None and field != "name":
        return  # no value is told by the YAML reader; a default of the model is None
    with pytest.raises(ValidationError):
        Entry.model_validate({**GIVEN, field: value})


def test_only_a_description_may_have_several_lines() -> None:
    several = "first\nsecond"
    assert Entry.model_validate({**GIVEN, "description": several}).description == several
    for field in ("name", "namespace", "originName"):
        with pytest.raises(ValidationError):
            Entry.model_validate({**GIVEN, field: several})


def test_an_entry_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Entry.model_validate(GIVEN).name = "Silver"  # type: ignore[misc]
