"""The engine that an address names. Each is imported only where it is used."""

from collections.abc import Mapping

from aepctl.errors import AepctlError
from aepctl.state.stores.documents import DocumentStore


def open_documents(address: str, environ: Mapping[str, str], default_path: str) -> DocumentStore:
    """The engine at an address. Raises AepctlError that says what is wrong with it.

    `default_path`: the name of the document where an address need not give one.
    """
    scheme = address.partition(":")[0].lower()
    raise AepctlError(
        f"this aepctl cannot keep state in `{scheme}:`",
        hint="give `state:` the path of a file, for example state/prod.json",
    )
