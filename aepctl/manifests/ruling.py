"""Whether audiences are as a team's rules ask, in each environment that they are for. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from aepctl.manifests.located import Located
from aepctl.manifests.reader import Manifests
from aepctl.manifests.scope import Scope
from aepctl.model.audience import FIELDS, Wanted
from aepctl.model.problem import Problem
from aepctl.model.rule import KEY, Rule
from aepctl.wording import listed
from aepctl.yamldoc import quoted

ATTRIBUTES = {KEY: KEY} | {field.name: field.attribute for field in FIELDS}
Said = Mapping[str, Sequence[str]]
"""What is wrong with a text, and in which environments; without any, in all."""


def broken(
    manifests: Manifests, names: Sequence[str], rules: Iterable[Rule], located: Located
) -> Iterator[Problem]:
    """Each break of a rule in one of these environments, where the field is given."""
    for rule in rules:
        attribute, scopes = ATTRIBUTES[rule.field], manifests.scopes
        for one in manifests.wanted:
            scope = scopes.get(one.key)
            if scope is not None and attribute != KEY:
                yield from _of_scoped(rule, one, scope, names, located)
                continue
            text = one.key if attribute == KEY else getattr(one.audience, attribute)
            said = rule.breaks(text)
            if said is not None and (scope is None or any(map(scope.has, names))):
                yield _problem(rule, one, said, located, names[0], ())


def _of_scoped(
    rule: Rule, one: Wanted, scope: Scope, names: Sequence[str], located: Located
) -> Iterator[Problem]:
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
            yield _problem(rule, within, said, located, some[0], where)


def _problem(
    rule: Rule, one: Wanted, said: str, located: Located, name: str, where: Sequence[str]
) -> Problem:
    origin, whose = one.origin, f"`{rule.field}` of {quoted(one.key)}"
    if rule.field == KEY:
        whose = "the key"
    else:
        origin, by_default = located.site(one, rule.field, name)
        whose = f"`{rule.field}` in `defaults`" if by_default else whose
    there = f" in {listed(where)}" if where else ""
    return Problem(origin, rule.code, f"{whose} {said}{there}", rule.hint)
