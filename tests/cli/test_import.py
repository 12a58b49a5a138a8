"""aepctl import: one audience that exists is compared, and recorded under its key."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jsonschema
import pytest
from emulator_client import CREATE, CREATE_HEADERS
from lists import Connection, element, page
from projects import ORG, Project, Result

from aepctl.emulator import Behaviour, Emulator, Fault, FaultKind
from aepctl.render.schemas import schema
from aepctl.replies import Response

Start = Callable[..., Emulator]
GOLD = "  gold: {name: Name gold, description: Ten points}\n"


@pytest.fixture
def there(project: Project, platform: Start) -> Emulator:
    there = platform()
    project.settle_on(there)
    want(project, GOLD)
    return there


def want(project: Project, entries: str) -> None:
    head = "defaults: {namespace: agora, originName: Tests}\naudiences:\n"
    project.write("audiences/all.yaml", head + entries)


def make(there: Emulator, **fields: str) -> Any:
    """Somebody creates this; as it reads back."""
    wanted = {
        "name": "Name gold", "description": "Ten points", "namespace": "agora",
        "originName": "Tests", **fields,
    }  # fmt: skip
    headers = {**CREATE_HEADERS, "x-gw-ims-org-id": ORG, "x-sandbox-name": "prod"}
    url = f"{there.url}/core/ais/audiences"
    answer = httpx.post(url, params=CREATE, headers=headers, json=wanted, trust_env=False)
    audience_id = answer.raise_for_status().json()["audienceId"]
    return next(one for one in there.audiences if one["audienceId"] == audience_id)


def import_gold(project: Project, one_id: str, *words: str, **world: Any) -> Result:
    return project.run("import", "gold", one_id, *words, **world)


def valid(result: Result) -> Any:
    """The document, which is as its schema says."""
    document = result.json
    validator = jsonschema.Draft202012Validator(schema("import"))
    assert [one.message for one in validator.iter_errors(document)] == []
    return document


class TestTheSame:
    @pytest.mark.parametrize("which", ["audienceId", "id"])
    def test_it_is_recorded_with_both_ids_whichever_is_given(
        self, project: Project, there: Emulator, which: str
    ) -> None:
        one, _other = make(there), make(there, name="Other")
        audience_id = one["audienceId"]
        result = import_gold(project, one[which])
        assert (result.code, result.err) == (0, "")
        assert result.out.startswith(
            "= gold  audiences/all.yaml:3\n"
            f"    recorded as the platform has it (audienceId {audience_id}, id {one['id']})\n"
        )
        assert "`aepctl plan` shows that nothing is to be done for it" in result.out
        assert "To undo: `aepctl state rm gold`." in result.out
        known = project.state()["audiences"]["gold"]
        assert (known["audienceId"], known["id"]) == (one["audienceId"], one["id"])
        assert "Nothing to do." in project.run("plan").out

    def test_imported_again_it_is_known_already_and_nothing_is_asked_or_written(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there)
        assert import_gold(project, one["id"]).code == 0
        before, asked = (project.root / "state/prod.json").read_bytes(), len(there.requests)
        for one_id in (one["id"], one["audienceId"]):
            again = valid(import_gold(project, one_id, "-o", "json"))
            assert (again["outcome"], again["audienceId"]) == ("unchanged", one["audienceId"])
        assert (project.root / "state/prod.json").read_bytes() == before
        assert len(there.requests) == asked

    def test_one_that_is_known_without_the_platforms_own_id_gets_it(
        self, project: Project, there: Emulator
    ) -> None:
        assert project.apply("--fresh").code == 0
        (one,) = there.audiences
        assert "id" not in project.state()["audiences"]["gold"]
        assert import_gold(project, one["id"]).code == 0
        assert project.state()["audiences"]["gold"]["id"] == one["id"]
        assert import_gold(project, one["id"]).out.startswith(
            f"✓ gold\n    `gold` already has the audienceId {one['audienceId']}\n"
        )

    def test_blanks_and_unicode_forms_are_no_difference(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there, name="Name  gold")
        assert import_gold(project, one["id"]).code == 0
        assert project.state()["audiences"]["gold"]["sent"]["name"] == "Name gold"
        assert "Nothing to do." in project.run("plan").out

    def test_one_that_is_not_at_work_is_told_so(self, project: Project, there: Emulator) -> None:
        there.behaviour = Behaviour(lifecycle="inactive", hide_inactive=True)
        result = import_gold(project, make(there)["id"])
        assert result.code == 0
        assert "; there it is inactive\n" in result.out


class TestEnded:
    """What state has of an audience's end, and what a manifest that is back says of it."""

    def test_one_that_was_retained_is_at_work_again(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there)
        assert import_gold(project, one["id"]).code == 0
        state = project.state()
        state["audiences"]["gold"]["retained"] = True
        project.write("state/prod.json", json.dumps(state))
        other = import_gold(project, make(there, description="Twelve")["id"], "--accept")
        assert f"`gold` already has the audienceId {one['audienceId']}" in other.err
        assert import_gold(project, one["audienceId"]).code == 0
        assert "retained" not in project.state()["audiences"]["gold"]

    def test_what_it_took_the_place_of_is_its_own_and_cannot_be_imported(
        self, project: Project, there: Emulator
    ) -> None:
        one, old = make(there), make(there, description="Twelve")
        assert import_gold(project, one["id"]).code == 0
        state = project.state()
        fields = {name: old[name] for name in ("name", "namespace", "originName")}
        ids = {"audienceId": old["audienceId"], "id": old["id"]}
        state["audiences"]["gold"]["deposed"] = {**ids, "audience": fields}
        project.write("state/prod.json", json.dumps(state))
        for one_id in ids.values():
            result = import_gold(project, one_id, "--accept")
            assert result.code == 3
            assert f"`gold` already has the audienceId {one['audienceId']}" in result.err


