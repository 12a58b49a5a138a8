"""What people do in a life of the state machine: to the manifests, and on the platform."""

import dataclasses
import tempfile
from collections import Counter
from pathlib import Path

from fakes import MEMORY
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from machine_advice import Advice
from machine_parts import WINDOW, World, described, named, noted, wanted
from machine_plans import Reviewed
from machine_platform import PUBLISHED, Made, respelled

from aepctl.model.audience import ASLEEP, GONE, Identity, Wanted
from aepctl.model.lifecycle import AtRemoval, Lifecycle, OnRemoval
from aepctl.model.steps import Create
from aepctl.state.model import Phase

COUNTS: Counter[str] = Counter()
MOST_WANTED = 8


class People(RuleBasedStateMachine):
    """Rules that need nothing of the program."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.world = World(Path(self._folder.name), counts=COUNTS)
        self.advice: list[Advice] = []
        self.numbers = 0
        self.removed: dict[str, Wanted] = {}
        self.serials: dict[str, tuple[int, object]] = {}
        self.documents: list[bytes] = []
        self.journals: list[bytes] = []
        self.reviewed: list[Reviewed] = []

    def _add(self) -> None:
        self.numbers += 1
        key = f"k{self.numbers}"
        self.world.wanted[key] = wanted(key, self.numbers)

    def _edited(self, what: str, key: str) -> None:
        """Count what meets an outcome that is not known."""
        intents = self.world.state().intents.values()
        mine = [one for one in intents if one.key == key and one.phase is not Phase.RECREATE]
        if any(isinstance(one.step, Create) for one in mine):
            COUNTS[f"in doubt while {what}"] += 1

    # The manifests

    @rule(count=st.integers(1, 2))
    def add(self, count: int) -> None:
        for _ in range(min(count, MOST_WANTED - len(self.world.wanted))):
            self._add()

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data(), named=st.sampled_from([None, None, False, True]))
    def remove(self, data: st.DataObject, named: bool | None) -> None:
        """Its block goes; `removed:` may say what becomes of it."""
        key = data.draw(st.sampled_from(sorted(self.world.wanted)))
        self._edited("removed", key)
        self.removed[key] = self.world.wanted.pop(key)
        if named is not None:
            self.world.removed[key] = named

    @precondition(lambda self: self.removed)
    @rule(data=st.data())
    def want_again(self, data: st.DataObject) -> None:
        """Once lists show what was let go of: what nobody knows is looked for in them."""
        key = data.draw(st.sampled_from(sorted(self.removed)))
        self.world.clock.sleep(2 * WINDOW if key in self.world.removed else 0)
        self.world.want(self.removed.pop(key))

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data(), said=st.booleans())
    def rename_key(self, data: st.DataObject, said: bool) -> None:
        """And `moved:` may say so."""
        old = data.draw(st.sampled_from(sorted(self.world.wanted)))
        self._edited("its key was renamed", old)
        self.numbers += 1
        new = f"k{self.numbers}"
        self.world.wanted[new] = dataclasses.replace(self.world.wanted.pop(old), key=new)
        if said:
            self.world.moved[old] = new
            COUNTS["moves"] += 1

    @precondition(lambda self: self.world.wanted)
    @rule(
        data=st.data(),
        what=st.sampled_from(["name", "case of the name", "description", "namespace"]),
        replaces=st.booleans(),
    )
    def change_field(self, data: st.DataObject, what: str, replaces: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.wanted)))
        self._edited(f"its {what} was edited", key)
        self.numbers += 1
        one = self.world.wanted[key]
        match what:
            case "name":
                changed = named(one, wanted(key, self.numbers).audience.name)
            case "description":
                changed = described(one, f"No. {self.numbers}")
            case "namespace":
                space = {"agora": "crm", "crm": "agora"}[one.audience.namespace]
                audience = dataclasses.replace(one.audience, namespace=space)
                lifecycle = dataclasses.replace(one.lifecycle, replaces=replaces)
                changed = dataclasses.replace(one, audience=audience, lifecycle=lifecycle)
            case _:
                changed = dataclasses.replace(one, audience=respelled(one.audience))
        self.world.wanted[key] = changed

    @precondition(lambda self: self.world.wanted)
    @rule(
        data=st.data(),
        on_removal=st.sampled_from([None, *OnRemoval]),
        prevents=st.booleans(),
        replaces=st.booleans(),
        ignored=st.sampled_from([frozenset(), frozenset({"description"})]),
    )
    def say_how_it_goes_on(
        self,
        data: st.DataObject,
        on_removal: OnRemoval | None,
        prevents: bool,
        replaces: bool,
        ignored: frozenset[str],
    ) -> None:
        key = data.draw(st.sampled_from(sorted(self.world.wanted)))
        lifecycle = Lifecycle(AtRemoval(on_removal, prevents), replaces, ignored)
        one = self.world.wanted[key]
        self.world.wanted[key] = dataclasses.replace(one, lifecycle=lifecycle)

    @precondition(lambda self: self.world.wanted)
    @rule(data=st.data())
    def give_the_name_to_another(self, data: st.DataObject) -> None:
        """Its old name is wanted under a new key, while state still knows it by that name."""
        key = data.draw(st.sampled_from(sorted(self.world.wanted)))
        self._edited("its name was given to another", key)
        one = self.world.wanted[key]
        self.numbers += 2
        other = f"k{self.numbers}"
        self.world.wanted[key] = named(one, wanted(key, self.numbers).audience.name)
        self.world.wanted[other] = dataclasses.replace(one, key=other)

    @rule(seconds=st.sampled_from([1.0, WINDOW, 3600.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.clock.sleep(seconds)

    # The platform

    def _one_of(self, data: st.DataObject, some: list[Made]) -> Made:
        return some[data.draw(st.integers(0, len(some) - 1))]

    @precondition(lambda self: len(self.world.live()) > 2)
    @rule(data=st.data())
    def delete_on_the_platform(self, data: st.DataObject) -> None:
        self._one_of(data, self.world.live()).deleted = True
        COUNTS["deletions"] += 1

    @precondition(lambda self: self.world.live())
    @rule(data=st.data())
    def edit_on_the_platform(self, data: st.DataObject) -> None:
        one = self._one_of(data, self.world.live())
        self.numbers += 1
        one.audience = dataclasses.replace(one.audience, description=f"Theirs {self.numbers}")
        COUNTS["edits by somebody else"] += 1

    @precondition(lambda self: len(self.world.live()) > 1)
    @rule(data=st.data(), lifecycle=st.sampled_from(sorted(GONE | ASLEEP)))
    def end_or_put_to_sleep(self, data: st.DataObject, lifecycle: str) -> None:
        self._one_of(data, self.world.live()).lifecycle = lifecycle
        COUNTS[f"now {lifecycle}"] += 1

    def _not_published(self) -> list[Made]:
        """Without those that could be taken for what a create in doubt has made meanwhile."""
        asked = self._asked()
        return [
            one
            for one in self.world.made
            if not one.deleted
            and one.lifecycle != PUBLISHED
            and one.request in asked.get(one.audience.folded_identity, {one.request})
        ]

    def _asked(self) -> dict[Identity, set[str]]:
        """The creates without an outcome, by what they may have made."""
        asked: dict[Identity, set[str]] = {}
        for one in self.world.state().intents.values():
            if isinstance(one.step, Create):
                asked.setdefault(one.step.audience.folded_identity, set()).add(one.id)
        return asked

    @precondition(lambda self: self._not_published())
    @rule(data=st.data())
    def publish_again(self, data: st.DataObject) -> None:
        """What was taken for gone meanwhile is nobody's, and is so from here on as well."""
        one = self._one_of(data, self._not_published())
        COUNTS[f"published again that were {one.lifecycle}"] += 1
        if not one.is_there and not noted(self.world.state(), one):
            self.world.forgotten.add(one.audience_id)
        one.lifecycle = PUBLISHED

    @precondition(lambda self: self._not_in_doubt())
    @rule(data=st.data(), same=st.booleans())
    def somebody_else_makes_one(self, data: st.DataObject, same: bool) -> None:
        """Of what is wanted, in another spelling or just so; where it can be told from ours."""
        key = data.draw(st.sampled_from(self._not_in_doubt()))
        audience = self.world.wanted[key].audience
        if self.world.habits.unique and self.world.twins(audience):
            return
        self.world.commit(audience if same else respelled(audience), "theirs", None, theirs=True)
        COUNTS["made by somebody else"] += 1

    def _not_in_doubt(self) -> list[str]:
        asked, wanted_now = self._asked(), self.world.wanted.items()
        return sorted(key for key, one in wanted_now if one.audience.folded_identity not in asked)
