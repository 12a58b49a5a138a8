"""Whether audiences are as a team's rules ask, in each environment that they are for. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, TypeAlias

from aepctl.manifests.located import Located
from aepctl.manifests.reader import Manifests
from aepctl.manifests.scope import Scope
from aepctl.model.audience import FIELDS, Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.model.rule import KEY, Rule
from aepctl.timelimit import TooSlow
from aepctl.wording import listed
from aepctl.yamldoc import quoted

ATTRIBUTES = {KEY: KEY} | {field.name: field.attribute for field in FIELDS}
Limit: TypeAlias = Callable[[], AbstractContextManager[None]]
"""Within what it gives, TooSlow is raised where something takes too long."""


def broken(
    manifests: Manifests,
    names: Sequence[str],
    rules: Iterable[Rule],
    located: Located,
    limit: Limit,
) -> Iterator[Problem]:
    """Each break of a rule in one of these environments, where the field is given.

    A rule that takes longer than `limit` is broken itself.
    """
    for rule in rules:
        tried, slow = manifests.wanted[:1], False
        found: list[_Break] = []
        try:
            with limit():
                for one in manifests.wanted:
                    tried = (one,)
                    found += _breaks(rule, one, manifests.scopes.get(one.key), names)
        except TooSlow:
            slow = True
        yield from (_problem(rule, one, located) for one in found)
        if slow:
            yield _too_slow(rule, tried[0])


class _Break(NamedTuple):
    """What is wrong with an audience, as it is in `name`; `where`: and in which, if not in all."""

    one: Wanted
    said: str
    name: str
    where: Sequence[str] = ()


def _breaks(rule: Rule, one: Wanted, scope: Scope | None, names: Sequence[str]) -> Iterable[_Break]:
    attribute = ATTRIBUTES[rule.field]
    if scope is not None and attribute != KEY:
        return _of_scoped(rule, one, scope, names)
    said = rule.breaks(one.key if attribute == KEY else getattr(one.audience, attribute))
    if said is None or not (scope is None or any(map(scope.has, names))):
        return ()
    return (_Break(one, said, names[0]),)


def _too_slow(rule: Rule, one: Wanted) -> Problem:
    file, _, line = rule.at.rpartition(":")
    said = f"the pattern of `{rule.field}` takes too long: it was given up at {quoted(one.key)}"
    hint = "write it without repetitions in repetitions, so that a text can match in one way only"
    return Problem(Origin(file, int(line), 1), "rule-too-slow", said, hint)


def _of_scoped(rule: Rule, one: Wanted, scope: Scope, names: Sequence[str]) -> Iterator[_Break]:
    """Once for what gives the field: an override, or the block where there is none."""
    attribute, mine = ATTRIBUTES[rule.field], [name for name in names if scope.has(name)]
    givers: dict[str | None, list[str]] = {}
    for name in mine:
        gives = rule.field in dict(scope.within(name, one).given)
        givers.setdefault(name if gives else None, []).append(name)
    for given_by, some in givers.items():
        within = scope.within(some[0], one)
        said = rule.breaks(getattr(within.audience, attribute))
        if said is not None:
            where = some if given_by is not None or len(givers) > 1 else ()
            yield _Break(within, said, some[0], where)


def _problem(rule: Rule, broken: _Break, located: Located) -> Problem:
    one, said, name, where = broken
    origin, whose = one.origin, f"`{rule.field}` of {quoted(one.key)}"
    if rule.field == KEY:
        whose = "the key"
    else:
        origin, by_default = located.site(one, rule.field, name)
        whose = f"`{rule.field}` in `defaults`" if by_default else whose
    there = f" in {listed(where)}" if where else ""
    return Problem(origin, rule.code, f"{whose} {said}{there}", rule.hint)
