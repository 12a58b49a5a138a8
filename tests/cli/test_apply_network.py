"""An apply in a hostile network: what it says, what it keeps, and what it never repeats."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from fakes import FakeClock
from projects import ORG, Project, Result
from raw_server import RawServer, Request, Wire, free_port, http

from aepctl.aep.connection import Connection
from aepctl.emulator import Emulator
from aepctl.model.target import Target
from aepctl.operations.context import Context, Platform, system_context
from aepctl.project.environment import Environment
from aepctl.replies import Reply
from aepctl.state.encoder import encode_state
from aepctl.state.model import State

Start = Callable[..., Emulator]
PASSWORD = "p4ss-word"
TOKEN = "test-token-of-some-length"
SECRET = "p8e-test/secret+more"


@pytest.fixture
def abroad(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose platform is not on this machine, and cannot be reached."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    urls = "".join(
        f"    {name}_url: https://aep.invalid/{name}\n" for name in ("ais", "ups", "ims")
    )
    project.write(
        "aepctl.yaml", f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n{urls}"
    )
    project.want("gold")
    project.setenv("AEP_ACCESS_TOKEN", TOKEN)
    project.setenv("AEP_API_KEY", "test-key")
    return project


# Proxies and certificates of the environment variables

UNUSABLE = {
    "HTTPS_PROXY": f"ftp://me:{PASSWORD}@proxy.example",
    "https_proxy": f"http://me:{PASSWORD}@proxy.example:port",
    "ALL_PROXY": f"socks4://me:{PASSWORD}@proxy.example",
    "all_proxy": f"http://me:{PASSWORD}@pro xy",
}


@pytest.mark.parametrize("variable", UNUSABLE)
def test_a_proxy_that_cannot_be_used_is_named_before_the_lock_is_taken(
    abroad: Project, variable: str
) -> None:
    abroad.setenv(variable, UNUSABLE[variable])
    done = abroad.apply()
    assert done.code == 1
    assert done.err.startswith(f"error: {variable} is not the URL of a proxy that can be used: ")
    assert PASSWORD not in done.out + done.err
    assert not (abroad.root / "state").exists()


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_without_its_package_says_what_to_install(
    abroad: Project, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    abroad.setenv("ALL_PROXY", f"{scheme}://me:{PASSWORD}@127.0.0.1:1")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = abroad.apply()
    assert done.code == 1
    assert "ALL_PROXY names a SOCKS proxy" in done.err
    assert "pip install 'aepctl[socks]'" in done.err
    assert not (abroad.root / "state").exists()


@pytest.mark.parametrize(
    "exceptions", ["localhost,[::1]", "fe80::/10", "[::1", "a b,localhost", "1.2.3.4/99"]
)
def test_exceptions_are_understood_or_passed_over_with_a_word(
    abroad: Project, exceptions: str
) -> None:
    """And then it goes through the proxy, where nobody listens."""
    abroad.setenv("HTTPS_PROXY", f"http://me:{PASSWORD}@127.0.0.1:{free_port()}")
    abroad.setenv("NO_PROXY", exceptions)
    done = abroad.run("apply", "--auto-approve", clock=FakeClock())
    assert done.code == 1
    warned = "warning: NO_PROXY: entry 1 is no host, address or network, and is passed over"
    assert (warned in done.err) is (exceptions in {"[::1", "a b,localhost", "1.2.3.4/99"})
    assert "refused" in done.err
    assert "(through the proxy that HTTPS_PROXY names)" in done.err
    assert PASSWORD not in done.out + done.err


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_cannot_be_loaded_are_named_before_the_lock_is_taken(
    abroad: Project, variable: str
) -> None:
    abroad.setenv(variable, str(abroad.root / "nowhere"))
    done = abroad.apply()
    assert (done.code, done.out) == (1, "")
    assert (
        f"the certificates cannot be loaded: No such file or directory; set: {variable}" in done.err
    )
    assert not (abroad.root / "state").exists()


def test_a_platform_on_this_machine_needs_none_of_them(project: Project, platform: Start) -> None:
    project.settle_on(platform())
    project.want("gold")
    for variable, value in UNUSABLE.items():
        project.setenv(variable, value)
    project.setenv("SSL_CERT_FILE", "/nowhere")
    project.setenv("NO_PROXY", "[::1")
    done = project.apply()
    assert (done.code, done.err) == (0, "")


def test_a_plan_looks_at_none_of_them(abroad: Project) -> None:
    abroad.setenv("HTTPS_PROXY", UNUSABLE["HTTPS_PROXY"])
    assert abroad.run("plan").code == 0


# One server, spelled two ways


@pytest.mark.parametrize(
    "spelled",
    ["https://AEP.invalid/ais", "https://aep.invalid:443/ais", "HTTPS://aep.invalid:0443"],
)
def test_a_state_belongs_to_its_server_however_that_is_spelled(
    abroad: Project, spelled: str
) -> None:
    settings = (abroad.root / "aepctl.yaml").read_text()
    plain = "https://aep.invalid"
    state = encode_state(State("lineage", 1, Target(ORG, "prod", plain)))
    assert f'"{plain}"' in state
    for ours, pinned in ((spelled, plain), (f"{plain}/ais", spelled)):
        abroad.write("aepctl.yaml", settings.replace(f"{plain}/ais", ours))
        abroad.write("state/prod.json", state.replace(f'"{plain}"', f'"{pinned}"'))
        done = abroad.run("plan")
        assert (done.code, done.err) == (0, "")
    abroad.write("state/prod.json", state.replace(f'"{plain}"', f'"{plain}:8443"'))
    assert "is the state of another target" in abroad.run("plan").err


# A platform that answers as a test says


class Answering(RawServer):
    """Lists nothing, grants a token, and answers a create as it is told."""

    def __init__(
        self,
        create: Callable[[Request, int], bytes],
        token: Callable[[Request], bytes] | None = None,
        *,
        after: Callable[[Wire], None] = lambda wire: None,
    ) -> None:
        self._create = create
        self._token = token or (lambda request: http(200, json.dumps({"access_token": TOKEN})))
        self._after = after
        self._count = iter(range(1, 10_000))
        super().__init__(*[self._answer] * 1000)

    def _answer(self, wire: Wire) -> None:
        request = wire.receive()
        if "/ims/token/v3" in request.line:
            wire.send(self._token(request))
        elif request.line.startswith("GET"):
            wire.send(http(200, '{"children": [], "_page": {"totalCount": 0}}'))
        else:
            wire.send(self._create(request, next(self._count)))
            self._after(wire)


def created(request: Request, number: int) -> bytes:
    body = {"name": request.json()["name"], "audienceId": f"id-{number}"}
    return http(200, json.dumps(body), {"Connection": "keep-alive"})


def applied(project: Project, server: RawServer, *words: str, asking: bool = False) -> Result:
    project.write(
        "aepctl.yaml",
        f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n    settle_seconds: 0\n"
        f"    ais_url: {server.url}/core/ais\n    ups_url: {server.url}/data/core/ups\n"
        f"    ims_url: {server.url}\n",
    )
    project.setenv("AEP_API_KEY", "test-key")
    if asking:
        project.setenv("AEP_CLIENT_ID", "test-client")
        project.setenv("AEP_CLIENT_SECRET", SECRET)
    else:
        project.setenv("AEP_ACCESS_TOKEN", TOKEN)
    return project.apply(*words)


def everything(project: Project, done: Result) -> str:
    """All that was said and written."""
    files = (one for one in Path(project.root).rglob("*") if one.is_file())
    return "".join([done.out, done.err, *(one.read_text() for one in files)])


def test_a_server_that_closes_soon_after_each_answer_makes_nothing_unknown(
    project: Project,
) -> None:
    """It says that the connection may be used again, and closes it 10 ms later."""
    keys = [f"key-{number}" for number in range(60)]
    project.want(*keys)
    pause = threading.Event()
    with Answering(created, after=lambda wire: bool(pause.wait(0.01))) as server:
        done = applied(project, server)
        assert (done.code, server.creates) == (0, 60)
    assert len(set(project.ids().values())) == 60


FORMS = {
    "plain": TOKEN,
    "by number": "".join(f"\\u{ord(one):04x}" for one in TOKEN),
    "base64": base64.b64encode(f"user:{TOKEN}".encode()).decode(),
    "in a URL": quote_plus(f"Bearer {TOKEN}"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("status", [400, 403, 409, 500])
def test_a_token_that_the_platform_repeats_is_neither_told_nor_kept(
    project: Project, form: str, status: int
) -> None:
    project.want("gold")
    body = f'{{"title": "Not for {FORMS[form]}", "error_code": "{FORMS[form]}"}}'
    with Answering(
        lambda request, number: http(status, body, {"x-request-id": f"of {TOKEN}"})
    ) as server:
        done = applied(project, server)
        applied(project, server)
    said = everything(project, done)
    assert "Not for " in said
    assert TOKEN not in said
    assert base64.b64encode(TOKEN.encode()).decode()[4:-4] not in said


def test_an_id_that_repeats_the_token_is_no_id(project: Project) -> None:
    project.want("gold")
    with Answering(lambda request, number: http(200, f'{{"audienceId": "{TOKEN}"}}')) as server:
        done = applied(project, server)
    assert done.code == 4
    assert "the answer repeats a secret that was sent" in done.out
    assert TOKEN not in everything(project, done)


@pytest.mark.parametrize("field", ["error", "error_description", "error_code", "message", "title"])
def test_a_secret_that_ims_repeats_is_not_told(project: Project, field: str) -> None:
    def echo(request: Request) -> bytes:
        given = dict(parse_qsl(request.body.decode()))["client_secret"]
        assert given == SECRET
        return http(400, json.dumps({field: f"no {given} and {quote_plus(given)}"}))

    project.want("gold")
    with Answering(created, echo) as server:
        done = applied(project, server, asking=True)
    assert done.code == 1
    said = everything(project, done)
    assert "no … and …" in said
    assert "p8e-test" not in said


def test_a_token_that_ims_gave_is_not_told_either(project: Project) -> None:
    project.want("gold")
    with Answering(lambda request, number: http(400, f'{{"title": "Not {TOKEN}"}}')) as server:
        done = applied(project, server, asking=True)
    assert "Not …" in done.out
    assert TOKEN not in everything(project, done)


def test_the_emulators_token_is_no_secret(project: Project) -> None:
    project.write(
        "aepctl.yaml", "environments:\n  local:\n    endpoint: emulator\n    sandbox: emulator\n"
    )
    project.write(
        "audiences/all.yaml",
        "audiences:\n  a: {name: The emulator, namespace: emulator, originName: emulator}\n",
    )
    assert project.apply().code == 0
    assert project.apply().code == 0


# What nobody expected


class Breaking:
    """A platform whose connections send what they are told, and then raise over one audience."""

    def __init__(self, platform: Platform, name: str, error: Exception) -> None:
        self._platform = platform
        self._name = name
        self._error = error

    def connect(self) -> Connection:
        connection = self._platform.connect()
        send = connection.send

        def broken(*words: str, **more: Any) -> Reply:
            reply = send(*words, **more)
            if self._name.encode() in (more.get("body") or b""):
                raise self._error
            return reply

        connection.send = broken  # type: ignore[method-assign]
        return connection


def breaking(name: str, error: Exception) -> Any:
    """An `open_platform` for a Context."""

    @contextmanager
    def open_platform(context: Context, environment: Environment) -> Iterator[Breaking]:
        with system_context().open_platform(context, environment) as platform:
            yield Breaking(platform, name, error)

    return open_platform


def test_a_bug_in_mid_run_is_told_after_the_report_and_loses_nothing(
    project: Project, platform: Start
) -> None:
    emulator = platform()
    project.settle_on(emulator)
    project.want("a", "b", "c")
    words = ("apply", "--auto-approve", "--parallelism", "1")
    done = project.run(*words, open_platform=breaking("Name b", ZeroDivisionError("oh")))
    assert done.code == 70
    assert "created  a" in done.out
    assert "unknown  b" in done.out
    assert "Stopped: an unexpected error" in done.out
    assert "internal error: ZeroDivisionError" in done.err
    assert "This is a bug in aepctl" in done.err
    assert project.files == ["prod.json"]
    assert set(project.ids()) == {"a"}
    assert [one["key"] for one in project.state()["intents"].values()] == ["b"]
    again = project.apply()
    assert again.code == 0, again
    assert "adopted  b" in again.out
    assert len(emulator.audiences) == 3


def test_in_a_machine_format_the_report_of_a_bug_is_one_document(
    project: Project, platform: Start
) -> None:
    project.settle_on(platform())
    project.want("a")
    words = ("apply", "--auto-approve", "--output", "json")
    done = project.run(*words, open_platform=breaking("Name a", ZeroDivisionError("oh")))
    assert done.code == 70
    assert [one["outcome"] for one in done.json["outcomes"]] == ["unknown"]


def test_where_the_system_starts_no_thread_the_run_ends_with_its_report(
    project: Project, platform: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start

    def limited(self: threading.Thread) -> None:
        if self.name.startswith("apply-"):
            raise RuntimeError("can't start new thread")
        start(self)

    emulator = platform()
    project.settle_on(emulator)
    project.want("a", "b")
    monkeypatch.setattr(threading.Thread, "start", limited)
    done = project.apply()
    assert done.code == 1
    assert (
        "Stopped: this system starts no worker (can't start new thread; see `ulimit -u`)"
        in done.out
    )
    assert "2 not started" in done.out
    assert done.err == ""
    assert (emulator.audiences, project.files) == ([], [])
