"""YAML that people write: text in, plain values and exact places out; never a traceback.

The only importer of yaml. Text stays text: `NO`, `1.10` and `2024-01-01` are what is written.
"""

from aepctl.yamldoc.checking import check
from aepctl.yamldoc.parsing import YamlFile, parse
from aepctl.yamldoc.places import Finding, quoted, source_lines

__all__ = [
    "Finding",
    "YamlFile",
    "check",
    "parse",
    "quoted",
    "source_lines",
]
