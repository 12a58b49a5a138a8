"""Bytes on a kept-alive connection that are not this request's answer, over real sockets."""

import json

import pytest
from fakes import audience
from raw_server import RawServer, Step, Wire, connected, created, http

from aepctl.aep.reader import AudienceReader
from aepctl.aep.verdicts import Done, Unknown, Verdict
from aepctl.aep.writer import AudienceWriter
from aepctl.model.audience import Ids
from aepctl.model.steps import Create

LISTED = json.dumps({"children": [], "_page": {"totalCount": 0}})


def alive(body: str) -> bytes:
    return http(200, body, {"Connection": "keep-alive"})


def made(name: str, audience_id: str) -> bytes:
    return alive(json.dumps({"name": name, "audienceId": audience_id}))


def first_twice(first: bytes, then: bytes) -> Step:
    """One connection: its first answer comes twice in one segment, and then what is asked for."""

    def step(wire: Wire) -> None:
        wire.receive()
        wire.send(first * 2)
        wire.receive()
        wire.send(then)

    return step


def create(writer: AudienceWriter, name: str) -> Verdict:
    verdict = writer.send(Create(audience(name)), name)
    if isinstance(verdict, Unknown):  # as apply.sender does
        writer.reconnect()
    return verdict


def test_an_answer_that_comes_twice_gives_nobody_elses_id() -> None:
    script = (first_twice(made("gold", "A"), made("silver", "B")), created("C"), created("D"))
    with RawServer(*script) as server, connected(server.url) as connection:
        writer = AudienceWriter(connection)
        verdicts = [create(writer, name) for name in ("gold", "silver", "bronze")]
    assert verdicts[0] == Done(Ids("A"))
    assert all(isinstance(one, Unknown) or one.ids != Ids("A") for one in verdicts[1:])
    assert isinstance(verdicts[2], Done)


def test_a_create_that_comes_after_a_list_which_was_answered_twice_is_no_list() -> None:
    script = (first_twice(alive(LISTED), made("gold", "A")), created("B"))
    with RawServer(*script) as server, connected(server.url) as connection:
        assert AudienceReader(connection).list_all() == ()
        verdict = create(AudienceWriter(connection), "gold")
    assert isinstance(verdict, Unknown | Done)
    assert not isinstance(verdict, Done) or verdict.ids in {Ids("A"), Ids("B")}


def kept(*answers: bytes) -> Step:
    """One connection that answers one request after the other."""

    def step(wire: Wire) -> None:
        for one in answers:
            wire.receive()
            wire.send(one)

    return step


def test_after_an_answer_that_is_not_ours_another_connection_is_used() -> None:
    script = (kept(made("silver", "A"), made("bronze", "C")), created("B"))
    with RawServer(*script) as server, connected(server.url) as connection:
        writer = AudienceWriter(connection)
        verdicts = [create(writer, "gold"), create(writer, "bronze")]
        assert server.connections == 2
    assert [type(one) for one in verdicts] == [Unknown, Done]
    assert verdicts[1] == Done(Ids("B"))


@pytest.mark.parametrize("times", [1, 3])
def test_a_connection_can_be_left_at_any_time(times: int) -> None:
    script = (kept(made("gold", "A"), made("silver", "C")), created("B"))
    with RawServer(*script) as server, connected(server.url) as connection:
        writer = AudienceWriter(connection)
        assert create(writer, "gold") == Done(Ids("A"))
        for _ in range(times):
            writer.reconnect()
        assert create(writer, "silver") == Done(Ids("B"))
        assert server.connections == 2
