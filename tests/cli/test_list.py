"""aepctl list and show: all keys, or one, on every side; offline, and without the lock."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from projects import ORG, Project, Result, tree

from aepctl.emulator import Emulator
from aepctl.model.audience import Audience, Ids, Known
from aepctl.model.steps import Create
from aepctl.model.target import Target
from aepctl.render.schemas import schema
from aepctl.state.encoder import encode_state
from aepctl.state.model import Intent, State
from aepctl.state.stores.file import FileStore

Start = Callable[..., Emulator]


def of(key: str) -> Audience:
    return Audience(f"Name {key}", "agora", "Tests")


@pytest.fixture
def prod(project: Project) -> Project:
    """Known: silver as wanted, bronze otherwise, iron no more, tin retained; gold in doubt."""
    project.write("aepctl.yaml", f"environments:\n  prod: {{org: {ORG}, sandbox: prod}}\n")
    known = {key: Known(of(key), Ids(f"id-of-{key}")) for key in ("silver", "bronze", "iron")}
    known["tin"] = Known(of("tin"), Ids("id-of-tin"), retained=True)
    intent = Intent(
        "intent-1", "run-1", "gold", Create(of("gold")), "2026-01-31T12:30:00.000+00:00"
    )
    target = Target(ORG, "prod", "https://platform.adobe.io")
    state = State("L", 1, target, known, {intent.id: intent})
    project.write("state/prod.json", encode_state(state))
    project.want("gold", "silver", "bronze", "lead")
    project.edit("audiences/all.yaml", "Name bronze", "Bronze")
    return project


def valid(name: str, result: Result) -> Any:
    """The document, which is as its schema says."""
    document = result.json
    errors = jsonschema.Draft202012Validator(schema(name)).iter_errors(document)
    assert [one.message for one in errors] == []
    return document


class TestList:
    def test_has_every_key_with_its_name_id_and_how_it_stands(self, prod: Project) -> None:
        result = prod.run("list")
        assert (result.code, result.err) == (0, "")
        assert re.sub(" {2,}", " | ", result.out) == (
            "ENV | KEY | NAME | AUDIENCE ID | STATUS\n"
            "prod | bronze | Bronze | id-of-bronze | known, to update\n"
            "prod | gold | Name gold | - | in doubt: create\n"
            "prod | iron | Name iron | id-of-iron | no longer wanted, to forget\n"
            "prod | lead | Name lead | - | not created yet\n"
            "prod | silver | Name silver | id-of-silver | known\n"
            "prod | tin | Name tin | id-of-tin | retained\n"
        )

    def test_as_json_it_is_as_its_schema_says(self, prod: Project) -> None:
        document = valid("list", prod.run("list", "-o", "json"))
        rows = {one["key"]: one for one in document["audiences"]}
        assert {key: (one["status"], one["planned"]) for key, one in rows.items()} == {
            "bronze": ("known", "update"),
            "gold": ("in-doubt", "settle"),
            "iron": ("removed", "forget"),
            "lead": ("new", "create"),
            "silver": ("known", None),
            "tin": ("retained", None),
        }
        assert rows["bronze"]["source"] == {"file": "audiences/all.yaml", "line": 5}
        assert rows["gold"]["open"] == {"step": "create", "phase": "open"}
        assert document["summary"] == {
            "audiences": 6, "known": 2, "new": 1, "removed": 1, "elsewhere": 0, "retained": 1,
            "inDoubt": 1,
        }  # fmt: skip
        assert document["environments"][0]["environment"] == document["environment"] == "prod"

    def test_a_key_that_moved_is_listed_once_under_its_new_key(self, prod: Project) -> None:
        prod.edit("audiences/all.yaml", "  silver:", "  argent:")
        with (prod.root / "audiences/all.yaml").open("a") as file:
            file.write("moved: [{from: silver, to: argent}]\n")
        rows = prod.run("list", "-o", "json").json["audiences"]
        (one,) = (row for row in rows if row["key"] in {"silver", "argent"})
        assert (one["key"], one["planned"]) == ("argent", "move")
        assert one["audienceId"] == prod.ids()["silver"]

    def test_patterns_choose_and_nothing_is_said_to_be_nothing(self, prod: Project) -> None:
        chosen = prod.run("list", "s*", "tin").out.splitlines()
        assert [line.split()[1] for line in chosen[1:]] == ["silver", "tin"]
        missed = prod.run("list", "sliver", "x*")
        assert (missed.code, missed.err) == (0, "")
        said = "No key of prod is or matches 'sliver' or 'x*'. Did you mean `silver`?\n"
        assert missed.out == said
        (prod.root / "state/prod.json").unlink()
        prod.write("audiences/all.yaml", "audiences: {}\n")
        said = "No audiences: none is wanted in prod, and its state knows none.\n"
        assert prod.run("list").out == said
        assert valid("list", prod.run("list", "-o", "json"))["audiences"] == []

    def test_what_is_wrong_with_the_manifests_is_told(self, prod: Project) -> None:
        prod.write("audiences/all.yaml", "audiences: {a: {nmae: x}}\n")
        result = prod.run("list")
        assert (result.code, result.out) == (1, "")
        assert "unknown field `nmae`" in result.err
        failed = valid("list", prod.run("list", "-o", "json"))
        assert (failed["audiences"], failed["error"]["exitCode"]) == ([], 1)


class TestEveryEnvironment:
    @pytest.fixture
    def both(self, prod: Project) -> Project:
        text = (prod.root / "aepctl.yaml").read_text()
        prod.write("aepctl.yaml", f"{text}  stage: {{org: '${{STAGE_ORG}}', sandbox: s}}\n")
        return prod

    def test_has_a_row_for_each_key_and_environment(self, both: Project) -> None:
        both.setenv("STAGE_ORG", "1@AdobeOrg")
        result = both.run("list", "--all-environments", "silver", "iron")
        assert result.code == 0
        assert result.err.startswith("No state yet in stage: none at state/stage.json: ")
        rows = [line.split()[:2] for line in result.out.splitlines()[1:]]
        assert rows == [["prod", "iron"], ["prod", "silver"], ["stage", "silver"]]
        document = valid("list", both.run("list", "--all-environments", "-o", "json"))
        assert (document["environment"], document["target"]) == (None, None)
        assert [one["environment"] for one in document["environments"]] == ["prod", "stage"]

    def test_what_is_wrong_with_one_does_not_hide_the_others(self, both: Project) -> None:
        result = both.run("list", "--all-environments", "silver")
        assert result.code == 1
        assert "prod  silver" in result.out
        assert "the variable STAGE_ORG is not set" in result.err
        assert "error: stage: 1 problem" in result.err
        both.write("state/prod.json", "{")
        both.setenv("STAGE_ORG", "1@AdobeOrg")
        result = both.run("list", "--all-environments", "-o", "json")
        prod, stage = valid("list", result)["environments"]
        assert (prod["error"]["exitCode"], stage["error"], result.code) == (1, None, 1)

    def test_what_is_wrong_with_all_is_told_once(self, both: Project) -> None:
        both.setenv("STAGE_ORG", "1@AdobeOrg")
        both.write("audiences/all.yaml", "][")
        result = both.run("list", "--all-environments")
        assert (result.code, result.out) == (1, "")
        assert result.err.count("audiences/all.yaml:1:1") == 1

    def test_one_environment_beside_all_is_a_usage_error(self, both: Project) -> None:
        assert both.run("--env", "prod", "list", "--all-environments").code == 64


class TestShow:
    def test_has_what_is_wanted_with_places_what_is_known_and_the_plan(self, prod: Project) -> None:
        result = prod.run("show", "bronze")
        assert (result.code, result.err) == (0, "")
        for said in (
            "bronze in prod: known, to update\n",
            "\nWanted  audiences/all.yaml:5\n",
            "    name         Bronze  audiences/all.yaml:5\n",
            "    namespace    agora   audiences/all.yaml:1\n",
            "\nKnown  state/prod.json\n",
            f"    audienceId   {prod.ids()['bronze']}\n",
            "    name         Name bronze\n",
            "    name         Name bronze -> Bronze\n",
            "only bronze: 1 to update.\n",
        ):
            assert said in result.out

    @pytest.mark.parametrize(
        ("key", "said"),
        [
            ("gold", ("in doubt: create", "    open         create started at", "1 to settle")),
            ("iron", ("no longer wanted, to forget", "Not wanted  no manifest", "1 to forget")),
            ("tin", ("tin in prod: retained", "    retained     the manifests ended it")),
            ("lead", ("not created yet", "Not known  the state state/prod.json", "1 to create")),
            ("silver", ("silver in prod: known\n", "1 unchanged", "Nothing to do.")),
        ],
    )
    def test_says_how_it_stands(self, prod: Project, key: str, said: tuple[str, ...]) -> None:
        out = prod.run("show", key).out
        assert [one for one in said if one not in out] == []
        assert valid("show", prod.run("show", key, "-o", "json"))["key"] == key

    def test_a_state_that_is_not_there_is_not_one_that_lacks_the_key(self, prod: Project) -> None:
        (prod.root / "state/prod.json").unlink()
        assert "Not known  there is no state at state/prod.json\n" in prod.run("show", "lead").out

    def test_lines_stay_lines_and_no_log_obeys_them(self, prod: Project) -> None:
        audience = replace(of("iron"), description="One\\n\n::error::two\n")
        known = {"iron": Known(audience, Ids("id-of-iron"))}
        state = State("L", 2, Target(ORG, "prod", "https://platform.adobe.io"), known)
        prod.write("state/prod.json", encode_state(state))
        for words in (("show",), ("state", "show")):
            out = prod.run(*words, "iron").out
            assert "    description  One\\n\n                 \\x3a:error::two\n" in out

    def test_lifecycle_and_defaults_have_places_too(self, prod: Project) -> None:
        prod.write(
            "audiences/all.yaml",
            "defaults:\n  namespace: agora\n  originName: Tests\n  lifecycle:\n"
            "    on_removal: delete\n---\naudiences:\n  silver:\n    name: Name silver\n"
            "    originName: Tests\n"
            "    lifecycle: {prevent_destroy: true, ignore_changes: [description]}\n",
        )
        out = prod.run("show", "silver").out
        places = dict(re.findall(r"^    (\w+) +\S.*  audiences/all.yaml:(\d+)$", out, re.MULTILINE))
        assert places == {
            "name": "9", "namespace": "2", "originName": "10", "on_removal": "5",
            "prevent_destroy": "11", "ignore_changes": "11",
        }  # fmt: skip

    @pytest.mark.rig
    def test_with_a_look_it_has_what_the_platform_has(
        self, project: Project, platform: Start
    ) -> None:
        project.settle_on(platform())
        project.want("silver", "gone")
        assert project.apply("--fresh").code == 0
        state = project.state()
        state["audiences"]["gone"] |= {"audienceId": "A-1", "id": "P-1"}
        project.write("state/prod.json", json.dumps(state))
        project.want("silver", "gone", "lead")
        shown = valid("show", project.run("show", "silver", "--refresh", "-o", "json"))
        observed = shown["platform"]["observed"]
        assert observed["audienceId"] == shown["known"]["audienceId"]
        assert observed["audience"]["name"] == "Name silver"
        for key, said in (
            ("silver", "On the platform\n    name         Name silver\n"),
            ("gone", "On the platform  it is gone\n"),
            ("lead", "On the platform  nothing of it was found\n"),
        ):
            assert said in project.run("show", key, "--refresh").out

    def test_an_old_key_shows_what_it_is_now(self, prod: Project) -> None:
        prod.edit("audiences/all.yaml", "  silver:", "  argent:")
        with (prod.root / "audiences/all.yaml").open("a") as file:
            file.write("moved: [{from: silver, to: argent}]\n")
        assert prod.run("show", "silver").out.startswith("argent in prod: known, to move\n")
        assert valid("show", prod.run("show", "argent", "-o", "json"))["change"] is not None

    def test_an_unknown_key_is_told_with_one_that_is_like_it(self, prod: Project) -> None:
        for key, like in (("sliver", "silver"), ("led", "lead"), ("irn", "iron")):
            result = prod.run("show", key)
            assert (result.code, result.out) == (1, "")
            assert f"did you mean `{like}`?" in result.err
        assert "the keys are bronze, gold, iron" in prod.run("show", "XYZ").err
        assert valid("show", prod.run("show", "sliver", "-o", "json"))["intents"] == []


@pytest.mark.parametrize("words", [("list",), ("show", "silver")])
def test_neither_needs_lock_platform_or_credentials_and_nothing_is_written(
    prod: Project, words: tuple[str, ...]
) -> None:
    with FileStore(str(prod.root / "state/prod.json")).hold({"command": "apply"}, wait=0):
        before = tree(prod.root)
        assert prod.run(*words).code == 0
        assert tree(prod.root) == before
