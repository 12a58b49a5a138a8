"""YAML that people write: text in, plain values and exact places out; never a traceback.

The only importer of yaml. Text stays text: `NO`, `1.10` and `2024-01-01` are what is written.
"""

from typing import TYPE_CHECKING

from aepctl.model.problem import quoted
from aepctl.yamldoc.parsing import YamlFile, parse
from aepctl.yamldoc.places import Finding, source_lines

if TYPE_CHECKING:
    from aepctl.yamldoc.checking import check

__all__ = [
    "Finding",
    "YamlFile",
    "check",
    "parse",
    "quoted",
    "source_lines",
]


def __getattr__(name: str) -> object:
    """`check` needs pydantic, which whoever only reads a text does without."""
    if name != "check":
        raise AttributeError(name)
    from aepctl.yamldoc.checking import check  # noqa: PLC0415 - see above

    return check
