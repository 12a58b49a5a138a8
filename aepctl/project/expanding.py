"""`${VAR}` in the values of aepctl.yaml, replaced before anything else looks at them.

A pull request can change aepctl.yaml, and what stands there is shown in plans: no variable that is
called like a secret is taken, nor a value that holds one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aepctl.model.problem import Problem, quoted
from aepctl.project.said import ConfigSaid, EnvironmentSaid
from aepctl.yamldoc import Finding, YamlFile
from aepctl.yamldoc.places import Path

WRITTEN = r"\$\$\{|\$\{([^{}]*)\}|\$\{"
NAME = r"[A-Za-z_][A-Za-z0-9_]*"
BARE = rf"\$({NAME})"
HUSHED = (
    r"(?i)(SECRET|TOKEN|JWT|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|ACCESS_KEY"
    r"|PRIVATE_KEY)$"
)
WITH_USER = r"://[^/\s]*@"
OURS = ("AEP_ACCESS_TOKEN", "AEP_CLIENT_SECRET")
DANGER = "it would be shown in plans and state; aepctl reads AEP_CLIENT_SECRET and the like itself"
FIELDS, ENVIRONMENT_FIELDS = ConfigSaid._fields, EnvironmentSaid.written()


@dataclass(frozen=True, slots=True)
class Expanded:
    """A file whose values have their variables.

    `missing` has what is wrong where one is not set; such a value is left out of the file, and
    `texts` has it as it was written. `names` tells whence values are. Paths have no document.
    """

    file: YamlFile
    missing: Mapping[Path, Problem] = field(default_factory=dict)
    texts: Mapping[Path, str] = field(default_factory=dict)
    names: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def told(self, problems: Iterable[Problem], number: int) -> Iterator[Problem]:
        """The problems, those of values from variables with the variables' names."""
        _, values = self.file.places()
        names = {values[(number, *path)]: names for path, names in self.names.items()}
        for problem in problems:
            found = names.get((problem.origin.line, problem.origin.column))
            hint = f"{problem.hint}; " if problem.hint else ""
            whence = f"{hint}the value comes from {' and '.join(found or ())}"
            yield problem if found is None else replace(problem, hint=whence)


def expand(yaml_file: YamlFile, number: int, environ: Mapping[str, str]) -> Expanded:
    """Document `number` of the file with its variables. Names of environments are no values."""
    if "$" not in yaml_file.text:
        return Expanded(yaml_file)
    document = _copy(yaml_file.documents[number])
    values = [one for one in _values(document) if "$" in one[1]]
    wrong: list[Finding] = []
    missing: dict[Path, Finding] = {}
    names: dict[Path, tuple[str, ...]] = {}
    _, places = yaml_file.places()
    for path, text in values:
        said = _Said(places[(number, *path)], path)
        here = tuple(dict.fromkeys(found[1] for found in re.finditer(WRITTEN, text) if found[1]))
        made = re.sub(WRITTEN, lambda found: _value(found, environ), text)
        unset = [name for name in here if not environ.get(name)]
        trouble = _trouble(text, here, made, environ)
        if trouble is not None:
            wrong.append(said.finding(*trouble))
        elif unset:
            missing[path] = said.unset(unset)
        elif here:
            names[path] = here
        _put(document, path, None if trouble or unset else made)
    documents = (*yaml_file.documents[:number], document, *yaml_file.documents[number + 1 :])
    problems = yaml_file.problems_at(missing.values())
    return Expanded(
        replace(yaml_file, documents=documents),
        dict(zip(missing, problems, strict=True)),
        {path: text for path, text in values if path in missing},
        names,
        yaml_file.problems_at(wrong),
    )


def _copy(document: Any) -> Any:
    """The document, whose mappings may be changed."""
    if not isinstance(document, dict):
        return document
    return {name: _copy(value) for name, value in document.items()}


def _values(document: Any) -> Iterator[tuple[Path, str]]:
    """Each text that may hold variables: the fields of the settings and of environments."""
    if not isinstance(document, dict):
        return
    places: list[tuple[Path, Any]] = [((name,), document.get(name)) for name in FIELDS]
    environments = document.get("environments")
    for name, one in environments.items() if isinstance(environments, dict) else ():
        if isinstance(one, dict):
            places += [(("environments", name, what), one.get(what)) for what in ENVIRONMENT_FIELDS]
    yield from ((path, value) for path, value in places if isinstance(value, str))


def _put(document: Any, path: Path, value: str | None) -> None:
    """Put the value in its place; without one take the field out."""
    for part in path[:-1]:
        document = document[part]
    if value is None:
        del document[path[-1]]
    else:
        document[path[-1]] = value


def _value(found: re.Match[str], environ: Mapping[str, str]) -> str:
    return "${" if found[1] is None else environ.get(found[1], "")


def _trouble(
    text: str, names: tuple[str, ...], made: str, environ: Mapping[str, str]
) -> tuple[str, str] | None:
    """What is wrong whatever the variables are, and a hint; never a value."""
    odd = next((found[0] for found in re.finditer(WRITTEN, text) if not _is_sound(found)), None)
    if odd is not None:
        return f"{quoted(odd)} names no variable", "write ${NAME}; `$${` stands for `${` itself"
    bare = re.fullmatch(BARE, text.strip())
    if bare is not None:
        return f"`{bare[0]}` is not replaced here", f"write ${{{bare[1]}}}"
    secret = next((name for name in names if re.search(HUSHED, name)), None)
    if secret is not None:
        return f"{secret} is called like a secret, which does not belong here", DANGER
    if names and _holds_secret(made, environ):
        return f"{' and '.join(names)}: there is a secret in it", DANGER
    return None


def _is_sound(found: re.Match[str]) -> bool:
    return found[0] == "$${" or re.fullmatch(NAME, found[1] or "") is not None


def _holds_secret(value: str, environ: Mapping[str, str]) -> bool:
    from aepctl.project.redaction import Redaction  # noqa: PLC0415 - only where a variable is

    known = Redaction()
    for name in OURS:
        known.add(environ.get(name, "").strip())
    return known.text(value) != value or re.search(WITH_USER, value) is not None


@dataclass(frozen=True, slots=True)
class _Said:
    """Words about the value at a path."""

    position: tuple[int, int]
    path: Path

    def finding(self, message: str, hint: str, rule: str = "variable-misplaced") -> Finding:
        whose = f" of {quoted(self.path[1])}" if self.path[1:] else ""
        return Finding(self.position, rule, f"`{self.path[-1]}`{whose}: {message}", hint)

    def unset(self, names: list[str]) -> Finding:
        one = len(names) == 1
        which = "the variable" if one else "the variables"
        hint = f"set {'it' if one else 'them'} (`export {names[0]}=…`), or write the value itself"
        said = f"{which} {' and '.join(names)} {'is' if one else 'are'} not set"
        return self.finding(said, hint, "variable-missing")