class TestAnother:
    def test_what_differs_is_shown_field_by_field_and_nothing_is_recorded(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there, description="Twelve", namespace="crm")
        result = import_gold(project, one["id"])
        assert (result.code, result.err) == (3, "")
        assert result.out.startswith(
            "! gold  audiences/all.yaml:3\n"
            "    description  Twelve -> Ten points\n"
            "    namespace    crm -> agora\n"
            "    the platform (left) does not have it as the manifest (right): nothing was recorded"
        )
        assert f"`aepctl import gold {one['audienceId']} --accept`" in result.out
        assert not (project.root / "state/prod.json").exists()

    def test_accepted_it_is_recorded_as_it_is_and_the_plan_shows_what_differs(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there, description="Twelve")
        result = import_gold(project, one["id"], "--accept")
        assert result.code == 0
        assert "`aepctl plan` shows what differs from the manifests" in result.out
        assert project.state()["audiences"]["gold"]["description"] == "Twelve"
        assert "description  Twelve -> Ten points" in project.run("plan").out

    @pytest.mark.parametrize(("accept", "outcome"), [((), "undecided"), (("--accept",), "adopted")])
    def test_as_json(
        self, project: Project, there: Emulator, accept: tuple[str, ...], outcome: str
    ) -> None:
        one = make(there, description="Twelve")
        document = valid(import_gold(project, one["id"], "-o", "json", *accept))
        assert (document["outcome"], document["id"]) == (outcome, one["id"])
        assert document["fields"] == [
            {"field": "description", "platform": "Twelve", "manifest": "Ten points"}
        ]

    @pytest.mark.parametrize("output", ["markdown", "html", "junit", "gitlab", "codequality"])
    def test_every_format_has_it(self, project: Project, there: Emulator, output: str) -> None:
        one = make(there, description="Twelve")
        assert import_gold(project, one["id"], "--write", f"{output}:out").code == 3
        assert (project.root / "out").read_text()


