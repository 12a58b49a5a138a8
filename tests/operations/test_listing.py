"""What list tells, whatever is wanted, known and begun."""

import json
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from plan_worlds import World, worlds

from aepctl.model.wants import Wants
from aepctl.operations.listing import Compared
from aepctl.render.listed import Listed, ListedEnvironment, listed_text
from aepctl.render.listed_json import listed_json


@given(worlds(looked=False))
def test_each_key_is_listed_once_and_counted_once(world: World) -> None:
    plan = world.plan()
    environment: Any = SimpleNamespace(name="prod")
    rows = Compared(environment, Wants(world.wanted), world.state, plan).rows()
    intents = {one.key for one in world.state.intents.values()}
    every = {one.key for one in world.wanted} | world.state.audiences.keys() | intents
    assert [one.key for one in rows] == sorted(every)
    listed = Listed((ListedEnvironment("prod", None),), rows)
    assert len(listed_text(listed).splitlines()) == len(rows) + 1 if rows else 1
    summary = json.loads(listed_json(listed))["summary"]
    assert summary.pop("audiences") == sum(summary.values()) == len(rows)
    planned = {one.key: one.planned for one in rows}
    assert {one.key: one.action for one in plan.changes}.items() <= planned.items()
