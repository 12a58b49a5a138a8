"""All checks: in which order, and which others each needs."""

from collections.abc import Callable
from dataclasses import dataclass

from aepctl.operations.doctor import access, files, hosts, platform, store
from aepctl.operations.doctor.patient import Found, Patient


@dataclass(frozen=True, slots=True)
class Row:
    """One check. `code` names it for programs, and never changes."""

    code: str
    make: Callable[[Patient], Found]
    needs: tuple[str, ...] = ()


TABLE = (
    Row("settings", files.settings),
    Row("manifests", files.manifests, ("settings",)),
    Row("credentials", files.account, ("settings",)),
    Row("proxy", files.proxy, ("settings",)),
    Row("certificates", files.certificates, ("settings",)),
    Row("names", hosts.names, ("proxy",)),
    Row("connection", hosts.connections, ("names", "certificates")),
    Row("clock", hosts.clock, ("connection",)),
    Row("token", access.token, ("credentials", "connection")),
    Row("organisation", platform.organisation, ("token",)),
    Row("sandbox", platform.sandbox, ("organisation",)),
    Row("read-right", platform.reading, ("sandbox",)),
    Row("write-right", platform.writing, ("sandbox",)),
    Row("create-address", platform.addresses, ("organisation",)),
    Row("state", store.state, ("settings",)),
    Row("lock", store.lock, ("state",)),
    Row("conditions", store.conditions, ("state",)),
    Row("leftovers", store.leftovers, ("state",)),
)
CODES = tuple(row.code for row in TABLE)
