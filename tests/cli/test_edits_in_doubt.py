"""Nobody knows whether gold was created, and its manifest changes, while the list lags."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from projects import Project

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind

Start = Callable[..., Emulator]
HEAD = "defaults: {namespace: agora, originName: Tests}\naudiences:\n"
GOLD = f"{HEAD}  gold: {{name: Gold}}\n"


@dataclass
class Doubt:
    """A project in which gold was created, but nobody was told; the list does not show it yet."""

    project: Project
    there: Emulator

    def apply(self, *words: str) -> tuple[int, str]:
        """A run of its own, which knows what files say: its exit code and what it said."""
        done = self.project.apply(*words)
        return done.code, done.out + done.err

    def want(self, entries: str) -> None:
        self.project.write("audiences/all.yaml", f"{HEAD}{entries}")

    def catch_up(self) -> None:
        """From now on the list shows what there is."""
        self.there.behaviour = Behaviour()

    @property
    def made(self) -> dict[str, str]:
        """The platform's audiences; each name is there once."""
        pairs = [(str(one["name"]), str(one["audienceId"])) for one in self.there.audiences]
        assert len(dict(pairs)) == len(pairs), pairs
        return dict(pairs)


@pytest.fixture
def doubt(project: Project, platform: Start) -> Doubt:
    there = platform(Fault(kind=FaultKind.DROP_AFTER, match="Gold", times=1), list_lag=3600)
    project.settle_on(there)
    project.write("audiences/all.yaml", GOLD)
    doubt = Doubt(project, there)
    code, said = doubt.apply("--fresh")
    assert code == 4, said
    return doubt


EDITED = {
    "its name": {"name": "Silver"},
    "its description": {"name": "Gold", "description": "New"},
    "its spelling": {"name": "GOLD"},
}


@pytest.mark.parametrize("fields", EDITED.values(), ids=EDITED)
def test_a_field_is_edited_what_was_made_is_found_and_the_edit_is_an_update(
    doubt: Doubt, fields: dict[str, str]
) -> None:
    first = doubt.made["Gold"]
    doubt.want(f"  gold: {json.dumps(fields)}\n")
    assert doubt.apply()[0] == 4
    assert doubt.made == {"Gold": first}
    doubt.catch_up()
    said = ""
    while "updated" not in said:  # what is adopted as one of its spellings is updated next time
        code, said = doubt.apply()
        assert code == 0
        assert f"  gold  {first}\n" in said
    (one,) = doubt.there.audiences
    assert fields.items() <= one.items()
    assert doubt.made == {fields["name"]: first}
    assert doubt.project.ids() == {"gold": first}
    assert "Nothing to do." in doubt.apply()[1]


FOR_GOOD = {"namespace": "other", "originName": "Others"}


@pytest.mark.parametrize("field", FOR_GOOD)
def test_what_nobody_can_change_is_edited_and_a_person_decides_to_replace_what_was_made(
    doubt: Doubt, field: str
) -> None:
    first, edit = doubt.made["Gold"], f"name: Gold, {field}: {FOR_GOOD[field]}"
    doubt.want(f"  gold: {{{edit}}}\n")
    assert doubt.apply()[0] == 4
    doubt.catch_up()
    for _ in range(2):
        code, said = doubt.apply()
        assert code == 3
        assert "`lifecycle: {on_immutable_change: replace}`" in said
        assert doubt.made == {"Gold": first}
        assert doubt.project.ids() == {"gold": first}
    doubt.want(f"  gold: {{{edit}, lifecycle: {{on_immutable_change: replace}}}}\n")
    assert doubt.apply("--yes-delete", "1")[0] == 0
    (one,) = doubt.there.audiences
    assert one[field] == FOR_GOOD[field]
    assert doubt.project.ids() == {"gold": one["audienceId"]} != {"gold": first}
    assert "Nothing to do." in doubt.apply()[1]


