"""Environments that would make things twice: one target with two states, two platforms in one."""

import posixpath
from collections.abc import Iterator
from urllib.parse import urlsplit

from aepctl.model.target import EMULATOR
from aepctl.project.model import ConfigModel, EnvironmentModel
from aepctl.project.stores import scheme_of
from aepctl.yamldoc import Finding, YamlFile

PORTS = {"https": 443, "http": 80}
PATHS = {"ais_url": "/core/ais", "ups_url": "/data/core/ups"}
Written = tuple[str | None, str, str]


def twice(config: ConfigModel, yaml_file: YamlFile, number: int) -> Iterator[Finding]:
    """What must not be so, at its place in document `number` of the file."""
    keys, values = yaml_file.places()
    first: dict[Written, tuple[str, str]] = {}
    for name, one in config.environments.items():
        path = (number, "environments", name)
        set_alone = _set_alone(one)
        if set_alone is not None:
            yield _two_platforms(one, set_alone, values[(*path, set_alone)])
        target, state = _written(one), normal_state(one.state or f"state/{name}.json")
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


def _written(one: EnvironmentModel) -> Written | None:
    """The target as the file has it; None where a variable chooses, or where nobody else can be.

    Each environment on the embedded platform has audiences of its own. Capitals tell neither
    organisations nor sandboxes apart: Adobe's names of sandboxes have none.
    """
    if one.endpoint == EMULATOR or not one.sandbox:
        return None
    org = one.org.strip().casefold() if one.org else None
    return org, one.sandbox.strip().casefold(), origin(one.ais_url)


def _set_alone(one: EnvironmentModel) -> str | None:
    """The address that is set where the other one is left at another platform."""
    given = [name for name in PATHS if name in one.model_fields_set]
    if len(given) != 1 or one.endpoint == EMULATOR or origin(one.ais_url) == origin(one.ups_url):
        return None
    return given[0]


def _two_platforms(one: EnvironmentModel, given: str, position: tuple[int, int]) -> Finding:
    (left,) = PATHS.keys() - {given}
    left_at, here = origin(getattr(one, left)), origin(getattr(one, given))
    return Finding(
        position,
        "two-platforms",
        f"`{given}` is set, but `{left}` is left at {left_at}: audiences would be looked up in "
        "one place and created in another",
        f"write `{left}: {here}{PATHS[left]}` as well, or whatever it is there",
    )


def origin(url: str) -> str:
    """Scheme, host and port of a URL, however they are written."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    port = parts.port or PORTS[scheme]
    return f"{scheme}://{host}" + (f":{port}" if port != PORTS[scheme] else "")
