"""What an organisation is called."""

import re

from aepctl.errors import AepctlError

SAMPLE = "1BD6382559DF0C130A49422D@AdobeOrg"


def check_organisation(value: str, source: str) -> None:
    """Raise AepctlError for what is none: state would be pinned to it. `source` is where it is."""
    if not re.fullmatch(r"[\w-]+@AdobeOrg", value, re.ASCII):
        bare = re.fullmatch(r"[0-9A-Fa-f]{24}", value)
        raise AepctlError(
            f"{source} is {value!r}, and an organisation ends in @AdobeOrg",
            hint=f"write {value}@AdobeOrg" if bare else f"it looks like {SAMPLE}",
        )
