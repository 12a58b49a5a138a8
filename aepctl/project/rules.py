"""What a team asks of every audience, as aepctl.yaml says it."""

import re
import warnings
from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic_core import PydanticCustomError

from aepctl.model.rule import MAX_TRIED, Length, Matches, OneOf, Required, Rule
from aepctl.yamldoc import YamlFile
from aepctl.yamldoc.types import BAD_PATTERN, Flag, MultiLine, StrictModel

MAX_PATTERN = 1_000
"""Characters."""
REPEATED_TWICE = re.compile(r"\((?:\?:)?(?:\\.|\[[^\]]*\]|[^\\()\[\]])[*+]\)[*+{]")
"""A group of nothing but a repeated sign, repeated: it may take for ever to fail."""
REQUIRED = "required"
SHAPES = "`required`, a list of the allowed texts, or a mapping such as `{max_length: 120}`"


def _pattern(text: str) -> str:
    """The text, if it is a pattern that can be used."""
    if len(text) > MAX_PATTERN:
        raise _bad(f"a pattern has at most {MAX_PATTERN:,} characters")
    if (found := REPEATED_TWICE.search(text)) is not None:
        raise _bad(f"`{found[0]}` may take for ever to fail; repeat it once, without the group")
    try:
        compiled(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise _bad(f"not a regular expression as Python takes it: {error}") from error
    return text


def _bad(said: str) -> PydanticCustomError:
    return PydanticCustomError(BAD_PATTERN, "{said}", {"said": said})


def compiled(text: str) -> re.Pattern[str]:
    """The pattern. What Python may read otherwise one day is no problem today."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(text)


def _allowed(texts: list[str]) -> list[str]:
    if not texts:
        raise ValueError("nothing is allowed: name at least one text")
    return texts


Pattern = Annotated[str, AfterValidator(_pattern)]
Count = Annotated[int, Field(strict=False, ge=0)]


class Measures(StrictModel):
    """What a rule may ask of a key."""

    pattern: Pattern | None = Field(
        default=None,
        description="A regular expression of Python that something in the text must match: begin "
        "it with `^` and end it with `$` where all of the text is meant. It is not tried on more "
        f"than {MAX_TRIED:,} characters.",
    )
    min_length: Count | None = Field(default=None, description="At least so many characters.")
    max_length: Count | None = Field(default=None, description="At most so many characters.")

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        least, most = self.min_length or 0, self.max_length
        if most is not None and most < least:
            raise ValueError(f"no text has at least {least} and at most {most} characters")
        return self


class FieldRule(Measures):
    """What a rule may ask of a field."""

    required: Flag = Field(default=False, description="`true`: each audience must have it.")
    allowed: Annotated[list[MultiLine], AfterValidator(_allowed)] | None = Field(
        default=None, description="The only texts that it may have."
    )


def _whole(value: object) -> object:
    """A rule that is written in short, at its full length."""
    if value == REQUIRED:
        return {REQUIRED: "true"}
    if isinstance(value, list):
        if not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise ValueError(f"the list must have texts, and at least one; expected: {SHAPES}")
        return {"allowed": value}
    if not isinstance(value, dict):
        raise ValueError(f"expected {SHAPES}")  # noqa: TRY004 - pydantic takes no TypeError
    return value


class _InShort:
    """What an editor takes where a rule may be written in short."""

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        texts = {"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}}
        return {"anyOf": [{"const": REQUIRED}, texts, handler(schema)]}


InShort = Annotated[FieldRule, BeforeValidator(_whole), _InShort()]
NOTHING = FieldRule.model_construct()


class Rules(StrictModel):
    """What every audience must be like: `validate` and each plan check it."""

    key: Measures = Field(default=Measures.model_construct(), description="Of keys.")
    name: InShort = Field(default=NOTHING, description="Of names.")
    description: InShort = Field(default=NOTHING, description="Of descriptions.")
    namespace: InShort = Field(default=NOTHING, description="Of namespaces.")
    origin_name: InShort = Field(default=NOTHING, alias="originName", description="Of originNames.")


def rules_of(rules: Rules, yaml_file: YamlFile, number: int) -> tuple[Rule, ...]:
    """The rules of document `number` of the file, each with its place."""
    if not rules.model_fields_set:
        return ()
    return tuple(_rules_of(rules, yaml_file, number))


def _rules_of(rules: Rules, yaml_file: YamlFile, number: int) -> Iterator[Rule]:
    keys = yaml_file.places()[0]
    for attribute, info in Rules.model_fields.items():
        name, asked = info.alias or attribute, getattr(rules, attribute)

        def at(what: str, name: str = name) -> str:
            path = (number, "rules", name)
            line, _ = keys.get((*path, what)) or keys.get(path, (1, 1))
            return f"{yaml_file.file}:{line}"

        if isinstance(asked, FieldRule) and asked.required:
            yield Required(name, at(REQUIRED))
        if isinstance(asked, FieldRule) and asked.allowed is not None:
            yield OneOf(name, at("allowed"), tuple(asked.allowed))
        if asked.pattern is not None:
            yield Matches(name, at("pattern"), compiled(asked.pattern))
        if asked.min_length:
            yield Length(name, at("min_length"), least=asked.min_length)
        if asked.max_length is not None:
            yield Length(name, at("max_length"), most=asked.max_length)
