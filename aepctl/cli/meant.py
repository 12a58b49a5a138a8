"""What is probably meant by a word that is a command of other programs."""

from collections.abc import Mapping
from types import MappingProxyType

MEANT: Mapping[str, str] = MappingProxyType(
    {
        "check": "aepctl validate",
        "diff": "aepctl plan",
        "format": "aepctl fmt",
        "help": "aepctl --help",
        "lint": "aepctl validate",
        "ls": "aepctl list",
        "new": "aepctl init",
        "status": "aepctl list",
        "test": "aepctl validate",
        "version": "aepctl --version",
    }
)