@pytest.mark.parametrize("name", ["Gold", "GOLD"])
def test_its_key_is_renamed_and_it_is_found_under_the_new_one(doubt: Doubt, name: str) -> None:
    first = doubt.made["Gold"]
    doubt.want(f"  aurum: {{name: {name}}}\n")
    code, said = doubt.apply()
    assert code == 4
    assert "`aurum` has the same name, namespace and originName as `gold`" in said
    doubt.catch_up()
    assert doubt.apply()[0] == 0
    assert doubt.project.ids() == {"aurum": first}
    assert doubt.apply()[0] == 0
    assert doubt.made == {name: first}
    assert doubt.project.ids() == {"aurum": first}
    assert doubt.project.state().get("intents", {}) == {}


def test_its_block_is_removed_and_its_id_is_known_all_the_same(doubt: Doubt) -> None:
    doubt.want("  {}\n")
    assert doubt.apply()[0] == 4
    doubt.catch_up()
    code, said = doubt.apply()
    assert (code, "the manifests want none of the 1 audience" in said) == (3, True)
    assert doubt.project.ids() == {"gold": doubt.made["Gold"]}
    doubt.want("  bronze: {name: Bronze}\n")
    assert doubt.apply()[0] == 0
    assert doubt.project.ids() == {"gold": doubt.made["Gold"], "bronze": doubt.made["Bronze"]}
    assert doubt.project.state()["audiences"]["gold"]["retained"] is True


def test_key_and_name_are_edited_and_no_id_is_lost(doubt: Doubt) -> None:
    doubt.want("  aurum: {name: Silver}\n")
    doubt.apply()
    doubt.catch_up()
    assert doubt.apply()[0] == 0
    assert doubt.project.ids() == {"aurum": doubt.made["Silver"], "gold": doubt.made["Gold"]}


def test_its_name_goes_to_another_key(doubt: Doubt) -> None:
    doubt.want("  gold: {name: Silver}\n  aurum: {name: Gold}\n")
    assert doubt.apply()[0] == 4
    doubt.catch_up()
    assert doubt.apply()[0] == 0
    assert doubt.project.ids() == {"aurum": doubt.made["Gold"], "gold": doubt.made["Silver"]}


def test_its_name_goes_to_another_key_after_it_was_found(doubt: Doubt) -> None:
    """Then state has it under its own key: a decision, and neither is changed until then."""
    doubt.catch_up()
    doubt.want("  gold: {name: Silver}\n  aurum: {name: Gold}\n")
    code, said = doubt.apply()
    assert code == 3
    assert "state has what `aurum` wants as `gold`, which the manifests now want otherwise" in said
    assert "`aepctl state mv gold aurum`" in said
    assert list(doubt.made) == ["Gold"]
    assert doubt.project.run("state", "mv", "gold", "aurum").code == 0
    assert doubt.apply()[0] == 0
    assert doubt.project.ids() == {"aurum": doubt.made["Gold"], "gold": doubt.made["Silver"]}


@pytest.mark.parametrize(
    "words", [("--target", "bronze"), ("--existing", "ignore"), ("--existing", "fail")], ids=str
)
@pytest.mark.parametrize("edit", ["its name", "a new key", "its block"])
def test_whatever_else_the_run_is_about(doubt: Doubt, words: tuple[str, ...], edit: str) -> None:
    entries = {"its name": "  gold: {name: Silver}\n", "a new key": "  aurum: {name: Gold}\n"}
    doubt.want(f"{entries.get(edit, '')}  bronze: {{name: Bronze}}\n")
    first = doubt.made["Gold"]
    assert doubt.apply(*words)[0] == 4
    assert "Silver" not in doubt.made
    doubt.catch_up()
    doubt.apply(*words)
    doubt.apply()
    name = "Silver" if edit == "its name" else "Gold"
    assert doubt.made == {name: first, "Bronze": doubt.made["Bronze"]}
    key = "aurum" if edit == "a new key" else "gold"
    assert doubt.project.ids() == {key: first, "bronze": doubt.made["Bronze"]}
