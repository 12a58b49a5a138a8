"""All environments as one JSON document: of each, the document that it has by itself."""

from typing import TYPE_CHECKING

from aepctl.errors import AepctlError
from aepctl.render.documents import FORMAT, ErrorData
from aepctl.render.json import document, error_json

if TYPE_CHECKING:
    from aepctl.render.everywhere import Everywhere


def everywhere_json(found: "Everywhere", exit_code: int) -> str:
    """`error` says which environments failed; each has its own in its own document."""
    failed = list(found.errors)
    summary = {
        "environments": len(found.parts),
        "changed": list(found.changed),
        "failed": failed,
    }
    documents = [
        error_json(one.made, found.json_list, one.environment, one.target)
        if isinstance(one.made, AepctlError)
        else one.made.document()
        for one in found.parts
    ]
    named = {"format": FORMAT, "warnings": [text for _, text in found.alerts]}
    error = _error(found, exit_code) if failed else None
    return document({**named, "summary": summary, "error": error}, environments=documents)


def _error(found: "Everywhere", exit_code: int) -> ErrorData:
    """`code` is that of the environment whose exit code counts."""
    count = f"{len(found.errors)} of {len(found.parts)} environments failed"
    worst = next(one for one in found.errors.values() if one.exit_code == exit_code)
    return {
        "message": f"{count}: {', '.join(found.errors)}",
        "code": worst.code,
        "next": None,
        "exitCode": exit_code,
    }