class TestNotInTheManifests:
    def test_its_block_is_printed_and_pasted_it_is_imported(
        self, project: Project, there: Emulator
    ) -> None:
        one = make(there, name="Silver: 2\u202e", description="two\nlines")
        result = project.run("import", "silver", one["id"])
        assert result.code == 1
        assert result.out == (
            "audiences:\n"
            "  silver:\n"
            '    name: "Silver: 2\\u202e"\n'
            '    description: "two\\nlines"\n'
            "    namespace: agora\n"
            "    originName: Tests\n"
        )
        assert (
            "no audience `silver` in the manifests for `prod`, so nothing was recorded"
            in result.err
        )
        assert "`aepctl export` writes the manifests of many" in result.err
        project.write("audiences/silver.yaml", result.out.replace("\\u202e", ""))
        assert project.run("import", "silver", one["id"], "--accept").code == 0

    def test_as_json_the_block_is_a_field(self, project: Project, there: Emulator) -> None:
        result = project.run("import", "silver", make(there)["id"], "-o", "json")
        document = valid(result)
        assert (result.code, document["error"]["exitCode"]) == (1, 1)
        assert document["manifest"].startswith("audiences:\n  silver:\n    name: Name gold\n")

    def test_manifests_with_problems_are_told_first(
        self, project: Project, there: Emulator
    ) -> None:
        project.write("audiences/all.yaml", "audiences: {gold: {nmae: x}}\n")
        assert import_gold(project, "x").code == 1
        assert there.requests == []


class TestRefused:
    def test_an_id_of_another_key_by_either_id(self, project: Project, there: Emulator) -> None:
        one = make(there)
        assert import_gold(project, one["id"]).code == 0
        want(project, GOLD + "  silver: {name: Silver}\n")
        for which in ("id", "audienceId"):
            result = project.run("import", "silver", one[which], "--accept")
            assert result.code == 3
            said = f"{one['audienceId']} is the audienceId of `gold`; `silver` cannot have it"
            assert said in result.err

    def test_another_id_of_a_key_that_is_known(self, project: Project, there: Emulator) -> None:
        one, other = make(there), make(there)
        assert import_gold(project, one["id"]).code == 0
        result = import_gold(project, other["id"], "--accept")
        assert result.code == 3
        assert f"`gold` already has the audienceId {one['audienceId']}" in result.err

    def test_an_id_of_another_environment(self, project: Project, there: Emulator) -> None:
        text = (project.root / "aepctl.yaml").read_text()
        project.write(
            "aepctl.yaml", text + text.replace("environments:\n", "").replace("prod", "stage")
        )
        one = make(there)
        assert project.run("--env", "prod", "import", "gold", one["id"]).code == 0
        state = (project.root / "state/prod.json").read_text()
        project.write("state/stage.json", state.replace('"sandbox": "prod"', '"sandbox": "stage"'))
        (project.root / "state/prod.json").unlink()
        result = project.run("--env", "prod", "import", "gold", one["id"])
        assert result.code == 3
        assert (
            "is the audienceId of `gold` in the environment `stage` (state/stage.json)"
            in result.err
        )

    @pytest.mark.parametrize("lifecycle", ["archived", "deleted"])
    def test_one_that_is_gone(self, project: Project, there: Emulator, lifecycle: str) -> None:
        there.behaviour = Behaviour(lifecycle=lifecycle)
        one = make(there)
        result = import_gold(project, one["id"], "--accept")
        assert result.code == 3
        assert (
            f"the platform has {one['id']} as {lifecycle} in the sandbox prod: nothing was"
            in result.err
        )

    def test_an_id_that_is_nowhere(self, project: Project, there: Emulator) -> None:
        result = import_gold(project, "nowhere")
        assert (result.code, result.out) == (3, "")
        assert "the platform has no audience nowhere in the sandbox prod: nothing was" in result.err

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("a b", "x"), "'a b' is not a valid key"),
            (("gold", ""), "'' is empty: is a variable not set?"),
            (("gold", "x\u200by"), "has blanks or invisible characters"),
            (("gold",), "Missing argument 'ID'"),
        ],
    )
    def test_what_can_be_no_key_or_id(
        self, project: Project, there: Emulator, words: tuple[str, ...], said: str
    ) -> None:
        result = project.run("import", *words)
        assert result.code == 64
        assert said in result.err

    def test_without_the_platform(self, project: Project, there: Emulator) -> None:
        project.setenv("AEP_ACCESS_TOKEN", "")
        result = import_gold(project, "x", "-o", "json")
        document = valid(result)
        assert (result.code, document["fields"]) == (1, [])
        assert "`aepctl state resolve gold --adopt x --no-check`" in document["error"]["next"]


