"""All environments as one JSON document: of each, the document that it has by itself."""

from typing import TYPE_CHECKING

from aepctl.errors import AepctlError
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, error_json

if TYPE_CHECKING:
    from aepctl.render.everywhere import Everywhere


def everywhere_json(found: "Everywhere", exit_code: int) -> str:
    """`error` says which environments failed; each has its own in its own document."""
    failed, error = found.failed, None
    if failed:
        count = f"{len(failed)} of {len(found.parts)} environments failed"
        error = {"message": f"{count}: {', '.join(failed)}", "next": None, "exitCode": exit_code}
    summary = {
        "environments": len(found.parts),
        "changed": list(found.changed),
        "failed": list(failed),
    }
    documents = [
        error_json(one.made, found.json_list, one.environment, one.target)
        if isinstance(one.made, AepctlError)
        else one.made.document()
        for one in found.parts
    ]
    named = {"format": FORMAT, "warnings": [text for _, text in found.alerts]}
    return document({**named, "summary": summary, "error": error}, environments=documents)
