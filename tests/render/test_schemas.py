"""The schemas say what the readers take and what the commands print: no more, and no less."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from projects import Project

from aepctl.apply.outcomes import OutcomeKind
from aepctl.cli.schema import schema as command
from aepctl.emulator import Emulator, Fault, FaultKind
from aepctl.manifests.model import ManifestDocument
from aepctl.model.audience import FIELDS
from aepctl.plan.plan import Action
from aepctl.project.model import ConfigModel, EnvironmentModel
from aepctl.render.outcome_documents import ALWAYS_COUNTED
from aepctl.render.schemas import TITLES, schema, schema_text
from aepctl.yamldoc import check, parse
from aepctl.yamldoc.parsing import NOT_TEXT

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
SAMPLES = sorted((ROOT / "audiences").glob("*.yaml"))
PLANS = sorted((DATA / "plans").glob("*.json"))
STATES = sorted((DATA / "state").glob("*.json"))
REFUSED_STATES = sorted((DATA / "state/refused").glob("*.json"))

Start = Callable[..., Emulator]


def _pattern(_validator: Any, pattern: str, text: Any, _schema: Any) -> Iterator[Any]:
    """As ECMA 262 has it: `$` is the end, also where a line feed comes last."""
    if isinstance(text, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), text):
        yield jsonschema.ValidationError(f"{text!r} does not match {pattern}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


class EditorsYaml(yaml.SafeLoader):
    """YAML 1.2 as editors read it: numbers, booleans and nothing are no text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as in the base class


for tag, pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?",
}.items():
    EditorsYaml.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"^({pattern})$"), None
    )


def documents(text: str) -> list[Any]:
    return [json.loads(json.dumps(one)) for one in yaml.load_all(text, EditorsYaml) if one]


def problems(name: str, document: Any) -> list[str]:
    return [error.message for error in Validator(schema(name)).iter_errors(document)]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping within a schema."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from nodes(inner)
    if isinstance(value, dict):
        yield value


@pytest.mark.parametrize("name", TITLES)
class TestEachSchema:
    def test_is_a_schema_with_a_title_and_a_description(self, name: str) -> None:
        made = schema(name)
        jsonschema.Draft202012Validator.check_schema(made)
        assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert made["title"].startswith("aepctl ")
        assert made["description"]

    def test_is_what_the_command_prints(self, name: str, project: Project) -> None:
        result = project.run("schema", name)
        assert (result.code, result.out, result.err) == (0, schema_text(name), "")
        assert result.json == schema(name)

    def test_is_a_choice_of_the_command(self, name: str) -> None:
        assert name in command.params[0].type.choices

    def test_its_patterns_mean_the_same_in_an_editor(self, name: str) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.skip("node is not installed")
        found = (one.get("pattern") for one in nodes(schema(name)))
        patterns = sorted({one for one in found if isinstance(one, str)})
        texts = ["a", "a b", "", " ", "a\n", "a\tb\nc", "\x1b", "\u2028", "ä😀", "\u3000", "1.10",
                 "x.json", "https://a/b", "http://u@h", "-a", "a" * 129, "30", "1.x"]  # fmt: skip
        script = (
            "const [ps, ts] = JSON.parse(require('fs').readFileSync(0));"
            "console.log(JSON.stringify(ps.map(p => ts.map(t => new RegExp(p, 'u').test(t)))))"
        )
        given_ = json.dumps([patterns, texts])
        done = subprocess.run(
            [node, "-e", script], input=given_, capture_output=True, text=True, check=True
        )
        ours = [[not list(_pattern(None, p, t, None)) for t in texts] for p in patterns]
        assert json.loads(done.stdout) == ours


@pytest.mark.parametrize("name", ["manifest", "config", "state"])
def test_every_field_of_a_file_is_described(name: str) -> None:
    properties = [one["properties"] for one in nodes(schema(name)) if "properties" in one]
    assert properties
    assert [
        f for fields in properties for f, made in fields.items() if not made["description"]
    ] == []


@pytest.mark.parametrize("name", ["manifest", "config"])
def test_what_people_write_is_never_null(name: str) -> None:
    assert "null" not in re.findall(r'"(\w+)"', schema_text(name))