class TestOddLists:
    """What a platform may show under an ID."""

    @staticmethod
    def shows(*elements: dict[str, Any]) -> Any:
        class Closing(Connection):
            def close(self) -> None:
                return

        class Shown:
            def connect(self) -> Closing:
                each = (Response(200, json.dumps(one).encode()) for one in elements)
                return Closing([page(), page(*elements), page(), *each])

        @contextmanager
        def opened(*_: object) -> Iterator[Shown]:
            yield Shown()

        return opened

    @pytest.mark.parametrize(
        ("elements", "said"),
        [
            (
                [element("b", id="x"), element("c", audienceId="x")],
                "x is the `id` of 'b' and the audienceId of 'c': nothing was recorded",
            ),
            (
                [{"id": "x", "audienceId": "x", "name": "s", "type": "SegmentDefinition"}],
                "x is no external audience, but one of the platform's own in the sandbox prod",
            ),
            (
                [element("b", id="x", originName=7, namespace=None)],
                "the platform shows x, but its `namespace`, `originName` cannot be used",
            ),
        ],
        ids=["two", "its own", "unreadable"],
    )
    def test_what_is_not_one_external_audience_is_refused(
        self, project: Project, there: Emulator, elements: list[dict[str, Any]], said: str
    ) -> None:
        result = import_gold(project, "x", "--accept", open_platform=self.shows(*elements))
        assert (result.code, result.out) == (3, "")
        assert said in result.err

    def test_an_id_of_two_says_how_each_can_be_named(
        self, project: Project, there: Emulator
    ) -> None:
        two = self.shows(element("b", id="x"), element("c", audienceId="x"))
        said = import_gold(project, "x", open_platform=two).err
        assert "'b': `aepctl import gold a-b`, 'c': `aepctl import gold id-c`" in said


class TestSomethingOpen:
    @pytest.fixture
    def doubt(self, project: Project, there: Emulator) -> Emulator:
        """Whether gold was created nobody knows."""
        there.behaviour = Behaviour(faults=(Fault(kind=FaultKind.DROP_BEFORE),))
        assert project.apply("--fresh").code == 4
        there.behaviour = Behaviour()
        return there

    def test_it_came_to_what_is_imported(self, project: Project, doubt: Emulator) -> None:
        one = make(doubt)
        assert import_gold(project, one["id"]).code == 0
        assert project.run("state", "intents").out == "No open intents.\n"
        assert project.ids() == {"gold": one["audienceId"]}
        assert "Nothing to do." in project.run("plan").out

    def test_it_stays_open_where_nothing_is_recorded(
        self, project: Project, doubt: Emulator
    ) -> None:
        before = json.dumps(project.state()["intents"])
        assert import_gold(project, make(doubt, description="Twelve")["id"]).code == 3
        assert json.dumps(project.state()["intents"]) == before


def test_what_the_manifest_says_of_its_life_counts_from_its_import_on(
    project: Project, there: Emulator
) -> None:
    life = "lifecycle: {prevent_destroy: true, ignore_changes: [description]}"
    want(project, f"  gold: {{name: Name gold, description: Mine, {life}}}\n")
    result = import_gold(project, make(there, description="Theirs")["id"])
    assert (result.code, result.err) == (0, "")
    assert "that nothing is to be done for it" in result.out
    assert project.state()["audiences"]["gold"]["lifecycle"] == {"prevent_destroy": True}
    assert "Nothing to do." in project.run("plan").out
