"""Environments that would make things twice: one target with two states, two platforms in one."""

import posixpath
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from aepctl.model.target import EMULATOR, normal_endpoint
from aepctl.project.expanding import Expanded
from aepctl.project.said import ConfigSaid, EnvironmentSaid
from aepctl.project.stores import scheme_of
from aepctl.yamldoc import Finding

PATHS = {"ais_url": "/core/ais", "ups_url": "/data/core/ups"}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
Written = tuple[str | None, str, str]


def twice(config: ConfigSaid, expanded: Expanded, number: int) -> Iterator[Finding]:
    """What must not be so, at its place in document `number` of the file."""
    keys, values = expanded.file.places()
    first: dict[Written, tuple[str, str]] = {}
    for name, one in config.environments.items():
        path = (number, "environments", name)
        open_ = {str(at[-1]): text for at, text in expanded.texts.items() if at[1:2] == (name,)}
        set_alone = _set_alone(one, open_)
        if set_alone is not None:
            yield _two_platforms(one, set_alone, values[(*path, set_alone)])
        target = _written(one, open_)
        state = open_.get("state") or normal_state(one.state or f"state/{name}.json")
        if target is None:
            continue
        other, its_state = first.setdefault(target, (name, state))
        if its_state != state:
            yield Finding(
                keys[path],
                "same-target",
                f"`{name}` has the organisation, sandbox and endpoint of `{other}`, but another "
                f"state: what one of them creates, the other creates again",
                f"remove one of the two, or write `state: {its_state}` for `{name}`",
            )


def normal_state(address: str) -> str:
    """One spelling for one place where state is kept, as far as spelling tells."""
    return address if scheme_of(address) else posixpath.normpath(address)


def _written(one: EnvironmentSaid, open_: Mapping[str, str]) -> Written | None:
    """The target as the file has it; None where a variable chooses, or where nobody else can be.

    Each environment on the embedded platform has audiences of its own. Capitals tell neither
    organisations nor sandboxes apart: Adobe's names of sandboxes have none. `open_` has what needs
    a variable that is not set: the same text is the same value, whatever that is.
    """
    sandbox = open_.get("sandbox") or (one.sandbox or "").strip().casefold()
    if one.endpoint == EMULATOR or "endpoint" in open_ or not sandbox:
        return None
    org = open_.get("org") or (one.org.strip().casefold() if one.org else None)
    return org, sandbox, open_.get("ais_url") or origin(one.ais_url)


def _set_alone(one: EnvironmentSaid, open_: Mapping[str, str]) -> str | None:
    """The address that is set where the other one is left at another platform."""
    given = [name for name in PATHS if name in one.given]
    if len(given) != 1 or one.endpoint == EMULATOR or {*PATHS, "endpoint"} & open_.keys():
        return None
    return given[0] if origin(one.ais_url) != origin(one.ups_url) else None


def _two_platforms(one: EnvironmentSaid, given: str, position: tuple[int, int]) -> Finding:
    (left,) = PATHS.keys() - {given}
    left_at, here = normal_endpoint(getattr(one, left)), normal_endpoint(getattr(one, given))
    return Finding(
        position,
        "two-platforms",
        f"`{given}` is set, but `{left}` is left at {left_at}: audiences would be looked up in "
        "one place and created in another",
        f"write `{left}: {here}{PATHS[left]}` as well, or whatever it is there",
    )


def origin(url: str) -> str:
    """Scheme, host and port of a URL, however they are written; this machine has one name."""
    normal = normal_endpoint(url)
    parts = urlsplit(normal)
    if parts.hostname not in LOOPBACK:
        return normal
    return f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")
