"""What each answer of a store means for a read, for the first write and for a later one."""

import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from google_server import GoogleObjects, google_server
from object_servers import committed_unheard
from raw_server import (
    RawServer,
    Step,
    Wire,
    answer,
    close,
    deaf_port,
    free_port,
    hang,
    http,
    reset,
    trickle,
)

from aepctl.errors import StateError, StateNotWritten
from aepctl.state.stores.documents import DocumentStore, MaybeWritten, Overtaken
from aepctl.state.stores.objects import LIMIT_BYTES, open_objects
from aepctl.state.stores.objects_access import KEPT_SECONDS

KEYS = {"AWS_ACCESS_KEY_ID": "test-id", "AWS_SECRET_ACCESS_KEY": "test-secret-key"}
OLD = '"0123"'
ETAG = {"ETag": '"4567"', "Last-Modified": "Sat, 28 Nov 2026 10:00:00 GMT"}


def open_at(url: str, *, seconds: float = 5) -> DocumentStore:
    address = f"s3://states/aepctl/prod.json?region=us-east-1&endpoint={url}"
    return open_objects(address, KEYS, seconds=seconds)


@contextmanager
def behind(*script: Step, seconds: float = 5) -> Iterator[DocumentStore]:
    """A store that answers so, a connection each."""
    with RawServer(*script) as server:
        yield open_at(server.url, seconds=seconds)


def says(status: int, code: str = "", more: str = "") -> Step:
    """An error as S3 writes it."""
    body = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>x</Message>{more}</Error>"
    return answer(status, body if code else "")


NOT_WRITTEN = [
    (says(400, "InvalidRequest"), "HTTP status 400 (InvalidRequest)"),
    (says(400, "ExpiredToken"), "the credentials have expired"),
    (says(401), "forbidden"),
    (says(403, "AccessDenied"), "forbidden"),
    (says(403), "forbidden"),
    (says(403, "InvalidAccessKeyId"), "the credentials are not accepted"),
    (says(403, "SignatureDoesNotMatch"), "the credentials are not accepted"),
    (says(403, "RequestTimeTooSkewed"), "this machine's clock is wrong"),
    (says(404, "NoSuchBucket"), "there is no bucket states"),
    (says(404), "it cannot be told whether the bucket or the object is missing"),
    (answer(404, "<html>Not Found</html>"), "it cannot be told whether"),
    (says(409, "InvalidBucketState"), "HTTP status 409 (InvalidBucketState)"),
    (says(413, "EntityTooLarge"), "HTTP status 413 (EntityTooLarge)"),
    (says(429, "SlowDown"), "it asks to wait"),
    (says(501, "NotImplemented"), "this server knows no conditional writes"),
    (answer(301, "", {"x-amz-bucket-region": "eu-central-1"}), "in another region"),
]


@pytest.mark.parametrize(("step", "told"), NOT_WRITTEN)
@pytest.mark.parametrize("expected", [None, OLD])
def test_what_was_refused_was_not_written(step: Step, told: str, expected: str | None) -> None:
    with behind(step) as store, pytest.raises(StateNotWritten) as caught:
        store.put(b"{}\n", expected, "")
    assert type(caught.value) is StateNotWritten
    assert caught.value.message.startswith("s3://states/aepctl/prod.json: cannot be written: ")
    assert told in caught.value.message


@pytest.mark.parametrize(("step", "told"), NOT_WRITTEN)
def test_what_was_refused_is_an_error_to_a_reader_and_never_empty(step: Step, told: str) -> None:
    with behind(step) as store, pytest.raises(StateError) as caught:
        store.get()
    assert told in caught.value.message


OVERTAKEN = [
    (says(412, "PreconditionFailed"), None),
    (says(412, "PreconditionFailed"), OLD),
    (says(412), OLD),
    (says(409, "ConditionalRequestConflict"), None),
    (says(409, "ConditionalRequestConflict"), OLD),
    (says(409, "OperationAborted"), OLD),
    (says(404, "NoSuchKey"), OLD),
]


