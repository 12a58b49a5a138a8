"""What `state verify` asks of the platform: the list, and then each that it lacks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from fakes import TARGET, audience

from aepctl.apply.findings import Seen
from aepctl.model.audience import Ids, Known, Observed
from aepctl.operations.verify import look_at_all
from aepctl.state.model import State


@dataclass
class FakeReader:
    """A platform whose list may lack what can be looked up."""

    listed: Sequence[Observed] = ()
    inactive: Sequence[Observed] = ()
    by_id: Sequence[Observed] = ()
    asked: list[str] = field(default_factory=list)

    def list_all(self) -> tuple[Observed, ...]:
        return tuple(self.listed)

    def list_inactive(self) -> tuple[Observed, ...]:
        return tuple(self.inactive)

    def find(self, audience_id: str) -> tuple[Observed, ...]:
        self.asked.append(audience_id)
        return tuple(one for one in self.by_id if one.ids.audience_id == audience_id)

    def get(self, ids: Ids) -> Observed | None:
        self.asked.append(f"id {ids.platform_id}")
        return next((one for one in self.by_id if one.ids == ids), None)


def seen(
    audience_id: str, platform_id: str | None = None, lifecycle: str = "published"
) -> Observed:
    return Observed(audience("Gold"), Ids(audience_id, platform_id), lifecycle=lifecycle)


def gone(reader: FakeReader, *ids: Ids) -> object:
    known = {one.audience_id.lower(): Known(audience("Gold"), one) for one in ids}
    looked: Seen = look_at_all(reader, State("L", 1, TARGET, known))  # type: ignore[arg-type]
    return looked.gone


def test_what_is_listed_is_not_looked_up() -> None:
    reader = FakeReader(listed=[seen("A")], inactive=[seen("B", lifecycle="inactive")])
    assert gone(reader, Ids("A"), Ids("B")) == {}
    assert reader.asked == []


def test_what_the_list_lacks_is_looked_up_and_that_counts() -> None:
    reader = FakeReader(by_id=[seen("A"), seen("B", "p")])
    assert gone(reader, Ids("A"), Ids("B", "p")) == {}
    assert reader.asked == ["A", "id p"]


def test_what_is_not_found_by_itself_either_is_gone() -> None:
    assert gone(FakeReader(), Ids("A"), Ids("B", "p")) == {"a": None, "b": None}


def test_what_is_listed_as_archived_is_looked_up_and_told_as_that() -> None:
    archived = seen("A", lifecycle="archived")
    reader = FakeReader(listed=[archived], by_id=[archived])
    assert gone(reader, Ids("A")) == {"a": "archived"}


def test_of_several_the_one_that_is_at_work_counts() -> None:
    reader = FakeReader(by_id=[seen("A", lifecycle="deleted"), seen("A")])
    assert gone(reader, Ids("A")) == {}


def test_a_second_one_counts_only_if_it_is_there_by_its_id() -> None:
    """Lists go on showing what was deleted."""
    there, dead = seen("B", "p-b"), seen("C", "p-c")
    reader = FakeReader(listed=[seen("A", "p-a"), there, dead], by_id=[there])
    state = State("L", 1, TARGET, {"a": Known(audience("Gold"), Ids("A", "p-a"))})
    looked = look_at_all(reader, state)  # type: ignore[arg-type]
    assert {one.ids.audience_id for one in looked.listed} == {"A", "B"}
    assert reader.asked == ["id p-b", "id p-c"]
