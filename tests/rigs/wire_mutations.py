"""Ways in which a valid answer goes wrong on its way. Each has its bytes, their timing, its end.

`FRAMING` leaves the body's bytes alone (or cuts them): what is read of it all the same must be the
truth. `LIES` change them: nobody can tell, but nothing may break.
"""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from raw_server import Wire, http

REFUSING = frozenset({"400", "401", "403", "404", "405", "413", "415", "422", "429"})


@dataclass(frozen=True)
class Script:
    """What is sent: pieces, the pause after each in seconds, and how it ends."""

    pieces: tuple[bytes, ...]
    pause: float = 0.0
    end: str = "close"

    @property
    def data(self) -> bytes:
        return b"".join(self.pieces)

    def play(self, wire: Wire) -> None:
        for piece in self.pieces:
            wire.send(piece)
            if self.pause and wire.server.released.wait(self.pause):
                return
        if self.end == "reset":
            wire.reset()
        elif self.end == "hang":
            wire.await_first_byte()  # or that the client goes


Mutation = Callable[[Random, bytes], Script]


def parts(answer: bytes) -> tuple[bytes, bytes, bytes]:
    """Status line, headers with the blank line, body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    line, _, headers = head.partition(b"\r\n")
    return line + b"\r\n", headers + b"\r\n\r\n", body


def garbled(rng: Random, data: bytes) -> bytes:
    """A range of bytes changed, left out, repeated, or with others put in between."""
    start = rng.randrange(len(data) + 1)
    stop = min(len(data), start + rng.choice((1, 1, 2, 5, 30)))
    junk = rng.choice(
        (rng.randbytes(rng.randrange(1, 9)), b"\r\n", b"\n", b"\0", b" ", b":", b'"', b"{", b"\xff")
    )
    middle = rng.choice((junk, b"", data[start:stop] * 2, data[start:stop] + junk))
    return data[:start] + middle + data[stop:]


def untouched(rng: Random, answer: bytes) -> Script:
    return Script((answer,))


STATUS_LINES = (
    "HTTP/1.1 200", "HTTP/1.1 201 Created", "HTTP/1.1 2000 OK", "HTTP/2 200", "HTTP/1.0 200 OK",
    "http/1.1 200 ok", "HTTP/1.1  200 OK", "HTTP/1.1 200 \xff\xfe", "HTTP/1.1 101 Switching",
    "HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified", "HTTP/1.1 302 Found", "HTTP/1.1 408 ",
    "HTTP/1.1 409 Conflict", "HTTP/1.1 500 Oh", "HTTP/1.1 503 Oh", "HTTP/1.1 000 Oh",
    "HTTP/1.1 999 Oh", "HTTP/1.1 -20 Oh", "HTTP/1.1", "", "ICY 200 OK", "HTTP/1.1 200 OK\0",
    "HTTP/1.1 100 Continue", "HTTP/1.1 103 Early Hints", "\r\nHTTP/1.1 200 OK", "220 mail ready",
)  # fmt: skip


def another_status_line(rng: Random, answer: bytes) -> Script:
    _, headers, body = parts(answer)
    return Script((f"{rng.choice(STATUS_LINES)}\r\n".encode("latin-1") + headers + body,))


def garbled_headers(rng: Random, answer: bytes) -> Script:
    line, headers, body = parts(answer)
    return Script((line + garbled(rng, headers) + body,))


HEADERS = (
    "Content-Length: 1", "Content-Length: -1", "Content-Length: 99999999999999999999",
    "Content-Length: 5, 5", "Content-Length: x", "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity", "Content-Encoding: gzip",
    "Content-Encoding: br", "Content-Encoding: identity", "Content-Encoding: \xff", "no colon",
    " folded: once", "X-Null: \0", ": no name", "X Blank: x", "Retry-After: soon",
    "Retry-After: 99999999999999999999999", "Retry-After: -1", "Set-Cookie: a=b",
    "Location: http://127.0.0.1:1/", "Connection: keep-alive, Upgrade", "Upgrade: h2c",
    "Content-Type: text/html; charset=utf-7", "x-request-id: \x1b[31m", "Trailer: X-T",
    f"X-Long: {'x' * 70_000}", "\r\n".join(f"X-{n}: x" for n in range(5000)),
)  # fmt: skip


def another_header(rng: Random, answer: bytes) -> Script:
    line, headers, body = parts(answer)
    more = f"{rng.choice(HEADERS)}\r\n".encode("latin-1")
    return Script((line + more + headers + body,))


def compressed(rng: Random, answer: bytes) -> Script:
    """As nobody asked for it: good, cut, or a bomb."""
    _, _, body = parts(answer)
    packed = rng.choice((gzip.compress(body), gzip.compress(body)[:-9], b"no gzip"))
    name = rng.choice(("gzip", "deflate", "gzip, gzip", "x-gzip"))
    return Script((http(200, packed, {"Content-Encoding": name}),))


def chunked(rng: Random, answer: bytes) -> Script:
    """The body in chunks, well made or not quite."""
    line, _, body = parts(answer)
    out, rest = b"", body
    while rest:
        size = rng.randrange(1, 40)
        extension = rng.choice((b"", b"", b";x=y", b";" + b"e" * 200))
        lie = rng.choice((0, 0, 0, 0, 0, 1, -1))
        out += b"%x%s\r\n%s\r\n" % (max(len(rest[:size]) + lie, 0), extension, rest[:size])
        rest = rest[size:]
    out += rng.choice(
        (b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nX-T: x\r\n\r\n", b"0\r\n", b"", b"-1\r\n")
    )
    return Script((line + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + out,))


def cut(rng: Random, answer: bytes) -> Script:
    where = rng.randrange(len(answer))
    return Script((answer[:where],), end=rng.choice(("close", "close", "reset")))


def and_more(rng: Random, answer: bytes) -> Script:
    """Something after the answer, in the same segment or the next: junk, or another's answer."""
    other = http(200, '{"name": "Evil", "audienceId": "EVIL", "children": []}')
    more = rng.choice((other, answer, rng.randbytes(50), b"\r\n", b"x" * 5000))
    return Script(rng.choice(((answer + more,), (answer, more))), end="close")