def _same_in_any_version(made: Any) -> Any:
    """Without what older versions of pydantic say in more words."""
    if isinstance(made, list):
        return [_same_in_any_version(one) for one in made]
    if not isinstance(made, dict):
        return made
    if "const" in made:
        made = {name: one for name, one in made.items() if name != "enum"}
    if len(made.get("allOf", ())) == 1:
        made = {name: one for name, one in made.items() if name != "allOf"} | made["allOf"][0]
    if made.get("default") is False:  # pydantic 2.7 leaves it out where a validator follows
        made = {name: one for name, one in made.items() if name != "default"}
    return {name: _same_in_any_version(one) for name, one in made.items()}


@pytest.mark.parametrize("name", ["manifest", "config"])
def test_the_copies_in_docs_are_current(name: str) -> None:
    """After a wanted change: `make schemas`. To the byte .ci/run compares them."""
    copy = json.loads((ROOT / f"docs/schemas/{name}.json").read_text())
    assert _same_in_any_version(copy) == _same_in_any_version(schema(name))


def test_another_name_is_a_usage_error(project: Project) -> None:
    result = project.run("schema", "journal")
    assert result.code == 64
    assert "'outcome'" in result.err


class TestManifests:
    @pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
    def test_the_samples_are_valid_and_name_the_schema(self, file: Path) -> None:
        first, *_ = file.read_text().splitlines()
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found
        assert (file.parent / found[1]).resolve() == ROOT / "docs/schemas/manifest.json"
        (document,) = documents(file.read_text())
        assert problems("manifest", document) == []

    @pytest.mark.parametrize(
        "text",
        [
            "audiences: {}",
            "audiences: {1234: {name: 1.10}}",
            "audiences: {a: {name: NO, namespace: true, originName: 0777}}",
            "audiences:\n  a:\n    name: 2027-01-01\n    description: |\n      one\n      two\n",
            "defaults: {namespace: agora}\n---\naudiences: {a: {name: b, originName: c}}",
            "audiences: {a: {name: b, audienceId: 'x:1'}}",
            "defaults: {lifecycle: {prevent_destroy: true, ignore_changes: [name]}}\naudiences: {}",
            "audiences: {a: {name: b, lifecycle: {on_removal: delete, prevent_destroy: false}}}",
            "moved: [{from: 1, to: b}]\nremoved: [{key: c, delete: true}]",
        ],
    )
    def test_takes_what_the_reader_takes(self, text: str) -> None:
        yaml_file = parse("a.yaml", text.encode())
        assert yaml_file.problems == ()
        for number, document in enumerate(documents(text)):
            assert isinstance(check(ManifestDocument, yaml_file, number), ManifestDocument)
            assert problems("manifest", document) == []

    @pytest.mark.parametrize(
        "text",
        [
            "audience: {}",
            "audiences:",
            "audiences: [a]",
            "audiences: gold",
            "audiences: {a: }",
            "audiences: {a: b}",
            "audiences: {a: {}}",
            "audiences: {a: {nmae: b}}",
            "audiences: {a: {name: b, originname: c}}",
            "audiences: {a: {name: }}",
            "audiences: {a: {name: ''}}",
            "audiences: {a: {name: ' '}}",
            "audiences: {a: {name: [b]}}",
            "audiences: {a: {name: {b: c}}}",
            'audiences: {a: {name: "b\\n"}}',
            'audiences: {a: {name: "b\\e[31m"}}',
            'audiences: {a: {name: b, description: "c\\r"}}',
            "audiences: {a: {name: b, audienceId: 'x y'}}",
            "audiences: {-a: {name: b}}",
            "audiences: {a b: {name: b}}",
            "audiences: {'': {name: b}}",
            "defaults: [agora]\naudiences: {}",
            "defaults: {name: b}\naudiences: {}",
            "defaults: {namespace: null}\naudiences: {}",
            "audiences: {a: {name: b, lifecycle: {prevent_destroy: yes}}}",
            "audiences: {a: {name: b, lifecycle: {on_removal: keep}}}",
            "audiences: {a: {name: b, lifecycle: {ignore_changes: [namespace]}}}",
            "audiences: {a: {name: b, lifecycle: {ignore_changes: name}}}",
            "audiences: {a: {name: b, lifecycle: []}}",
            "moved: {a: b}",
            "moved: [{from: a}]",
            "removed: [{key: a}]",
            "removed: [{key: a b, delete: true}]",
            "removed: [a]",
            "removed: [null]",
        ],
    )
    def test_refuses_what_the_reader_refuses(self, text: str) -> None:
        yaml_file = parse("a.yaml", text.encode())
        assert yaml_file.problems or not isinstance(
            check(ManifestDocument, yaml_file), ManifestDocument
        )
        (document,) = documents(text)
        assert problems("manifest", document) != []

    letters = st.characters(exclude_categories=["Cs"]).filter(lambda one: not NOT_TEXT.match(one))
    texts = st.one_of(
        st.text(letters, max_size=4), st.sampled_from([" ", "\n", "a\n", "a\tb", "\r"])
    )
    keys = st.one_of(st.sampled_from(["a", "b.c", "-x", "", "x y", "a\n"]), texts)
    odd = st.one_of(st.none(), st.integers(), st.booleans(), st.just([]), st.just({"a": "b"}))
    values = st.one_of(texts, texts, texts, odd)
    fields = ("name", "description", "namespace", "originName", "audienceId")
    flags = st.one_of(st.booleans(), st.sampled_from(["true", "false", "True", "yes", ""]), odd)
    words = st.one_of(st.sampled_from(["retain", "delete", "refuse", "replace", "name"]), odd)
    lifecycles = st.fixed_dictionaries(
        {},
        optional={
            "on_removal": words,
            "prevent_destroy": flags,
            "on_immutable_change": words,
            "ignore_changes": st.lists(words, max_size=2) | words,
            "ignores": words,
        },
    )
    texts_of_one = dict.fromkeys(fields[1:], values)
    entries = st.one_of(
        st.fixed_dictionaries({"name": values}, optional=texts_of_one),
        st.fixed_dictionaries({"name": st.just("a"), "lifecycle": lifecycles | odd}),
        st.dictionaries(st.sampled_from([*fields, "nmae"]), values),
        odd,
    )
    moved = st.fixed_dictionaries({"from": keys}, optional={"to": keys, "key": keys})
    removed = st.fixed_dictionaries({"key": keys}, optional={"delete": flags})
    manifests = st.fixed_dictionaries(
        {},
        optional={
            "defaults": st.one_of(st.dictionaries(st.sampled_from(fields), values), odd),
            "audiences": st.one_of(st.dictionaries(keys, entries, max_size=2), odd),
            "moved": st.one_of(st.lists(moved | odd, max_size=2), odd),
            "removed": st.one_of(st.lists(removed | odd, max_size=2), odd),
            "audience": odd,
        },
    )

    @given(manifests)
    def test_agrees_with_the_reader_on_any_manifest(self, document: dict[str, Any]) -> None:
        yaml_file = parse("a.yaml", json.dumps(document, ensure_ascii=False).encode())
        read = check(ManifestDocument, yaml_file)
        sound = isinstance(read, ManifestDocument) and not yaml_file.problems
        assert (problems("manifest", document) == []) == sound


