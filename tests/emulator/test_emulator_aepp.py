"""The whole life of audiences by aepp (PyPI), a client of Adobe's platform that nobody here wrote.

It is fetched from the index without its dependencies, 500 MB of which these calls need `requests`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from aepctl.emulator import Emulator, serve
from aepctl.emulator.faults import Behaviour

AEPP = "aepp==0.6.0"
SESSION = Path(__file__).with_name("aepp_session.py")

Call = Callable[..., Any]

pytestmark = [pytest.mark.rig, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def aepp(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that it is installed in."""
    if find_spec("requests") is None:
        pytest.skip("aepp needs requests: pip install -e '.[dev]'")
    folder = tmp_path_factory.mktemp("aepp")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(folder), AEPP], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"the index does not give {AEPP}: {done.stderr.strip()[-200:]}")
    return folder


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with serve(behaviour=Behaviour(strict_tokens=True, delete_lag=60)) as running:
        yield running


@pytest.fixture
def call(aepp: Path, emulator: Emulator) -> Iterator[Call]:
    """call(method, **arguments): what aepp returns."""
    proxies = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    with subprocess.Popen(
        [sys.executable, str(SESSION), emulator.url],
        env={**os.environ, **proxies, "PYTHONPATH": str(aepp)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def call(method: str, **arguments: Any) -> Any:
            process.stdin.write(json.dumps([method, arguments]) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield call
        process.stdin.close()
        assert process.wait(30) == 0


def create(call: Call, name: str, **fields: Any) -> dict[str, Any]:
    given = {"name": name, "namespace": "agora", "type": "ExternalSegment", **fields}
    return call("createAudience", audienceObj=given)


def names(call: Call, **filters: Any) -> list[str]:
    return [one["name"] for one in call("getAudiences", **filters)]


def change(attribute: str, value: Any) -> list[dict[str, Any]]:
    return [{"op": "add", "path": f"/{attribute}", "value": value}]


def test_one_life(call: Call, emulator: Emulator) -> None:
    made = create(call, "Gold", audienceId="mine", description="old")
    by_id = {"audienceId": made["id"]}
    assert call("getAudience", **by_id) == made == emulator.audiences[0]
    patched = call("patchAudience", **by_id, operations=change("description", "new"))
    assert patched == {**made, **{k: patched[k] for k in ("updateTime", "updateEpoch", "_etag")},
                       "description": "new"}  # fmt: skip
    put = call("putAudience", **by_id, audienceObj={"name": "Silver", "namespace": "agora"})
    assert (put["name"], put.get("description")) == ("Silver", None)
    assert call("deleteAudience", **by_id) == 204
    assert names(call) == ["Silver"]  # for a while
    for method in ("getAudience", "deleteAudience"):
        gone = call(method, **by_id)
        assert gone["type"] == "https://ns.adobe.com/aep/errors/UPAPI-113430-404"


def test_lists_are_read_page_by_page(call: Call, emulator: Emulator) -> None:
    wanted = [create(call, f"Tier {number}")["name"] for number in range(7)]
    asked = len(emulator.requests)
    assert names(call, limit=2) == wanted[::-1]
    pages = [one for one in emulator.requests[asked:] if one.result == 200]
    assert [one.method for one in pages] == ["GET"] * 4
    assert names(call, name="tier 3") == ["Tier 3"]
    assert names(call, prop=f"audienceId=={emulator.audiences[0]['audienceId']}") == ["Tier 0"]


def test_the_errors_are_those_that_it_is_told_of(call: Call) -> None:
    by_id = {"audienceId": create(call, "Gold")["id"]}
    for method, arguments, error in (
        ("createAudience", {"audienceObj": {"namespace": "agora"}}, "UPLIB-101206-500"),
        ("patchAudience", {**by_id, "operations": change("namespace", "crm")}, "UPAPI-113434-400"),
        ("putAudience", {**by_id, "audienceObj": {"name": ""}}, "UPAPI-113434-400"),
    ):
        answer = call(method, **arguments)
        assert answer["type"] == f"https://ns.adobe.com/aep/errors/{error}"
    call("patchAudience", **by_id, operations=change("dependents", ["another"]))
    assert call("getAudience", **by_id)["dependents"] == ["another"]
    assert call("deleteAudience", **by_id)["type"].endswith("/UPAPI-113631-403")
