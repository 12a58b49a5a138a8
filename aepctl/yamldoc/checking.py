"""Check a document against a pydantic model and say what is wrong in words, at its place."""

from collections.abc import Iterator
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aepctl.model.problem import Problem, quoted
from aepctl.yamldoc.parsing import YamlFile
from aepctl.yamldoc.patterns import KEY_HINT, broken_rule
from aepctl.yamldoc.places import Finding, Path, Position
from aepctl.yamldoc.types import BAD_PATTERN, StrictModel

Model = TypeVar("Model", bound=StrictModel)

MAX_GUESSES = 200
"""So many unknown fields are compared with the known ones, which takes long for each."""

SHAPES: dict[type, str] = {dict: "a mapping", list: "a list", str: "text", type(None): "empty"}
DEEPER = "indent it further, as a field of the key above it"
BELOW = "what belongs to it is indented below it"
KEYS = "write a key in place of each `-`, and its fields below that"
EXPECTED = {
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "list_type": "a list",
    "string_type": "text",
}


def check(model: type[Model], yaml_file: YamlFile, number: int = 0) -> Model | tuple[Problem, ...]:
    """Document `number` of the file as a `model`, or everything that is wrong with it."""
    try:
        return model.model_validate(yaml_file.documents[number])
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        explainer = _Explainer(model, yaml_file, number)
        return yaml_file.problems_at(explainer.finding(detail) for detail in details)


class _Explainer:
    """Puts pydantic's findings into the words and places of one document."""

    def __init__(self, model: type[StrictModel], yaml_file: YamlFile, number: int) -> None:
        self._model = model
        self._document = yaml_file.documents[number]
        self._number = number
        self._keys, self._values = yaml_file.places()
        self._guesses = 0

    def finding(self, detail: ErrorDetails) -> Finding:
        path, kind = detail["loc"], detail["type"]
        key = kind == "string_pattern_mismatch" and path[-1:] == ("[key]",)
        if key:  # a mark of pydantic's; in any other error it is a name that somebody chose
            path = path[:-1]
        full = (self._number, *path)
        field = _shown(path)
        if kind == "extra_forbidden":
            return self._unknown_field(path, self._keys[full])
        if kind == "missing":
            position = self._keys.get(full[:-1]) or self._values[full[:-1]]
            whose = f" of {_shown(path[:-1])}" if len(path) > 1 else ""
            what = f"{field}{whose} is missing"
            return Finding(position, "missing-field", what, f"add `{path[-1]}: …`")
        if key:
            return Finding(self._keys[full], "invalid-key", f"invalid key {field}", KEY_HINT)
        value = _at(self._document, path)
        if kind in EXPECTED:
            said = f"{field}: expected {EXPECTED[kind]}, found {SHAPES[type(value)]}"
            hint = self._shape_hint(path, kind, value)
            return Finding(self._values[full], "wrong-type", said, hint)
        return _wrong_value(detail, self._values[full], field, value)

    def _shape_hint(self, path: Path, kind: str, value: Any) -> str | None:
        if kind == "list_type":
            return f"write `[{value}]`" if isinstance(value, str) and " " not in value else None
        if kind == "dict_type":
            return KEYS if isinstance(value, list) else BELOW
        if kind != "model_type" or not path or not isinstance(path[-1], str):
            return None
        known = list(_by_alias(_model_at(self._model, path)))
        return DEEPER if path[-1] in known else f"{BELOW}: {', '.join(known)}"

    def _unknown_field(self, path: Path, position: Position) -> Finding:
        model = _model_at(self._model, path[:-1])
        known, never = list(_by_alias(model)), model.never.get(str(path[-1]))
        if never is not None:
            return Finding(position, never.rule, never.message, never.hint)
        under = list(_under(model, str(path[-1])))
        if under:
            hint = f"write it {' or '.join(under)}"
            return Finding(position, "unknown-field", f"unknown field {quoted(path[-1])}", hint)
        from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

        self._guesses += 1
        name = str(path[-1])
        close = get_close_matches(name, known, 1) if self._guesses <= MAX_GUESSES else ()
        hint = f"did you mean {close[0]}?" if close else f"allowed fields: {', '.join(known)}"
        return Finding(position, "unknown-field", f"unknown field {quoted(path[-1])}", hint)


def _wrong_value(detail: ErrorDetails, position: Position, field: str, value: Any) -> Finding:
    kind = detail["type"]
    if kind == "string_pattern_mismatch":
        said, hint = broken_rule(value, detail["ctx"]["pattern"])
        return Finding(position, "invalid-text", f"{field} {said}", hint)
    message = detail["msg"].removeprefix("Value error, ")
    said = f"{field}: {message[:1].lower()}{message[1:]}"
    if kind == BAD_PATTERN:
        return Finding(position, "bad-pattern", said)
    return Finding(position, "wrong-value", said)


def _shown(path: Path) -> str:
    """The name of what is there; an item has that of its list."""
    names = [part for part in path if isinstance(part, str)]
    return quoted(names[-1]) if names else "this document"


def _at(document: Any, path: Path) -> Any:
    for part in path:
        document = document[part]
    return document


def _model_at(model: type[StrictModel], path: Path) -> type[StrictModel]:
    """The model of what stands at `path`."""
    current: Any = model
    for part in path:
        if isinstance(current, type) and issubclass(current, BaseModel):
            current = _by_alias(current)[str(part)]
        else:
            current = get_args(current)[-1]  # the values of a mapping
    found = _model_of(current)
    assert found is not None  # noqa: S101 - fields are told of models alone
    return found


def _model_of(annotation: Any) -> type[StrictModel] | None:
    """The model that is annotated, or may be left out."""
    while get_args(annotation) and get_origin(annotation) not in {dict, list}:
        annotation = get_args(annotation)[0]
    is_model = isinstance(annotation, type) and issubclass(annotation, StrictModel)
    return annotation if is_model else None


def _under(model: type[StrictModel], name: str) -> Iterator[str]:
    """Where this field is one, below the fields of a model."""
    for field, annotation in _by_alias(model).items():
        is_mapping = get_origin(annotation) is dict
        below = _model_of(get_args(annotation)[-1] if is_mapping else annotation)
        if below is not None and name in _by_alias(below):
            yield f"below a key of `{field}`" if is_mapping else f"under `{field}`"


def _by_alias(model: type[BaseModel]) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {field.alias or name: field.annotation for name, field in fields}
