"""One manifest file: bytes to wanted audiences, its keys, and everything that is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as filled
from typing import Any

from aepctl.manifests.lifecycle import lifecycle_of, moved_in, removed_in
from aepctl.manifests.overriding import Scoped, misplaced, scopes_of
from aepctl.manifests.reading import defaults_said, document_said, sound_entries
from aepctl.manifests.said import UNSAID, DefaultsSaid, DocumentSaid, EntrySaid
from aepctl.manifests.scope import Scope
from aepctl.manifests.spelling import misspelt
from aepctl.model.audience import FIELDS, Audience, Wanted
from aepctl.model.problem import Origin, Problem
from aepctl.model.wants import Moved, Removed
from aepctl.yamldoc import Finding, YamlFile, parse, quoted

SHARED = tuple(
    field for field in FIELDS if field.required and field.attribute in DefaultsSaid._fields
)
"""The fields that every audience needs, and that defaults may give."""
TEXTS = tuple(one.attribute for one in FIELDS if one.attribute in DefaultsSaid._fields)
"""The fields of text that defaults may give."""
SECTIONS = frozenset({"audiences", "moved", "removed"})
"""A file has at least one of these."""
OF_VALUES = frozenset({"wrong-type", "wrong-value"})
"""What nothing, and an alias of nothing, cannot help being as well."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one file says. With problems, `wanted` holds only the audiences that are sound.

    `repeated`: so many characters are not in the file as often as they are asked for.
    """

    wanted: tuple[Wanted, ...] = ()
    keys: tuple[tuple[str, Origin], ...] = ()
    problems: tuple[Problem, ...] = ()
    text: str = ""
    repeated: int = 0
    moved: tuple[Moved, ...] = ()
    removed: tuple[Removed, ...] = ()
    scopes: Mapping[str, Scope] = filled(default_factory=dict)
    named: frozenset[str] = frozenset()


def read_manifest(file: str, raw: bytes) -> Manifest:
    """Read one file; `file` names it in problems. The documents of a file count as one."""
    yaml_file = parse(file, raw, positions_under="audiences", within="overrides")
    if yaml_file.broken:
        return Manifest(problems=yaml_file.problems, text=yaml_file.text)
    documents = [(n, value) for n, value in enumerate(yaml_file.documents) if value is not None]
    problems = list(yaml_file.problems)
    checked: list[tuple[int, Mapping[str, EntrySaid]]] = []
    moved: list[Moved] = []
    removed: list[Removed] = []
    for number, value in documents:
        said = document_said(yaml_file, number)
        if isinstance(said, DocumentSaid):
            checked.append((number, said.audiences))
            moved += moved_in(yaml_file, number, said)
            removed += removed_in(yaml_file, number, said)
        else:
            problems += said
            checked.append((number, dict(sound_entries(value))))
    defaults, findings = _defaults(yaml_file, documents)
    findings += _incomplete(yaml_file, documents, defaults)
    findings += misspelt(yaml_file, documents, defaults, checked)
    given = defaults or DefaultsSaid()
    scoped: Scoped = {}
    origins = _origins(yaml_file)
    wanted = tuple(_wanted(origins, checked, given, scoped))
    scopes = scopes_of(yaml_file, scoped, given)
    findings += misplaced(yaml_file, documents, defaults, scoped)
    problems += yaml_file.problems_at(findings)
    return Manifest(
        wanted,
        tuple(one for each in origins for one in each.items()),
        _one_each_place(problems),
        yaml_file.text,
        yaml_file.repeated + _repeated((entries for _, entries in checked), given),
        tuple(moved),
        tuple(removed),
        scopes,
        frozenset(given.environments or ()).union(*(one.names for one in scopes.values())),
    )


def _repeated(checked: Iterable[Mapping[str, EntrySaid]], defaults: DefaultsSaid) -> int:
    """The characters of defaults, counted for each audience that is given them."""
    lengths = {name: len(getattr(defaults, name) or "") for name in TEXTS}
    return sum(
        length
        for entries in checked
        for entry in entries.values()
        for name, length in lengths.items()
        if length and getattr(entry, name) is None
    )


def _defaults(
    yaml_file: YamlFile, documents: list[tuple[int, Any]]
) -> tuple[DefaultsSaid | None, list[Finding]]:
    """The defaults of all documents together (None: they are faulty); each may be given once."""
    together: dict[str, Any] = {}
    findings: list[Finding] = []
    for number, document in documents:
        given = document.get("defaults", {}) if isinstance(document, dict) else {}
        if not isinstance(given, dict):
            return None, findings
        for field in given.keys() & together.keys():
            position = yaml_file.places()[0][(number, "defaults", field)]
            message = f"`{field}` already has a default in an earlier document of this file"
            findings.append(Finding(position, "duplicate-key", message, "keep one of the two"))
        together = given | together
    return defaults_said(together), findings  # what is wrong is told with its document


def _incomplete(
    yaml_file: YamlFile, documents: list[tuple[int, Any]], defaults: DefaultsSaid | None
) -> Iterator[Finding]:
    """What is missing: the audiences as a whole, or fields that defaults could have given."""
    mappings = [(number, value) for number, value in documents if isinstance(value, dict)]
    given = SECTIONS.intersection(name for _, value in mappings for name in value)
    if len(mappings) == len(documents) and not given:
        what = "`audiences` is missing" if yaml_file.text.strip() else "the file is empty"
        hint = "a manifest looks like `audiences: {KEY: {name: …}}`"
        yield Finding((1, 1), "missing-field", what, hint)
    if defaults is None:
        return
    needed = [field.name for field in SHARED if getattr(defaults, field.attribute) is None]
    hint = "add it here, or once for the whole file under `defaults`"
    for number, document in mappings:
        entries = document.get("audiences")
        for key, entry in entries.items() if needed and isinstance(entries, dict) else ():
            for field in needed:
                if isinstance(entry, dict) and field not in entry:
                    position = yaml_file.key_positions[number][key]
                    yield Finding(
                        position, "missing-field", f"`{field}` of {quoted(key)} is missing", hint
                    )


def _wanted(
    origins: Sequence[Mapping[str, Origin]],
    checked: list[tuple[int, Mapping[str, EntrySaid]]],
    defaults: DefaultsSaid,
    scoped: Scoped,
) -> Iterator[Wanted]:
    """Each audience, as its block says; `scoped` is given those that say more of environments."""
    usual, every = lifecycle_of(defaults.lifecycle), defaults.environments is None
    for number, entries in checked:
        for key, entry in entries.items():
            namespace = entry.namespace or defaults.namespace
            origin_name = entry.origin_name or defaults.origin_name
            if namespace is None or origin_name is None:
                continue  # told already by _incomplete
            description = entry.description or defaults.description
            audience = Audience(entry.name, namespace, origin_name, description)
            own = entry.lifecycle
            life = usual if own == UNSAID else lifecycle_of(own, defaults.lifecycle)
            one = Wanted(key, audience, origins[number][key], entry.audience_id, life)
            if entry.overrides or entry.environments is not None or not every:
                scoped[number, "audiences", key] = one, entry
            yield one


def _origins(yaml_file: YamlFile) -> list[dict[str, Origin]]:
    """Where the keys of each document are."""
    return [
        {key: Origin(yaml_file.file, line, column) for key, (line, column) in positions.items()}
        for positions in yaml_file.key_positions
    ]


def _one_each_place(problems: list[Problem]) -> tuple[Problem, ...]:
    """The first problem of each kind-of-place: `name:` without a value is not also no text."""
    first: dict[tuple[Origin, str], Problem] = {}
    valueless = {problem.origin for problem in problems if problem.rule in ("no-value", "alias")}
    hints = {one.origin: one.hint for one in problems if one.rule in OF_VALUES}
    for problem in problems:
        if problem.rule in OF_VALUES and problem.origin in valueless:
            continue
        hint = hints.get(problem.origin) if problem.rule == "no-value" else None
        told = replace(problem, hint=hint) if hint else problem
        first.setdefault((problem.origin, problem.message), told)
    return tuple(first.values())
