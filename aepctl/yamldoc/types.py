"""The kinds of text that people write, as pydantic types. See patterns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from aepctl.yamldoc.patterns import (
    AUDIENCE_ID,
    CONTROLS,
    CONTROLS_IN_LINES,
    ID_HINT,
    KEY,
    KEY_HINT,
)

BAD_PATTERN = "bad_pattern"
"""What pydantic is to call an error in a regular expression."""


def _visible(controls: str) -> str:
    return rf"^[^{controls}]*[^{controls}\s][^{controls}]*$"


@dataclass(frozen=True)
class PatternMessage:
    """What an editor says where the pattern is broken, instead of showing the pattern."""

    what: str

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "patternErrorMessage": self.what}


SingleLine = Annotated[
    str,
    StringConstraints(pattern=_visible(CONTROLS)),
    PatternMessage("One line of text that can be seen was expected."),
]
"""One line that can be seen: not blank, no control characters."""

MultiLine = Annotated[
    str,
    StringConstraints(pattern=_visible(CONTROLS_IN_LINES)),
    PatternMessage("Text that can be seen was expected."),
]
"""As SingleLine, but line feeds and tabs are welcome."""

Removable = Annotated[
    str,
    StringConstraints(pattern=_visible(CONTROLS_IN_LINES).replace("^", "^(", 1)[:-1] + ")?$"),
    PatternMessage("Text that can be seen was expected, or none at all."),
]
"""As MultiLine; the empty text takes away what there is otherwise."""

Key = Annotated[
    str, StringConstraints(pattern=f"^{KEY}$"), PatternMessage(f"A key was expected: {KEY_HINT}.")
]
"""An audience's stable address. See KEY_HINT."""

AudienceId = Annotated[
    str, StringConstraints(pattern=AUDIENCE_ID), PatternMessage(f"An ID was expected: {ID_HINT}.")
]
"""An ID that the client gives."""


def _flag(text: object) -> bool:
    if text not in ("true", "false"):
        raise ValueError("`true` or `false` was expected")
    return text == "true"


Flag = Annotated[
    bool,
    BeforeValidator(_flag),
    WithJsonSchema({"type": ["boolean", "string"], "enum": [True, False, "true", "false"]}),
]
"""Yes or no, in the two words that mean it to everybody: what is read is text as written."""


class NoField(NamedTuple):
    """What somebody may take for a field of a model, and what is said of that."""

    rule: str
    message: str
    hint: str


class StrictModel(BaseModel):
    """Base of the models for what people write: strict, closed, and never echoing the input."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        defer_build=True,
        validate_by_alias=True,
        validate_by_name=False,
    )

    never: ClassVar[Mapping[str, NoField]] = {}

    @classmethod
    def sound(cls, value: Any) -> Self | None:
        """What the value says; None where something is wrong with it."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            return None
