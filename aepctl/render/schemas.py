"""JSON Schemas (2020-12) of every file and document, from the models that read or describe them."""

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import DictSchema, FloatSchema, IntSchema, StringSchema
from pydantic_core.core_schema import WithDefaultSchema as DefaultSchema

from aepctl.manifests.model import ManifestDocument
from aepctl.project.model import ConfigModel
from aepctl.render.doctor_documents import DoctorDocument
from aepctl.render.drift_documents import DriftDocument
from aepctl.render.everywhere_documents import DriftsDocument, PlansDocument
from aepctl.render.fmt_documents import FmtDocument
from aepctl.render.import_documents import ImportDocument
from aepctl.render.known_documents import StateListDocument, StateShowDocument
from aepctl.render.listed_documents import ListDocument
from aepctl.render.outcome_documents import OutcomeDocument
from aepctl.render.plan_documents import PlanDocument
from aepctl.render.shown_documents import ShowDocument
from aepctl.yamldoc.types import StrictModel

TITLES = {
    "manifest": "aepctl manifest: audiences/*.yaml",
    "config": "aepctl settings: aepctl.yaml",
    "plan": "aepctl plan -o json",
    "outcome": "aepctl apply -o json",
    "drift": "aepctl drift -o json",
    "plan-all": "aepctl plan --all-environments -o json",
    "drift-all": "aepctl drift --all-environments -o json",
    "list": "aepctl list -o json",
    "show": "aepctl show -o json",
    "state": "aepctl state: state/NAME.json",
    "state-list": "aepctl state list -o json",
    "state-show": "aepctl state show -o json",
    "import": "aepctl import -o json",
    "doctor": "aepctl doctor -o json",
    "fmt": "aepctl fmt -o json",
}
MODELS: dict[str, type[BaseModel]] = {
    "manifest": ManifestDocument,
    "config": ConfigModel,
    "plan": PlanDocument,
    "outcome": OutcomeDocument,
    "drift": DriftDocument,
    "plan-all": PlansDocument,
    "drift-all": DriftsDocument,
    "list": ListDocument,
    "show": ShowDocument,
    "state-list": StateListDocument,
    "state-show": StateShowDocument,
    "import": ImportDocument,
    "doctor": DoctorDocument,
    "fmt": FmtDocument,
}
BEYOND = frozenset({"patternErrorMessage", "discriminator"})
"""Words of editors and of OpenAPI; no field has such a name."""
NUMBER = "A number was expected."
VARIABLE = r"\$\{"


def schema(name: str) -> dict[str, Any]:
    """The schema of one of TITLES."""
    model = _model(name)
    generator = _OfYaml if issubclass(model, StrictModel) else _Schema
    made = model.model_json_schema(schema_generator=generator)
    for definition in made.get("$defs", {}).values():
        definition.pop("title", None)
    if name == "config":
        for settings in (made, made["$defs"]["EnvironmentModel"]):
            _with_variables(settings["properties"])
    return {"$schema": GenerateJsonSchema.schema_dialect, **made, "title": TITLES[name]}


def _with_variables(fields: dict[str, dict[str, Any]]) -> None:
    """Any value of the settings may be, or hold, what a variable brings."""
    for field in fields.values():
        if not re.search(field.get("pattern", ""), "${ANY}"):
            field["pattern"] = f"{VARIABLE}|{field['pattern']}"
        words = {name: field.pop(name) for name in ("const", "enum") if name in field}
        if words:
            field["anyOf"] = [words, {"pattern": VARIABLE}]


def schema_text(name: str, *, plain: bool = False) -> str:
    """The schema of one of TITLES as JSON; `plain`: in the words of JSON Schema alone."""
    made = _plain(schema(name)) if plain else schema(name)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _plain(part: Any) -> Any:
    """Without what editors know beyond the standard, and strict validators refuse."""
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items() if name not in BEYOND}
    return [_plain(value) for value in part] if isinstance(part, list) else part


def _model(name: str) -> type[BaseModel]:
    if name == "state":
        from aepctl.state.document_on_disk import StateDocument  # noqa: PLC0415 - the others do without

        return StateDocument
    return MODELS[name]


class _Schema(GenerateJsonSchema):
    """As pydantic does it, but what has a default of None is left out rather than null."""

    def default_schema(self, schema: DefaultSchema) -> JsonSchemaValue:
        inner = schema["schema"]
        default = schema.get("default")
        if default is None and "default" in schema and inner["type"] == "nullable":
            return self.generate_inner(inner["schema"])
        if isinstance(default, BaseModel):
            return self.generate_inner(inner)
        return super().default_schema(schema)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Never: a name with a capital letter tells nobody anything."""
        return False


class _OfYaml(_Schema):
    """For what people write in YAML: `1.10` and `true` are text to aepctl, but not to an editor.

    A number may stand in quotes, for the same reason.
    """

    def str_schema(self, schema: StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": ["string", "number", "boolean"]}

    def int_schema(self, schema: IntSchema) -> JsonSchemaValue:
        quoted = {"pattern": "^[0-9]+$", "patternErrorMessage": NUMBER}
        return {**super().int_schema(schema), "type": ["integer", "string"], **quoted}

    def float_schema(self, schema: FloatSchema) -> JsonSchemaValue:
        quoted = {"pattern": r"^[0-9]+(\.[0-9]+)?$", "patternErrorMessage": NUMBER}
        return {**super().float_schema(schema), "type": ["number", "string"], **quoted}

    def dict_schema(self, schema: DictSchema) -> JsonSchemaValue:
        """Keys that do not match their pattern are wrong, not unknown; `1234:` is a key, too."""
        made = super().dict_schema(schema)
        value = made.pop("patternProperties").popitem()[1]
        keys = self.generate_inner(schema["keys_schema"])
        del keys["type"]
        return {**made, "propertyNames": keys, "additionalProperties": value}
