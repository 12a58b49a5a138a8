"""What an export knows of before it looks: manifests, the folder, the state."""

from exports import definition, seen, wanted
from fakes import AT, TARGET

from aepctl.manifests.document import Manifest
from aepctl.manifests.export import There
from aepctl.model.audience import Deposed, Ids, Known
from aepctl.model.steps import Create, Delete
from aepctl.model.wants import Wants
from aepctl.operations.export import there_of
from aepctl.project.environment import Environment
from aepctl.state.model import Intent, State

ENVIRONMENT = Environment("prod", TARGET, "state/prod.json", "a", "u", "i", program="aepctl -x")
GOLD, OLD = definition("gold").audience, Ids("old")


def there(*intents: Intent, **known: Known) -> There:
    state = State("lineage", 1, TARGET, known, {one.id: one for one in intents})
    one, apart = wanted("a", "A"), wanted("b", "B")
    return there_of(Wants((one,)), [Manifest((apart,))], state, ENVIRONMENT)


def test_what_manifests_define_counts_wherever_it_is() -> None:
    assert [one.key for one in there().wanted] == ["a", "b"]


def test_what_is_known_and_in_doubt_has_its_key() -> None:
    create, delete = Create(seen("Silver").audience), Delete(OLD, GOLD)
    found = there(
        Intent("i", "run", "silver", create, AT),
        Intent("j", "run", "gold", delete, AT),
        gold=Known(GOLD, Ids("id")),
    )
    assert found.known == {"id": "gold"}
    assert found.taken == {"gold", "silver"}
    assert found.doubtful == {create.audience.folded_identity: "silver"}
    assert found.ended == {}


def test_what_was_ended_on_purpose_is_told_so() -> None:
    found = there(
        gold=Known(GOLD, Ids("id"), retained=True),
        new=Known(GOLD, Ids("mine"), deposed=Deposed(OLD, GOLD)),
    )
    assert found.ended == {
        "id": "the manifests ended it as `gold`, and it was to stay; `aepctl -x state rm gold` "
        "forgets that",
        "old": "`new` took its place, and an apply deletes it",
    }
