"""What is kept on an HTTP state server: JSON with a growing `serial`, our bytes inside it. Pure.

GitLab asks for the serial, and takes none twice. There is no `version` as Terraform's state has:
so a Terraform that is pointed here by mistake refuses what it finds, and does not write over it.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from aepctl.texts import json_of

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document as it is kept. `write` is another one for each write."""

    data: bytes
    serial: int
    lineage: str
    write: str

    @property
    def version(self) -> str:
        """Never used again, however often the document is deleted and made anew."""
        return f"{self.serial}-{self.write}"


class NoEnvelope(Exception):
    """What stands there is not ours, or not whole. `why` says so."""

    def __init__(self, why: str, hint: str | None = None) -> None:
        super().__init__(why)
        self.why, self.hint = why, hint


def wrapped(envelope: Envelope) -> bytes:
    """The bytes to keep."""
    inside = {
        "format": FORMAT,
        "write": envelope.write,
        "sha256": hashlib.sha256(envelope.data).hexdigest(),
        "document": base64.b64encode(envelope.data).decode(),
    }
    outside = {"serial": envelope.serial, "lineage": envelope.lineage, "aepctl": inside}
    return json.dumps(outside, indent=1).encode() + b"\n"


def unwrapped(body: bytes) -> Envelope:
    """The document in these bytes. Raises NoEnvelope."""
    try:
        outside = json_of(body)
    except ValueError:
        raise NoEnvelope(*_no_json(body)) from None
    inside = outside.get("aepctl") if isinstance(outside, dict) else None
    if not isinstance(inside, dict):
        raise NoEnvelope(
            "what stands there is no state of aepctl; it may be Terraform's, and is left alone",
            "give this state an address of its own",
        )
    if inside.get("format") != FORMAT:
        raise NoEnvelope("it was written by a newer aepctl", "use that one")
    return _checked(outside, inside)


def _checked(outside: dict[str, Any], inside: dict[str, Any]) -> Envelope:
    serial, lineage = outside.get("serial"), outside.get("lineage")
    write, document = inside.get("write"), inside.get("document")
    try:
        data = base64.b64decode(document or "", validate=True)
    except (ValueError, TypeError):
        raise NoEnvelope("it is damaged: its text cannot be decoded") from None
    if not (isinstance(serial, int) and isinstance(lineage, str) and isinstance(write, str)):
        raise NoEnvelope("it is damaged: a field is missing")
    if hashlib.sha256(data).hexdigest() != inside.get("sha256"):
        raise NoEnvelope("it is damaged: its checksum is another")
    return Envelope(data, serial, lineage, write)


def _no_json(body: bytes) -> tuple[str, str | None]:
    if body.lstrip()[:1] == b"<":
        return "a web page was sent in place of a state", "check the address and the credentials"
    return "what stands there is no JSON", "give this state an address of its own"
