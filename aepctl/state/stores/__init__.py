"""Where state can be kept. See base for what all stores promise."""

import re

from aepctl.errors import AepctlError
from aepctl.state.stores.base import StateStore
from aepctl.state.stores.file import FileStore

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


def open_store(address: str) -> StateStore:
    """The store at an address: so far a path only. Raises AepctlError for any other.

    What follows the scheme is not shown: it may hold credentials.
    """
    scheme = SCHEME.match(address)
    if scheme is not None:
        raise AepctlError(
            f"this aepctl cannot keep state in `{scheme[1]}:`",
            hint="give `state:` the path of a file, for example state/prod.json",
        )
    return FileStore(address)
