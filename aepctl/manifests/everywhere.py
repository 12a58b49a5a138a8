"""What must hold of the manifests in one environment or in all: keys, identities, rules. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aepctl.errors import InvalidInput
from aepctl.manifests.located import Located
from aepctl.manifests.move_rules import still_wanted
from aepctl.manifests.overriding import EXCLUDED
from aepctl.manifests.reader import Manifests, with_source
from aepctl.manifests.rules import same_audiences, same_ids
from aepctl.model.problem import Origin, Problem
from aepctl.wording import listed
from aepctl.yamldoc import quoted

if TYPE_CHECKING:
    from aepctl.manifests.ruling import Limit
    from aepctl.model.rule import Rule

NO_SUCH_ENVIRONMENT = "unknown-environment"
UNNAMED = "default"
"""The environment of a project that names none."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is said of manifests outside of them.

    `known`: the environments that there are; empty where none are named, so that any may be.
    `about`: those that are asked about, without any all. `rules`: what is asked of each audience,
    and `limit` how long one of them may take.
    """

    known: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    rules: "tuple[Rule, ...]" = ()
    limit: "Limit" = nullcontext

    def names(self, manifests: Manifests) -> tuple[str, ...]:
        """The environments to be asked about."""
        return self.about or self.known or tuple(sorted({UNNAMED, *manifests.named}))


def sound(read: Callable[[], Manifests], settings: Settings) -> Manifests:
    """What is read. Raises InvalidInput with every problem, those of environments included."""
    problems: tuple[Problem, ...] = ()
    try:
        manifests = read()
    except InvalidInput as error:
        manifests = error.sound if isinstance(error.sound, Manifests) else Manifests()
        problems = error.every
    found = troubles(manifests, settings)
    unknown = {one.origin for one in found if one.rule == NO_SUCH_ENVIRONMENT}
    problems = (*(one for one in problems if not _is_said(one, unknown)), *found)
    if problems:
        raise InvalidInput(problems)
    return manifests


def _is_said(one: Problem, unknown: Collection[Origin]) -> bool:
    """Nobody adds an environment to those of an audience that is none."""
    return one.rule == EXCLUDED and one.origin in unknown


def troubles(manifests: Manifests, settings: Settings) -> tuple[Problem, ...]:
    """What cannot be so, or breaks a rule; each told once, with its line."""
    if not (manifests.named or manifests.scopes or settings.rules):
        return ()
    located, names = Located(manifests.texts), settings.names(manifests)
    found = [*_unknown(manifests, settings.known, located)]
    if manifests.scopes:
        alike = _Alike(manifests)
        found += _once(names, (_of_one(manifests, alike, name) for name in names))
    if settings.rules:
        from aepctl.manifests.ruling import broken  # noqa: PLC0415 - few projects have rules

        found += broken(manifests, names, settings.rules, located, settings.limit)
    return tuple(with_source(dict.fromkeys(found), manifests.texts))


def _unknown(manifests: Manifests, known: Sequence[str], located: Located) -> Iterator[Problem]:
    """Names of environments that are none."""
    wrong = manifests.named.difference(known) if known else ()
    for name, origin in located.environments() if wrong else ():
        if name in wrong:
            from difflib import get_close_matches  # noqa: PLC0415 - only where something is wrong

            close = get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else f"available: {listed(known)}"
            said = f"there is no environment {quoted(name)} in aepctl.yaml"
            yield Problem(origin, NO_SUCH_ENVIRONMENT, said, hint)


def _once(names: Sequence[str], found: Iterable[Iterable[Problem]]) -> Iterator[Problem]:
    """Each problem once, naming the environments that have it, where those are not all."""
    where: dict[Problem, list[str]] = {}
    for name, problems in zip(names, found, strict=True):
        for one in problems:
            where.setdefault(one, []).append(name)
    for one, some in where.items():
        everywhere = len(some) == len(names) > 1
        yield one if everywhere else replace(one, message=f"{one.message}, in {listed(some)}")


def _of_one(manifests: Manifests, alike: "_Alike", environment: str) -> Iterator[Problem]:
    """What is wrong in one environment, of audiences that are not the same in all."""
    scopes = manifests.scopes
    here = {key for key, scope in scopes.items() if scope.has(environment)}
    places = alike.places
    yield from still_wanted(places, manifests.moved, manifests.removed, only=here)
    scoped = [one for one in manifests.wanted if one.key in here]
    wanted = [scopes[one.key].within(environment, one) for one in scoped]
    yield from same_audiences(wanted, alike.described)
    yield from same_ids(wanted, alike.given)


class _Alike:
    """What is the same in all environments. `places`: the blocks of all audiences."""

    def __init__(self, manifests: Manifests) -> None:
        scopes, every = manifests.scopes, reversed(manifests.wanted)
        everywhere = [one for one in every if one.key not in scopes]  # the first of a kind counts
        self.places = {one.key: one.origin for one in manifests.wanted}
        self.described = {one.audience.folded_identity: one for one in everywhere}
        self.given = {one.audience_id: one for one in everywhere if one.audience_id is not None}
