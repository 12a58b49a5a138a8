"""docs/configuration.md: every setting is on it with its default, and its sample is taken."""

import re
from pathlib import Path

from projects import Project

from aepctl.render.schemas import schema

PAGE = (Path(__file__).resolve().parent.parent / "docs/configuration.md").read_text()
MANIFEST = """
audiences:
  gold: {name: Loyalty - Gold, description: Members., namespace: agora, originName: Agora}
"""
ROWS = re.findall(r"^\| (`.+?) \| (.*?) \|", PAGE, re.MULTILINE)


def test_every_setting_is_on_the_page_with_its_default() -> None:
    config = schema("config")
    fields = {**config["properties"], **config["$defs"]["EnvironmentModel"]["properties"]}
    del fields["environments"]
    told = {name: row for names, row in ROWS for name in re.findall(r"`(\w+)`", names)}
    assert fields.keys() <= told.keys()
    defaults = {name: one["default"] for name, one in fields.items() if "default" in one}
    plain = {name: f"`{str(one).lower()}`" for name, one in defaults.items() if one is not None}
    for name in plain.keys() - {"ais_url", "ups_url"}:
        assert told[name] == plain[name].replace(".0`", "`"), name


def test_the_samples_are_taken(project: Project) -> None:
    project.write("audiences/a.yaml", MANIFEST)
    samples = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert len(samples) == 2
    for sample in samples:
        project.write("aepctl.yaml", sample)
        assert project.run("validate").code == 0


def test_every_part_of_a_rule_is_on_the_page() -> None:
    (block,) = (one for name, one in schema("config")["$defs"].items() if name == "FieldRule")
    assert block["properties"].keys() <= {*re.findall(r"`(\w+)`", PAGE)}
