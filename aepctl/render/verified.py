"""What `state verify` found, as a View and as JSON. Other results do without this module."""

from aepctl.apply.findings import Finding, Verified
from aepctl.model.target import Target
from aepctl.render.documents import FORMAT
from aepctl.render.json import document, target_data
from aepctl.render.view import Row, View
from aepctl.render.words import FINDING


def view_of_verified(verified: Verified, environment: str, target: Target) -> View:
    """Each finding with the command that mends it."""
    count = verified.audiences
    return View(
        command="state verify",
        title="State",
        environment=environment,
        target=target,
        totals={FINDING: len(verified.findings)},
        rows=tuple(Row(FINDING, one.key, note=_note(one), ended=True) for one in verified.findings),
        empty=f"{count} audience{'s' * (count != 1)}, nothing found.",
    )


def _note(one: Finding) -> str:
    return f"{one.said}; `{one.command}` {one.effect} [verify-{one.kind}]"


def verified_json(verified: Verified, environment: str, target: Target) -> str:
    """The same for programs."""
    return document(
        {
            "format": FORMAT,
            "environment": environment,
            "target": target_data(target),
            "findings": [_finding(one) for one in verified.findings],
            "summary": {"audiences": verified.audiences, "findings": len(verified.findings)},
            "error": None,
        }
    )


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "kind": finding.kind.value,
        "key": finding.key,
        "message": finding.said,
        "command": finding.command,
        "effect": finding.effect,
    }
