"""aepctl doctor: what it finds where something is wrong, what it skips then; it only reads."""

import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from fakes import QuickClock
from projects import ORG, Project, Result, tree
from raw_server import RawServer, Wire, http

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind, Operation
from aepctl.operations.doctor.table import CODES, TABLE
from aepctl.render.schemas import schema

Start = Callable[..., Emulator]
PAGE = (Path(__file__).resolve().parents[2] / "docs/doctor.md").read_text()


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    made = platform()
    project.settle_on(made)
    project.want("gold")
    return made


def checks(result: Result) -> Mapping[str, tuple[str, str]]:
    """By code, how each check ended, and what was found."""
    (one,) = result.json["environments"]
    return {each["code"]: (each["status"], each["message"]) for each in one["checks"]}


def examined(project: Project, *words: str, **world: object) -> Mapping[str, tuple[str, str]]:
    return checks(project.run("doctor", "-o", "json", *words, **world))


def bad(found: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """What is neither fine nor skipped."""
    return {code: text for code, (how, text) in found.items() if how in {"failed", "warning"}}


def because(found: Mapping[str, tuple[str, str]], cause: str) -> set[str]:
    return {code for code, one in found.items() if one == ("skipped", f"because of `{cause}`")}


def test_where_all_is_well_every_check_says_so(project: Project, there: Emulator) -> None:
    result = project.run("doctor")
    lines = [line.split() for line in result.out.splitlines()]
    assert result.code == 0
    assert lines[0] == ["prod"]
    assert [words[1] for words in lines[1:-2]] == list(CODES)
    assert lines[-1] == [str(len(CODES)), "ok."]
    assert result.err == ""


def test_it_only_reads(project: Project, there: Emulator) -> None:
    before = tree(project.root)
    assert project.run("doctor").code == 0
    assert tree(project.root) == before
    sent = {(one.method, one.path) for one in there.requests}
    rights = "/data/foundation/access-control/acl/effective-policies"
    assert {one for one in sent if one[0] != "GET"} == {("POST", rights)}


def test_with_the_embedded_emulator_nothing_is_made_either(project: Project) -> None:
    project.write("aepctl.yaml", "environments: {local: {endpoint: emulator, sandbox: dev}}\n")
    project.want("gold")
    before = tree(project.root)
    assert project.run("doctor").code == 0
    assert tree(project.root) == before


def test_each_check_is_on_the_page_in_its_order() -> None:
    table = PAGE.partition("| check |")[2].partition("\n\n")[0]
    rows = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert tuple(rows) == CODES


def test_a_check_needs_earlier_ones_alone() -> None:
    for number, row in enumerate(TABLE):
        assert set(row.needs) <= set(CODES[:number])


class TestThePlatform:
    @pytest.mark.parametrize(
        ("fault", "found"),
        [
            (Fault(kind=FaultKind.UNAUTHORIZED, on=Operation.SANDBOXES), {"sandbox"}),
            (Fault(kind=FaultKind.FORBIDDEN, on=Operation.SANDBOXES), {"sandbox"}),
            (Fault(kind=FaultKind.LIST_ERROR), {"read-right"}),
        ],
        ids=["not for sandboxes", "no list of sandboxes", "list"],
    )
    def test_faults(self, project: Project, platform: Start, fault: Fault, found: set[str]) -> None:
        project.settle_on(platform(fault))
        project.want("gold")
        assert bad(examined(project)).keys() == found

    def test_another_organisation(self, project: Project, there: Emulator) -> None:
        project.setenv("AEP_API_KEY", "other")
        there.behaviour = Behaviour(strict_tokens=True)
        found = examined(project)
        assert found["organisation"] == ("failed", "401 401013: Oauth token is not valid")
        assert because(found, "organisation") == {
            "sandbox", "read-right", "write-right", "create-address"
        }  # fmt: skip

    def test_a_sandbox_that_is_not_there(self, project: Project, there: Emulator) -> None:
        """As the page shows it."""
        there.behaviour = Behaviour(sandboxes=("dev", "prod"))
        project.edit("aepctl.yaml", "sandbox: prod", "sandbox: prods")
        result = project.run("doctor")
        assert result.code == 1
        (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
        first, last = shown.replace("https://platform.adobe.io", there.url).split("…\n")
        assert result.out.startswith(first)
        assert last in result.out

    def test_rights_that_are_missing(self, project: Project, there: Emulator) -> None:
        there.behaviour = Behaviour(forbid_list=True, forbid_write=True)
        found = examined(project)
        assert found["read-right"][0] == "failed"
        said = "the access control names no right to manage segments"
        assert found["write-right"] == ("warning", said)

    def test_what_only_writing_tells_is_not_checked(
        self, project: Project, platform: Start
    ) -> None:
        there = platform(Fault(kind=FaultKind.FORBIDDEN, on=Operation.RIGHTS))
        project.settle_on(there)
        status, said = examined(project)["write-right"]
        assert status == "skipped"
        assert said.startswith(
            "not checked: the access control does not say (403 UPAPI-113752-403: "
        )

    def test_an_address_that_is_not_there(self, project: Project, there: Emulator) -> None:
        project.edit("aepctl.yaml", f"{there.url}/core/ais", f"{there.url}/core/aiss")
        assert "create-address" in bad(examined(project))

    def test_a_clock_that_is_wrong(self, project: Project, there: Emulator) -> None:
        class Late(QuickClock):
            def now(self) -> datetime:
                return super().now() - timedelta(minutes=5)

        found = examined(project, clock=Late())
        assert found["clock"] == ("warning", "5 min behind the platform's")

    def test_the_client_is_asked_for_a_token(self, project: Project, there: Emulator) -> None:
        there.behaviour = Behaviour(client_secret="test-secret")
        project.setenv("AEP_ACCESS_TOKEN", "")
        project.setenv("AEP_API_KEY", "")
        project.setenv("AEP_CLIENT_ID", "test-client")
        project.setenv("AEP_CLIENT_SECRET", "wrong-secret")
        result = project.run("doctor", "-o", "json")
        assert "invalid_client" in checks(result)["token"][1]
        assert "wrong-secret" not in result.out + result.err
        project.setenv("AEP_CLIENT_SECRET", "test-secret")
        assert examined(project)["token"] == ("ok", f"{there.url} gives one, good for 24 h")


class TestTheFolder:
    def test_without_settings_all_else_is_skipped(self, project: Project) -> None:
        found = examined(project)
        assert bad(found).keys() == {"settings"}
        assert because(found, "settings") == {*CODES} - {"settings"}

    def test_a_variable_that_is_not_set_is_named(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {prod: {org: '${AEP_NOT_SET}', sandbox: a}}\n")
        assert "the variable AEP_NOT_SET is not set" in bad(examined(project))["settings"]

    def test_what_it_suggests_can_be_pasted(self, project: Project, there: Emulator) -> None:
        project.write("audiences/all.yaml", "audiences:\n  gold: {}\n")
        text = (project.root / "aepctl.yaml").read_text()
        project.write("aepctl.yaml", f"{text}  dev: {{org: {ORG}, sandbox: dev}}\n")
        assert "-> `aepctl --env prod validate` " in project.run("doctor", "--env", "prod").out

    def test_problems_of_manifests_are_told_with_their_place(
        self, project: Project, there: Emulator
    ) -> None:
        project.write("audiences/all.yaml", "audiences:\n  gold: {}\n")
        assert bad(examined(project))["manifests"].startswith("audiences/all.yaml:2: ")

    def test_all_environments_are_examined_one_after_the_other(
        self, project: Project, there: Emulator
    ) -> None:
        text = (project.root / "aepctl.yaml").read_text()
        project.write("aepctl.yaml", f"{text}  dev: {{org: '${{AEP_NOT_SET}}', sandbox: dev}}\n")
        result = project.run("doctor", "--all-environments", "-o", "json")
        assert result.code == 1
        found = [(one["environment"], one["target"]) for one in result.json["environments"]]
        assert [name for name, _ in found] == ["prod", "dev"]
        assert found[0][1]["org"] == ORG
        assert found[1][1] is None
        assert result.json["summary"]["failed"] == 1
        jsonschema.validate(result.json, schema("doctor"))

    def test_a_bad_proxy_is_told_without_its_password(self, project: Project) -> None:
        project.write("aepctl.yaml", f"environments: {{prod: {{org: {ORG}, sandbox: prod}}}}\n")
        project.setenv("HTTPS_PROXY", "ftp://me:test-word@proxy:3128")
        result = project.run("doctor", "-o", "json")
        found = checks(result)
        assert found["proxy"][1].startswith("HTTPS_PROXY is not the URL of a proxy")
        assert {"names", "connection"} <= because(found, "proxy")
        assert "test-word" not in result.out


class TestTheState:
    def test_one_that_is_known_is_told_with_its_serial(
        self, project: Project, there: Emulator
    ) -> None:
        project.apply()
        said = "state/prod.json: serial 1, 1 audience known"
        assert examined(project)["state"] == ("ok", said)

    def test_what_a_run_has_left_is_told(self, project: Project, platform: Start) -> None:
        project.settle_on(platform(Fault(kind=FaultKind.DROP_BEFORE)))
        project.want("gold")
        assert project.apply().code == 4
        found = examined(project)
        assert found["leftovers"] == ("warning", "steps without a known outcome for `gold`")

    def test_the_state_of_another_target(self, project: Project, there: Emulator) -> None:
        project.apply()
        project.edit("aepctl.yaml", "sandbox: prod", "sandbox: dev")
        found = examined(project)
        assert "is the state of another target" in bad(found)["state"]
        assert because(found, "state") == {"lock", "conditions", "leftovers"}

    def test_a_store_that_was_never_made(self, project: Project, there: Emulator) -> None:
        with RawServer(*[lambda wire: (wire.receive(), wire.send(http(404, "")))] * 9) as server:
            project.edit("aepctl.yaml", "    sandbox: prod\n", "    sandbox: prod\n"
                         f"    state: {server.url}/state/prod\n")  # fmt: skip
            result = project.run("doctor")
        assert "there is no state" in result.out
        assert "`aepctl state init` makes it" in result.out


@pytest.mark.rig
class TestTheWay:
    """Servers that are none, or do not speak as they should."""

    def at(self, project: Project, url: str) -> None:
        project.write(
            "aepctl.yaml",
            f"environments:\n  prod:\n    org: {ORG}\n    sandbox: prod\n    ims_url: {url}\n"
            f"    ais_url: {url}/core/ais\n    ups_url: {url}/data/core/ups\n",
        )
        project.setenv("AEP_ACCESS_TOKEN", "test-token")
        project.setenv("AEP_API_KEY", "test-key")
        project.want("gold")

    def test_nobody_listens(self, project: Project) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.at(project, f"http://127.0.0.1:{free.getsockname()[1]}")
        found = examined(project)
        assert "Connection refused" in bad(found)["connection"]
        assert {"clock", "token", "organisation"} <= because(found, "connection")

    def test_somebody_listens_and_never_answers(self, project: Project) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.at(project, f"http://127.0.0.1:{silent.getsockname()[1]}")
            began = time.monotonic()
            found = examined(project)
        assert bad(found)["connection"].endswith("no answer in time")
        assert time.monotonic() - began < 30

    def test_a_certificate_of_nobody(self, project: Project, certificate: Path) -> None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate)
        with RawServer(*[answering] * 40, tls=tls) as server:
            self.at(project, server.url.replace("http:", "https:"))
            project.setenv("SSL_CERT_FILE", "")
            result = project.run("doctor", "-o", "json")
            found = checks(result)
            assert "certificate verify failed" in bad(found)["connection"]
            assert "SSL_CERT_FILE" in json.dumps(result.json)
            project.setenv("SSL_CERT_FILE", str(certificate))
            assert "certificate of 127.0.0.1" in examined(project)["connection"][1]

    def test_a_proxy_that_refuses(self, project: Project) -> None:
        with RawServer(*[refusing] * 9) as proxy:
            self.at(project, "https://aep.invalid")
            project.setenv("HTTPS_PROXY", proxy.url.replace("//", "//me:test-word@"))
            result = project.run("doctor")
        assert "407" in result.out
        assert "-> a proxy asks who you are" in result.out
        assert "test-word" not in result.out + result.err


def answering(wire: Wire) -> None:
    wire.receive()
    wire.send(http(404, ""))


def refusing(wire: Wire) -> None:
    wire.receive()
    wire.send(http(407, ""))
