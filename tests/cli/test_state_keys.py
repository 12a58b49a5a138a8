"""aepctl state list, show, mv and rm: what the state knows, and under which keys."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import jsonschema
import pytest
from projects import Project, Result

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.render.schemas import schema
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]
Typed = Callable[[str], None]
BUSY = {"command": "aepctl apply"}


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    """A platform with silver and bronze, which are known; whether gold was made nobody knows."""
    there = platform(Fault(kind=FaultKind.DROP_BEFORE, match="gold"))
    project.settle_on(there)
    project.want("gold", "silver", "bronze")
    assert project.apply("--fresh").code == 4
    there.behaviour = Behaviour()
    return there


@pytest.fixture
def typed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Typed]:
    """Gives a text to the command as its standard input."""
    before = os.dup(0)
    file = tmp_path_factory.mktemp("typed") / "text"

    def give(text: str) -> None:
        file.write_text(text)
        handle = os.open(file, os.O_RDONLY)
        os.dup2(handle, 0)
        os.close(handle)

    yield give
    os.dup2(before, 0)
    os.close(before)


def valid(name: str, result: Result) -> Any:
    """The document, which is as its schema says."""
    document = result.json
    assert [
        one.message for one in jsonschema.Draft202012Validator(schema(name)).iter_errors(document)
    ] == []
    return document


def ended(project: Project) -> None:
    """The manifests ended silver, and bronze took the place of another one."""
    state = project.state()
    audiences = state["audiences"]
    audiences["silver"]["lifecycle"] = {"on_removal": "delete", "prevent_destroy": True}
    audiences["silver"]["retained"] = True
    audiences["bronze"]["deposed"] = {
        "audienceId": "A-old", "id": "P-old",
        "audience": {"name": "Old bronze", "namespace": "agora", "originName": "Tests"},
    }  # fmt: skip
    project.write("state/prod.json", json.dumps(state))


class TestList:
    def test_is_a_table_of_all_keys_with_what_is_open(
        self, project: Project, there: Emulator
    ) -> None:
        ids = project.ids()
        assert project.run("state", "list").out == (
            f"KEY     NAME         {'AUDIENCE ID':<36}  NAMESPACE/ORIGIN NAME  STATUS\n"
            f"bronze  Name bronze  {ids['bronze']}  agora/Tests            -\n"
            f"gold    Name gold    {'-':<36}  agora/Tests            create: open\n"
            f"silver  Name silver  {ids['silver']}  agora/Tests            -\n"
        )

    def test_columns_count_cells_and_what_acts_on_a_terminal_is_spelled_out(
        self, project: Project, there: Emulator
    ) -> None:
        text = (project.root / "state/prod.json").read_text()
        wide = text.replace("Name silver", "会員\\u001b[31m\\nx")
        project.write("state/prod.json", wide)
        lines = project.run("state", "list").out.splitlines()
        assert "会員\\x1b[31m\\nx  " in lines[3]
        assert lines[3].index(project.ids()["silver"]) + 2 == lines[0].index("AUDIENCE ID")

    def test_patterns_choose_and_one_that_matches_nothing_is_an_error(
        self, project: Project, there: Emulator
    ) -> None:
        listed = project.run("state", "list", "s*", "gold").out.splitlines()
        assert [line.split()[0] for line in listed[1:]] == ["gold", "silver"]
        missed = project.run("state", "list", "sliver", "s*")
        assert (missed.code, missed.out) == (1, "")
        assert missed.err == (
            "error: no audience `sliver` in the state state/prod.json [no-such-key]\n"
            "  did you mean `silver`?\n"
        )

    def test_as_json_it_is_as_its_schema_says_also_where_it_fails(
        self, project: Project, there: Emulator
    ) -> None:
        document = valid("state-list", project.run("state", "list", "-o", "json"))
        assert document["summary"] == {"audiences": 3, "open": 1}
        assert document["audiences"][1] == {
            "key": "gold", "audienceId": None, "id": None, "name": "Name gold",
            "description": None, "namespace": "agora", "originName": "Tests",
            "open": {"step": "create", "phase": "open"}, "retained": False,
        }  # fmt: skip
        failed = valid("state-list", project.run("state", "list", "x", "-o", "json"))
        assert (failed["audiences"], failed["error"]["exitCode"]) == ([], 1)

    def test_a_state_that_was_never_written_knows_nothing(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {prod: {org: o@AdobeOrg, sandbox: s}}\n")
        assert project.run("state", "list").out == "The state knows no audiences.\n"
        assert valid("state-list", project.run("state", "list", "-o", "json"))["audiences"] == []
        assert "it knows no audience" in project.run("state", "show", "gold").err
        assert not (project.root / "state").exists()


class TestShow:
    def test_tells_all_that_is_known(self, project: Project, there: Emulator) -> None:
        shown = project.run("state", "show", "silver").out
        run = project.state()["runs"][-1]
        assert shown == (
            "silver\n"
            "    name         Name silver\n"
            "    namespace    agora\n"
            "    originName   Tests\n"
            f"    audienceId   {project.ids()['silver']}\n"
            "    id           (not known)\n"
            f"    changed      by `aepctl apply` at {run['at']} (run {run['id']})\n"
        )
        assert project.run("state", "rm", "bronze").code == 0
        assert (
            "changed      by or before `aepctl state rm bronze` at "
            in project.run("state", "show", "silver").out
        )

    def test_tells_what_was_sent_otherwise_and_what_is_open(
        self, project: Project, there: Emulator
    ) -> None:
        gold = project.run("state", "show", "gold").out
        (intent_id,) = project.state()["intents"]
        said = "outcome unknown: the connection was closed without an answer"
        assert f"{said} (x-request-id {intent_id})" in gold
        assert "begun by     `aepctl apply` at " in gold
        state = project.state()
        silver = state["audiences"]["silver"]
        silver["sent"] = {"name": "Name  silver", "namespace": "agora", "originName": "Tests"}
        project.write("state/prod.json", json.dumps(state))
        assert "    sent as      name Name  silver\n" in project.run("state", "show", "silver").out

    def test_tells_what_was_said_of_its_end_and_what_became_of_that(
        self, project: Project, there: Emulator
    ) -> None:
        ended(project)
        shown = project.run("state", "show", "silver").out
        assert (
            "    on_removal   delete\n    protected    prevent_destroy: it is not deleted\n"
            in shown
        )
        assert "    retained     the manifests ended it; it stays on the platform\n" in shown
        shown = project.run("state", "show", "bronze").out
        assert "    replaced     Old bronze (A-old), which is still to be deleted\n" in shown
        listed = project.run("state", "list").out.splitlines()
        assert listed[1].endswith("  replaced, the old one is there")
        assert listed[3].endswith("  retained")
        bronze = valid("state-show", project.run("state", "show", "bronze", "-o", "json"))
        assert bronze["known"]["replaced"] == {
            "audienceId": "A-old", "id": "P-old",
            "audience": {"name": "Old bronze", "namespace": "agora", "originName": "Tests"},
        }  # fmt: skip
        silver = valid("state-show", project.run("state", "show", "silver", "-o", "json"))["known"]
        assert (silver["on_removal"], silver["prevent_destroy"]) == ("delete", True)
        assert valid("state-list", project.run("state", "list", "-o", "json"))["audiences"][2][
            "retained"
        ]

    def test_as_json_it_is_as_its_schema_says_also_where_it_fails(
        self, project: Project, there: Emulator
    ) -> None:
        silver = valid("state-show", project.run("state", "show", "silver", "-o", "json"))
        assert silver["known"]["audienceId"] == project.ids()["silver"]
        assert (silver["intents"], silver["serial"]) == ([], 1)
        gold = valid("state-show", project.run("state", "show", "gold", "-o", "json"))
        (attempt,) = gold["intents"]
        assert (gold["known"], attempt["step"], attempt["phase"]) == (None, "create", "open")
        assert attempt["run"] == gold["run"]
        failed = valid("state-show", project.run("state", "show", "x", "-o", "json"))
        assert failed["error"]["exitCode"] == 1

    def test_an_unknown_key_is_told_with_one_that_is_like_it(
        self, project: Project, there: Emulator
    ) -> None:
        result = project.run("state", "show", "sliver")
        assert (result.code, result.out) == (1, "")
        assert "did you mean `silver`?" in result.err


@pytest.mark.parametrize("words", [("list",), ("show", "silver"), ("rm", "silver", "--dry-run")])
def test_what_reads_needs_neither_lock_nor_platform_nor_manifests_and_writes_nothing(
    project: Project, there: Emulator, words: tuple[str, ...]
) -> None:
    there.stop()
    project.setenv("AEP_ACCESS_TOKEN", "")
    project.write("audiences/all.yaml", "][")
    with FileStore(str(project.root / "state/prod.json")).hold(BUSY, wait=0):
        before = {str(one): one.read_bytes() for one in project.root.rglob("*") if one.is_file()}
        assert project.run("state", *words).code == 0
        after = {str(one): one.read_bytes() for one in project.root.rglob("*") if one.is_file()}
    assert after == before


class TestMoveSeveral:
    def test_a_ring_a_chain_and_others_are_moved_at_once(
        self, project: Project, there: Emulator
    ) -> None:
        ids, serial = project.ids(), project.state()["serial"]
        moved = project.run("state", "mv", "silver", "bronze", "bronze", "silver")
        assert (moved.code, moved.err) == (0, "")
        assert moved.out == (
            "2 keys moved:\n  `silver` is now `bronze`\n  `bronze` is now `silver`\n"
            "Next: the next plan compares them under their new keys. To undo: "
            "`aepctl state mv bronze silver silver bronze`.\n"
        )
        assert project.ids() == {"silver": ids["bronze"], "bronze": ids["silver"]}
        assert project.state()["serial"] == serial + 1
        assert project.run("state", "mv", "silver", "bronze", "bronze", "tin").code == 0
        assert project.ids() == {"bronze": ids["bronze"], "tin": ids["silver"]}

    def test_from_a_file_and_from_standard_input(
        self, project: Project, there: Emulator, typed: Typed
    ) -> None:
        ids = project.ids()
        project.write("moved", "moved:\n  - {from: silver, to: argentum}\n")
        assert project.run("state", "mv", "--from-file", "moved").code == 0
        typed("argentum silver\nbronze tin\n")
        assert project.run("state", "mv", "--from-file", "-").out.startswith("2 keys moved:\n")
        assert project.ids() == {"silver": ids["silver"], "tin": ids["bronze"]}

    def test_all_that_is_in_the_way_is_named_at_once_and_nothing_is_done(
        self, project: Project, there: Emulator
    ) -> None:
        before = (project.root / "state/prod.json").read_bytes()
        project.write("f", "sliver b\n# as well\nsilver gold\nbronze tin\nbronze x\nother tin\n")
        result = project.run("state", "mv", "--from-file", "f")
        assert (result.code, result.out) == (3, "")
        for line in (
            "error: nothing was moved: 7 problems [no-such-key]\n",
            "f:3: `gold` has an open intent: `aepctl apply` settles it",
            "f:1: no audience `sliver` in the state state/prod.json: did you mean `silver`?",
            "f:4: `bronze` is moved twice: keep one of the two",
            "f:5: `bronze` is moved twice: keep one of the two",
            "f:4: `tin` is the new key of several: give each a key of its own",
        ):
            assert line in result.err
        assert (project.root / "state/prod.json").read_bytes() == before

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            ((), 64, "give OLD and NEW, or --from-file FILE"),
            (("a", "b", "--from-file", "f"), 64, "give OLD and NEW, or --from-file FILE"),
            (("silver",), 64, "each OLD needs its NEW; 'silver' has none"),
            (("silver", "x", "bronze", "a b"), 64, "'a b' is not a valid key"),
            (("--from-file", "nowhere"), 1, "nowhere: cannot be read: No such file or directory"),
            (("--from-file", "."), 1, ".: cannot be read: Is a directory"),
            (("--from-file", "empty"), 1, "empty names no keys"),
            (("--from-file", "wide"), 1, "wide: it is in UTF-16; save it as UTF-8"),
            (("--from-file", "odd"), 1, "odd:2:1: two keys were expected, not 3 words"),
            (("gold", "x"), 1, "`gold` in the state state/prod.json, only an attempt to create it"),
            (("silver", "silver"), 3, "`silver`: OLD and NEW are the same key"),
            (("silver", "bronze"), 3, "`bronze` already has the audienceId"),
            (("silver", "gold"), 3, "`gold` has an open intent"),
        ],
    )
    def test_bad_input_is_told(
        self, project: Project, there: Emulator, words: tuple[str, ...], code: int, said: str
    ) -> None:
        project.write("empty", "# nothing\n")
        project.write("odd", "silver x\na b c\n")
        (project.root / "wide").write_bytes("silver x\n".encode("utf-16"))
        before = (project.root / "state/prod.json").read_bytes()
        result = project.run("state", "mv", *words)
        assert result.code == code
        assert said in result.err
        assert (project.root / "state/prod.json").read_bytes() == before

    def test_what_is_open_for_a_key_is_settled_before_it_is_moved(
        self, project: Project, there: Emulator
    ) -> None:
        state = project.state()
        ((_, intent),) = state["intents"].items()
        silver = state["audiences"]["silver"]
        audience = {name: silver[name] for name in ("name", "namespace", "originName")}
        intent["key"] = "silver"
        intent["step"] = {
            "type": "delete", "audienceId": silver["audienceId"], "audience": audience,
        }  # fmt: skip
        project.write("state/prod.json", json.dumps(state))
        for words in (("mv", "silver", "x", "bronze", "y"), ("rm", "bronze", "silver")):
            result = project.run("state", *words)
            assert result.code == 3
            assert "`silver` has an open intent" in result.err
            assert "`aepctl apply` settles it first" in result.err
        assert set(project.ids()) == {"silver", "bronze"}

    def test_a_dry_run_only_says_what_would_be_done(
        self, project: Project, there: Emulator
    ) -> None:
        before = (project.root / "state/prod.json").read_bytes()
        result = project.run("state", "mv", "silver", "x", "bronze", "y", "--dry-run")
        assert result.out == (
            "2 keys to be moved:\n  `silver` would be `x`\n  `bronze` would be `y`\n"
            "Next: nothing was done: this was a dry run.\n"
        )
        assert project.run("state", "mv", "silver", "gold", "--dry-run").code == 3
        assert (project.root / "state/prod.json").read_bytes() == before

    def test_of_many_the_run_names_their_number(self, project: Project, there: Emulator) -> None:
        state = project.state()
        silver = state["audiences"].pop("silver")
        for number in range(35):
            state["audiences"][f"k{number}"] = {**silver, "audienceId": f"A-{number}"}
        project.write("state/prod.json", json.dumps(state))
        project.write("f", "".join(f"k{number} n{number}\n" for number in range(35)))
        moved = project.run("state", "mv", "--from-file", "f")
        assert moved.out.count(" is now ") == 35
        assert "To undo: the same, with OLD and NEW exchanged.\n" in moved.out
        assert project.state()["runs"][-1]["command"] == "aepctl state mv (35 pairs)"


def test_as_json_both_say_what_was_done_and_why_not(project: Project, there: Emulator) -> None:
    ids = project.ids()
    tried = project.run("state", "rm", "silver", "--dry-run", "-o", "json").json
    assert (tried["dryRun"], [one["key"] for one in tried["forgotten"]]) == (True, ["silver"])
    moved = project.run("state", "mv", "silver", "x", "-o", "json").json
    assert moved["moved"] == [{"from": "silver", "to": "x", "audienceId": ids["silver"]}]
    assert (moved["dryRun"], moved["environment"], moved["error"]) == (False, "prod", None)
    forgotten = project.run("state", "rm", "x", "-o", "json").json["forgotten"]
    assert forgotten == [
        {"key": "x", "audienceId": ids["silver"], "id": None, "name": "Name silver",
         "replaced": None}
    ]  # fmt: skip
    for words in (("mv", "x", "y"), ("rm", "x")):
        failed = project.run("state", *words, "-o", "json")
        assert (failed.code, failed.json["error"]["exitCode"]) == (1, 1)


class TestForgetSeveral:
    def test_says_what_stays_on_the_platform_by_name_and_id_also_while_that_is_down(
        self, project: Project, there: Emulator
    ) -> None:
        there.stop()
        project.setenv("AEP_ACCESS_TOKEN", "")
        ids, serial = project.ids(), project.state()["serial"]
        result = project.run("state", "rm", "silver", "bronze", "silver")
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(
            "2 keys forgotten:\n"
            f"  `silver` is forgotten; 'Name silver' ({ids['silver']}) stays on the platform\n"
            f"  `bronze` is forgotten; 'Name bronze' ({ids['bronze']}) stays on the platform\n"
        )
        assert "To undo: `aepctl state resolve KEY --adopt ID` for each.\n" in result.out
        assert (project.ids(), project.state()["serial"]) == ({}, serial + 1)

    def test_what_it_took_the_place_of_stays_as_well(
        self, project: Project, there: Emulator
    ) -> None:
        ended(project)
        bronze = project.ids()["bronze"]
        said = f"'Name bronze' ({bronze}) and 'Old bronze' (A-old) stay on the platform"
        assert said in project.run("state", "rm", "bronze").out

    def test_a_key_that_was_retained_is_taken_until_that_is_forgotten(
        self, project: Project, there: Emulator
    ) -> None:
        ended(project)
        result = project.run("state", "mv", "bronze", "silver")
        assert result.code == 3
        assert ", which is retained [key-in-the-way]\n" in result.err
        assert "to forget that: `aepctl state rm silver`" in result.err
        assert project.run("state", "rm", "silver").code == 0
        assert project.run("state", "mv", "bronze", "silver").code == 0
        assert project.state()["audiences"]["silver"]["deposed"]["audienceId"] == "A-old"

    def test_one_that_cannot_be_forgotten_keeps_all(
        self, project: Project, there: Emulator
    ) -> None:
        result = project.run("state", "rm", "silver", "gold", "nobody")
        assert result.code == 1
        assert (
            "error: nothing was forgotten: 2 problems [no-such-key]\n  - no audience `gold`"
            in result.err
        )
        assert set(project.ids()) == {"silver", "bronze"}

    def test_no_key_is_a_usage_error(self, project: Project, there: Emulator) -> None:
        assert project.run("state", "rm").code == 64


def test_a_state_is_pushed_from_a_pipe(project: Project, there: Emulator, typed: Typed) -> None:
    """Also what was taken of it: what the hint of a FIFO says can be done."""
    pulled = project.run("state", "pull").out
    assert project.run("state", "rm", "bronze").code == 0
    typed(pulled)
    result = project.run("state", "push", "-")
    assert result.code == 3
    assert "error: standard input is older than state/prod.json" in result.err
    assert "`aepctl state push --force -`" in result.err
    typed(pulled)
    assert project.run("state", "push", "--force", "-").out.startswith(
        "state/prod.json is now what standard input has"
    )
    assert set(project.ids()) == {"silver", "bronze"}
