"""The IDs that aepctl makes up where the client does (revision 3 of the create call)."""

from uuid import UUID, uuid5

ID_NAMESPACE = UUID("5b0b1f0e-54a7-5f6c-9d1e-2f1c8a9c7a10")
"""The namespace of all of them. Never to change: it makes them the same in every run."""


def computed_id(org: str, sandbox: str, key: str) -> str:
    """The `audienceId` of a key, computed from nothing that could be lost with the state."""
    return str(uuid5(ID_NAMESPACE, f"{org}/{sandbox}/{key}"))