@pytest.mark.parametrize(("step", "expected"), OVERTAKEN)
def test_who_met_another_write_was_overtaken(step: Step, expected: str | None) -> None:
    with behind(step) as store, pytest.raises(Overtaken):
        store.put(b"{}\n", expected, "")


IN_DOUBT = [
    says(500, "InternalError"),
    says(503, "SlowDown"),
    says(503),
    answer(502, "<html>Bad Gateway</html>"),
    says(408, "RequestTimeout"),
    close,
    reset,
    answer(200, "<html>Welcome</html>", {"Content-Type": "text/html"}),
    answer(200, "", {"ETag": OLD}),  # the version that was to be replaced: no write of ours
    pytest.param(
        trickle(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 100, 0.2), marks=pytest.mark.rig
    ),
    hang,
]


@pytest.mark.parametrize("step", IN_DOUBT)
def test_without_an_answer_that_says_so_it_is_not_known(step: Step) -> None:
    begun = time.monotonic()
    with behind(step, seconds=1) as store, pytest.raises(MaybeWritten) as caught:
        store.put(b"{}\n", OLD, "")
    assert time.monotonic() - begun < 20
    assert "it is not known whether it was written" in caught.value.message


@pytest.mark.parametrize("page", [b"", b"HTTP/1.1 503 Slow\r\nContent-Length: 0\r\n\r\n"])
def test_a_write_that_was_committed_unheard_is_sent_once(page: bytes) -> None:
    """Repeated, it would meet its own first try and call it somebody else's."""
    objects = GoogleObjects()
    with google_server(objects) as url, RawServer(committed_unheard(url, page)) as server:
        place = "gs://states/aepctl/prod.json"
        cut = open_objects(place, {"STORAGE_EMULATOR_HOST": server.url}, seconds=5)
        with pytest.raises(MaybeWritten):
            cut.put(b"{}\n", None, "")
        found = open_objects(place, {"STORAGE_EMULATOR_HOST": url}, seconds=5).get()
    assert found is not None
    assert found.data == b"{}\n"
    assert objects.requests[0] == "PUT /states/aepctl%2Fprod%2Ejson"
    assert len(objects.requests) == 2
    assert server.connections == 1


def test_a_key_that_is_not_there_is_none() -> None:
    with behind(says(404, "NoSuchKey")) as store:
        assert store.get() is None


def whole(size: int) -> bytes:
    lines = [f"{name}: {value}" for name, value in ETAG.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, f"Content-Length: {size}", "", ""]).encode()


UNREADABLE = [
    (says(503, "SlowDown"), "HTTP status 503"),
    (says(409, "ConditionalRequestConflict"), "HTTP status 409"),
    (answer(200, "<html>", {"Content-Type": "text/html"}), "the answer says no version"),
    (answer(200, b"{}", {"ETag": ""}), "the answer says no version"),
    (answer(200, b"{", {**ETAG, "Content-Length": "99"}), "the connection broke"),
    (answer(200, b"", {**ETAG, "Content-Length": str(LIMIT_BYTES + 1)}), "it is too large"),
    (answer(200, b"", {**ETAG, "Content-Length": "-1"}), "the connection broke"),
    (close, "the connection broke"),
    (reset, "the connection broke"),
    pytest.param(hang, "no whole answer in time", marks=pytest.mark.rig),
    pytest.param(
        trickle(whole(100) + b"x" * 100, 0.05), "no whole answer in time", marks=pytest.mark.rig
    ),
    (answer(307, "", {"Location": "http://127.0.0.1:9/"}), ""),
]


@pytest.mark.parametrize(("step", "told"), UNREADABLE)
def test_what_cannot_be_read_is_an_error_in_bounded_time(step: Step, told: str) -> None:
    begun = time.monotonic()
    with behind(step, seconds=1) as store, pytest.raises(StateError) as caught:
        store.get()
    assert time.monotonic() - begun < 20
    assert told in caught.value.message