class TestSettings:
    def test_the_projects_own_are_valid_and_name_the_schema(self) -> None:
        text = (ROOT / "aepctl.yaml").read_text()
        assert text.startswith("# yaml-language-server: $schema=docs/schemas/config.json\n")
        (document,) = documents(text)
        assert problems("config", document) == []

    @pytest.mark.parametrize(
        ("field", "value", "sound"),
        [
            ("settle_seconds", "30", True),
            ("settle_seconds", "'30'", True),
            ("settle_seconds", "1.5", True),
            ("settle_seconds", "-1", False),
            ("settle_seconds", "9999", False),
            ("settle_seconds", "soon", False),
            ("settle_seconds", "", False),
            ("settle_seconds", "[1]", False),
            ("max_creates", "10", True),
            ("max_creates", "'10'", True),
            ("max_creates", "1.5", False),
            ("max_creates", "-1", False),
            ("max_creates", "many", False),
            ("max_deletes", "0", True),
            ("max_deletes", "-1", False),
            ("on_removal", "delete", True),
            ("on_removal", "keep", False),
            ("protected", "true", True),
            ("protected", "'false'", True),
            ("protected", "yes", False),
            ("protected", "1", False),
            ("audience_ids", "client", True),
            ("audience_ids", "mine", False),
            ("endpoint", "emulator", True),
            ("endpoint", "https://x", False),
            ("org", "1@AdobeOrg", True),
            ("org", "''", False),
            ("sandbox", "2027", True),
            ("state", "state/x.json", True),
            ("state", "state/x.yaml", False),
            ("ais_url", "https://platform.adobe.io/core/ais", True),
            ("ais_url", "http://127.0.0.1:8080", True),
            ("ais_url", "HTTPS://x/", True),
            ("ais_url", "platform.adobe.io", False),
            ("ups_url", "'https://x/?a'", False),
            ("ims_url", "https://u:p@x", False),
            ("settle_second", "1", False),
        ],
    )
    def test_agrees_with_the_reader_on_a_field(self, field: str, value: str, sound: bool) -> None:
        text = f"environments: {{prod: {{{field}: {value}}}}}\n"
        yaml_file = parse("aepctl.yaml", text.encode())
        read = check(ConfigModel, yaml_file)
        assert (isinstance(read, ConfigModel) and not yaml_file.problems) == sound
        (document,) = documents(text)
        assert (problems("config", document) == []) == sound

    @pytest.mark.parametrize("field", [*EnvironmentModel.model_fields])
    def test_any_value_may_come_from_a_variable(self, field: str) -> None:
        (document,) = documents(f"environments: {{prod: {{{field}: '${{ANY}}'}}}}\n")
        assert problems("config", document) == []

    def test_so_may_the_values_above(self) -> None:
        (document,) = documents("manifests: x/${ANY}\ndefault_environment: ${ANY}\n")
        assert problems("config", document) == []


