"""The engine that an address names. Each is imported only where it is used."""

from collections.abc import Mapping
from pathlib import Path

from aepctl.errors import AepctlError
from aepctl.state.stores.documents import DocumentStore

PRIVATE = Path(".aepctl", "git")


def open_documents(address: str, environ: Mapping[str, str], default_path: str) -> DocumentStore:
    """The engine at an address. Raises AepctlError that says what is wrong with it.

    `default_path`: the name of the document where an address need not give one.
    """
    scheme = address.partition(":")[0].lower()
    match scheme:
        case "git":
            from aepctl.state.stores.git import open_git  # noqa: PLC0415 - only where it is used

            return open_git(
                address, environ, default_path=default_path, folder=PRIVATE, project=Path()
            )
        case "s3" | "gs" | "az":
            from aepctl.state.stores.objects import open_objects  # noqa: PLC0415 - likewise

            return open_objects(address, environ)
        case "postgresql":
            from aepctl.state.stores.postgres import open_postgres  # noqa: PLC0415 - likewise

            return open_postgres(address, environ)
        case "https" | "http":
            from aepctl.state.stores.http import open_http  # noqa: PLC0415 - likewise

            return open_http(address, environ)
        case _:
            raise AepctlError(
                f"state cannot be kept in `{scheme}:`",
                hint="a file, or git:, s3:, gs:, az:, postgresql: or https:",
                code="state-address",
            )