def interim(rng: Random, answer: bytes) -> Script:
    """Interim answers first: a few, or more than anybody needs."""
    kinds = (
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 199 \r\nContent-Length: 3\r\n\r\n",
    )
    return Script((rng.choice(kinds) * rng.choice((1, 2, 20, 9000)) + answer,))


def in_pieces(rng: Random, answer: bytes) -> Script:
    """All of it, in segments of any size."""
    pieces, rest = [], answer
    while rest:
        size = rng.randrange(1, 60)
        pieces.append(rest[:size])
        rest = rest[size:]
    return Script(tuple(pieces), 0.0005)


def slow(rng: Random, answer: bytes) -> Script:
    """To some point at once, then a byte now and then: it would take longer than anybody waits."""
    where = rng.randrange(len(answer))
    return Script((answer[:where], *(bytes([one]) for one in answer[where:] * 50)), 0.02)


def silent(rng: Random, answer: bytes) -> Script:
    return Script((answer[: rng.randrange(len(answer))],), end="hang")


FRAMING: tuple[Mutation, ...] = (
    untouched, untouched, another_status_line, garbled_headers, garbled_headers, another_header,
    another_header, compressed, chunked, cut, and_more, interim, in_pieces,
)  # fmt: skip
SLOW: tuple[Mutation, ...] = (slow, silent)


def garbled_body(rng: Random, answer: bytes) -> Script:
    line, headers, body = parts(answer)
    new = garbled(rng, body)
    return Script((with_length(line + headers, len(new)) + new,))


ODD_VALUES = (
    b"null", b"true", b"-1", b"1e999", b'""', b"[]", b"{}", b'"\\ud800"', b'"\\u0000"', b"NaN",
    b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b'"' + b"x" * 70_000 + b'"', b'"\xff"',
)  # fmt: skip


def odd_value(rng: Random, answer: bytes) -> Script:
    """A value of the body's JSON is of another kind."""
    line, headers, body = parts(answer)
    values = list(re.finditer(rb'(?<=: )("[^"]*"|\d+|\[)', body))
    if not values:
        return untouched(rng, answer)
    chosen = rng.choice(values)
    new = body[: chosen.start()] + rng.choice(ODD_VALUES) + body[chosen.end() :]
    return Script((with_length(line + headers, len(new)) + new,))


LIES: tuple[Mutation, ...] = (garbled_body, garbled_body, odd_value, odd_value)


def with_length(head: bytes, length: int) -> bytes:
    return re.sub(rb"(?<=Content-Length: )\d+", b"%d" % length, head)


def tells_a_refusal(script: Script) -> bool:
    """Whether a status says that nothing was done. After a commit that is a lie that no client
    can see through; the next run's look does.
    """
    return any(
        status.decode() in REFUSING for status in re.findall(rb"HTTP/1\.\d +(\d{3})", script.data)
    )


def names_another(script: Script, audience_id: str) -> bool:
    """Whether an ID is in it that is not the one that was given."""
    told = b'"audienceId"' in script.data
    return told and f'"{audience_id}"'.encode() not in script.data


def mutated(rng: Random, answer: bytes, mutations: tuple[Mutation, ...]) -> tuple[str, Script]:
    """A way, and the script that it comes to."""
    mutation = rng.choice(mutations)
    script = mutation(rng, answer)
    return mutation.__name__, replace(script, pieces=tuple(script.pieces))
