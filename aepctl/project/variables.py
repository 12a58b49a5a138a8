"""What environment variables and settings may say of an organisation and of waiting."""

import re
from collections.abc import Mapping

from aepctl.errors import AepctlError
from aepctl.project.said import EnvironmentSaid

SAMPLE = "1BD6382559DF0C130A49422D@AdobeOrg"


def check_organisation(value: str, source: str) -> None:
    """Raise AepctlError for what is none: state would be pinned to it. `source` is where it is."""
    if not re.fullmatch(r"[\w-]+@AdobeOrg", value, re.ASCII):
        bare = re.fullmatch(r"[0-9A-Fa-f]{24}", value)
        raise AepctlError(
            f"{source} is {value!r}, but the ID of an organisation ends in @AdobeOrg",
            hint=f"write {value}@AdobeOrg" if bare else f"it looks like {SAMPLE}",
            code="invalid-organisation",
        )


def settle_seconds(environ: Mapping[str, str], said: EnvironmentSaid) -> float:
    """How long a lookup in vain is repeated. Raises AepctlError for a variable that is none."""
    given = environ.get("AEPCTL_SETTLE_SECONDS")
    if not given:
        return said.settle_seconds
    if not re.fullmatch(r"\d{1,4}(\.\d+)?", given):
        raise AepctlError(
            "AEPCTL_SETTLE_SECONDS must be a number of seconds, for example 30",
            hint=f"it is {given!r}",
            code="invalid-variable",
        )
    return float(given)