def test_an_empty_object_is_a_document_without_bytes() -> None:
    """Not None: something is there, and it is for the reader to refuse."""
    with behind(answer(200, b"", ETAG)) as store:
        found = store.get()
    assert found is not None
    assert found.data == b""


def test_what_is_too_large_is_not_sent() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return LIMIT_BYTES + 1

    with RawServer() as server, pytest.raises(StateNotWritten, match="too large") as caught:
        open_at(server.url).put(Huge(), None, "")
    assert type(caught.value) is StateNotWritten
    assert server.connections == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}", "https://127.0.0.1:{}"])
def test_where_nobody_answers_nothing_was_written(url: str) -> None:
    store = open_at(url.format(free_port()))
    with pytest.raises(StateNotWritten, match="nobody answers there") as caught:
        store.put(b"{}\n", None, "")
    assert type(caught.value) is StateNotWritten


def test_a_name_that_is_nobodys_is_unreachable() -> None:
    store = open_at("https://objects.invalid")
    with pytest.raises(StateNotWritten, match="nobody answers there") as caught:
        store.put(b"{}\n", None, "")
    assert type(caught.value) is StateNotWritten


@pytest.mark.rig  # it is waited for
def test_a_port_that_takes_no_connection_is_unreachable() -> None:
    with deaf_port() as port:
        store = open_at(f"http://127.0.0.1:{port}", seconds=1)
        with pytest.raises(StateNotWritten) as caught:
            store.put(b"{}\n", None, "")
    assert type(caught.value) is StateNotWritten


def test_the_region_of_the_bucket_is_told_where_the_store_tells_it() -> None:
    step = says(400, "AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>")
    with behind(step) as store, pytest.raises(StateError) as caught:
        store.get()
    assert "write s3://states/aepctl/prod.json?region=eu-central-1" in (caught.value.hint or "")


def read(store: DocumentStore) -> object:
    return store.get()


def write(store: DocumentStore) -> object:
    return store.put(b"{}\n", None, "")


@pytest.mark.parametrize("attempt", [read, write])
def test_nothing_that_a_server_says_is_repeated(
    attempt: Callable[[DocumentStore], object],
) -> None:
    """It may echo what it was sent: keys, signatures, tokens."""
    echo = "<AWSAccessKeyId>test-id</AWSAccessKeyId><StringToSign>test-secret-key</StringToSign>"
    step = says(403, "SignatureDoesNotMatch", echo)
    with behind(step) as store, pytest.raises(StateError) as caught:
        attempt(store)
    error = caught.value
    told = f"{error.message} {error.hint} {error!r} {error.__cause__!r} {error.__context__!r}"
    assert "test-" not in told
    assert "AWS4-HMAC" not in told


def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the `openssl` program to make a certificate")
    both = tmp_path / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", str(both)]
    made = subprocess.run(command, check=True, capture_output=True)
    both.write_bytes(both.read_bytes() + made.stdout)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with RawServer(tls=context) as server, pytest.raises(StateNotWritten) as caught:
        open_at(server.url).put(b"{}\n", None, "")
    assert type(caught.value) is StateNotWritten
    assert "its certificate is not trusted here" in caught.value.message
    assert "SSL_CERT_FILE" in (caught.value.hint or "")


@pytest.mark.rig  # it waits
def test_a_connection_that_was_idle_is_not_used_again() -> None:
    """The other side may be about to close it, and what is sent then is in doubt."""

    def kept(wire: Wire) -> None:
        wire.receive()
        wire.send(http(200, "", {**ETAG, "Connection": "keep-alive"}))
        wire.server.released.wait(30)

    with RawServer(kept, kept) as server:
        store = open_at(server.url)
        store.put(b"{}\n", None, "")
        time.sleep(KEPT_SECONDS + 1)
        store.put(b"{}\n", OLD, "")
        assert server.connections == 2
