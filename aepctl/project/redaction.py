"""What must not be repeated, whatever the other side answers. The one place that takes it out.

Whatever comes from outside passes here before anything else sees it, so no message, log, report or
state can hold it.
"""

import base64
import html
import json
import re
import threading
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from aepctl.replies import Reply, Response

INSTEAD = "…"
PLAIN = (html.unescape, unquote)
"""How a spelling is read that leaves it to the writer what it spells; a page's first."""
MIN_CHARS = 6
"""What is shorter is no secret: it would be found in any text."""


class Redaction:
    """Takes secrets out of replies, in every form in which they may come back.

    For any number of threads.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._known: frozenset[str] = frozenset()
        self._forms: tuple[str, ...] = ()

    def add(self, secret: str) -> None:
        """From now on this is not repeated."""
        if secret in self._known or len(secret) < MIN_CHARS:
            return
        with self._mutex:
            self._known |= {secret}
            forms = {form for one in self._known for form in _forms(one)}
            self._forms = tuple(sorted(forms, key=len, reverse=True))

    def text(self, text: str) -> str:
        """The text without them. Where one stands in it as a page or a URL spells it: in plain."""
        read = text = self._bare(text)
        for plain in PLAIN if self._forms else ():
            read = plain(read)
            if (bare := self._bare(read)) != read:
                read = text = bare
        return text

    def _bare(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, INSTEAD)
        return text

    def holds(self, data: bytes) -> bool:
        """Whether one of them is in it, as it is or spelled as JSON may spell it."""
        if any(form.encode() in data for form in self._forms):
            return True
        return b"\\" in data and self._body(data) is not data

    def reply(self, reply: Reply) -> Reply:
        """The reply without them. The body of a success is data, and is left as it is."""
        if not self._forms:
            return reply
        if not isinstance(reply, Response):
            return replace(reply, reason=self.text(reply.reason))
        request_id = None if reply.request_id is None else self.text(reply.request_id)
        success = HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES
        body = reply.body if success else self._body(reply.body)
        return replace(reply, body=body, request_id=request_id, location=self.text(reply.location))

    def _body(self, body: bytes) -> bytes:
        """An error's body. JSON may spell any character by its number, so it is read first."""
        try:
            value = json.loads(body)
            clean = self._value(value)
        except (ValueError, RecursionError):
            pass  # it is no JSON, and is looked through as it is
        else:
            body = body if clean == value else json.dumps(clean).encode()
        text = body.decode(errors="surrogateescape")
        changed = self.text(text)
        return body if changed == text else changed.encode(errors="surrogateescape")

    def _value(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case list():
                return [self._value(one) for one in value]
            case dict():
                return {self.text(name): self._value(one) for name, one in value.items()}
            case _:
                return value


def _forms(secret: str) -> set[str]:
    """The secret as it is, in a URL, and in base64 (also as part of a longer text)."""
    forms = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret)}
    forms |= {re.sub("%..", lambda found: found[0].lower(), form) for form in forms}
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            forms.add(_inner(encode(b"\0" * shift + secret.encode()).decode(), shift))
    return {form for form in forms if len(form) >= MIN_CHARS}


def _inner(encoded: str, shift: int) -> str:
    """Without the characters that also depend on what stands before and behind the secret."""
    begin = (0, 2, 3)[shift]
    bare = encoded.rstrip("=")
    return bare[begin : len(bare) - (1 if len(bare) != len(encoded) else 0)]
