"""Where the state of an environment is kept, as its `state:` says."""

from collections.abc import Mapping
from pathlib import Path

from aepctl.project.environment import Environment
from aepctl.project.stores import scheme_of
from aepctl.state.shared_store import SharedStore
from aepctl.state.stores.base import StateStore
from aepctl.state.stores.file import FileStore

RESCUE = Path(".aepctl", "rescue")


def open_store(environment: Environment, environ: Mapping[str, str]) -> StateStore | SharedStore:
    """The store of an environment. Raises AepctlError for an address that is none.

    `environ`: where an engine finds its credentials.
    """
    if scheme_of(environment.state) is None:
        return FileStore(environment.state, lineage=environment.lineage)
    from aepctl.state.stores.opening import open_documents  # noqa: PLC0415 - a file needs none

    return SharedStore(
        documents=open_documents(environment.state, environ, f"{environment.name}.json"),
        rescue=RESCUE,
        name=environment.name,
        lease_seconds=environment.lock_lease_seconds,
        lineage=environment.lineage,
        program=environment.program,
    )
