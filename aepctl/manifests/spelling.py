"""Names as a platform may keep them otherwise: refused where they make the identity. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aepctl.manifests.said import DefaultsSaid, EntrySaid, OverrideSaid
from aepctl.model.audience import FIELDS, IDENTIFYING
from aepctl.model.spelling import flaw, plain
from aepctl.yamldoc import Finding, YamlFile
from aepctl.yamldoc.places import Path

SPELLED = tuple(field for field in FIELDS if field.name in IDENTIFYING)
"""A description may be spelled in any way."""
LONGEST = 500
"""A longer line is not shown for pasting."""


def misspelt(
    yaml_file: YamlFile,
    documents: Iterable[tuple[int, Any]],
    defaults: DefaultsSaid | None,
    checked: Iterable[tuple[int, Mapping[str, EntrySaid]]],
) -> Iterator[Finding]:
    """Each value that may come back otherwise, at its place, with the line to paste.

    Faulty defaults (None) are told already.
    """
    for number, document in documents if defaults is not None else ():
        given: dict[str, Any] = document.get("defaults", {}) if isinstance(document, dict) else {}
        for field in SPELLED:
            text = given.get(field.name)
            if isinstance(text, str) and (said := flaw(text)):
                yield _finding(yaml_file, (number, "defaults", field.name), said, text)
    for number, entries in checked:
        for key, entry in entries.items():
            for field in SPELLED:
                text = getattr(entry, field.attribute)
                if text is not None and (said := flaw(text)):
                    path = (number, "audiences", key, field.name)
                    yield _finding(yaml_file, path, said, text)


def misspelt_within(yaml_file: YamlFile, path: Path, block: OverrideSaid) -> Iterator[Finding]:
    """Likewise in the override at this path."""
    for field in SPELLED:
        text = getattr(block, field.attribute)
        if text is not None and (said := flaw(text)):
            yield _finding(yaml_file, (*path, field.name), said, text)


def _finding(yaml_file: YamlFile, path: Path, said: str, text: str) -> Finding:
    field, better = path[-1], plain(text)
    hint = "write it without"
    if not better:
        hint = "it must contain a visible character"
    elif len(better) <= LONGEST:
        hint = f"write `{field}: {json.dumps(better, ensure_ascii=False)}`"
    return Finding(yaml_file.places()[1][path], "spelling", f"`{field}` {said}", hint)
