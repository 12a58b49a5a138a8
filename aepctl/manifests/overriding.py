"""What a file says of environments: as scopes of its audiences, and what of it cannot be. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from aepctl.manifests.lifecycle import lifecycle_of
from aepctl.manifests.said import UNSAID, DefaultsSaid, EntrySaid, OverrideSaid
from aepctl.manifests.scope import Scope
from aepctl.manifests.spelling import misspelt_within
from aepctl.model.audience import FIELDS, Audience, Wanted
from aepctl.model.problem import Origin
from aepctl.wording import listed
from aepctl.yamldoc import Finding, YamlFile, quoted
from aepctl.yamldoc.places import Path

OPTIONAL = tuple(field for field in FIELDS if not field.required)
"""The fields that an audience may lack."""
EXCLUDED = "override-of-excluded"
ALL_OF_THEM = "leave `environments` out: then it is for all of them"


Scoped: TypeAlias = dict[Path, tuple[Wanted, EntrySaid]]
"""The blocks that say something of environments, or are given it, by their paths."""


def scopes_of(yaml_file: YamlFile, scoped: Scoped, defaults: DefaultsSaid) -> dict[str, Scope]:
    """What each block says of environments, by its key."""
    return {
        one.key: _scope_of(yaml_file, path, one, entry, defaults)
        for path, (one, entry) in scoped.items()
    }


def _scope_of(
    yaml_file: YamlFile, path: Path, one: Wanted, entry: EntrySaid, defaults: DefaultsSaid
) -> Scope:
    """What the block at this path says of environments; `one` is what it says otherwise."""
    only = entry.environments if entry.environments is not None else defaults.environments
    overrides = {
        name: _overridden(yaml_file, (*path, "overrides", name), one, entry, override, defaults)
        for name, override in entry.overrides.items()
    }
    return Scope(None if only is None else frozenset(only), overrides)


def _overridden(
    yaml_file: YamlFile,
    path: Path,
    one: Wanted,
    entry: EntrySaid,
    override: OverrideSaid,
    defaults: DefaultsSaid,
) -> Wanted:
    fields: dict[str, str | None] = {**one.audience.fields()}
    places = yaml_file.inner.get(path, {})
    for field in FIELDS:
        said = getattr(override, field.attribute)
        if said is not None:
            fields[field.name] = said or None
    life = one.lifecycle
    if override.lifecycle != UNSAID:
        life = lifecycle_of(override.lifecycle, entry.lifecycle, defaults.lifecycle)
    return replace(
        one,
        audience=Audience.of(fields),
        audience_id=override.audience_id or one.audience_id,
        lifecycle=life,
        given=tuple((name, Origin(yaml_file.file, *at)) for name, at in places.items()),
    )


def misplaced(
    yaml_file: YamlFile,
    documents: Iterable[tuple[int, Any]],
    defaults: DefaultsSaid | None,
    scoped: Scoped,
) -> Iterator[Finding]:
    """What is said of environments and cannot be, whichever there are.

    Faulty defaults: None.
    """
    for number, document in documents if defaults is not None else ():
        given: dict[str, Any] = document.get("defaults", {}) if isinstance(document, dict) else {}
        names = given.get("environments")
        if isinstance(names, list):  # what is no list, or no list of texts, is told already
            texts = [one for one in names if isinstance(one, str)]
            if len(texts) == len(names):
                yield from _list(yaml_file, (number, "defaults", "environments"), texts)
    usual = defaults or DefaultsSaid()
    for path, (_, entry) in scoped.items():
        if entry.environments is not None:
            yield from _list(yaml_file, (*path, "environments"), entry.environments)
        for name, override in entry.overrides.items():
            yield from misspelt_within(yaml_file, (*path, "overrides", name), override)
        yield from _excluded(yaml_file, path, entry, usual)
        yield from _of_nothing(yaml_file, path, entry, usual)


def _list(yaml_file: YamlFile, path: Path, names: Sequence[str]) -> Iterator[Finding]:
    places = yaml_file.places()[1]
    if not names:
        said, hint = "`environments` is empty, so the audience would be for none", ALL_OF_THEM
        if path[1] == "defaults":
            said = "`environments` is empty, so no audience of this file would be for any"
        yield Finding(places[path], "no-environments", said, hint)
    for at, name in enumerate(names):
        if name in names[:at]:
            said = f"{quoted(name)} stands twice in `environments`"
            yield Finding(places[*path, at], "duplicate-environment", said, "keep one of the two")


def _excluded(
    yaml_file: YamlFile, path: Path, entry: EntrySaid, defaults: DefaultsSaid
) -> Iterator[Finding]:
    """Overrides for environments that the audience is not for."""
    own = entry.environments is not None
    only = entry.environments if own else defaults.environments
    for name in entry.overrides if only else ():
        if name not in (only or ()):
            said = f"an override for {quoted(name)}, but {quoted(path[-1])} is only for"
            where = "" if own else ", as `defaults` say"
            hint = f"add {quoted(name)} to `environments`, or delete this override"
            if not own:
                hint = "write `environments` into the block, or delete this override"
            yield Finding(
                yaml_file.places()[0][*path, "overrides", name],
                EXCLUDED,
                f"{said} {listed(map(quoted, dict.fromkeys(only or ())))}{where}",
                hint,
            )


def _of_nothing(
    yaml_file: YamlFile, path: Path, entry: EntrySaid, defaults: DefaultsSaid
) -> Iterator[Finding]:
    """Overrides of fields that the audience does not have."""
    for field in OPTIONAL:
        name, has = (
            field.name,
            getattr(entry, field.attribute) or getattr(defaults, field.attribute),
        )
        for environment, override in entry.overrides.items() if not has else ():
            if getattr(override, field.attribute) is not None:
                yield Finding(
                    yaml_file.places()[0][*path, "overrides", environment, name],
                    "override-of-nothing",
                    f"an override of `{name}`, which {quoted(path[-1])} does not have",
                    f"write `{name}` into the block, where every environment takes it from; "
                    f'`{name}: ""` in an override takes it away there',
                )
