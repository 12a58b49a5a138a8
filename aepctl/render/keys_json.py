"""What state mv and rm did as JSON."""

from collections.abc import Mapping, Sequence

from aepctl.model.target import Target
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, target_data


def keys_json(
    done: str,
    rows: Sequence[Mapping[str, object]],
    environment: str,
    target: Target,
    *,
    dry_run: bool,
) -> str:
    """One object for each key; `done` names their list, and what was done."""
    return document(
        {
            "format": FORMAT,
            "environment": environment,
            "target": target_data(target),
            done: list(rows),
            "dryRun": dry_run,
            "error": None,
        }
    )