class TestPlans:
    def test_plans_of_every_kind_are_valid(self, project: Project, platform: Start) -> None:
        there = platform(Fault(kind=FaultKind.DROP_AFTER, match="unknown"))
        project.settle_on(there, settle_seconds=0)
        project.want("gold", "silver", "unknown")
        assert problems("plan", project.run("plan", "-o", "json").json) == []
        assert project.apply().code == 4
        project.want("gold", "bronze", "unknown", namespace="other")
        plan = project.run("plan", "-o", "json", "--target", "*").json
        assert {one["action"] for one in plan["changes"]} == {
            "settle",
            "create",
            "decide",
            "forget",
        }
        assert problems("plan", plan) == []

    def test_failed_plans_are_valid(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {x: {org: o@AdobeOrg, sandbox: s}}\n")
        project.write("audiences/a.yaml", "audiences: {a: {nmae: b}}\n")
        failed = project.run("plan", "-o", "json").json
        assert failed["problems"]
        assert problems("plan", failed) == []
        failed = project.run("--env", "nowhere", "plan", "-o", "json").json
        assert failed["error"]
        assert problems("plan", failed) == []

    @pytest.mark.parametrize("file", PLANS, ids=lambda file: file.name)
    def test_goldens_are_valid(self, file: Path) -> None:
        document = json.loads(file.read_text())
        names = {"changes": "plan", "outcomes": "outcome"}
        found = [name for field, name in names.items() if field in document]
        if not found:
            pytest.skip("a document of `validate`, which has no schema")
        assert problems(found[0], document) == []

    def test_every_field_is_required_that_is_always_there(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {x: {org: o@AdobeOrg, sandbox: s}}\n")
        project.want("gold")
        plan = project.run("plan", "-o", "json").json
        assert plan.pop("noState") == {"state": "state/x.json", "locked": None}
        for part in (plan, plan["target"], plan["summary"], plan["changes"][0]):
            for field in list(part):
                value = part.pop(field)
                assert problems("plan", plan) != [], field
                part[field] = value
        assert problems("plan", plan) == []

    def test_later_minor_versions_may_add_fields(self, project: Project) -> None:
        project.write("aepctl.yaml", "environments: {x: {org: o@AdobeOrg, sandbox: s}}\n")
        project.want("gold")
        plan = project.run("plan", "-o", "json").json
        plan["changes"][0]["more"] = plan["more"] = 1
        assert problems("plan", plan | {"format": "1.7"}) == []
        assert problems("plan", plan | {"format": "2.0"}) != []

    def test_every_action_is_counted(self) -> None:
        counts = schema("plan")["$defs"]["PlanData"]["properties"]["summary"]
        assert list(counts["properties"]) == [*Action, "unchanged", "done", "leftAlone"]
        assert counts["required"] == [*Action, "unchanged", "done", "leftAlone"]

    def test_the_fields_of_an_audience_are_those_of_the_table(self) -> None:
        change = schema("plan")["$defs"]["ChangeData"]["properties"]
        (wanted, _null) = change["after"]["anyOf"]
        (known, _null) = change["before"]["anyOf"]
        assert list(wanted["properties"]) == [field.name for field in FIELDS]
        assert wanted["required"] == [field.name for field in FIELDS if field.required]
        assert list(known["properties"]) == [*wanted["properties"], "audienceId", "id"]
        assert known["required"] == [*wanted["required"], "audienceId"]
        names = schema("plan")["$defs"]["FieldData"]["properties"]["field"]["enum"]
        assert names == list(wanted["properties"])


class TestOutcomes:
    def test_every_outcome_may_be_counted_and_those_of_today_always_are(self) -> None:
        counts = schema("outcome")["$defs"]["ReportData"]["properties"]["summary"]
        assert set(counts["properties"]) == {*OutcomeKind, "notStarted", "stopped", "plan"}
        always = [*ALWAYS_COUNTED, "notStarted", "stopped", "plan"]
        assert set(counts["required"]) == set(always)

    def test_what_came_of_applies_is_valid(self, project: Project, platform: Start) -> None:
        there = platform(
            Fault(kind=FaultKind.REFUSE, match="silver"),
            Fault(kind=FaultKind.DROP_AFTER, match="unknown"),
        )
        project.settle_on(there, settle_seconds=0)
        project.want("gold", "silver", "unknown")
        first = project.apply("-o", "json").json
        assert {one["outcome"] for one in first["outcomes"]} == {"created", "refused", "unknown"}
        assert problems("outcome", first) == []
        (project.root / "state/prod.json").unlink()
        second = project.apply("-o", "json").json
        assert "adopted" in {one["outcome"] for one in second["outcomes"]}
        assert problems("outcome", second) == []

    def test_applies_that_did_not_start_are_valid(self, project: Project, platform: Start) -> None:
        project.settle_on(platform())
        project.want("gold")
        for words in (["apply"], ["--env", "nowhere", "apply"]):
            failed = project.run(*words, "-o", "json").json
            assert failed["error"]
            assert problems("outcome", failed) == []


class TestStates:
    def test_a_state_file_is_valid(self, project: Project, platform: Start) -> None:
        project.settle_on(platform())
        project.want("gold", "silver")
        project.run("plan", "--out", "plan.json")
        assert project.run("apply", "plan.json").code == 0
        state = project.state()
        assert state["plans"]
        assert problems("state", state) == []

    @pytest.mark.parametrize("file", STATES, ids=lambda file: file.name)
    def test_goldens_are_valid(self, file: Path) -> None:
        assert problems("state", json.loads(file.read_text())) == []

    @pytest.mark.parametrize("file", REFUSED_STATES, ids=lambda file: file.name)
    def test_what_the_reader_refuses_for_its_shape_is_not(self, file: Path) -> None:
        try:
            document = json.loads(file.read_text())
        except ValueError:
            pytest.skip("not JSON at all")
        if file.stem in {"newer-format", "newer-minor-format", "both-merge-sides-kept"}:
            pytest.skip("refused for what no schema can see")
        assert problems("state", document) != []


@pytest.mark.parametrize("name", TITLES)
def test_a_plain_schema_has_no_word_beyond_the_standard(project: Project, name: str) -> None:
    """Strict validators refuse a schema for a keyword that they do not know."""
    printed = project.run("schema", "--plain", name)
    assert printed.code == 0
    words = {word for vocabulary in VOCABULARIES.values() for word in vocabulary}
    assert _words(printed.json) <= words
    assert project.run("schema", name).out == schema_text(name)


def test_a_plain_schema_takes_the_same() -> None:
    plain = json.loads(schema_text("manifest", plain=True))
    assert "patternErrorMessage" in schema_text("manifest")
    assert json.loads(
        re.sub(r',?\s*"patternErrorMessage": "[^"]*"', "", schema_text("manifest"))
    ) == (plain)


VOCABULARIES = {
    "core": ["$schema", "$ref", "$defs"],
    "applicator": ["properties", "additionalProperties", "propertyNames", "items", "allOf", "anyOf",
                   "oneOf"],
    "validation": ["type", "enum", "const", "pattern", "minimum", "maximum", "minLength",
                   "maxLength", "minItems", "maxItems", "required"],
    "metadata": ["title", "description", "default", "examples"],
}  # fmt: skip
"""JSON Schema 2020-12, as far as it is used here."""


def _words(part: Any, *, names: bool = False) -> set[str]:
    """The keywords of a schema; `names`: what stands here are names of the document's."""
    if isinstance(part, list):
        return {word for one in part for word in _words(one)}
    if not isinstance(part, dict):
        return set()
    inner = (
        _words(value, names=not names and word in {"properties", "$defs"})
        for word, value in part.items()
        if word not in {"default", "examples", "enum", "const"} or names
    )
    return {word for words in inner for word in words} | (set() if names else {*part})
