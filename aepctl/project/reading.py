"""What aepctl.yaml says: plainly where it is as most are, else as its model does."""

from typing import Any

from aepctl import plain
from aepctl.model.problem import Problem
from aepctl.project.paths import plain_path, state_address
from aepctl.project.said import ConfigSaid, EnvironmentSaid
from aepctl.project.urls import safe_url
from aepctl.yamldoc import YamlFile
from aepctl.yamldoc.patterns import KEY

key, url = plain.matching(KEY), plain.checked(safe_url)


def _environment(**written: Any) -> EnvironmentSaid:
    return EnvironmentSaid(**written, given=frozenset(written))


environment = plain.record(
    _environment,
    {
        "endpoint": plain.one_of("emulator"),
        "org": plain.line,
        "sandbox": plain.line,
        "state": plain.checked(state_address),
        "lineage": plain.line,
        "ais_url": url,
        "ups_url": url,
        "ims_url": url,
        "lock_lease_seconds": plain.within(5, 3600),
        "settle_seconds": plain.within(0, 3600),
        "max_creates": plain.count,
        "max_deletes": plain.count,
        "on_removal": plain.one_of("retain", "delete"),
        "protected": plain.flag,
        "audience_ids": plain.one_of("server", "client"),
    },
)
plain_config = plain.record(
    ConfigSaid,
    {
        "manifests": plain.checked(plain_path),
        "default_environment": key,
        "environments": plain.mapping(key, environment),
    },
)


def config_said(yaml_file: YamlFile, number: int) -> ConfigSaid | tuple[Problem, ...]:
    """What document `number` says, or everything that is wrong with it."""
    try:
        return plain_config(yaml_file.documents[number])
    except plain.NotPlain:
        from aepctl.project.model import ConfigModel  # noqa: PLC0415 - few need it
        from aepctl.yamldoc import check  # noqa: PLC0415 - likewise

        model = check(ConfigModel, yaml_file, number)
        return model.said(yaml_file, number) if isinstance(model, ConfigModel) else model
