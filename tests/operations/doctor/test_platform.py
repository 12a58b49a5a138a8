"""What refusals say of organisation and sandbox: the list of sandboxes is another API."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from aepctl.errors import AepctlError
from aepctl.model.checkup import Status
from aepctl.model.target import Target
from aepctl.operations.context import system_context
from aepctl.operations.doctor.patient import Patient
from aepctl.operations.doctor.platform import SANDBOXES, organisation, sandbox
from aepctl.project.environment import Environment
from aepctl.replies import NoResponse, Reply, Response

ORG = "1BD6382559DF0C130A49422D@AdobeOrg"
URL = "https://platform.adobe.io"
LIST = Response(200, b'{"children": [], "_page": {"totalCount": 0}}')
NOT_FOUND = Response(404, b'{"error_code": "404001", "message": "Resource not found"}')


def refused(code: str, message: str, status: int = 403) -> Response:
    return Response(status, json.dumps({"error_code": code, "message": message}).encode())


NO_KEY = refused("403003", "Api Key is invalid")


@dataclass
class Gateway:
    """A connection that answers by what is asked for."""

    sandboxes: Reply
    audiences: Reply
    token_advice: str = "set a new one"
    asked: list[str] = field(default_factory=list)

    def send(self, _method: str, url: str, **_: Any) -> Reply:
        self.asked.append(url)
        return self.sandboxes if SANDBOXES in url else self.audiences


def patient(sandboxes: Reply, audiences: Reply) -> Patient:
    target = Target(ORG, "prod", URL)
    environment = Environment(
        "prod", target, "state.json", f"{URL}/core/ais", f"{URL}/data/core/ups", URL
    )
    made = Patient(system_context(), environment=environment)
    made.connection = Gateway(sandboxes, audiences)  # type: ignore[assignment]
    return made


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (NO_KEY, "403 403003: Api Key is invalid"),
        (refused("403025", "profile is not valid"), "403 403025: profile is not valid"),
        (refused("401013", "Oauth token is not valid", 401), "401 401013: Oauth token"),
        (NOT_FOUND, "404 404001: Resource not found"),
        (NoResponse("timed out"), "timed out"),
    ],
    ids=["key", "profile", "token", "no such API", "no answer"],
)
def test_where_the_list_of_sandboxes_alone_is_refused_the_audiences_tell(
    refusal: Reply, said: str
) -> None:
    one = patient(refusal, LIST)
    assert organisation(one).text == f"{ORG} takes these credentials"
    found = sandbox(one)
    assert found.status is Status.WARNING
    assert found.text.startswith(f"the list of sandboxes is not to be had ({said}")
    assert found.text.endswith("), but audiences of `prod` can be listed")


def test_where_both_are_refused_the_audiences_refusal_is_told() -> None:
    one = patient(NOT_FOUND, NO_KEY)
    with pytest.raises(AepctlError) as raised:
        organisation(one)
    assert raised.value.message == "403 403003: Api Key is invalid"
    assert raised.value.hint == "check AEP_API_KEY"


def test_a_right_that_audiences_lack_is_no_fault_of_the_organisation() -> None:
    one = patient(NO_KEY, refused("UPAPI-113752-403", "no view right"))
    assert organisation(one).status is Status.OK
    assert sandbox(one).status is Status.SKIPPED
